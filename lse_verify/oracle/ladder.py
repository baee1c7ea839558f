"""Who is asked when: the kernels or Arb for whole blocks, mpmath for every figure that is printed.

`Ladder.truth` encloses all outputs of a block, narrowly enough that nearly every error can be
measured in binary64 arithmetic (`truth`). `Ladder.confirm` answers for one output with the
judge, to whatever precision the question needs, and holds Arb's enclosure against it: if the
two exclude one another the run stops with the input.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial

from lse_verify.enclosure import Enclosure
from lse_verify.errors import OracleDisagreement
from lse_verify.family.block import Block, Point, digest
from lse_verify.family.function import UNSEEN, Function, Outcome, Pending
from lse_verify.formats import power_of_two
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import (
    NEGLIGIBLE_LOG2,
    PRECISIONS,
    Decided,
    Oracle,
    refine,
    spelled,
)
from lse_verify.oracle.remembered import Remembered
from lse_verify.oracle.truth import FIRST_TIERS, Truth, block_truth

REMEMBERED = 512


_ZERO = Fraction(0)

_NEGLIGIBLE = power_of_two(NEGLIGIBLE_LOG2)

_EXCUSES_NOTHING = power_of_two(-1100)
"""Below the half subnormal of any format: slopes so small explain no error of any result."""


class Ladder:
    """The oracles and what they have been asked before.

    Parameters
    ----------
    judge : MpmathJudge, optional
        Whose answers are given.
    second : Oracle, optional
        Who is held against the judge.
    first : str
        The tier that is asked first for whole blocks, one of `FIRST_TIERS`.
    """

    def __init__(
        self,
        judge: MpmathJudge | None = None,
        second: Oracle | None = None,
        first: str = FIRST_TIERS[0],
    ) -> None:
        judge = judge or MpmathJudge()
        self._judge = _Remembering(judge)
        self._second = _Remembering(second or ArbBalls())
        self._weighted_slopes = judge.weighted_slopes
        self._known_slopes = Remembered[Enclosure | None](REMEMBERED)
        self.first = first

    def truth(self, function: Function, block: Block) -> Truth:
        """Enclose every output of a block.

        Parameters
        ----------
        function : Function
            Any of the family.
        block : Block
            Rows, special entries included.

        Raises
        ------
        OracleDisagreement
            If Arb excludes what the double-double kernels found, on a sample of the rows.
        """
        return block_truth(function, block, self.first, self._judge)

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
        return self._judged(function, case.at(outcome), outcome.k, decided)

    def condition(
        self,
        function: Function,
        point: Point,
        output: int,
        truth: Enclosure,
        floor: Fraction = _ZERO,
    ) -> float:
        """Return κ of one output from the derivatives that SymPy derived, judged by mpmath.

        κ = 1 stands for outputs that are settled without evaluation, save for shares of equal
        entries and values that cancel, and where |y| is below 2**`NEGLIGIBLE_LOG2` by no
        cancellation.

        Parameters
        ----------
        function, point, output
            Of what.
        truth : Enclosure
            Its value.
        floor : Fraction
            What the slopes are divided by where |y| is less.
        """
        case = function.settle(point)
        pending = _evaluable(function, case.outcomes[output])
        if pending is None:
            return 1.0
        k, there = pending.k, case.at(pending)
        limits = function.strict_limits(there, k)
        is_unseen = all(limit is not None and abs(limit) <= UNSEEN for limit in limits)
        if is_unseen and not function.cancels:
            return 1.0
        # What decided the rounding may hold 0 or be wide: κ needs |y| itself.
        is_known = is_unseen or _is_narrow(truth)
        value = truth if is_known else self._judged(function, there, k, _is_narrow)
        magnitude = max(UNSEEN if is_unseen else abs(value.lo + value.hi) / 2, floor)
        is_seen = magnitude > _NEGLIGIBLE
        no_matter = (magnitude if is_seen else _EXCUSES_NOTHING) * power_of_two(-40)
        slopes = self._slopes_at(function, case.sloped or there, k, no_matter)
        if isinstance(slopes, float):
            return slopes
        return _ratio(slopes, magnitude) if is_seen or slopes > no_matter else 1.0

    def _slopes_at(
        self, function: Function, point: Point, k: int, no_matter: Fraction
    ) -> Fraction | float:
        """Return Σ |argument · ∂y/∂argument| from above; ∞ if the judge cannot tell.

        Less than `no_matter` need not be told apart from 0.
        """
        found: Enclosure | None = None
        known_by = digest(point)
        for prec_bits in PRECISIONS:
            found = self._known_slopes.get(
                (function.name, known_by, k, prec_bits),
                partial(self._weighted_slopes, function, point, k, prec_bits),
            )
            # 1 − p of a share near 1 cancels: 256 bits would do for no more than e**-177.
            if found is not None and (found.hi <= no_matter or _is_narrow(found)):
                break
        return math.inf if found is None else found.hi

    def _judged(self, function: Function, point: Point, k: int, decided: Decided) -> Enclosure:
        found = refine(self._judge, function, point, k, decided)
        other = self._second.enclose(function, point, k, prec_bits=256)
        if other is not None and found.intersect(other) is None:
            raise OracleDisagreement(
                f"{self._judge.name} and {self._second.name} exclude one another on "
                f"{spelled(function, point, k)}"
            )
        return found


class _Remembering(Oracle):
    """An oracle that is asked once for each precision.

    Not the narrowest answer is kept but each: what a question gets, down to the last bit of
    a size in a ledger, must not depend on what was asked before it.
    """

    def __init__(self, oracle: Oracle) -> None:
        self.name = oracle.name
        self._enclose = oracle.enclose
        self._known = Remembered[Enclosure | None](REMEMBERED)

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        """Ask, or remember."""
        return self._known.get(
            (function.name, digest(point), k, prec_bits),
            partial(self._enclose, function, point, k, prec_bits),
        )


def _evaluable(function: Function, outcome: Outcome) -> Pending | None:
    """Return the entry that the slopes of an outcome are those of, None if it has none."""
    if isinstance(outcome, Pending):
        return outcome
    # A share of equal entries is rational, and yet it depends on each of them alike.
    if isinstance(outcome, Enclosure) and function.returns_row and 0 < abs(outcome.lo) < 1:
        # Of any place, but one that is turned is not the first.
        return Pending(1 if outcome.lo > 0 else 2)
    if isinstance(outcome, Enclosure) and function.cancels:
        return Pending(1)
    return None


def _is_narrow(enclosure: Enclosure) -> bool:
    """Whether an enclosure is good for a ratio to 10 digits, or all of it is negligible."""
    largest = max(abs(enclosure.lo), abs(enclosure.hi))
    return enclosure.relative_width_log2() < -40 or largest <= _NEGLIGIBLE


def _ratio(numerator: Fraction, denominator: Fraction) -> float:
    try:
        return float(numerator / denominator)
    except (OverflowError, ZeroDivisionError):
        return math.inf
