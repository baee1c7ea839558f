"""xₖ − LSE(x), the logarithm of softmax."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    UNSEEN,
    Bounds,
    Outcome,
    RoundedBounds,
    others_unseen,
    row_of,
)
from lse_verify.family.softmax import RowToRow
from lse_verify.formats import Format


class LogSoftmax(RowToRow):
    """``log_softmax(x)``."""

    name = "log_softmax"
    of_nothing = -math.inf
    of_everything = Enclosure.exactly(0)

    def shared_equally(self, count: int) -> Outcome | None:
        """Return None: −log(count) is irrational."""
        return None

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return xₖ − max from above: LSE is strictly above max."""
        row = row_of(point)
        far = Fraction(row[k - 1]) - Fraction(max(row))
        return far - UNSEEN if others_unseen(row) else None, far

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return 0 from above."""
        return Bounds(upper=Fraction(0))

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return 0 from above."""
        return RoundedBounds(np.full(block.n_rows, -np.inf), np.zeros(block.n_rows))


LOG_SOFTMAX = LogSoftmax()
