"""log Σ bᵢ exp(xᵢ) with weights of either sign: NaN where the sum is negative.

Where it is exactly 0, which takes weights of equal entries that cancel, the value is −∞. By
Lindemann–Weierstrass it is irrational but where one exponent is left with a weight of exactly 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    NO_LIMIT,
    UNSEEN,
    Bounds,
    Case,
    Function,
    NoLimit,
    Outcome,
    Pending,
    RoundedBounds,
    others_unseen,
    row_of,
)
from lse_verify.family.weighted_sum import grouped, sign_of
from lse_verify.formats import Format

_LARGEST_GROWTH = 600.0
"""A logarithm: beyond it two terms are of any size beside each other."""


class WeightedLogSumExp(Function):
    """``weighted_logsumexp(x, b)``; where all weights are 1 it is logsumexp.

    What has a weight of 0 counts for nothing, and so has what stands at −∞. That of a weight of
    0 at +∞, of an infinite weight at −∞, and of infinite terms of both signs has no limit; nor
    has a sum of nothing but terms at −∞ of which one is negative, for it comes to 0 from below
    too. A NaN with a weight of 0 is asked for nothing: it is a policy whether that hides it.
    """

    name = "weighted_logsumexp"
    arguments = ("row", "row")
    symmetric = True
    cancels = True

    def settle(self, point: Point) -> Case:
        """Decide NaN, infinite terms, sums that are 0 or negative, and single terms."""
        row, weights = row_of(point), row_of(point, 1)
        if _is_positive(row, weights):
            return Case((Pending(1),), point)
        special = _at_infinity(list(zip(row, weights, strict=True)))
        if special is not None:
            return Case((special,), point)
        present = [i for i, w in enumerate(weights) if w and row[i] > -math.inf]
        groups = grouped(*_kept(point, present))
        places = [i for i in present if row[i] in groups]
        if not groups:
            from_below = any(w < 0 for x, w in zip(row, weights, strict=True) if x == -math.inf)
            return Case((NO_LIMIT if from_below else -math.inf,), point)
        if sign_of(groups) < 0:
            return Case((math.nan,), point)
        is_exact = list(groups.values()) == [1]
        value = Enclosure.exactly(Fraction(row[places[0]])) if is_exact else Pending(1)
        if len(places) == len(row):
            return Case((value,), point)
        return Case((value,), _kept(point, places), sloped=_kept(point, present))

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where the terms are finite, none of them counts for nothing, and their sum is > 0.

        Where signs differ or entries are equal, `settle` tells.
        """
        row, weights = block.wide(0), block.wide(1)
        usable = (np.isfinite(row) & np.isfinite(weights) & (weights != 0)).all(axis=1)
        positive = (weights > 0).all(axis=1)
        apart = (row[:, :1] != row).any(axis=1)
        found = np.asarray(usable & positive & apart)
        for place in np.flatnonzero(usable & ~found & (row.shape[1] > 0)).tolist():
            point = block.point(place)
            case = self.settle(point)
            found[place] = case.outcomes == (Pending(1),) and case.point == point
        return found

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return the largest entry, if its weight is 1: on the side of the others' sign."""
        groups = grouped(*_pair(point))
        entries = tuple(groups)
        top = Fraction(entries[0])
        if groups.pop(entries[0]) != 1 or not (side := sign_of(groups)):
            return None, None
        far = top + side * UNSEEN if others_unseen(entries) else None
        return (top, far) if side > 0 else (far, top)

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return none: y ≤ max + log Σ|b| is attained, and takes a logarithm of a rounded sum."""
        return Bounds()

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return none."""
        return RoundedBounds(np.full(block.n_rows, -np.inf), np.full(block.n_rows, np.inf))

    def edge(self, block: Block, relative: float) -> Floats:
        """Return the largest value of rows whose sum changes of their numbers may carry to 0."""
        row, weights = block.wide(0), block.wide(1)
        with np.errstate(all="ignore"):
            counted = np.where(weights == 0, -np.inf, row)
            top = counted.max(axis=1, keepdims=True, initial=-np.inf)
            logs = (counted - top) + np.log(np.abs(weights))
            peak = logs.max(axis=1, keepdims=True, initial=-np.inf)
            sizes = np.exp(logs - peak)
            growth = np.exp(np.minimum(relative * (1 + np.abs(row)), _LARGEST_GROWTH))
            more, less = sizes * growth, sizes / growth
            lowest = np.where(weights > 0, less, -more).sum(axis=1)
            highest = np.where(weights > 0, more, -less).sum(axis=1)
            values = (top + peak)[:, 0] + np.log(highest)
        return np.where((lowest <= 0) & (highest > 0), values, np.nan)


def _is_positive(row: tuple[float, ...], weights: tuple[float, ...]) -> bool:
    """Tell of most rows without another look that all terms are, and more than one exponent."""
    return (
        math.isfinite(sum(row))
        and math.isfinite(sum(weights))
        and min(weights, default=0.0) > 0
        and min(row) < max(row)
    )


def _pair(point: Point) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return row_of(point), row_of(point, 1)


def _kept(point: Point, places: list[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    row, weights = _pair(point)
    return tuple(row[place] for place in places), tuple(weights[place] for place in places)


def _at_infinity(pairs: Sequence[tuple[float, float]]) -> Outcome | None:
    """Return what NaN and infinite terms make of the sum, None where there are none."""
    if any(math.isnan(weight) or (math.isnan(entry) and weight) for entry, weight in pairs):
        return math.nan
    terms = [_infinite_term(entry, weight) for entry, weight in pairs]
    signs = {term for term in terms if not isinstance(term, NoLimit) and term}
    if NO_LIMIT in terms or len(signs) == 2:
        return NO_LIMIT
    if not signs:
        return None
    return math.inf if signs == {1} else math.nan


def _infinite_term(entry: float, weight: float) -> int | NoLimit:
    """Return the sign of a term that is infinite, 0 of one that is not."""
    if not weight and not entry < math.inf:
        return NO_LIMIT
    if math.isinf(weight) and entry == -math.inf:
        return NO_LIMIT
    return int(math.copysign(math.inf in (entry, abs(weight)), weight))


WEIGHTED_LOGSUMEXP = WeightedLogSumExp()
