"""The statistics: what a median, a ratio and a slope are."""

from __future__ import annotations

import math

import pytest

from lse_verify.bench.measurements import Case, Doubling, Portion, Timing
from lse_verify.bench.spread import Spread, slope

CASE = Case("alpha", "binary64", 4, 10)


def test_one_outlier_moves_an_extreme_and_not_the_median() -> None:
    assert Spread.of([1.0, 1.0, 1.0, 1.0, 90.0]) == Spread(1.0, 1.0, 90.0)


def test_an_even_count_has_the_mean_of_the_middle_two() -> None:
    assert Spread.of([4.0, 1.0, 2.0, 100.0]).middle == 3.0


def test_a_ratio_lies_between_the_extremes_that_both_allow() -> None:
    # 12/2 to 20/1, the medians 15/1.5.
    assert Spread(12.0, 15.0, 20.0).over(Spread(1.0, 1.5, 2.0)) == Spread(6.0, 10.0, 20.0)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.05, 2.0])
def test_the_slope_of_a_power_is_its_exponent(power: float) -> None:
    points = [(x, 3e-9 * x**power) for x in (100.0, 316.0, 1e4, 1e6)]
    assert slope(points) == pytest.approx(power, abs=1e-9)


def test_the_slope_is_that_of_least_squares() -> None:
    # By hand: log10 y = 0, 1, 1 at 0, 1, 2; the slope is Σ dx·dy / Σ dx² = 1/2.
    assert slope([(1.0, 1.0), (10.0, 10.0), (100.0, 10.0)]) == pytest.approx(0.5)


def test_a_timing_is_told_by_the_row() -> None:
    timing = Timing(CASE, Portion(5, 2), (0.1, 0.2, 0.6))
    assert timing.row_seconds.middle == pytest.approx(0.02)
    assert timing.row_seconds.high == pytest.approx(0.06)


def test_two_processes_that_take_as_long_as_one_do_twice_as_much() -> None:
    gain = Doubling(CASE, Portion(5, 2), one=(1.0, 1.0, 2.0), two=(1.0, 1.25, 2.0)).gain
    assert gain == Spread(1.6, 2.0, 2.0)
    assert math.isfinite(gain.low)
