"""RD and RU of bounds that depend on one float of a row, for many rows at once.

``factor·x + constant`` with a float x a row is summed as a double-double whose error is known,
and rounded where its last part has a sure sign. What is left, and what over- or underflows on
the way, is rounded as the rational that it is.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.formats import Format, power_of_two

_SPLITTER = 2.0**27 + 1
_SAFE = (2.0**-900, 2.0**900)
"""Between them a product and what Veltkamp's splitting makes of it are exact."""

_LARGEST_CONSTANT = power_of_two(1000)


def rounded_up(factor: Fraction, x: Floats, constant: Fraction, fmt: Format) -> Floats:
    """Return RU(factor·x + constant) for each x, the values of the format (or ±∞) as binary64.

    Parameters
    ----------
    factor, constant : Fraction
        The same for all.
    x : ndarray of float64
        Finite.
    fmt : Format
        The format.

    Examples
    --------
    >>> from lse_verify.formats import BINARY16
    >>> rounded_up(Fraction(1), np.array([1.0, 0.0]), Fraction(1, 2**20), BINARY16).tolist()
    [1.0009765625, 9.5367431640625e-07]
    """
    with np.errstate(all="ignore"):
        hi, lo, error = _affine(factor, x, constant)
    sure = np.isfinite(hi) & np.isfinite(error)
    if not fmt.has_infinity:
        # What lies beyond the largest is no float of its own, to step to or from.
        sure &= np.abs(hi) < fmt.largest
    # Not -0 for 0, here as everywhere: a bound of 0 is written down without a sign.
    known = np.where(sure, hi, 0.0) + 0.0
    near = fmt.cast(known)
    wide = near.astype(np.float64)
    # Where hi is no float of the format, what is added to it decides nothing.
    sure &= (wide != known) | (np.abs(lo) > error) | (error == 0)
    below = (wide < known) | ((wide == known) & (lo > 0))
    up = np.where(below, fmt.next_up(near).astype(np.float64), wide)
    for place in np.flatnonzero(~sure):
        up[place] = fmt.round(factor * Fraction(float(x[place])) + constant, "up")
    return up


def rounded_down(factor: Fraction, x: Floats, constant: Fraction, fmt: Format) -> Floats:
    """Return RD(factor·x + constant) for each x: the mirror image of `rounded_up`."""
    return 0.0 - rounded_up(factor, -x, -constant, fmt)


def _affine(factor: Fraction, x: Floats, constant: Fraction) -> tuple[Floats, Floats, Floats]:
    """Return factor·x + constant as hi + lo, |lo| at most half an ulp of hi, and how far it is off.

    NaN stands where it might be farther off than can be told.
    """
    product, product_lo = _times(factor, x)
    if abs(constant) >= _LARGEST_CONSTANT:
        return product, product_lo, np.full(x.shape, np.nan)
    constant_hi = float(constant)
    constant_lo = float(constant - Fraction(constant_hi))
    total, rest = _two_sum(product, constant_hi)
    tail = rest + (product_lo + constant_lo)
    hi, lo = _two_sum(total, tail)
    if constant == 0:
        return hi, lo, np.zeros(x.shape)
    parts = np.abs(rest) + np.abs(product_lo) + abs(constant_lo)
    # Two additions of the parts, and the third part of the constant.
    error = 2.0**-51 * parts + 2.0**-104 * abs(constant_hi) + 2.0**-1070
    return hi, lo, error


def _times(factor: Fraction, x: Floats) -> tuple[Floats, Floats]:
    """Return the product exactly (Dekker), NaN where it might not be; not of a factor of 1."""
    if factor == 1:
        return x, np.zeros_like(x)
    multiplier = float(factor)
    product = multiplier * x
    a, a_lo = _split(np.asarray(multiplier))
    b, b_lo = _split(x)
    product_lo = ((a * b - product) + a * b_lo + a_lo * b) + a_lo * b_lo
    sizes = np.abs(np.stack(np.broadcast_arrays(multiplier, x, product)))
    safe = (sizes > _SAFE[0]).all(axis=0) & (sizes < _SAFE[1]).all(axis=0) | (x == 0)
    exact = safe & (Fraction(multiplier) == factor)
    return np.where(exact, product, np.nan), product_lo


def _split(values: Floats) -> tuple[Floats, Floats]:
    """Return two halves of the significands, of 26 bits each (Veltkamp)."""
    scaled = _SPLITTER * values
    high = scaled - (scaled - values)
    return high, values - high


def _two_sum(a: Floats, b: Floats | float) -> tuple[Floats, Floats]:
    """Return the rounded sum and what it lacks, exactly (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
