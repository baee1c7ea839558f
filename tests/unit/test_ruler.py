"""The side of ½ and of 1 that an error is on, from arrays alone: as rational arithmetic has it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.enclosure import EnclosureArray, enclosure_array, split
from lse_verify.formats import BINARY16, BINARY64, FORMATS, Format, power_of_two
from lse_verify.ulp import ErrorArray, Ruler, error_ulps


def beside(truth: Fraction, away: float, radius: float) -> EnclosureArray:
    """Return an enclosure about a float plus `away` of its leading part."""
    hi, lo, _, exponent = split(truth)
    assert lo == 0
    return enclosure_array([(hi, away, radius, exponent)])


def measured(got: float, truth: EnclosureArray, fmt: Format) -> ErrorArray:
    return Ruler.of(truth, fmt).errors(np.array([got]))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("steps", [0.5, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("away", [2.0**-60, 2.0**-100, 1e-283])
def test_a_limit_missed_by_next_to_nothing_is_decided(
    fmt: Format, steps: float, sign: int, away: float
) -> None:
    got = sign * (1 + 4 * 2 * fmt.unit_roundoff)
    limit = Fraction(got) - Fraction(steps) * Fraction(2 * fmt.unit_roundoff)
    if fmt is BINARY64 and steps == 0.5:
        # The midpoint has 54 bits: an enclosure holds it as a sum.
        return
    for side in (1, -1):
        found = measured(got, beside(limit, side * away, away * (1 - 2.0**-30)), fmt)
        error = error_ulps(got, limit + side * Fraction(away) * 2, fmt)
        assert isinstance(error, Fraction)
        assert not found.near_limit[0]
        assert bool(found.at_most_half[0]) == (error <= Fraction(1, 2))
        assert bool(found.below_one[0]) == (error < 1)


def test_a_limit_within_the_radius_is_left_to_a_better_oracle() -> None:
    found = measured(1.0, beside(1 + Fraction(1, 2**11), 2.0**-100, 2.0**-99), BINARY16)
    assert found.near_limit[0]


def test_a_tie_of_an_exact_truth_is_nearest_on_both_sides() -> None:
    midpoint = enclosure_array([split(1 + Fraction(1, 2**11))] * 2)
    found = Ruler.of(midpoint, BINARY16).errors(np.array([1.0, 1 + 2.0**-10]))
    assert found.at_most_half.tolist() == [True, True]
    assert not found.near_limit.any()


def test_the_float_below_an_exact_power_of_two_is_half_an_ulp_away_and_not_nearest() -> None:
    found = measured(1 - 2.0**-11, enclosure_array([split(Fraction(1))]), BINARY16)
    assert (found.ulps[0], found.at_most_half[0], found.near_limit[0]) == (0.5, False, False)


def test_an_exact_error_of_one_is_not_below_one() -> None:
    found = measured(1.5 + 2.0**-10, enclosure_array([split(Fraction(3, 2))]), BINARY16)
    assert (found.below_one[0], found.near_limit[0]) == (False, False)


def test_a_truth_that_vanishes_beside_the_format_is_left_to_a_better_oracle() -> None:
    tiny = enclosure_array([split(power_of_two(-3000))])
    assert measured(5e-324, tiny, BINARY64).near_limit[0]


def test_random_limits_are_decided_as_rational_arithmetic_decides_them() -> None:
    draw = np.random.default_rng(3)
    for fmt in FORMATS.values():
        for _ in range(200):
            got = math.ldexp(int(draw.integers(2 ** (fmt.precision - 1), 2**fmt.precision)), -5)
            offset = Fraction(int(draw.choice([-2, -1, 1, 2])), 2) * Fraction(2.0**-5)
            away = Fraction(float(draw.choice([-1, 1]))) * power_of_two(-int(draw.integers(60, 90)))
            truth = Fraction(got) + offset + away * Fraction(got)
            found = measured(got, enclosure_array([split(truth)]), fmt)
            error = error_ulps(got, truth, fmt)
            assert isinstance(error, Fraction)
            assert found.near_limit[0] or (
                bool(found.at_most_half[0]) == (error <= Fraction(1, 2))
                and bool(found.below_one[0]) == (error < 1)
            )
