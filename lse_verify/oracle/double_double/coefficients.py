"""Series and constants as double-doubles, computed from exact rationals.

Nothing is typed in as digits: each coefficient is the double-double nearest to a rational,
and a constant is cut out of a rational that is 2**-290 away from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def chebyshev(degree: int, low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
    """Return the coefficients of Chebyshev's polynomial moved to an interval, lowest first.

    It is at most 1 there.

    Examples
    --------
    >>> chebyshev(2, Fraction(-1), Fraction(1))
    (Fraction(-1, 1), Fraction(0, 1), Fraction(2, 1))
    """
    # z runs from -1 to 1, and T(n + 1) = 2z·T(n) - T(n - 1).
    constant, slope = -(low + high) / (high - low), 2 / (high - low)
    # T(-1) = T(1) = z makes the first step like the others.
    earlier, found = [constant, slope], [Fraction(1)]
    for _ in range(degree):
        following = [2 * constant * a for a in found] + [Fraction(0)]
        for i, a in enumerate(found):
            following[i + 1] += 2 * slope * a
        for i, a in enumerate(earlier):
            following[i] -= a
        earlier, found = found, following
    return tuple(found)


def economised(
    series: Sequence[Fraction], n_terms: int, low: Fraction, high: Fraction
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Return a shorter polynomial that is close to another on an interval, and how close.

    Term by term from the highest, a multiple of Chebyshev's polynomial is taken off that
    cancels it: each changes the value by no more than its factor.

    Examples
    --------
    >>> economised([Fraction(0), Fraction(0), Fraction(1)], 2, Fraction(-1), Fraction(1))
    ((Fraction(1, 2), Fraction(0, 1)), Fraction(1, 2))
    """
    kept, error = tuple(series), Fraction(0)
    while len(kept) > n_terms:
        polynomial = chebyshev(len(kept) - 1, low, high)
        factor = kept[-1] / polynomial[-1]
        kept = tuple(a - factor * b for a, b in zip(kept, polynomial, strict=True))[:-1]
        error += abs(factor)
    return kept, error


def logarithm(value: Fraction) -> Fraction:
    """Return a rational less than 2**-290 away from log(value), for ½ ≤ value ≤ 2.

    2·atanh(s), s = (value − 1)/(value + 1), in units of 2**-300: |s| ≤ ⅓, so that what is cut is
    below 9**-100 and each of 100 terms is off by a few units.
    """
    unit = 2**300
    s = (value - 1) / (value + 1)
    power = round(s * unit)
    square = s.numerator**2, s.denominator**2
    total = 0
    for n in range(100):
        total += power // (2 * n + 1)
        power = power * square[0] // square[1]
    return Fraction(2 * total, unit)


LOG_TWO = logarithm(Fraction(2))
"""A rational less than 2**-290 away from log 2."""


def log_two_parts() -> tuple[float, float, float]:
    """Cut log 2 in three: a multiple of 2**-37, one of 2**-74, and the rest in binary64.

    The first two have at most 37 bits, so that their products with an integer of up to
    16 bits are exact. What all three leave out is below 2**-128.
    """
    first = Fraction(round(LOG_TWO * 2**37), 2**37)
    second = Fraction(round((LOG_TWO - first) * 2**74), 2**74)
    return float(first), float(second), double_double(LOG_TWO - first - second)[0]
