"""All that a block has to be graded against, whatever implementation runs: computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.family.block import Block, widened
from lse_verify.family.conditioning import knows_slopes, log_magnitude, log_weighted_slopes
from lse_verify.family.function import Function, RoundedBounds
from lse_verify.formats import Format, power_of_two
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.truth import SETTLED, Truth
from lse_verify.ulp import Ruler

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a block is graded against, one entry an output unless said otherwise.

    Attributes
    ----------
    truth : Truth
        The exact values.
    condition : ndarray of float64
        κ; 1 where the output is exact or not a real number.
    finite : ndarray of bool, one a row
        Whether all entries of the row are finite.
    bounds : RoundedBounds, one a row or one an output of each
        RD(L) and RU(U) of MATHEMATICS, section 5.
    ruler : Ruler
        The exact values in ulps.
    special : ndarray of bool
        Which outputs have a special value: ±∞ or NaN, and any exact value that comes of an
        entry that is not finite, such as the 0 and 1 of softmax(0, ∞).
    explained : ndarray of float64
        The error in ulps that rounding the input explains: the one of which E is 1.
    """

    truth: Truth
    condition: Floats
    finite: Flags
    bounds: RoundedBounds
    ruler: Ruler
    special: Flags
    explained: Floats

    @classmethod
    def of(
        cls, truth: Truth, condition: Floats, finite: Flags, bounds: RoundedBounds, fmt: Format
    ) -> Reference:
        """Return the reference with all that follows from its parts."""
        ruler = Ruler.of(truth.enclosures, fmt)
        exact = truth.is_real & (truth.tier == SETTLED)
        not_finite = np.repeat(~finite, truth.is_real.size // max(finite.size, 1))
        # max(|y|, 2**emin) in units of the power of two that y's ulp belongs to.
        significand = np.maximum(np.abs(ruler.high + ruler.low) * 2.0 ** (1 - fmt.precision), 1.0)
        with np.errstate(over="ignore"):
            explained = np.maximum(1.0, condition) * significand / 2
        return cls(
            truth=truth,
            condition=condition,
            finite=finite,
            bounds=bounds,
            ruler=ruler,
            special=(~truth.is_real & ~truth.no_limit) | (exact & not_finite),
            explained=explained,
        )

    def part(self, rows: slice, outputs: slice) -> Reference:
        """Return the reference of some rows, whose outputs are the given ones."""
        t, b = self.truth, self.bounds
        shape = (len(self.finite[rows]), *t.shape[1:])
        e = t.enclosures
        enclosures = EnclosureArray(
            e.hi[outputs], e.lo[outputs], e.radius[outputs], e.exponent[outputs]
        )
        flags = (t.is_real[outputs], t.special[outputs], t.no_limit[outputs])
        return Reference(
            truth=Truth(shape, enclosures, *flags, t.tier[outputs]),
            condition=self.condition[outputs],
            finite=self.finite[rows],
            bounds=replace(b, lower=b.lower[rows], upper=b.upper[rows]),
            ruler=self.ruler.take(outputs),
            special=self.special[outputs],
            explained=self.explained[outputs],
        )


def reference(ladder: Ladder, function: Function, block: Block, fmt: Format) -> Reference:
    """Compute the reference of a block."""
    return reference_to(ladder, function, block, fmt, ladder.truth(function, block))


def reference_to(
    ladder: Ladder, function: Function, block: Block, fmt: Format, truth: Truth
) -> Reference:
    """Compute the reference of a block whose exact values are known."""
    finite = np.ones(block.n_rows, dtype=bool)
    for argument in block.arguments:
        if isinstance(argument, np.ndarray):
            finite &= np.isfinite(widened(argument)).reshape(block.n_rows, -1).all(axis=1)
    bounds = _bounds(function, block, fmt, finite)
    condition = _condition(ladder, function, block, fmt, truth, finite)
    return Reference.of(truth, condition, finite, bounds, fmt)


def floor_of(function: Function, fmt: Format) -> Fraction:
    """Return what κ is relative to where |y| is less: 2**emin where values cancel, else 0.

    E is relative to no less than 2**emin. Most functions have small slopes where their value is
    small; what cancels to 0 moves by as much as any other value.
    """
    return power_of_two(fmt.emin) if function.cancels else Fraction(0)


def _bounds(function: Function, block: Block, fmt: Format, finite: Flags) -> RoundedBounds:
    """Return the bounds of the finite rows, and none of the others."""
    places = np.flatnonzero(finite)
    if not places.size or not block.n_terms:
        nothing = np.full(block.n_rows, np.inf)
        return RoundedBounds(-nothing, nothing)
    found = function.rounded_bounds(block.take(places), fmt)
    shape = (block.n_rows, *found.lower.shape[1:])
    lower, upper = np.full(shape, -np.inf), np.full(shape, np.inf)
    lower[places], upper[places] = found.lower, found.upper
    return RoundedBounds(lower, upper, found.lower_excusable, found.upper_excusable)


def _condition(
    ladder: Ladder, function: Function, block: Block, fmt: Format, truth: Truth, finite: Flags
) -> Floats:
    outputs_per_row = truth.is_real.size // max(block.n_rows, 1)
    condition = np.ones(truth.is_real.size)
    quick = finite if knows_slopes(function) else np.zeros_like(finite)
    places = np.flatnonzero(quick)
    if places.size and outputs_per_row and block.n_terms:
        slopes = np.full(truth.is_real.size, -np.inf)
        entries = (places[:, None] * outputs_per_row + np.arange(outputs_per_row)).ravel()
        known = truth.enclosures.take(entries)
        slopes[entries] = log_weighted_slopes(function, block.take(places), known)
        sizes = log_magnitude(truth.enclosures)
        if function.cancels:
            sizes = np.maximum(sizes, fmt.emin * np.log(2.0))
        with np.errstate(over="ignore", invalid="ignore"):
            condition = np.exp(slopes - sizes)
    for entry in np.flatnonzero(truth.is_real & ~np.repeat(quick, outputs_per_row)):
        row, output = divmod(int(entry), outputs_per_row)
        enclosure = truth.enclosures.at(int(entry))
        if enclosure is not None:
            condition[entry] = ladder.condition(
                function, block.point(row), output, enclosure, floor_of(function, fmt)
            )
    return np.where(truth.is_real & ~np.isnan(condition), condition, 1.0)
