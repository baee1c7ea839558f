"""F(x) − F(x′) − ⟨x − x′, ∇F(x′)⟩ for the strictly convex variant F: a KL divergence."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
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
from lse_verify.formats import Format


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

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where the rows differ and all of their entries are finite."""
        x, x2 = block.wide(0), block.wide(1)
        finite = np.isfinite(x) & np.isfinite(x2)
        return np.asarray(finite.all(axis=1) & (x != x2).any(axis=1))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 from below: F is strictly convex and the rows differ."""
        return Fraction(0), None

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return none: MATHEMATICS, section 5, lists no bound for it."""
        return Bounds()

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return none."""
        return RoundedBounds(np.full(block.n_rows, -np.inf), np.full(block.n_rows, np.inf))

    def n_terms(self, n_entries: int) -> int:
        """Return n + 1, the implied 0 counted."""
        return n_entries + 1


BREGMAN = Bregman()
