"""Rationals as decimals, correctly rounded, whatever their size."""

from __future__ import annotations

import math
from fractions import Fraction

from gmpy2 import mpz

from lse_verify.formats import floor_log2


def decimal_string(value: Fraction, digits: int, side: int = 0) -> str:
    """Write a rational with so many significant digits, correctly rounded half to even.

    Parameters
    ----------
    value : Fraction
        The number.
    digits : int
        How many significant digits, at least one.
    side : {-1, 0, 1}
        Write the real infinitesimally below or above `value` instead.
    """
    if digits < 1:
        raise ValueError(f"a decimal needs at least 1 digit, not {digits}")
    if value == 0:
        return "0"
    magnitude = abs(value)
    # log10 from log2 is off by at most one; the loop below settles it.
    exponent = int(floor_log2(magnitude) * 0.30102999566398)
    while magnitude >= Fraction(10) ** (exponent + 1):
        exponent += 1
    while magnitude < Fraction(10) ** exponent:
        exponent -= 1
    scaled = magnitude / Fraction(10) ** (exponent - digits + 1)
    # An infinitesimal changes the digits only where it settles a tie.
    settles = side != 0 and scaled.denominator == 2
    outward = (side > 0) == (value > 0)
    integer = math.floor(scaled) + outward if settles else round(scaled)
    if integer == 10**digits:
        integer, exponent = integer // 10, exponent + 1
    # Python writes no more than 4,300 digits of an integer.
    return ("-" if value < 0 else "") + _place_point(mpz(integer).digits(), exponent)


def _place_point(text: str, exponent: int) -> str:
    """Put the decimal point into a string of digits: fixed notation near 1, else ``e±n``."""
    if 0 <= exponent < min(len(text), 16):
        head, tail = text[: exponent + 1], text[exponent + 1 :]
        return f"{head}.{tail}" if tail else head
    if -5 <= exponent < 0:
        return "0." + "0" * (-exponent - 1) + text
    mantissa = f"{text[0]}.{text[1:]}" if len(text) > 1 else text
    return f"{mantissa}e{exponent:+d}"
