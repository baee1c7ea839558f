"""Σ pᵢ log pᵢ: the conjugate of LogSumExp on the simplex, graded as a sum on 0 ≤ pᵢ ≤ 1."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    NO_LIMIT,
    Bounds,
    Case,
    Function,
    Pending,
    RoundedBounds,
    row_of,
)
from lse_verify.family.lse_form import log_above
from lse_verify.formats import Format


class Negentropy(Function):
    """``negentropy(p)`` with 0·log 0 = 0."""

    name = "negentropy"
    arguments = ("row",)
    symmetric = True

    def settle(self, point: Point) -> Case:
        """Decide NaN, entries outside [0, 1], and rows of zeros and ones."""
        row = row_of(point)
        if any(math.isnan(entry) for entry in row):
            return Case((math.nan,), point)
        if not all(0 <= entry <= 1 for entry in row):
            return Case((NO_LIMIT,), point)
        # A one adds nothing to the value, but 1 to the slopes that its condition is made of.
        kept = tuple(entry for entry in row if entry > 0)
        if all(entry == 1 for entry in kept):
            return Case((Enclosure.exactly(0),), point)
        return Case((Pending(1),), (kept,))

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where all entries are above 0 and at most 1, and not all are 1."""
        row = block.wide(0)
        return np.asarray(((row > 0) & (row <= 1)).all(axis=1) & (row < 1).any(axis=1))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 from above: an entry strictly between 0 and 1 contributes."""
        return None, Fraction(0)

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return −log n and 0; the lower one only where the row sums to exactly 1."""
        row = row_of(point)
        on_simplex = sum(map(Fraction, row)) == 1
        return Bounds(-log_above(len(row)) if on_simplex else None, Fraction(0))

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return those of `bounds`."""
        least = fmt.round(-log_above(block.n_terms), "down")
        lower = np.where(_sum_to_one(block.wide(0)), least, -np.inf)
        return RoundedBounds(lower, np.zeros(block.n_rows))


def _sum_to_one(rows: Floats) -> NDArray[np.bool_]:
    """Tell which rows have an exact sum of 1."""
    outside = np.asarray(((rows < 0) | (rows > 1)).any(axis=1))
    inside = np.where(outside[:, None], 0.0, rows)
    # A sum of entries in [0, 1] that is nearly 1 is off by less than this, in any order.
    near = np.asarray(np.abs(inside.sum(axis=1) - 1) <= rows.shape[1] * 2.0**-52)
    found = np.zeros(len(rows), dtype=bool)
    # fsum is the nearest float to the exact sum: 0 only of 0, for all are multiples of 2**-1074.
    found[near] = [math.fsum([-1.0, *row]) == 0 for row in rows[near].tolist()]
    found[outside] = [sum(map(Fraction, row)) == 1 for row in rows[outside].tolist()]
    return found


NEGENTROPY = Negentropy()
