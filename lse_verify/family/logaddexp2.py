"""log₂(2ᵃ + 2ᵇ), addition in log scale to the base 2.

It is LogSumExp of a·log 2 and b·log 2, over log 2: an affine image whose multiplier is no rational.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block, Point
from lse_verify.family.directed import rounded_down, rounded_up
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

_BELOW_LN2 = 0.69


class LogAddExp2(Function):
    """``logaddexp2(a, b)``.

    Equal arguments give a + 1; of −1 and −1 that is 0, where a little more or less of them counts
    in full. Of others, fractions as all floats are, the value is irrational. Were it a fraction,
    take N as a common denominator of the three and t = 2^(1/N): a power of t would be the sum of
    two others. But 1, t, …, t^(N−1) are independent over the rationals, as x^N − 2 is irreducible
    (Eisenstein), so that the three differ by whole numbers; and 1 + 2ᵈ is a power of 2 for the
    whole number d = 0 alone.
    """

    name = "logaddexp2"
    arguments = ("value", "value")
    increasing = True
    symmetric = True
    shift = "moves"
    cancels = True

    def settle(self, point: Point) -> Case:
        """Decide NaN, infinities, equal arguments, and one that stands beside −∞."""
        a, b = value_of(point, 0), value_of(point, 1)
        # Of an argument that stands beside −∞ the slope is 1: it is that of two which are equal.
        return Case(
            (_outcome(a, b),), point, sloped=(max(a, b),) * 2 if -math.inf in (a, b) else None
        )

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where both arguments are finite, and different."""
        a, b = block.wide(0), block.wide(1)
        return np.asarray(np.isfinite(a) & np.isfinite(b) & (a != b))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return max and max + 1, or next to nothing above max: strict as the arguments differ."""
        pair = (value_of(point, 0), value_of(point, 1))
        top = Fraction(max(pair))
        return top, top + (UNSEEN if others_unseen(pair, _BELOW_LN2) else 1)

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return max and max + 1."""
        top = Fraction(max(value_of(point, 0), value_of(point, 1)))
        return Bounds(lower=top, upper=top + 1, lower_excusable=False)

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return those of `bounds`: they depend on the larger argument alone."""
        peaks = np.maximum(block.wide(0), block.wide(1))
        lower = rounded_down(Fraction(1), peaks, Fraction(0), fmt)
        upper = rounded_up(Fraction(1), peaks, Fraction(1), fmt)
        return RoundedBounds(lower, upper, lower_excusable=False)

    def n_terms(self, n_entries: int) -> int:
        """Return 2."""
        return 2


def _outcome(a: float, b: float) -> Outcome:
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if math.isinf(a) or math.isinf(b):
        top = max(a, b)
        return top if math.isinf(top) else Enclosure.exactly(Fraction(top))
    return Enclosure.exactly(Fraction(a) + 1) if a == b else Pending(1)


LOGADDEXP2 = LogAddExp2()
