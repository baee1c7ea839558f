"""The error measure: how many units in the last place a result is from the exact real.

One definition (MATHEMATICS, section 3), against the exact real value and never against
its rounding::

    e(r)   = min(max(floor(log2 |r|), emin), emax)
    ulp(r) = 2**(e(r) - (p - 1))
    error  = |got - y| / ulp(y)            0.5 or less: a nearest float

The last equivalence has one exception: at a y that is itself a power of two, the float below
it is half an ulp away too, and yet not the nearest. Truths of this family are transcendental
save for exact cases such as softmax = 1/2; there, compare with the rounding itself.

`error_ulps` is that definition in rational arithmetic; `enclosed_error` applies it to an
interval that holds y; `error_ulps_array` is the fast twin on arrays.

A `got` of ±∞ is the float after the largest when y lies in the top binade or beyond, with
the same sign; anywhere else it is *spurious*, as NaN always is. Neither ever becomes a
number that could enter a mean.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import ZERO_EXPONENT, Enclosure, EnclosureArray, in_quanta
from lse_verify.formats import FloatArray, Format, power_of_two


class Spurious(enum.Enum):
    """A result that is no approximation of the finite truth."""

    NAN = "spurious NaN"
    INFINITY = "spurious infinity"


def ulp(value: Fraction, fmt: Format, side: int = 0) -> Fraction:
    """Return the unit in the last place of a real, in a format.

    Parameters
    ----------
    value : Fraction
        The real number.
    fmt : Format
        The format.
    side : {-1, 0, 1}
        Measure infinitesimally below or above `value` instead.

    Returns
    -------
    Fraction
        A power of two.

    Examples
    --------
    >>> from lse_verify.formats import BINARY64
    >>> ulp(Fraction(1), BINARY64) == Fraction(math.ulp(1.0))
    True
    """
    return power_of_two(fmt.exponent(value, side) - (fmt.precision - 1))


def error_ulps(got: float, truth: Fraction, fmt: Format, side: int = 0) -> Fraction | Spurious:
    """Return the error of a result, in units in the last place of the exact value.

    Parameters
    ----------
    got : float
        What the implementation returned, a value of `fmt` (or ±∞, or NaN).
    truth : Fraction
        The exact real value.
    fmt : Format
        The format that the result was asked for in.
    side : {-1, 0, 1}
        Measure against the real infinitesimally below or above `truth` instead.

    Returns
    -------
    Fraction or Spurious
        The exact error; or the kind of failure where there is no distance to measure.

    Examples
    --------
    >>> from lse_verify.formats import BINARY64
    >>> float(error_ulps(0.0, Fraction(1, 3), BINARY64)) == 2**54 / 3
    True
    >>> error_ulps(float("inf"), Fraction(1), BINARY64)
    <Spurious.INFINITY: 'spurious infinity'>
    """
    if math.isnan(got):
        return Spurious.NAN
    if math.isinf(got):
        same_sign = (got > 0) == (truth > 0)
        if not same_sign or fmt.exponent(truth, side) < fmt.emax:
            return Spurious.INFINITY
        missing = power_of_two(fmt.emax + 1) - abs(truth)
        return max(missing, Fraction(0)) / ulp(truth, fmt, side)
    return abs(Fraction(got) - truth) / ulp(truth, fmt, side)


def enclosed_error(
    got: float, truth: Enclosure, fmt: Format
) -> tuple[Fraction, Fraction] | Spurious | None:
    """Return bounds of the error of a result whose truth is known to an interval.

    Returns
    -------
    (low, high) or Spurious or None
        The error in ulps lies in ``[low, high]``; None while it is undecided whether the
        result is spurious.

    Notes
    -----
    An open end that is missed by an infinitesimal leaves the bounds closed: strictness
    matters to the ulp of the end and to the comparison of `high` with 0.5, where the exact
    value is never attained (MATHEMATICS, section 4).
    """
    lo_side, hi_side = truth.sides
    at_lo = error_ulps(got, truth.lo, fmt, lo_side)
    at_hi = error_ulps(got, truth.hi, fmt, hi_side)
    if isinstance(at_lo, Spurious) or isinstance(at_hi, Spurious):
        return at_lo if isinstance(at_lo, Spurious) and at_lo is at_hi else None
    ulp_lo, ulp_hi = ulp(truth.lo, fmt, lo_side), ulp(truth.hi, fmt, hi_side)
    largest = max(at_lo, at_hi)
    inside = math.isfinite(got) and truth.lo <= Fraction(got) <= truth.hi
    smallest = Fraction(0) if inside else min(at_lo, at_hi)
    if ulp_lo == ulp_hi and not truth.lo < 0 < truth.hi:
        return smallest, largest
    # The ulp changes inside the interval: the quotient is bounded, not monotone.
    ratio = max(ulp_lo, ulp_hi) / min(ulp_lo, ulp_hi)
    if truth.lo < 0 < truth.hi:
        ratio = max(ulp_lo, ulp_hi) / power_of_two(fmt.emin - fmt.precision + 1)
    return smallest / ratio, largest * ratio


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
    spurious_nan, spurious_infinity : ndarray of bool
        Results that are no approximation of the truth.
    undecided : ndarray of bool
        Entries that the enclosures do not settle: ask a better oracle.
    """

    ulps: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    spurious_nan: NDArray[np.bool_]
    spurious_infinity: NDArray[np.bool_]
    undecided: NDArray[np.bool_]


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
    """
    wide = got.astype(np.float64)
    high, low, spread, quantum_exponent = in_quanta(truth, fmt)
    lowest, highest = truth.exponent_range()
    settled = np.clip(lowest, fmt.emin, fmt.emax) == np.clip(highest, fmt.emin, fmt.emax)
    same_sign = np.signbit(wide) == np.signbit(truth.hi)
    infinite, nan = np.isinf(wide), np.isnan(wide)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        in_units = np.ldexp(np.where(infinite | nan, 0.0, wide), -quantum_exponent)
        after_largest = np.copysign(2.0**fmt.precision, truth.hi)
        in_units = np.where(infinite, after_largest, in_units)
        short_by = (in_units - high) - low
        # Infinity is right for all that lies beyond the float after the largest.
        past_end = infinite & (short_by * np.copysign(1.0, truth.hi) < 0)
        distance = np.where(past_end, 0.0, np.abs(short_by))
        distance = np.minimum(distance, np.finfo(np.float64).max)
        # The last term stands for what underflows when a truth far below the format is scaled.
        uncertainty = spread * (1 + 2.0**-50) + distance * 2.0**-50 + 2.0**-1070
    opposite = ~same_sign & (lowest > ZERO_EXPONENT)
    spurious_infinity = infinite & (opposite | (highest < fmt.emax))
    beyond_or_top = same_sign & (lowest >= fmt.emax)
    measured = settled & ~nan & (~infinite | beyond_or_top)
    return ErrorArray(
        ulps=np.where(measured, distance, np.nan),
        uncertainty=np.where(measured, uncertainty, np.nan),
        spurious_nan=nan,
        spurious_infinity=spurious_infinity,
        undecided=~(measured | nan | spurious_infinity),
    )
