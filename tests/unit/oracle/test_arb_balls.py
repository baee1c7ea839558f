"""How balls become quadruples and enclosures: nothing that a ball holds is lost on the way.

Expected values are the balls' own ends as exact rationals, taken from mantissa and exponent.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import flint
import pytest

from lse_verify.enclosure import enclosure_array
from lse_verify.family import FUNCTIONS
from lse_verify.oracle.arb_balls import ArbBalls, quadruple
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

Ball = Any


def dyadic(exact: Ball) -> Fraction:
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def ball_of(mantissa: int, exponent: int, radius_bits: int) -> Ball:
    """Return mantissa·2**exponent, with a radius so many bits below its leading one."""
    flint.ctx.prec = mantissa.bit_length() + 64
    middle = flint.arb((mantissa, exponent))
    return middle + flint.arb(0, flint.arb((3, exponent + mantissa.bit_length() - radius_bits)))


@pytest.mark.parametrize("bits", [1, 30, 53, 54, 106, 107, 128, 999, 1000, 1001, 1100, 2000])
@pytest.mark.parametrize("radius_bits", [60, 130, 5000])
def test_a_quadruple_holds_what_its_ball_holds(bits: int, radius_bits: int) -> None:
    draw = random.Random(f"{bits} {radius_bits}")
    for _ in range(20):
        mantissa = (draw.getrandbits(bits) | 1 | (1 << (bits - 1))) * draw.choice([1, -1])
        ball = ball_of(mantissa, draw.randint(-1200, 1200), radius_bits)
        middle, radius = dyadic(ball.mid()), dyadic(ball.rad())
        found = enclosure_array([quadruple(ball)]).at(0)
        assert found is not None
        assert found.lo <= middle - radius
        assert middle + radius <= found.hi


@pytest.mark.parametrize("bits", [53, 106, 128, 1100])
def test_a_quadruple_is_as_tight_as_two_floats_allow(bits: int) -> None:
    draw = random.Random(bits)
    mantissa = draw.getrandbits(bits) | 1 | (1 << (bits - 1))
    hi, lo, radius, _ = quadruple(ball_of(mantissa, 0, 5000))
    assert 0.5 <= abs(hi) < 1
    assert abs(lo) <= 2.0**-54
    assert radius <= 2.0**-106


def test_a_last_bit_far_below_two_floats_is_not_lost() -> None:
    mantissa = (1 << 1100) + 1
    flint.ctx.prec = 1200
    found = enclosure_array([quadruple(flint.arb((mantissa, 0)))]).at(0)
    assert found is not None
    assert found.lo < mantissa < found.hi


def test_all_ones_round_up_into_the_next_binade() -> None:
    hi, lo, _, exponent = quadruple(ball_of((1 << 60) - 1, 0, 5000))
    assert (hi, lo, exponent) == (0.5, -(2.0**-61), 61)


def test_an_exact_zero_is_exact() -> None:
    assert quadruple(flint.arb(0)) == (0.0, 0.0, 0.0, 0)


@pytest.mark.parametrize("ball", [flint.arb("nan"), flint.arb("inf"), flint.arb(0, 1)])
def test_a_ball_that_tells_nothing_has_an_infinite_radius(ball: Ball) -> None:
    assert quadruple(ball)[2] == math.inf


def test_a_ball_around_zero_says_whether_it_is_negligible() -> None:
    flint.ctx.prec = 128
    assert quadruple(flint.arb(0, flint.arb((1, -30000))))[3] == NEGLIGIBLE_LOG2
    assert quadruple(flint.arb(0, flint.arb((1, -20000))))[3] != NEGLIGIBLE_LOG2


def test_what_is_below_every_format_is_enclosed_with_its_sign_left_open() -> None:
    found = ArbBalls().enclose(FUNCTIONS["logsumexp"], ((0.0, -1e300),), 1, 128)
    assert found is not None
    assert found.lo <= 0 < found.hi
    assert found.hi <= 3 * Fraction(1, 2**-NEGLIGIBLE_LOG2)


def test_asking_sets_the_precision_of_the_process_and_needs_no_setting() -> None:
    flint.ctx.prec = 53
    found = ArbBalls().enclose(FUNCTIONS["logsumexp"], ((1.0, 2.0),), 1, 300)
    assert found is not None
    assert found.relative_width_log2() < -280
