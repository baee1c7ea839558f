"""Who is asked when: Arb for whole blocks, mpmath for every figure that gets printed.

`Ladder.truth` encloses all outputs of a block with Arb, at a precision that lets nearly every
error be measured in binary64 arithmetic. `Ladder.confirm` answers for one output with the
judge, to whatever precision the question needs, and holds Arb's enclosure against it: if the
two exclude one another the run stops with the input.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, EnclosureArray, Floats, enclosure_array, split
from lse_verify.errors import OracleDisagreement
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Case, Function, NoLimit, Outcome, Pending
from lse_verify.oracle.arb_balls import ArbBalls, balls, quadruple
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Decided, Oracle, refine

_BLOCK_PRECISIONS = (128, 256, 512)
_WANTED_RADIUS = 2.0**-90
"""Relative: a fraction 2**−36 of a binary64 ulp, so that few errors stay near a limit."""

_UNKNOWN = (0.5, 0.0, math.inf, 0)

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of every output of a block, flattened in C order.

    Attributes
    ----------
    shape : tuple of int
        (m,) or (m, n): the shape that an implementation has to return.
    enclosures : EnclosureArray
        The exact values where `is_real`; of unknown radius where Arb did not tell.
    is_real : ndarray of bool
        Whether the exact value is a real number.
    special : ndarray of float64
        ±∞ or NaN where that is the exact value, 0 elsewhere.
    no_limit : ndarray of bool
        Where nothing is right or wrong.
    """

    shape: tuple[int, ...]
    enclosures: EnclosureArray
    is_real: NDArray[np.bool_]
    special: Floats
    no_limit: NDArray[np.bool_]


class Ladder:
    """The two oracles and what they have been asked before."""

    def __init__(self) -> None:
        self._judge = MpmathJudge()
        self._second = ArbBalls()
        self._known: OrderedDict[tuple[str, Point, int], Enclosure] = OrderedDict()

    def truth(self, function: Function, block: Block) -> Truth:
        """Enclose every output of a block.

        Parameters
        ----------
        function : Function
            Any of the family.
        block : Block
            Rows, special entries included.
        """
        cases = [function.settle(point) for point in block.points()]
        per_row = block.n_terms if function.returns_row else 1
        outcomes = [outcome for case in cases for outcome in case.outcomes]
        rows = [q for case in cases for q in _quadruples(function, case)]
        return Truth(
            shape=(block.n_rows, per_row) if function.returns_row else (block.n_rows,),
            enclosures=enclosure_array(rows),
            is_real=np.array([isinstance(o, Pending | Enclosure) for o in outcomes], dtype=bool),
            special=np.array([o if isinstance(o, float) else 0.0 for o in outcomes]),
            no_limit=np.array([isinstance(o, NoLimit) for o in outcomes], dtype=bool),
        )

    def confirm(self, function: Function, point: Point, output: int, decided: Decided) -> Outcome:
        """Return the judge's answer for one output, as precise as the question needs.

        Parameters
        ----------
        function : Function
            Any of the family.
        point : Point
            One input, special entries included.
        output : int
            Which output, from 0.
        decided : callable
            Whether an enclosure answers the question.

        Returns
        -------
        Enclosure or float or NoLimit
            Never `Pending`.

        Raises
        ------
        OracleDisagreement
            If Arb excludes what mpmath found.
        OracleUndecided
            If the limit of precision came first.
        """
        case = function.settle(point)
        outcome = case.outcomes[output]
        if not isinstance(outcome, Pending):
            return outcome
        return self._judged(function, case.point, outcome.k, decided)

    def condition(self, function: Function, point: Point, output: int, truth: Enclosure) -> float:
        """Return κ of one output from the derivatives that SymPy derived, judged by mpmath."""
        case = function.settle(point)
        outcome = case.outcomes[output]
        if not isinstance(outcome, Pending):
            return 1.0
        slopes = self._judge.weighted_slopes(function, case.point, outcome.k)
        magnitude = abs(truth.lo + truth.hi) / 2
        if slopes is None or magnitude == 0:
            return math.inf
        return _ratio(slopes.hi, magnitude)

    def _judged(self, function: Function, point: Point, k: int, decided: Decided) -> Enclosure:
        key = (function.name, point, k)
        known = self._known.get(key)
        if known is not None and decided(known):
            self._known.move_to_end(key)
            return known
        found = refine(self._judge, function, point, k, decided)
        _hold_against(found, self._second, function, point, k)
        self._known[key] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


def _quadruples(function: Function, case: Case) -> list[tuple[float, float, float, int]]:
    """Return (hi, lo, radius, exponent) for every outcome of a case."""
    pending = any(isinstance(outcome, Pending) for outcome in case.outcomes)
    values = _arb_quadruples(function, case.point) if pending else []
    return [
        values[outcome.k - 1]
        if isinstance(outcome, Pending)
        else split(outcome.lo)
        if isinstance(outcome, Enclosure)
        else _UNKNOWN
        for outcome in case.outcomes
    ]


def _arb_quadruples(function: Function, point: Point) -> list[tuple[float, float, float, int]]:
    found: list[tuple[float, float, float, int]] = []
    for prec_bits in _BLOCK_PRECISIONS:
        found = [quadruple(ball) for ball in balls(function, point, prec_bits)]
        if all(radius <= _WANTED_RADIUS for _, _, radius, _ in found):
            break
    return found


def _hold_against(
    found: Enclosure, second: Oracle, function: Function, point: Point, k: int
) -> None:
    other = second.enclose(function, point, k, prec_bits=256)
    if other is not None and found.intersect(other) is None:
        raise OracleDisagreement(
            f"mpmath and {second.name} exclude one another on {function.name}{point!r}[{k}]"
        )


def _ratio(numerator: Fraction, denominator: Fraction) -> float:
    try:
        return float(numerator / denominator)
    except OverflowError:
        return math.inf
