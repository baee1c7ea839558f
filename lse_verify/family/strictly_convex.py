"""log(1 + Σ exp(xᵢ)), the strictly convex variant, and softplus, its n = 1."""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import ArgumentKind, row_of, value_of
from lse_verify.family.lse_form import LseForm, LseFunction


class LogSumExp0(LseFunction):
    """``logsumexp0(x)`` = LSE(0, x₁, …, xₙ)."""

    name = "logsumexp0"
    arguments: tuple[ArgumentKind, ...] = ("row",)
    symmetric = True

    def form(self, point: Point) -> LseForm:
        """Return the entries with the implied 0 in front."""
        return LseForm((0.0, *row_of(point)))

    def entries(self, block: Block) -> Floats:
        """Return the rows with a column of zeros in front."""
        return np.pad(block.wide(0), ((0, 0), (1, 0)))

    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the row without the −∞ entries; the implied 0 is place 0."""
        return (tuple(row_of(point)[place - 1] for place in kept if place), *point[1:])

    def n_terms(self, n_entries: int) -> int:
        """Return n + 1, the implied 0 counted."""
        return n_entries + 1


class Softplus(LseFunction):
    """``softplus(x)`` = log(1 + exp(x))."""

    name = "softplus"
    arguments: tuple[ArgumentKind, ...] = ("value",)

    def form(self, point: Point) -> LseForm:
        """Return 0 and the argument."""
        return LseForm((0.0, value_of(point, 0)))

    def entries(self, block: Block) -> Floats:
        """Return zeros and the arguments side by side."""
        return np.pad(block.wide(0)[:, None], ((0, 0), (1, 0)))

    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the point itself: of two terms, settling leaves both or one."""
        return point

    def n_terms(self, n_entries: int) -> int:
        """Return 2, the implied 0 counted."""
        return 2


LOGSUMEXP0 = LogSumExp0()
SOFTPLUS = Softplus()
