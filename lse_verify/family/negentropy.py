"""Σ pᵢ log pᵢ: the conjugate of LogSumExp on the simplex, graded as a sum on 0 ≤ pᵢ ≤ 1."""

from __future__ import annotations

import math
from fractions import Fraction

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Point
from lse_verify.family.function import (
    NO_LIMIT,
    Bounds,
    Case,
    Function,
    Pending,
    row_of,
)
from lse_verify.family.lse_form import log_above


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

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 from above: an entry strictly between 0 and 1 contributes."""
        return None, Fraction(0)

    def bounds(self, point: Point) -> Bounds:
        """Return −log n and 0; the lower one only where the row sums to exactly 1."""
        row = row_of(point)
        on_simplex = sum(map(Fraction, row)) == 1
        return Bounds(-log_above(len(row)) if on_simplex else None, Fraction(0))
