"""F(x) − F(x′) − ⟨x − x′, ∇F(x′)⟩ for the strictly convex variant F: a KL divergence."""

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


class Bregman(Function):
    """``bregman(x, x2)``; 0 exactly at x = x2, and otherwise not known to be transcendental."""

    name = "bregman"
    arguments = ("row", "row")

    def settle(self, point: Point) -> Case:
        """Decide NaN, entries that are not finite, and equal rows."""
        x, x2 = row_of(point), row_of(point, 1)
        if any(math.isnan(entry) for entry in (*x, *x2)):
            return Case((math.nan,), point)
        if not all(math.isfinite(entry) for entry in (*x, *x2)):
            return Case((NO_LIMIT,), point)
        if x == x2:
            return Case((Enclosure.exactly(0),), point)
        return Case((Pending(1),), point)

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 from below: F is strictly convex and the rows differ."""
        return Fraction(0), None

    def bounds(self, point: Point) -> Bounds:
        """Return none: MATHEMATICS, section 5, lists no bound for it."""
        return Bounds()

    def n_terms(self, n_entries: int) -> int:
        """Return n + 1, the implied 0 counted."""
        return n_entries + 1
