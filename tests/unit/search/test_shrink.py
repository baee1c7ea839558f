"""Smaller inputs, against witnesses that are known to be the smallest."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.formats import BINARY16, BINARY32, BINARY64
from lse_verify.search.shrink import Limits, digits_of, rounder, shrink, weight

OF_ROWS = Limits(FUNCTIONS["logsumexp"], BINARY64, fewest_terms=2)


def row(point: Point) -> tuple[float, ...]:
    entries = point[0]
    assert isinstance(entries, tuple)
    return entries


def test_terms_that_matter_nothing_are_left_out() -> None:
    found = tuple(0.1 * k for k in range(200))
    shrunk = shrink((found,), OF_ROWS, lambda point: max(row(point)) > 15.5)
    assert shrunk == ((20.0, 20.0),)


def test_a_fault_that_needs_many_terms_keeps_as_many_equal_ones() -> None:
    found = tuple(math.sin(k) for k in range(200))
    shrunk = shrink((found,), OF_ROWS, lambda point: len(row(point)) > 100)
    assert shrunk == ((0.0,) * 101,)


def test_a_gap_between_two_terms_becomes_round_numbers() -> None:
    def holds(point: Point) -> bool:
        return 30 <= max(row(point)) - min(row(point)) <= 40 and max(row(point)) < 0

    shrunk = shrink(((-1.7236, -3.4, -35.91, -12.0),), OF_ROWS, holds)
    assert len(row(shrunk)) == 2
    assert all(digits_of(v, BINARY64) == 1 for v in row(shrunk))


def test_what_is_shrunk_holds_and_no_candidate_was_asked_twice() -> None:
    asked: list[Point] = []

    def holds(point: Point) -> bool:
        asked.append(point)
        return sum(row(point)) < -10

    shrunk = shrink(((-3.25, -4.5, -8.125, 1.0),), OF_ROWS, holds)
    assert sum(row(shrunk)) < -10
    refused = [point for point in asked if sum(row(point)) >= -10]
    assert len(refused) == len(set(refused))


def test_rows_of_a_pair_lose_the_same_places() -> None:
    limits = Limits(FUNCTIONS["bregman"], BINARY64)
    point = ((1.0, 2.5, 3.0), (4.0, 7.5, 6.0))
    shrunk = shrink(point, limits, lambda p: 7.5 in row((p[1],)) and 2.5 in row((p[0],)))
    assert shrunk == ((2.5,), (7.5,))


def test_a_parameter_stays_positive() -> None:
    limits = Limits(FUNCTIONS["smoothmax"], BINARY64, fewest_terms=2)
    shrunk = shrink(((1.5, 2.5), 0.37), limits, lambda point: True)
    assert shrunk[1] == 1.0


def test_shares_stay_between_0_and_1() -> None:
    limits = Limits(FUNCTIONS["negentropy"], BINARY64, 2, least=0.0, most=1.0)
    shrunk = shrink(((0.31, 0.72),), limits, lambda point: min(row(point)) > 0.2)
    assert all(0 <= v <= 1 for v in row(shrunk))
    assert shrunk == ((1.0, 1.0),)


@pytest.mark.parametrize(
    ("value", "digits"), [(0.1, 1), (1 / 3, 16), (2.0**-1074, 1), (1e22, 1), (0.125, 3)]
)
def test_digits_are_those_of_the_shortest_decimal(value: float, digits: int) -> None:
    # repr is the shortest decimal that is read back as the same binary64.
    shown = repr(value).split("e")[0].replace(".", "").strip("0")
    assert digits_of(value, BINARY64) == len(shown) == digits


def test_digits_are_the_formats_own() -> None:
    third = float(BINARY16.round(Fraction(1, 3)))
    assert digits_of(third, BINARY16) == 4


@pytest.mark.parametrize("value", [-20.63, 0.017, 3.4e38, -1e-45, 65504.0])
def test_rounder_numbers_are_shorter_to_write_and_of_the_format(value: float) -> None:
    near = float(BINARY32.cast(np.array([value]))[0])
    candidates = list(rounder(near, BINARY32))
    assert candidates
    assert all(weight(v, BINARY32) < weight(near, BINARY32) for v in candidates)
    assert all(BINARY32.contains(v) for v in candidates)
