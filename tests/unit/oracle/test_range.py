"""The whole range of binary64: subnormal, huge and nearly cancelled results, huge parameters.

Expected values come from mpmath's plain floats on the textbook formula at 6000 bits, or are
worked out by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from mpmath.ctx_mp import MPContext
from mpmath.libmp import to_rational

from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY64, FORMATS, Format, power_of_two
from lse_verify.oracle.oracle import Oracle, digits_decided

LARGEST = 1.7976931348623157e308
Answer = Callable[..., Enclosure]
Nearest = Callable[..., float]
PLAIN = MPContext()
PLAIN.prec = 6000


def exact(value: Any) -> Fraction:
    return Fraction(*map(int, to_rational(value._mpf_)))


def textbook(row: tuple[float, ...]) -> Any:
    return PLAIN.log(PLAIN.fsum(PLAIN.exp(PLAIN.mpf(entry)) for entry in row))


def test_logsumexp_of_zero_and_minus_700_is_its_tail(nearest: Nearest) -> None:
    # log(1 + s) = s − s²/2 + …, s = e**−700: the second term is far below half an ulp.
    assert nearest("logsumexp", ((0.0, -700.0),)) == math.exp(-700)


@pytest.mark.parametrize("gap", [-709.5, -720.25, -740.0, -744.9])
def test_a_subnormal_result_is_a_whole_number_of_quanta(nearest: Nearest, gap: float) -> None:
    quanta = exact(PLAIN.exp(PLAIN.mpf(gap))) / power_of_two(-1074)
    assert nearest("logsumexp", ((0.0, gap),)) == math.ldexp(round(quanta), -1074)


def test_half_the_least_subnormal_goes_either_way_as_the_tail_says(nearest: Nearest) -> None:
    # −1075·log 2 = −745.13321910194…; exp of the floats beside it is below and above 2**−1075.
    boundary = -745.1332191019412
    below, above = math.nextafter(boundary, -math.inf), math.nextafter(boundary, 0.0)
    found = [nearest("softplus", (gap,)) for gap in (below, boundary, above)]
    half = Fraction(1, 2**1075)
    expected = [
        5e-324 if exact(PLAIN.exp(PLAIN.mpf(gap))) > half else 0.0
        for gap in (below, boundary, above)
    ]
    assert found == expected
    assert set(found) == {0.0, 5e-324}


@pytest.mark.parametrize("exponent", [*range(-1074, 1024, 61), -1022, -53, -1, 0, 1, 5, 1023])
def test_the_whole_exponent_range_is_rounded_as_the_textbook_formula_says(
    nearest: Nearest, exponent: int
) -> None:
    size = math.ldexp(1.0, exponent)
    value = exact(textbook((size, -size))) if exponent < 12 else Fraction(size)
    # From 2**12 on the tail is below e**−8192 and the maximum a float.
    assert nearest("logsumexp", ((size, -size),)) == BINARY64.round(value)


def test_equal_entries_of_the_largest_float_do_not_overflow(nearest: Nearest) -> None:
    assert nearest("logsumexp", ((LARGEST, LARGEST),)) == LARGEST


def test_a_hundred_thousand_distinct_terms_sum_as_the_geometric_series_says(
    oracle: Oracle,
) -> None:
    # Σ q**i for i < n is (1 − q**n)/(1 − q), here with q = exp(−2**−14) and n = 100,000.
    row = tuple(-i * 2.0**-14 for i in range(100_000))
    q = PLAIN.exp(-(PLAIN.mpf(2) ** -14))
    expected = exact(PLAIN.log((1 - q**100_000) / (1 - q)))
    found = oracle.enclose(FUNCTIONS["logsumexp"], (row,), 1, 128)
    assert found is not None
    assert found.lo < expected < found.hi
    assert found.relative_width_log2() < -100


def cancelling(count: int) -> tuple[float, ...]:
    """Build a row whose exponentials sum to 1 as nearly as `count` floats can, from below."""
    row = [-0.1]
    for _ in range(count - 1):
        missing = 1 - PLAIN.fsum(PLAIN.exp(PLAIN.mpf(entry)) for entry in row)
        entry = float(PLAIN.log(missing))
        while PLAIN.exp(PLAIN.mpf(entry)) >= missing:
            entry = math.nextafter(entry, -math.inf)
        row.append(entry)
    return tuple(row)


@pytest.mark.parametrize("count", [2, 3, 6, 12, 18])
def test_a_sum_that_cancels_to_zero_keeps_its_digits(nearest: Nearest, count: int) -> None:
    row = cancelling(count)
    expected = exact(textbook(row))
    assert abs(expected) < Fraction(1, 10**13) ** (count - 1)
    assert nearest("logsumexp", (row,)) == BINARY64.round(expected)


def test_the_example_of_the_specification_keeps_its_digits(answer: Answer) -> None:
    found = answer("logsumexp", ((-0.1, -2.3521684610440907),), 0, digits_decided(17))
    assert found.decimal(17) == "3.5084531757496424e-18"


@pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=lambda f: f.name)
def test_smoothmax_with_the_least_t_overflows_to_log_two_over_t(
    nearest: Nearest, fmt: Format
) -> None:
    assert nearest("smoothmax", ((0.0, -1.0), 5e-324), fmt) == math.inf
    assert nearest("smoothmin", ((0.0, -1.0), 5e-324), fmt) == -math.inf


def test_smoothmax_with_a_tiny_t_is_log_two_over_t_plus_the_mean(nearest: Nearest) -> None:
    # LSE(t·x)/t = log(2)/t + mean + O(t), with t = 2**−1000: the mean is far below an ulp.
    expected = math.ldexp(math.log(2), 1000)
    assert nearest("smoothmax", ((0.25, -1.0), 2.0**-1000)) == expected


def test_smoothmax_with_the_largest_t_is_the_maximum_from_above(answer: Answer) -> None:
    found = answer("smoothmax", ((LARGEST, -LARGEST, 1.0), LARGEST))
    assert (found.lo, found.lo_open) == (Fraction(LARGEST), True)
    assert found.rounded(BINARY64) == LARGEST


def test_the_largest_t_on_the_least_entries_is_log_two_over_t(nearest: Nearest) -> None:
    # t·x is 9e−16 at most: LSE(t·x)/t = (log 2 + (t·x)²/2 + …)/t.
    value = exact(PLAIN.log(2) / PLAIN.mpf(LARGEST))
    found = nearest("smoothmax", ((5e-324, -5e-324), LARGEST))
    assert found == BINARY64.round(value)


@pytest.mark.parametrize("trials", [1.0, 2.0**1000, LARGEST])
def test_a_cumulant_of_many_trials_is_their_number_times_softplus(
    nearest: Nearest, trials: float
) -> None:
    softplus = exact(PLAIN.log(1 + PLAIN.exp(PLAIN.mpf(-1.25))))
    expected = BINARY64.round(Fraction(trials) * softplus)
    assert nearest("binomial_cumulant", (-1.25, trials)) == expected


def test_many_trials_lift_a_tail_back_into_range(nearest: Nearest) -> None:
    # 2**1000 · e**−1000 is e**(1000·log 2 − 1000) = e**−306.9.
    value = exact(PLAIN.ldexp(PLAIN.log(1 + PLAIN.exp(-1000)), 1000))
    assert nearest("multinomial_cumulant", ((-1000.0,), 2.0**1000)) == BINARY64.round(value)
