"""The error of one result, in rational arithmetic."""

from __future__ import annotations

import enum
import math
from fractions import Fraction

from lse_verify.enclosure import Enclosure
from lse_verify.formats import Format, power_of_two


class Spurious(enum.Enum):
    """A result that is no approximation of the finite truth.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from lse_verify import FORMATS, error_ulps
    >>> error_ulps(float("nan"), Fraction(1), FORMATS["binary64"])
    <Spurious.NAN: 'spurious NaN'>
    """

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


def error_ulps(
    got: float | Fraction, truth: Fraction, fmt: Format, side: int = 0
) -> Fraction | Spurious:
    """Return the error of a result, in units in the last place of the exact value.

    Parameters
    ----------
    got : float or Fraction
        What the implementation returned, a value of `fmt` (or ±∞, or NaN); or any rational. Of a
        format without infinity NaN is the answer to what rounds beyond its largest float, of
        either sign.
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
    if isinstance(got, Fraction):
        return abs(got - truth) / ulp(truth, fmt, side)
    if math.isnan(got):
        rounded = fmt.round(truth, side=side)
        if fmt.has_infinity or math.isfinite(rounded):
            return Spurious.NAN
        got = rounded
    if math.isinf(got):
        same_sign = (got > 0) == (truth > 0)
        if not same_sign or fmt.exponent(truth, side) < fmt.emax:
            return Spurious.INFINITY
        after_largest = (fmt.top_steps + 1) * power_of_two(fmt.top_quantum)
        return max(after_largest - abs(truth), Fraction(0)) / ulp(truth, fmt, side)
    return abs(Fraction(got) - truth) / ulp(truth, fmt, side)


def enclosed_error(
    got: float | Fraction, truth: Enclosure, fmt: Format
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

    Examples
    --------
    >>> from fractions import Fraction
    >>> from lse_verify import FORMATS, Enclosure
    >>> truth = Enclosure(Fraction(10), Fraction(10) + Fraction(1, 2**60))
    >>> low, high = enclosed_error(10.0, truth, FORMATS["binary64"])
    >>> float(low), float(high)
    (0.0, 0.00048828125)
    """
    lo_side, hi_side = truth.sides
    at_lo = error_ulps(got, truth.lo, fmt, lo_side)
    at_hi = error_ulps(got, truth.hi, fmt, hi_side)
    if isinstance(at_lo, Spurious) or isinstance(at_hi, Spurious):
        return at_lo if isinstance(at_lo, Spurious) and at_lo is at_hi else None
    is_rational = isinstance(got, Fraction)
    if not is_rational and math.isnan(got) and truth.lo < 0 < truth.hi:
        # It stands for what overflows on either side, and not for what lies between.
        return None
    ulp_lo, ulp_hi = ulp(truth.lo, fmt, lo_side), ulp(truth.hi, fmt, hi_side)
    largest = max(at_lo, at_hi)
    inside = (is_rational or math.isfinite(got)) and truth.lo <= Fraction(got) <= truth.hi
    smallest = Fraction(0) if inside else min(at_lo, at_hi)
    if ulp_lo == ulp_hi and not truth.lo < 0 < truth.hi:
        return smallest, largest
    # The ulp changes inside the interval: the quotient is bounded, not monotone.
    ratio = max(ulp_lo, ulp_hi) / min(ulp_lo, ulp_hi)
    if truth.lo < 0 < truth.hi:
        ratio = max(ulp_lo, ulp_hi) / power_of_two(fmt.emin - fmt.precision + 1)
    return smallest / ratio, largest * ratio
