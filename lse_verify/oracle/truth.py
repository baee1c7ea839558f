"""The truth of whole blocks: double-double kernels first, Arb for what they leave.

A row whose outputs are all to be evaluated is asked of the kernels, one that has anything
special is settled first. What the kernels leave wider than `WANTED_RADIUS` Arb encloses again;
and on a sample of what they decided Arb is held against them, in every block of every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, EnclosureArray, Floats, enclosure_array
from lse_verify.errors import OracleDisagreement
from lse_verify.family.block import Block
from lse_verify.family.function import Case, Function, NoLimit, Pending
from lse_verify.formats import power_of_two
from lse_verify.oracle.arb_balls import balls, enclosure_of
from lse_verify.oracle.double_double.rows.combine import UNSEEN_TAIL
from lse_verify.oracle.double_double.rows.enclose import enclose
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, Oracle, spelled
from lse_verify.oracle.tiers import WANTED_RADIUS, RowTier, by_arb, by_judge, case_quadruples

FIRST_TIERS = ("double-double", "arb", "mpmath")
"""Who may be asked first for whole blocks; those after it are asked for what it leaves."""

Tiers = NDArray[np.uint8]

SETTLED, BY_DOUBLE_DOUBLE, BY_ARB, BY_JUDGE = range(4)
TIER_NAMES = ("settled", *FIRST_TIERS)
"""What decided an output: exact cases without evaluation, or a tier."""

_CHECKED_ROWS = 8
_CHECKED_TERMS = 2**14
_CHECKED_OUTPUTS = 8
"""Of a block: so many rows while they have no more terms than that, and outputs of each."""

_DROPPED_BELOW = 2.0**-900
"""Radii from `combine.DROPPED_RADIUS`: the head is exact and the tail on one side of it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of every output of a block, flattened in C order.

    Attributes
    ----------
    shape : tuple of int
        (m,) or (m, n): the shape that an implementation has to return.
    enclosures : EnclosureArray
        The exact values where `is_real`; of unknown radius where no tier told.
    is_real : ndarray of bool
        Whether the exact value is a real number.
    special : ndarray of float64
        ±∞ or NaN where that is the exact value, 0 elsewhere.
    no_limit : ndarray of bool
        Where nothing is right or wrong.
    tier : ndarray of uint8
        What decided it: a place in `TIER_NAMES`.
    """

    shape: tuple[int, ...]
    enclosures: EnclosureArray
    is_real: NDArray[np.bool_]
    special: Floats
    no_limit: NDArray[np.bool_]
    tier: Tiers


def block_truth(function: Function, block: Block, first: str, judge: Oracle) -> Truth:
    """Enclose every output of a block.

    Parameters
    ----------
    function : Function
        Any of the family.
    block : Block
        Rows, special entries included.
    first : str
        One of `FIRST_TIERS`.
    judge : Oracle
        Asked only if `first` is ``mpmath``.

    Raises
    ------
    OracleDisagreement
        If Arb excludes what the kernels found, on a sample of the rows.
    """
    per_row = block.n_terms if function.returns_row else 1
    table = _Table(function, block, per_row)
    left = np.ones(block.n_rows, dtype=bool)
    if first == "double-double" and block.n_terms:
        found = enclose(function, block)
        left = np.asarray(_left_open(found).reshape(block.n_rows, per_row).any(axis=1))
        if not left.all():
            left |= ~function.ordinary(block)
        check_against_arb(function, block, found, np.flatnonzero(~left))
        table.fill(stand_ins(function, found))
    row_tier, number = (by_judge(judge), BY_JUDGE) if first == "mpmath" else (by_arb, BY_ARB)
    table.settle(np.flatnonzero(left), row_tier, number)
    shape = (block.n_rows, per_row) if function.returns_row else (block.n_rows,)
    return table.truth(shape)


class _Table:
    """The columns of a `Truth` while they are being filled."""

    def __init__(self, function: Function, block: Block, per_row: int) -> None:
        self._function, self._block, self._per_row = function, block, per_row
        count = block.n_rows * per_row
        self._enclosures = EnclosureArray(
            np.full(count, 0.5),
            np.zeros(count),
            np.full(count, np.inf),
            np.zeros(count, dtype=np.int64),
        )
        self._is_real = np.ones(count, dtype=bool)
        self._special = np.zeros(count)
        self._no_limit = np.zeros(count, dtype=bool)
        self._tier: Tiers = np.full(count, BY_DOUBLE_DOUBLE, dtype=np.uint8)

    def fill(self, found: EnclosureArray) -> None:
        """Take what the kernels found for all outputs."""
        self._enclosures = found

    def settle(self, rows: NDArray[np.intp], row_tier: RowTier, number: int) -> None:
        """Settle rows one by one, and ask a tier for what is pending in them."""
        for row in rows.tolist():
            case = self._function.settle(self._block.point(row))
            self._write(row * self._per_row, case, row_tier, number)

    def _write(self, start: int, case: Case, row_tier: RowTier, number: int) -> None:
        places = slice(start, start + self._per_row)
        quadruples = enclosure_array(case_quadruples(row_tier, self._function, case))
        for column, values in zip(self._enclosures.columns(), quadruples.columns(), strict=True):
            column[places] = values
        outcomes: Sequence[object] = case.outcomes
        pending = np.array([isinstance(o, Pending) for o in outcomes], dtype=bool)
        exact = np.array([isinstance(o, Enclosure) for o in outcomes], dtype=bool)
        self._is_real[places] = pending | exact
        self._special[places] = [o if isinstance(o, float) else 0.0 for o in outcomes]
        self._no_limit[places] = [isinstance(o, NoLimit) for o in outcomes]
        self._tier[places] = np.where(pending, number, SETTLED)

    def truth(self, shape: tuple[int, ...]) -> Truth:
        """Return the columns."""
        return Truth(
            shape, self._enclosures, self._is_real, self._special, self._no_limit, self._tier
        )


def _left_open(found: EnclosureArray) -> NDArray[np.bool_]:
    """Tell what Arb has to enclose again.

    Also what may touch a power of two without the kernels knowing on which side it lies, as
    two equal shares beside a small one do: those of softmax are the only such.
    """
    is_wide = found.radius > WANTED_RADIUS
    is_open = (found.radius >= _DROPPED_BELOW) & (np.abs(found.lo) <= found.radius)
    is_negligible = np.isinf(found.radius) & (found.exponent == NEGLIGIBLE_LOG2)
    return np.asarray((is_wide | (is_open & (np.abs(found.hi) == 0.5))) & ~is_negligible)


def stand_ins(function: Function, found: EnclosureArray) -> EnclosureArray:
    """Take off what strict limits exclude: the array twin of `tiers.beyond_limits`.

    Where a kernel dropped a tail, hi is the limit, exactly, and the value on one side of it;
    where the value is negligible, or nothing is seen of it, hi has its sign. Where the limit is
    hi + lo and a midpoint of binary64, a radius below `UNSEEN_TAIL` says the same: no other has so
    small a one beside such a lo.
    """
    side = function.side_of_limit or -np.copysign(1.0, found.hi)
    low = np.abs(found.lo)
    is_middle = (low == 2.0**-54) | ((low == 2.0**-55) & (np.abs(found.hi) == 0.5))
    is_tie = (found.radius > 0) & (found.radius < UNSEEN_TAIL) & is_middle
    found = replace(
        found,
        lo=np.where(is_tie, found.lo + side * 2.0**-106, found.lo),
        radius=np.where(is_tie, 2.0**-108, found.radius),
    )
    is_dropped = (found.lo == 0) & (found.radius > 0) & (found.radius < _DROPPED_BELOW)
    is_negligible = (found.exponent <= NEGLIGIBLE_LOG2) & (found.hi != 0)
    half = found.radius / 2
    low = np.where(is_dropped, side * half, found.lo)
    return replace(
        found,
        hi=np.where(is_negligible, np.copysign(0.5, found.hi), found.hi),
        lo=np.where(is_negligible, 0.0, low),
        radius=np.where(
            is_dropped, half * (1 - 2.0**-30), np.where(is_negligible, 0.0, found.radius)
        ),
        exponent=np.maximum(found.exponent, NEGLIGIBLE_LOG2),
    )


def check_against_arb(
    function: Function, block: Block, found: EnclosureArray, rows: NDArray[np.intp]
) -> None:
    """Hold Arb against what the kernels found, on a sample of rows.

    Parameters
    ----------
    function, block
        What was asked.
    found : EnclosureArray
        The kernels' enclosures of all outputs of the block.
    rows : ndarray of int
        Which of the rows the kernels decided.

    Raises
    ------
    OracleDisagreement
        If one excludes the other.
    """
    count = min(_CHECKED_ROWS, max(1, _CHECKED_TERMS // block.n_terms), rows.size)
    per_row = block.n_terms if function.returns_row else 1
    for row in rows[np.linspace(0, rows.size - 1, count).astype(np.intp)].tolist():
        point = block.point(row)
        theirs = balls(function, point, prec_bits=192)
        outputs = np.unique(np.linspace(0, per_row - 1, _CHECKED_OUTPUTS).astype(np.intp))
        for output in outputs.tolist():
            ours = _claimed(found, row * per_row + output)
            ball = enclosure_of(theirs[output])
            if ours is not None and ball is not None and ours.intersect(ball) is None:
                raise OracleDisagreement(
                    f"the double-double kernels and arb exclude one another on "
                    f"{spelled(function, point, output + 1)}; run 'lse-verify audit --oracle arb' "
                    "and report this"
                )


def _claimed(found: EnclosureArray, place: int) -> Enclosure | None:
    """Return what the kernels say of an output: of a negligible one its sign and its size."""
    if found.exponent[place] != NEGLIGIBLE_LOG2 or np.isfinite(found.radius[place]):
        return found.at(place)
    size = power_of_two(NEGLIGIBLE_LOG2)
    return Enclosure(Fraction(0), size) if found.hi[place] > 0 else Enclosure(-size, Fraction(0))
