"""Many enclosures: scaled double-double centres with radii, the fast twin of `Enclosure`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure.interval import Enclosure
from lse_verify.formats import FloatArray, Format, floor_log2, power_of_two

Floats = NDArray[np.float64]

_BELOW_EVERYTHING = -21000
"""Exponents of array truths are clipped here: far below the half subnormal of any format."""

ZERO_EXPONENT = -(2**40)
"""Stands for ⌊log₂ 0⌋: below the exponent of every array truth."""


@dataclass(frozen=True, slots=True)
class EnclosureArray:
    """Many enclosures: each is ``(hi + lo ± radius) · 2**exponent``.

    Attributes
    ----------
    hi, lo, radius : ndarray of float64
        Centre as an unevaluated sum with 0.5 ≤ |hi| < 1 and |lo| ≤ 2**-54, half an ulp of
        hi (or both zero), and half width. A radius that is not finite says that nothing is
        known here.
    exponent : ndarray of int64
        The common exponent, so that no truth over- or underflows, however small.

    Examples
    --------
    >>> import lse_verify
    >>> found = lse_verify.truth("logsumexp", [[0.0, -40.0], [0.0, -2000.0]])
    >>> len(found), found.exponent.tolist(), found.at(0).decimal(12)
    (2, [-57, -2885], '4.24835425529e-18')
    """

    hi: Floats
    lo: Floats
    radius: Floats
    exponent: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.hi.size)

    def columns(self) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
        """Return the four arrays, in the order of the attributes."""
        return self.hi, self.lo, self.radius, self.exponent

    def put(self, start: int, part: EnclosureArray) -> None:
        """Write other enclosures over those from a place on, of arrays of one dimension."""
        for whole, values in zip(self.columns(), part.columns(), strict=True):
            whole[start : start + len(part)] = values

    def at(self, index: int) -> Enclosure | None:
        """Return one entry in the exact form, or None where nothing is known."""
        if not np.isfinite(self.radius.flat[index]):
            return None
        centre = Fraction(float(self.hi.flat[index])) + Fraction(float(self.lo.flat[index]))
        half = Fraction(float(self.radius.flat[index]))
        scale = power_of_two(int(self.exponent.flat[index]))
        return Enclosure((centre - half) * scale, (centre + half) * scale)

    def take(self, indices: NDArray[np.intp]) -> EnclosureArray:
        """Return the enclosures at the given places, in that shape."""
        return EnclosureArray(
            self.hi[indices], self.lo[indices], self.radius[indices], self.exponent[indices]
        )

    def reshape(self, *shape: int) -> EnclosureArray:
        """Return the same enclosures in another shape."""
        return EnclosureArray(
            self.hi.reshape(shape),
            self.lo.reshape(shape),
            self.radius.reshape(shape),
            self.exponent.reshape(shape),
        )

    def approximate(self) -> Floats:
        """Return the centres as binary64, for uses that need no certainty."""
        with np.errstate(over="ignore", under="ignore"):
            clipped = np.clip(self.exponent, -2200, 2200).astype(np.int32)
            return np.asarray(np.ldexp(self.hi + self.lo, clipped))

    def rounded(self, fmt: Format) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Round every true value to nearest even: the array twin of `Enclosure.rounded`.

        Returns
        -------
        values : ndarray of ``fmt.dtype``
            The correct rounding, meaningless where undecided.
        decided : ndarray of bool
            Whether the enclosure settles the rounding.
        """
        high, low, spread, quantum_exponent = in_quanta(self, fmt)
        # Of magnitudes, for high - floor is inexact just below 0; and all that lies beyond
        # the cap overflows alike.
        low = np.where(self.hi < 0, -low, low)
        high = np.minimum(np.abs(high), 2.0**1000)
        floor = np.floor(high)
        floor = floor - ((floor == high) & (low < 0))
        exact = self.radius == 0
        known = np.isfinite(self.radius) & ~self.straddles_binade()
        with np.errstate(over="ignore", under="ignore"):
            # high - floor - 0.5 is exact where it may cancel, so the sign of the sum is right.
            above_middle = ((high - floor) - 0.5) + low
            odd = np.mod(floor, 2) == 1
            steps = floor + np.where(above_middle == 0, odd, above_middle > 0)
            clear = np.abs(above_middle) > spread * (1 + 2.0**-40)
            wide = np.copysign(np.ldexp(steps, quantum_exponent), self.hi)
        return fmt.cast(wide), exact | (clear & known)

    def straddles_binade(self) -> NDArray[np.bool_]:
        """Tell where the interval holds a power of two, so that its ulp is not settled."""
        magnitude_low = np.where(self.hi < 0, -self.lo, self.lo)
        # Rounding is monotone: a distance within the radius is never rounded out of it.
        near_half = np.abs((np.abs(self.hi) - 0.5) + magnitude_low) <= self.radius
        near_one = np.abs((np.abs(self.hi) - 1.0) + magnitude_low) <= self.radius
        return np.asarray((near_half | near_one | (self.hi == 0)) & (self.radius > 0))

    def exponent_range(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the least and the largest ⌊log₂ |y|⌋ that each interval allows.

        Returns
        -------
        lowest, highest : ndarray of int64
            Equal unless the interval holds a power of two, or misses one by less than
            one part in 2**48; `ZERO_EXPONENT` where it holds zero; that and its negative
            where nothing is known.
        """
        centre = np.where(self.hi == 0, ZERO_EXPONENT, self.exponent - 1 - _just_below(self))
        known = np.isfinite(self.radius)
        radius = np.where(known, self.radius, 0.0)
        with np.errstate(over="ignore", under="ignore"):
            # lo and the roundings here are within these margins.
            near, far = np.abs(self.hi) - radius - 2.0**-52, np.abs(self.hi) + radius
            inner = np.frexp(near)[1] - 1 + self.exponent
            outer = np.frexp(far * (1 + 2.0**-50))[1] - 1 + self.exponent
        straddles = self.straddles_binade()
        lowest = np.where(straddles, np.where(near > 0, inner, ZERO_EXPONENT), centre)
        highest = np.where(straddles, outer, centre)
        return np.where(known, lowest, ZERO_EXPONENT), np.where(known, highest, -ZERO_EXPONENT)


def _just_below(truth: EnclosureArray) -> NDArray[np.bool_]:
    """Tell where hi is the power of two itself and lo points towards zero."""
    # Not lo * hi < 0: that underflows to 0 for the least of tails.
    inward = np.where(truth.hi < 0, -truth.lo, truth.lo) < 0
    return np.asarray((np.abs(truth.hi) == 0.5) & inward)


def in_quanta(
    truth: EnclosureArray, fmt: Format
) -> tuple[Floats, Floats, Floats, NDArray[np.int32]]:
    """Express enclosures in units of the format's spacing at the true value.

    Returns
    -------
    high, low : ndarray of float64
        The centre in quanta as an unevaluated sum.
    spread : ndarray of float64
        The radius in quanta.
    quantum_exponent : ndarray of int32
        log₂ of the spacing, ``ulp(y) = 2**quantum_exponent``.
    """
    # hi is in [0.5, 1): |y| is in the binade of exponent - 1, or in the one below.
    binade = np.clip(truth.exponent - 1 - _just_below(truth), fmt.emin, fmt.emax)
    binade = np.where(truth.hi == 0, fmt.emin, binade)
    quantum_exponent = (binade - (fmt.precision - 1)).astype(np.int32)
    shift = np.clip(truth.exponent - quantum_exponent, -3000, 3000).astype(np.int32)
    with np.errstate(over="ignore", under="ignore"):
        return (
            np.asarray(np.ldexp(truth.hi, shift)),
            np.asarray(np.ldexp(truth.lo, shift)),
            np.asarray(np.ldexp(truth.radius, shift)),
            quantum_exponent,
        )


def enclosure_array(rows: list[tuple[float, float, float, int]]) -> EnclosureArray:
    """Collect (hi, lo, radius, exponent) quadruples into one array of enclosures."""
    table = np.array([row[:3] for row in rows], dtype=np.float64).reshape(-1, 3)
    exponents = [min(max(row[3], _BELOW_EVERYTHING), -_BELOW_EVERYTHING) for row in rows]
    return EnclosureArray(
        np.ascontiguousarray(table[:, 0]),
        np.ascontiguousarray(table[:, 1]),
        np.ascontiguousarray(table[:, 2]),
        np.array(exponents, dtype=np.int64),
    )


def split(value: Fraction) -> tuple[float, float, float, int]:
    """Return one rational as (hi, lo, radius, exponent), certain to hold it.

    The radius is zero only if nothing is left over, however small the rest.

    Examples
    --------
    >>> split(Fraction(3))
    (0.75, 0.0, 0.0, 2)
    """
    if value == 0:
        return 0.0, 0.0, 0.0, 0
    exponent = floor_log2(abs(value)) + 1
    mantissa = value / power_of_two(exponent)
    hi = _nearest(mantissa)
    if abs(hi) == 1.0:
        # The mantissa rounded up to the next binade: keep 0.5 <= |hi| < 1.
        exponent, mantissa, hi = exponent + 1, mantissa / 2, hi / 2
    lo = _nearest(mantissa - Fraction(hi))
    rest = abs(mantissa - Fraction(hi) - Fraction(lo))
    # The nearest binary64 may lie below the rest, or be 0: one float up is certain.
    return hi, lo, (math.nextafter(_nearest(rest), math.inf) if rest else 0.0), exponent


def _nearest(value: Fraction) -> float:
    """Round a rational of magnitude at most 1 to binary64 (Fraction division is correct)."""
    return value.numerator / value.denominator
