"""Bregman divergences and negentropies where everything cancels, or nothing fits.

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
from lse_verify.formats import BINARY32, BINARY64

LARGEST = 1.7976931348623157e308
Answer = Callable[..., Enclosure]
Nearest = Callable[..., float]
PLAIN = MPContext()
PLAIN.prec = 6000


def exact(value: Any) -> Fraction:
    return Fraction(*map(int, to_rational(value._mpf_)))


def textbook(row: tuple[float, ...]) -> Any:
    return PLAIN.log(PLAIN.fsum(PLAIN.exp(PLAIN.mpf(entry)) for entry in row))


def bregman_by_textbook(x: float, x2: float) -> Fraction:
    wide, wide2 = PLAIN.mpf(x), PLAIN.mpf(x2)
    share2 = PLAIN.exp(wide2) / (1 + PLAIN.exp(wide2))
    return exact(textbook((0.0, x)) - textbook((0.0, x2)) - (wide - wide2) * share2)


@pytest.mark.parametrize("x2", [1.0, -3.5, 1e-300, 5e-324, 700.0, -700.0, 1000.0])
def test_bregman_of_neighbours_is_half_the_variance_times_a_squared_step(
    answer: Answer, x2: float
) -> None:
    x = math.nextafter(x2, math.inf)
    found = answer("bregman", ((x,), (x2,)))
    assert found.lo >= 0
    assert found.rounded(BINARY64) == BINARY64.round(bregman_by_textbook(x, x2))


@pytest.mark.parametrize(
    ("x", "x2", "expected"),
    [
        # F(x) = x + nothing, F(x2) = nothing, and the slope at x2 is nothing.
        ((1e300,), (-1e300,), 1e300),
        # F(x2) = x2 with slope 1: everything cancels but nothing, from above.
        ((1e300,), (math.nextafter(1e300, 0.0),), 0.0),
        ((1.0,), (1e300,), None),
        ((-1e300, 1e300), (-1e300, 1e299), 0.0),
        # All of q sits on the second entry, where x is 1: 1e300 − 1, and nothing more.
        ((1e300, 1.0), (-1e300, 1e300), 1e300),
        # max x − x at the place of the largest x2: LARGEST − (−LARGEST) overflows.
        ((LARGEST, -LARGEST), (-LARGEST, LARGEST), math.inf),
    ],
)
def test_bregman_of_the_largest_rows_ends(
    nearest: Nearest, x: tuple[float, ...], x2: tuple[float, ...], expected: float | None
) -> None:
    if expected is None:
        # F(1) − F(x2) − (1 − x2)·1 = log(1 + e) − 1.
        expected = BINARY64.round(exact(textbook((0.0, 1.0)) - 1))
    assert str(nearest("bregman", (x, x2))) == str(expected)


def test_negentropy_just_below_one_is_decided_by_its_third_term(nearest: Nearest) -> None:
    # p = 1 − e, e = 2**−53: −p log p = e − e²/2 − e³/6 − …, and e − e²/2 is a midpoint.
    expected = -(2.0**-53 - 2.0**-106)
    assert nearest("negentropy", ((1 - 2.0**-53,),)) == expected
    assert BINARY64.round(-Fraction(1, 2**53) + Fraction(1, 2**107)) == -(2.0**-53)


def test_negentropy_of_the_least_float_is_a_subnormal(nearest: Nearest) -> None:
    # 2**−1074 · log 2**−1074 = −744.44 quanta.
    assert nearest("negentropy", ((5e-324,),)) == -744 * 5e-324


def test_negentropy_that_underflows_in_a_narrow_format_keeps_its_sign(nearest: Nearest) -> None:
    assert str(nearest("negentropy", ((5e-324,),), BINARY32)) == "-0.0"


def test_negentropy_is_not_swayed_by_a_subnormal_beside_a_normal(nearest: Nearest) -> None:
    # ½ log ½ = −0.34657…; the subnormal's −744 quanta are far below half an ulp of it.
    assert nearest("negentropy", ((0.5, 5e-324),)) == -math.log(2) / 2
