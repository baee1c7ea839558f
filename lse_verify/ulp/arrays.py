"""The errors of many results, in binary64 and with what they are uncertain by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import ZERO_EXPONENT, EnclosureArray, Floats, in_quanta
from lse_verify.formats import FloatArray, Format

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ErrorArray:
    """Errors of many results against their enclosures.

    Attributes
    ----------
    ulps : ndarray of float64
        The error in ulps; NaN where it is spurious or not known. An error too large for
        binary64 is the largest finite binary64, a lower bound.
    uncertainty : ndarray of float64
        The true error is within this of `ulps`, unless that is the largest binary64.
    at_most_half, below_one : ndarray of bool
        On which side of ½ and of 1 the error is.
    near_limit : ndarray of bool
        Where the enclosures do not settle one of these two: ask a better oracle.
    spurious_nan, spurious_infinity : ndarray of bool
        Results that are no approximation of the truth.
    undecided : ndarray of bool
        Entries that the enclosures do not settle at all: ask a better oracle.
    """

    ulps: Floats
    uncertainty: Floats
    at_most_half: Flags
    below_one: Flags
    near_limit: Flags
    spurious_nan: Flags
    spurious_infinity: Flags
    undecided: Flags


def error_ulps_array(got: FloatArray, truth: EnclosureArray, fmt: Format) -> ErrorArray:
    """Measure many results at once: the array twin of `error_ulps`.

    Parameters
    ----------
    got : ndarray, shape (m,)
        Results in the format's dtype.
    truth : EnclosureArray
        Their m enclosures.
    fmt : Format
        The format.

    Examples
    --------
    >>> import lse_verify
    >>> truth = lse_verify.truth("softplus", np.array([20.1]))
    >>> errors = error_ulps_array(np.array([20.1]), truth, lse_verify.FORMATS["binary64"])
    >>> int(errors.ulps[0])
    524953
    """
    return Ruler.of(truth, fmt).errors(got.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Ruler:
    """Truths in units of a format's spacing at each: made once, held against many answers.

    Attributes
    ----------
    fmt : Format
        The format.
    high, low, spread : ndarray of float64
        Centres as unevaluated sums, and radii, in ulps of the truth.
    quantum_exponent : ndarray of int32
        log₂ of that ulp.
    lowest, highest : ndarray of int64
        The least and the largest ⌊log₂ |y|⌋ that an enclosure allows.
    sign : ndarray of float64
        ±1, the sign of each centre.
    """

    fmt: Format
    high: Floats
    low: Floats
    spread: Floats
    quantum_exponent: NDArray[np.int32]
    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]
    sign: Floats

    @classmethod
    def of(cls, truth: EnclosureArray, fmt: Format) -> Ruler:
        """Return the ruler that many answers are held against."""
        units = in_quanta(truth, fmt)
        return cls(fmt, *units, *truth.exponent_range(), np.copysign(1.0, truth.hi))

    def take(self, places: NDArray[np.intp] | slice) -> Ruler:
        """Return the ruler of some of the truths."""
        return Ruler(
            self.fmt,
            self.high[places],
            self.low[places],
            self.spread[places],
            self.quantum_exponent[places],
            self.lowest[places],
            self.highest[places],
            self.sign[places],
        )

    def errors(self, wide: Floats) -> ErrorArray:
        """Measure an answer, given in binary64."""
        wide, nan_open = self._with_overflow(wide)
        infinite, nan = np.isinf(wide), np.isnan(wide)
        spurious_nan = nan & ~nan_open
        settled = self._settled()
        # Compared and not multiplied: arithmetic with a signalling NaN, R's NA, raises a warning.
        opposite = np.signbit(wide) != (self.sign < 0)
        beyond_zero = opposite & (self.lowest > ZERO_EXPONENT)
        spurious_infinity = infinite & (beyond_zero | (self.highest < self.fmt.emax))
        top = ~opposite & (self.lowest >= self.fmt.emax)
        measured = settled & ~nan & (~infinite | top)
        units = self._in_units(wide, infinite, nan)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            short_by = (units - self.high) - self.low
            # Infinity is right for all that lies beyond the float after the largest.
            past_end = infinite & (short_by * self.sign < 0)
            distance = np.where(past_end, 0.0, np.abs(short_by))
            distance = np.where(measured, np.minimum(distance, _LARGEST), np.nan)
            # The last term stands for what underflows when a truth far below the format is scaled.
            uncertainty = self.spread * (1 + 2.0**-50) + distance * 2.0**-50 + 2.0**-1070
            uncertainty[~measured] = np.nan
            at_most_half, below_one = distance <= 0.5, distance < 1.0
            near = np.abs(np.abs(distance - 0.75) - 0.25) <= uncertainty + 2.0**-20
        places = np.flatnonzero(near)
        at = self.take(places)
        half, one = at._beyond(units[places], np.array([[0.5], [1.0]]))
        # Beside an exact power of two the float below is half an ulp away, and not the nearest.
        at_most_half[places] = (half < 0) | ((half == 0) & ~at._is_float())
        below_one[places] = one < 0
        near[places] = np.isnan(half) | np.isnan(one)
        return ErrorArray(
            ulps=distance,
            uncertainty=uncertainty,
            at_most_half=at_most_half,
            below_one=below_one,
            near_limit=near,
            spurious_nan=spurious_nan,
            spurious_infinity=spurious_infinity,
            undecided=~(measured | spurious_nan | spurious_infinity),
        )

    def _with_overflow(self, wide: Floats) -> tuple[Floats, Flags]:
        """Return an answer with ∞ where NaN stands for it, and tell where that is open."""
        nan = np.isnan(wide)
        if self.fmt.has_infinity or not nan.any():
            return wide, np.zeros_like(nan)
        # As in `EnclosureArray.rounded`, of the midpoint beyond the largest, which is even.
        with np.errstate(over="ignore", under="ignore"):
            turn = np.ldexp(self.fmt.top_steps + 0.5, self.fmt.top_quantum - self.quantum_exponent)
            high = np.minimum(np.abs(self.high), 2.0**1000)
            beyond = (high - turn) + np.where(high < 2.0**1000, self.sign * self.low, 0.0)
            clear = (np.abs(beyond) > self.spread * (1 + 2.0**-40)) | (self.spread == 0)
        overflow = nan & clear & (beyond > 0)
        return np.where(overflow, np.copysign(np.inf, self.sign), wide), nan & ~clear

    def _settled(self) -> Flags:
        """Tell where the ulp is known."""
        lowest, highest = self.lowest, self.highest
        emin, emax = self.fmt.emin, self.fmt.emax
        # As np.clip of both to the range of the format would be equal.
        return np.asarray((lowest == highest) | (highest <= emin) | (lowest >= emax))

    def _in_units(self, wide: Floats, infinite: Flags, nan: Flags) -> Floats:
        """Return results in ulps of the truth, infinity as the float after the largest."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            units = np.ldexp(wide, -self.quantum_exponent)
        units[nan] = 0.0
        units[infinite] = (self.fmt.top_steps + 1) * self.sign[infinite]
        return units

    def _beyond(self, units: Floats, limits: Floats) -> Floats:
        """Return by how much errors near the limits are above them, NaN where that is open.

        units − high and its difference from a limit are exact there, save where the truth is
        far below one ulp; what the first then lacks is carried along. Only the last
        subtraction rounds, and its sign is right.
        """
        with np.errstate(all="ignore"):
            apart = units - self.high
            part = apart - units
            lacking = (units - (apart - part)) + (-self.high - part)
            tail = self.low - lacking
            side = np.where(apart < tail, -1.0, 1.0)
            beyond = (side * apart - limits) - side * tail
            rounded = np.where(lacking == 0, 0.0, np.abs(tail))
            doubt = self.spread * (1 + 2.0**-50) + 2.0**-50 * (np.abs(beyond) + rounded)
            sure = (np.abs(beyond) > doubt) & (np.abs(beyond) > _UNDERFLOW_FREE)
        # Farther up, so that the low parts have lost nothing either.
        exact = (self.spread == 0) & (np.abs(self.high) > _UNDERFLOW_FREE * 2.0**60)
        return np.where(sure | exact, beyond, np.nan)

    def _is_float(self) -> Flags:
        """Tell where the centre is a float of the format, or as far apart as these beyond them."""
        return np.asarray((self.low == 0) & (self.high == np.rint(self.high)))


_LARGEST = float(np.finfo(np.float64).max)

_UNDERFLOW_FREE = 2.0**-1000
"""What is larger has lost less than one part in 2**70 by being scaled to ulps."""
