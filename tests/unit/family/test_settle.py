"""Special values, line by line of MATHEMATICS, sections 4 and 7: the limit where it exists.

Expected values are the specification's own sentences and limits taken by hand.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.family.function import NO_LIMIT, Outcome, Pending

INF, NAN = math.inf, math.nan
ZERO = Enclosure.exactly(0)
ONE = Enclosure.exactly(1)
ROW_TO_ROW = ("softmax", "log_softmax", "log_softmax_gradient")


def outcomes(name: str, point: Point) -> tuple[Outcome, ...]:
    return FUNCTIONS[name].settle(point).outcomes


def only(name: str, point: Point) -> Outcome:
    (outcome,) = outcomes(name, point)
    return outcome


def exactly(value: float) -> Enclosure:
    return Enclosure.exactly(Fraction(value))


NAN_POINTS: list[tuple[str, Point]] = [
    ("logsumexp", ((NAN,),)),
    ("logsumexp", ((1.0, NAN, INF),)),
    ("logsumexp", ((-INF, NAN),)),
    ("weighted_logsumexp", ((NAN, 1.0), (1.0, 0.0))),
    ("weighted_logsumexp", ((INF, 1.0), (1.0, NAN))),
    ("logaddexp", (NAN, 1.0)),
    ("logaddexp", (INF, NAN)),
    ("logaddexp2", (NAN, 1.0)),
    ("logaddexp2", (-INF, NAN)),
    ("softplus", (NAN,)),
    ("logistic", (NAN,)),
    ("logsumexp0", ((0.0, NAN),)),
    ("smoothmax", ((NAN, INF), 2.0)),
    ("smoothmin", ((NAN, -INF), 2.0)),
    ("softmax", ((NAN,),)),
    ("log_softmax", ((NAN,),)),
    ("log_softmax_gradient", ((NAN,),)),
    ("negentropy", ((0.5, NAN),)),
    ("bregman", ((NAN,), (1.0,))),
    ("bregman", ((1.0,), (NAN,))),
    ("binomial_cumulant", (NAN, 3.0)),
    ("multinomial_cumulant", ((NAN, INF), 3.0)),
]


@pytest.mark.parametrize(("name", "point"), NAN_POINTS)
def test_nan_in_any_entry_gives_nan(name: str, point: Point) -> None:
    outcome = only(name, point)
    assert isinstance(outcome, float)
    assert math.isnan(outcome)


@pytest.mark.parametrize("name", ROW_TO_ROW)
def test_nan_in_any_entry_gives_nan_in_every_output(name: str) -> None:
    found = outcomes(name, ((1.0, NAN, INF),))
    assert [isinstance(o, float) and math.isnan(o) for o in found] == [True] * 3


def test_every_function_is_tested_with_nan() -> None:
    assert {name for name, _ in NAN_POINTS} == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [
        ("logsumexp", ((INF,),), INF),
        ("logsumexp", ((0.0, INF, -INF),), INF),
        ("logsumexp", ((INF, INF),), INF),
        ("logaddexp", (INF, -INF), INF),
        ("logaddexp", (1.0, INF), INF),
        ("logaddexp2", (INF, -INF), INF),
        ("logaddexp2", (INF, INF), INF),
        ("logsumexp0", ((INF, 1.0),), INF),
        ("softplus", (INF,), INF),
        ("smoothmax", ((INF, 1.0), 0.5), INF),
        ("smoothmax", ((INF, -INF), 5e-324), INF),
        ("smoothmin", ((-INF, 1.0), 0.5), -INF),
        ("smoothmin", ((-INF, INF), 0.5), -INF),
        ("binomial_cumulant", (INF, 3.0), INF),
        ("multinomial_cumulant", ((1.0, INF), 3.0), INF),
    ],
)
def test_an_infinity_that_dominates_is_the_result(name: str, point: Point, expected: float) -> None:
    assert only(name, point) == expected


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [
        ("logsumexp", ((),), -INF),
        ("logsumexp", ((-INF,),), -INF),
        ("logsumexp", ((-INF, -INF),), -INF),
        ("logaddexp", (-INF, -INF), -INF),
        ("logaddexp2", (-INF, -INF), -INF),
        ("smoothmax", ((), 2.0), -INF),
        ("smoothmax", ((-INF, -INF), 2.0), -INF),
        ("smoothmin", ((), 2.0), INF),
        ("smoothmin", ((INF, INF), 2.0), INF),
    ],
)
def test_nothing_that_counts_gives_the_neutral_element(
    name: str, point: Point, expected: float
) -> None:
    assert only(name, point) == expected


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("softplus", (-INF,)),
        ("logistic", (-INF,)),
        ("logsumexp0", ((),)),
        ("logsumexp0", ((-INF, -INF),)),
        ("binomial_cumulant", (-INF, 3.0)),
        ("multinomial_cumulant", ((-INF,), 3.0)),
        ("negentropy", ((),)),
        ("negentropy", ((0.0,),)),
        ("negentropy", ((1.0,),)),
        ("negentropy", ((0.0, 1.0, 1.0, -0.0),)),
        ("bregman", ((1.5, -2.0), (1.5, -2.0))),
        ("bregman", ((0.0,), (-0.0,))),
    ],
)
def test_the_result_is_exactly_zero(name: str, point: Point) -> None:
    assert only(name, point) == ZERO


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [
        ("logsumexp", ((-0.1,),), -0.1),
        ("logsumexp", ((-INF, 5e-324, -INF),), 5e-324),
        ("logaddexp", (-INF, 1e308), 1e308),
        ("logaddexp", (0.1, -INF), 0.1),
        ("logaddexp2", (-INF, 1e308), 1e308),
        ("logaddexp2", (0.1, -INF), 0.1),
        ("smoothmax", ((0.1,), 3.0), 0.1),
        ("smoothmax", ((-INF, 0.1), 5e-324), 0.1),
        ("smoothmin", ((0.1,), 3.0), 0.1),
        ("smoothmin", ((0.1, INF), 1.7e308), 0.1),
    ],
)
def test_a_single_term_is_the_result_exactly(name: str, point: Point, expected: float) -> None:
    assert only(name, point) == exactly(expected)


@pytest.mark.parametrize(
    ("name", "point", "left"),
    [
        ("logsumexp", ((-INF, 1.0, -INF, 2.0),), ((1.0, 2.0),)),
        ("logsumexp0", ((-INF, 1.0),), ((1.0,),)),
        ("multinomial_cumulant", ((1.0, -INF), 5.0), ((1.0,), 5.0)),
        ("smoothmax", ((1.0, -INF, 1.0), 5.0), ((1.0, 1.0), 5.0)),
        ("smoothmin", ((1.0, INF, 1.0), 5.0), ((1.0, 1.0), 5.0)),
        ("softmax", ((1.0, -INF, 2.0),), ((1.0, 2.0),)),
        ("log_softmax", ((-INF, 1.0, 2.0),), ((1.0, 2.0),)),
        ("log_softmax_gradient", ((1.0, -INF, 2.0),), ((1.0, 2.0),)),
        ("negentropy", ((0.25, 0.0, 0.5),), ((0.25, 0.5),)),
    ],
)
def test_entries_that_count_for_nothing_are_removed_first(
    name: str, point: Point, left: Point
) -> None:
    case = FUNCTIONS[name].settle(point)
    assert case.point == left
    assert any(isinstance(outcome, Pending) for outcome in case.outcomes)


def test_an_entry_of_one_stays_beside_others_because_its_slope_counts() -> None:
    assert FUNCTIONS["negentropy"].settle(((1.0, 0.5, 0.0),)).point == ((1.0, 0.5),)


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("logsumexp", ((1.0, 1.0),)),
        ("logsumexp", ((0.0, -1e300),)),
        ("logaddexp", (0.0, 0.0)),
        ("logaddexp2", (0.0, 5e-324)),
        ("logaddexp2", (1.0, 2.0)),
        ("logaddexp2", (-0.5, -1e300)),
        ("softplus", (0.0,)),
        ("logistic", (5e-324,)),
        ("logistic", (-1e300,)),
        ("smoothmax", ((2.0, 2.0), 3.0)),
        ("smoothmin", ((2.0, 2.0), 3.0)),
        ("negentropy", ((5e-324,),)),
        ("negentropy", ((1.0, 0.5),)),
        ("bregman", ((1.0,), (math.nextafter(1.0, 2.0),))),
        ("binomial_cumulant", (0.0, 1.0)),
    ],
)
def test_two_terms_that_count_are_left_to_the_oracle(name: str, point: Point) -> None:
    assert only(name, point) == Pending(1)


@pytest.mark.parametrize("value", [0.1, -1.0, 5e-324, -1e308, 2.0**53])
def test_equal_logarithms_to_the_base_2_give_one_more(value: float) -> None:
    assert only("logaddexp2", (value, value)) == Enclosure.exactly(Fraction(value) + 1)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_logistic_is_one_half_at_zero_and_one_at_infinity(zero: float) -> None:
    assert only("logistic", (zero,)) == Enclosure.exactly(Fraction(1, 2))
    assert only("logistic", (INF,)) == ONE


def test_softmax_of_equal_entries_is_one_over_their_number() -> None:
    third = Enclosure.exactly(Fraction(1, 3))
    assert outcomes("softmax", ((7.5, 7.5, 7.5),)) == (third,) * 3


def test_softmax_counts_equal_entries_after_minus_infinities_are_removed() -> None:
    half = Enclosure.exactly(Fraction(1, 2))
    assert outcomes("softmax", ((7.5, -INF, 7.5),)) == (half, ZERO, half)


def test_both_zeros_are_equal_entries() -> None:
    half = Enclosure.exactly(Fraction(1, 2))
    assert outcomes("softmax", ((0.0, -0.0),)) == (half, half)


def test_log_softmax_of_equal_entries_is_irrational_and_pending() -> None:
    assert outcomes("log_softmax", ((1.0, 1.0),)) == (Pending(1), Pending(2))


def test_pending_outputs_point_at_the_entries_that_are_left() -> None:
    found = outcomes("softmax", ((-INF, 3.0, -INF, 1.0),))
    assert found == (ZERO, Pending(1), ZERO, Pending(2))


@pytest.mark.parametrize("row", [(3.0,), (-1e308,), (0.0,)])
def test_one_entry_has_the_whole_share(row: tuple[float, ...]) -> None:
    assert outcomes("softmax", (row,)) == (ONE,)
    assert outcomes("log_softmax", (row,)) == (ZERO,)


def test_softmax_with_one_plus_infinity_has_its_limit() -> None:
    assert outcomes("softmax", ((1.0, INF, -INF, 2.0),)) == (ZERO, ONE, ZERO, ZERO)


def test_log_softmax_with_one_plus_infinity_has_its_limit() -> None:
    assert outcomes("log_softmax", ((1.0, INF, -INF),)) == (-INF, ZERO, -INF)


def test_log_softmax_of_minus_infinity_beside_finite_entries_is_minus_infinity() -> None:
    assert outcomes("log_softmax", ((-INF, 1.0),)) == (-INF, ZERO)


@pytest.mark.parametrize("name", ROW_TO_ROW)
@pytest.mark.parametrize("row", [(INF, INF), (INF, 0.0, INF), (-INF,), (-INF, -INF)])
def test_two_plus_infinities_or_only_minus_infinities_have_no_limit(
    name: str, row: tuple[float, ...]
) -> None:
    assert outcomes(name, (row,)) == (NO_LIMIT,) * len(row)


@pytest.mark.parametrize("name", ROW_TO_ROW)
def test_no_entries_give_no_outputs(name: str) -> None:
    assert outcomes(name, ((),)) == ()


@pytest.mark.parametrize(
    "row", [(-5e-324,), (1.0000000000000002,), (INF,), (-INF, 0.5), (2.0, 0.0)]
)
def test_negentropy_outside_the_unit_interval_is_not_defined(row: tuple[float, ...]) -> None:
    assert only("negentropy", (row,)) is NO_LIMIT


@pytest.mark.parametrize("rows", [((INF,), (0.0,)), ((0.0,), (-INF,)), ((INF,), (INF,))])
def test_bregman_of_infinite_rows_has_no_limit(rows: Point) -> None:
    assert only("bregman", rows) is NO_LIMIT
