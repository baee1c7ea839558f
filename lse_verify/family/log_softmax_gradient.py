"""(1 − s₁, −s₂, …, −sₙ) with s = softmax(x): the gradient of the first entry of log_softmax.

What automatic differentiation makes of log_softmax is graded as this.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    Bounds,
    Case,
    Function,
    Outcome,
    Pending,
    RoundedBounds,
    row_of,
)
from lse_verify.family.softmax import SOFTMAX
from lse_verify.formats import Format

_SHARES = SOFTMAX


class LogSoftmaxGradient(Function):
    """``log_softmax_gradient(x)``: softmax with its sign turned, and 1 added in the first place.

    Rational and special where softmax is: of a first entry −∞ the limit is 1 and the others'
    shares among themselves, with their sign turned.
    """

    name = "log_softmax_gradient"
    arguments = ("row",)
    returns_row = True
    shift = "leaves"
    # Above −1 and below 1.
    side_of_limit = 0

    def settle(self, point: Point) -> Case:
        """Decide what softmax decides; a first entry −∞ counts for nothing but keeps its place."""
        case, row = _SHARES.settle(point), row_of(point)
        outcomes = [_of_share(outcome, place == 0) for place, outcome in enumerate(case.outcomes)]
        if row and row[0] == -math.inf and Pending(1) in outcomes:
            (kept,) = case.point
            assert isinstance(kept, tuple)
            # The first that is left is not the first of the row: behind the others it is none.
            outcomes[outcomes.index(Pending(1))] = Pending(len(kept), ((*kept[1:], kept[0]),))
        return Case(tuple(outcomes), case.point)

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where there are several entries, all finite and not all equal."""
        return _SHARES.ordinary(block)

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return those of the share, turned."""
        low, high = _SHARES.strict_limits(point, k)
        first = 1 if k == 1 else 0
        assert low is not None
        assert high is not None
        return first - high, first - low

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return 0 and 1 for the first output, −1 and 0 for the others."""
        return Bounds(Fraction(0), Fraction(1)) if k == 1 else Bounds(Fraction(-1), Fraction(0))

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return those of `bounds`, floats of every format."""
        upper = np.zeros((block.n_rows, block.n_terms))
        upper[:, 0] = 1.0
        return RoundedBounds(upper - 1.0, upper)


def _of_share(outcome: Outcome, is_first: bool) -> Outcome:
    if isinstance(outcome, Enclosure):
        return Enclosure.exactly((1 if is_first else 0) - outcome.lo)
    return outcome


LOG_SOFTMAX_GRADIENT = LogSoftmaxGradient()
