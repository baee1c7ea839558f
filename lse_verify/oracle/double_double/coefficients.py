"""Series and constants as double-doubles, computed from exact rationals.

Nothing is typed in as digits: each coefficient is the double-double nearest to a rational,
and a constant is cut out of a rational that is 2**-300 away from it.
"""

from __future__ import annotations

import math
from fractions import Fraction

DoubleDouble = tuple[float, float]


def double_double(value: Fraction) -> DoubleDouble:
    """Return the binary64 nearest to a rational, and the one nearest to what is left.

    Examples
    --------
    >>> hi, lo = double_double(Fraction(1, 3))
    >>> hi.hex(), lo.hex()
    ('0x1.5555555555555p-2', '0x1.5555555555555p-56')
    """
    # Division of Python integers rounds correctly.
    hi = value.numerator / value.denominator
    rest = value - Fraction(hi)
    return hi, rest.numerator / rest.denominator


def coth_series(n_terms: int) -> tuple[Fraction, ...]:
    """Return bₙ = B₂ₙ/(2n)!, n = 1 … n_terms, with B the Bernoulli numbers.

    They are the coefficients of r/(eʳ − 1) = 1 − r/2 + Σ bₙ r²ⁿ: the reciprocal of the power
    series (eʳ − 1)/r = Σ rʲ/(j + 1)!, found term by term.

    Examples
    --------
    >>> coth_series(3)
    (Fraction(1, 12), Fraction(-1, 720), Fraction(1, 30240))
    """
    series = [Fraction(1)]
    for degree in range(1, 2 * n_terms + 1):
        terms = (series[degree - j] / math.factorial(j + 1) for j in range(1, degree + 1))
        series.append(-sum(terms, Fraction(0)))
    return tuple(series[2::2])


def exp_series(degree: int) -> tuple[Fraction, ...]:
    """Return 1/j!, j = 0 … degree.

    Examples
    --------
    >>> exp_series(3)
    (Fraction(1, 1), Fraction(1, 1), Fraction(1, 2), Fraction(1, 6))
    """
    return tuple(Fraction(1, math.factorial(j)) for j in range(degree + 1))


def atanh_series(n_terms: int) -> tuple[Fraction, ...]:
    """Return 1/(2n + 1), n = 1 … n_terms: atanh(s)/s = 1 + Σ s²ⁿ/(2n + 1).

    Examples
    --------
    >>> atanh_series(3)
    (Fraction(1, 3), Fraction(1, 5), Fraction(1, 7))
    """
    return tuple(Fraction(1, 2 * n + 1) for n in range(1, n_terms + 1))


def _log_two() -> Fraction:
    # 2·atanh(1/3), cut where the rest is below 9**-100 < 2**-300.
    third = Fraction(1, 3)
    return 2 * sum((third ** (2 * n + 1) / (2 * n + 1) for n in range(100)), Fraction(0))


LOG_TWO = _log_two()
"""A rational less than 2**-300 below log 2."""


def log_two_parts() -> tuple[float, float, float]:
    """Cut log 2 in three: a multiple of 2**-37, one of 2**-74, and the rest in binary64.

    The first two have at most 37 bits, so that their products with an integer of up to
    16 bits are exact. What all three leave out is below 2**-128.
    """
    first = Fraction(round(LOG_TWO * 2**37), 2**37)
    second = Fraction(round((LOG_TWO - first) * 2**74), 2**74)
    return float(first), float(second), double_double(LOG_TWO - first - second)[0]
