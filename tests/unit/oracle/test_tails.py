"""Tails that no precision reaches: their sign alone decides (MATHEMATICS, section 4).

Expected values are worked out by hand; the argument stands beside each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY32,
    BINARY64,
    FORMATS,
    Format,
    power_of_two,
)
from lse_verify.oracle.oracle import error_decided
from lse_verify.ulp import enclosed_error

LARGEST = 1.7976931348623157e308
Answer = Callable[..., Enclosure]
Nearest = Callable[..., float]


@pytest.mark.parametrize("peak", [2.0**40, 1.0, -1.0, 0.5, -(2.0**-40), 5e-324, LARGEST / 2])
def test_logsumexp_is_strictly_above_a_maximum_that_no_precision_leaves(
    answer: Answer, peak: float
) -> None:
    found = answer("logsumexp", ((peak, -LARGEST),))
    assert (found.lo, found.lo_open) == (Fraction(peak), True)
    assert found.rounded(BINARY64) == peak


def test_smoothmin_is_strictly_below_its_minimum(answer: Answer) -> None:
    found = answer("smoothmin", ((1.0, LARGEST), 3.0))
    assert (found.hi, found.hi_open) == (Fraction(1), True)


@pytest.mark.parametrize(
    ("fmt", "bits"), [(BINARY16, 11), (BFLOAT16, 8), (BINARY32, 24)], ids=lambda p: str(p)
)
def test_a_maximum_between_two_floats_of_a_narrower_format_goes_up(
    nearest: Nearest, fmt: Format, bits: int
) -> None:
    # 1 + 2**−bits is the midpoint of 1 and its successor; to nearest even it would go down.
    midpoint = 1 + 2.0**-bits
    assert nearest("logsumexp", ((midpoint, -1e300),), fmt) == 1 + 2.0 ** (1 - bits)


@pytest.mark.parametrize("bits", [11, 8, 24])
def test_a_minimum_between_two_floats_of_a_narrower_format_goes_down(
    nearest: Nearest, bits: int
) -> None:
    fmt = {11: BINARY16, 8: BFLOAT16, 24: BINARY32}[bits]
    # The midpoint above the odd neighbour: to nearest even it would go up.
    midpoint = 1 + 3 * 2.0**-bits
    assert nearest("smoothmin", ((midpoint, 1e300), 1.0), fmt) == 1 + 2.0 ** (1 - bits)


def test_just_above_minus_one_the_ulp_is_that_of_the_binade_towards_zero(answer: Answer) -> None:
    # y = −1 + tail has |y| < 1: one step towards zero is 2**−53 and is an error of 1 ulp.
    got = math.nextafter(-1.0, 0.0)
    found = answer("logsumexp", ((-1.0, -1e300),), decided=error_decided(got, BINARY64))
    error = enclosed_error(got, found, BINARY64)
    assert isinstance(error, tuple)
    assert error[0] <= 1
    assert error[1] == 1


def test_just_above_one_the_ulp_is_that_of_the_binade_above(answer: Answer) -> None:
    # y = 1 + tail: the float below is half an ulp of y away, and then a tail more.
    got = math.nextafter(1.0, 0.0)
    found = answer("logsumexp", ((1.0, -1e300),), decided=error_decided(got, BINARY64))
    error = enclosed_error(got, found, BINARY64)
    assert isinstance(error, tuple)
    assert error[0] == Fraction(1, 2)
    assert Fraction(1, 2) < error[1] < Fraction(1, 2) + power_of_two(-100)


def test_a_maximum_of_zero_leaves_a_positive_zero(answer: Answer) -> None:
    found = answer("logsumexp", ((0.0, -1e300),))
    assert found.lo == 0
    assert [str(found.rounded(fmt)) for fmt in FORMATS.values()] == ["0.0"] * len(FORMATS)


def test_log_softmax_that_underflows_is_a_negative_zero(nearest: Nearest) -> None:
    for row in ((0.0, -1e300), (5.0, -800.0), (LARGEST, 0.0)):
        assert str(nearest("log_softmax", (row,))) == "-0.0"


@pytest.mark.parametrize("tail", [-745.0, -2000.0, -1e300])
def test_one_half_minus_nothing_is_one_half_from_below(answer: Answer, tail: float) -> None:
    found = answer("softmax", ((3.0, 3.0, tail),))
    assert found.rounded(BINARY64) == 0.5
    assert found.hi < Fraction(1, 2) or found.hi_open
    # From below, the step down to 0.5 − 2**−54 is a whole ulp and not half of one.
    got = math.nextafter(0.5, 0.0)
    precise = answer("softmax", ((3.0, 3.0, tail),), decided=error_decided(got, BINARY64))
    error = enclosed_error(got, precise, BINARY64)
    assert isinstance(error, tuple)
    assert Fraction(999, 1000) < error[1] <= 1


@pytest.mark.parametrize("ties", [3, 5, 6, 7, 10])
def test_ties_beside_a_far_term_share_equally_from_below(
    nearest: Nearest, answer: Answer, ties: int
) -> None:
    point = ((0.0,) * ties + (-1e300,),)
    found = answer("softmax", point)
    assert found.rounded(BINARY64) == float(Fraction(1, ties))
    assert found.hi <= Fraction(1, ties)
    assert nearest("softmax", point, k=ties) == 0.0


def test_a_product_with_the_trials_between_two_floats_is_settled_by_the_tail(
    nearest: Nearest,
) -> None:
    # 3 · (1 + 2**−52)·2**60 is 3·2**60 + 1.5 ulp: a tie between floats, and above it.
    theta = (1 + 2.0**-52) * 2.0**60
    product = 3 * Fraction(theta)
    assert nearest("binomial_cumulant", (theta, 3.0)) == BINARY64.round(product, side=1)
    assert BINARY64.round(product, side=1) != BINARY64.round(product, side=-1)
