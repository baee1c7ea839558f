"""Binary exponents of rationals, exactly."""

from __future__ import annotations

from fractions import Fraction


def floor_log2(magnitude: Fraction) -> int:
    """Return ⌊log₂ m⌋ for a positive rational m, exactly.

    Examples
    --------
    >>> floor_log2(Fraction(1, 3)), floor_log2(Fraction(8))
    (-2, 3)
    """
    numerator, denominator = magnitude.numerator, magnitude.denominator
    guess = numerator.bit_length() - denominator.bit_length()
    # 2**(guess - 1) < m < 2**(guess + 1): one comparison decides.
    at_least = (
        numerator >= denominator << guess if guess >= 0 else numerator << -guess >= denominator
    )
    return guess if at_least else guess - 1


def power_of_two(exponent: int) -> Fraction:
    """Return 2**exponent as a Fraction, also for negative exponents."""
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)
