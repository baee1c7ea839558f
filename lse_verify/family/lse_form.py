"""The functions that are an affine image of LogSumExp: scale · log Σ exp(multiplier · entry).

One class serves them all; a file a function states its entries, multiplier and scale. That
the form equals the SymPy definition is tested symbolically.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import to_rational
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.directed import rounded_down, rounded_up
from lse_verify.family.function import (
    UNSEEN,
    Bounds,
    Case,
    Function,
    Pending,
    RoundedBounds,
    others_unseen,
)
from lse_verify.formats import Format, power_of_two


@dataclass(frozen=True, slots=True)
class LseForm:
    """``scale · log Σ exp(multiplier · entries)`` with rational scale and multiplier."""

    entries: tuple[float, ...]
    multiplier: Fraction = Fraction(1)
    scale: Fraction = Fraction(1)

    @property
    def peak(self) -> float:
        """The entry that dominates: the largest for a positive multiplier, else the least."""
        return max(self.entries) if self.multiplier > 0 else min(self.entries)

    @property
    def peak_value(self) -> Fraction:
        """The result if there were the peak alone, e.g. max x for logsumexp."""
        return self.scale * self.multiplier * Fraction(self.peak)


class LseFunction(Function):
    """A function with an `LseForm`."""

    increasing = True

    @abstractmethod
    def form(self, point: Point) -> LseForm:
        """Return the form at a point, also for entries that are not finite."""

    @abstractmethod
    def entries(self, block: Block) -> Floats:
        """Return the forms' entries of a whole block, shape (m, n): the array twin of `form`."""

    @abstractmethod
    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the point that has only the form's entries with these places."""

    def settle(self, point: Point) -> Case:
        """Decide NaN, infinite entries, single terms and no terms."""
        form = self.form(point)
        if len(form.entries) > 1 and math.isfinite(sum(form.entries)):
            return Case((Pending(1),), point)
        return self._settle_special(point, form)

    def _settle_special(self, point: Point, form: LseForm) -> Case:
        if any(map(math.isnan, form.entries)):
            return Case((math.nan,), point)
        sign = 1 if form.multiplier > 0 else -1
        towards = [sign * entry for entry in form.entries]
        outward = 1 if form.scale > 0 else -1
        if math.inf in towards:
            return Case((outward * math.inf,), point)
        kept = tuple(place for place, entry in enumerate(towards) if entry > -math.inf)
        if not kept:
            return Case((-outward * math.inf,), point)
        if len(kept) == 1:
            value = form.scale * form.multiplier * Fraction(form.entries[kept[0]])
            return Case((Enclosure.exactly(value),), point)
        reduced = point if len(kept) == len(towards) else self.keep(point, kept)
        return Case((Pending(1),), reduced)

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where there are several terms and all of them are finite."""
        entries = self.entries(block)
        return np.asarray(np.isfinite(entries).all(axis=1) & (entries.shape[1] > 1))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return max from below (min from above): strict because there are two terms."""
        form = self.form(point)
        near = form.peak_value
        unseen = others_unseen(form.entries, float(form.multiplier))
        if form.scale > 0:
            return near, near + UNSEEN if unseen else None
        return near - UNSEEN if unseen else None, near

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return max and max + log n, the scaled and the min forms included."""
        form = self.form(point)
        near = form.peak_value
        far = near + form.scale * log_above(len(form.entries))
        if form.scale > 0:
            return Bounds(lower=near, upper=far, lower_excusable=False)
        return Bounds(lower=far, upper=near, upper_excusable=False)

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return those of `bounds`: of a row they depend on its peak alone."""
        entries, form = self.entries(block), self.form(block.point(0))
        peaks = entries.max(axis=1) if form.multiplier > 0 else entries.min(axis=1)
        factor = form.scale * form.multiplier
        reach = form.scale * log_above(entries.shape[1])
        lower = rounded_down(factor, peaks, min(reach, Fraction(0)), fmt)
        upper = rounded_up(factor, peaks, max(reach, Fraction(0)), fmt)
        return RoundedBounds(lower, upper, form.scale < 0, form.scale > 0)


@cache
def log_above(count: int) -> Fraction:
    """Return a rational above log(count) by less than 2**−290, 0 for one.

    Where it stands for log(count), in max + log n, it would make a difference only if a float
    lay within that of the exact sum; max and the float have 53 bits each, and log(count) would
    need a run of some 180 equal bits.
    """
    if count <= 1:
        return Fraction(0)
    context = MPIntervalContext()
    context.prec = 320
    numerator, denominator = to_rational(context.log(context.mpf(count))._mpi_[1])
    # mpmath's logarithm may end a fraction of its last bit too low.
    return Fraction(int(numerator), int(denominator)) + power_of_two(-300)
