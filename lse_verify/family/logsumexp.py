"""log Σ exp(xᵢ), and its two-argument form ⊕, addition in log scale."""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import row_of, value_of
from lse_verify.family.lse_form import LseForm, LseFunction


class LogSumExp(LseFunction):
    """``logsumexp(x)``; its value on no entries is −∞."""

    name = "logsumexp"
    arguments = ("row",)
    symmetric = True
    shift = "moves"

    def form(self, point: Point) -> LseForm:
        """Return the entries as they are."""
        return LseForm(row_of(point))

    def entries(self, block: Block) -> Floats:
        """Return the rows."""
        return block.wide(0)

    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the row without the −∞ entries."""
        return (tuple(row_of(point)[place] for place in kept),)


class LogAddExp(LseFunction):
    """``logaddexp(a, b)``."""

    name = "logaddexp"
    arguments = ("value", "value")
    symmetric = True
    shift = "moves"

    def form(self, point: Point) -> LseForm:
        """Return the two arguments as entries."""
        return LseForm((value_of(point, 0), value_of(point, 1)))

    def entries(self, block: Block) -> Floats:
        """Return the two arguments side by side."""
        return np.stack([block.wide(0), block.wide(1)], axis=1)

    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the point itself: of two terms, settling leaves both or one."""
        return point

    def n_terms(self, n_entries: int) -> int:
        """Return 2."""
        return 2


LOGSUMEXP = LogSumExp()
LOGADDEXP = LogAddExp()
