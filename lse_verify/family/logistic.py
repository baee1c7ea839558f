"""1/(1 + exp(−x)), the derivative of softplus: the share of x in the softmax of (x, 0)."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    UNSEEN,
    Bounds,
    Case,
    Function,
    Outcome,
    Pending,
    RoundedBounds,
    others_unseen,
    value_of,
)
from lse_verify.formats import Format

_HALF = Fraction(1, 2)


class Logistic(Function):
    """``logistic(x)``, with the limits 0 at −∞ and 1 at +∞.

    As a share of softmax it is transcendental unless both entries are equal, at x = 0.
    """

    name = "logistic"
    arguments = ("value",)
    increasing = True
    side_of_limit = -1

    def settle(self, point: Point) -> Case:
        """Decide NaN, the infinities and 0."""
        return Case((_outcome(value_of(point, 0)),), point)

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where the argument is finite and not 0."""
        value = block.wide(0)
        return np.asarray(np.isfinite(value) & (value != 0))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 and ½, or ½ and 1: next to 0 the value cannot be told from ½ in any other way.

        Far from it, all that is told is that the value is not 0, or not 1.
        """
        value = value_of(point, 0)
        if others_unseen((value, 0.0)):
            return (1 - UNSEEN, Fraction(1)) if value > 0 else (Fraction(0), UNSEEN)
        return (_HALF, Fraction(1)) if value > 0 else (Fraction(0), _HALF)

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return 0 and 1."""
        return Bounds(Fraction(0), Fraction(1))

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return 0 and 1, floats of every format."""
        return RoundedBounds(np.zeros(block.n_rows), np.ones(block.n_rows))

    def n_terms(self, n_entries: int) -> int:
        """Return 2, the implied 0 counted."""
        return 2


def _outcome(value: float) -> Outcome:
    if math.isnan(value):
        return math.nan
    if math.isinf(value):
        return Enclosure.exactly(1 if value > 0 else 0)
    return Pending(1) if value else Enclosure.exactly(_HALF)


LOGISTIC = Logistic()
