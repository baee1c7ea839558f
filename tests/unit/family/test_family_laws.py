"""The laws in `Function`'s docstring: limits are strict, bounds hold, the flags tell the truth.

Exact values come from Arb at 2048 bits; the flags are those of MATHEMATICS, sections 2 and 5.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.errors import UnknownName
from lse_verify.family import FUNCTIONS, function_named
from lse_verify.family.block import Point
from lse_verify.family.function import UNSEEN, Function, Pending, others_unseen
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

LARGEST = 1.7976931348623157e308
EXTREMES = (0.0, 5e-324, -5e-324, 1.0, -1.0, 2.0**40, -1e300, LARGEST, -LARGEST, -700.0, 709.7)
ARB = ArbBalls()


def rows_of(name: str, seed: int) -> Iterator[tuple[float, ...]]:
    draw = random.Random(f"{name} {seed}")
    for length in (2, 3, 5):
        if name == "negentropy":
            yield tuple(draw.random() for _ in range(length))
            yield tuple(math.ldexp(draw.random(), -draw.randrange(1000)) for _ in range(length))
            yield (*(0.0,) * (length - 1), math.nextafter(1.0, 0.0))
        else:
            yield tuple(draw.uniform(-5, 5) for _ in range(length))
            yield tuple(draw.gauss(0, 1) * 10 ** draw.uniform(-8, 4) for _ in range(length))
            yield tuple(draw.choice(EXTREMES) for _ in range(length))
            yield (draw.uniform(-1, 1),) * length


def points_of(name: str, seed: int = 0) -> Iterator[Point]:
    """Give points of all lengths and sizes, all functions' own kinds of arguments."""
    kinds = FUNCTIONS[name].arguments
    draw = random.Random(f"parameters {name} {seed}")
    rows, others = rows_of(name, seed), rows_of(name, seed + 1000)
    for row, other in zip(rows, others, strict=True):
        parameter = draw.choice([1.0, 3.0, 0.3, 2.0**1000, 5e-324, LARGEST])
        by_kinds: dict[tuple[str, ...], Point] = {
            ("row",): (row,),
            ("value",): (row[0],),
            ("value", "value"): (row[0], row[1]),
            ("row", "parameter"): (row, parameter),
            ("value", "parameter"): (row[0], parameter),
            ("row", "row"): (row, other),
        }
        yield by_kinds[kinds]


def values(function: Function, point: Point) -> Iterator[tuple[int | None, Point, Enclosure]]:
    """Give k (None where settled), the settled point and a narrow enclosure of each output."""
    case = function.settle(point)
    for outcome in case.outcomes:
        if isinstance(outcome, Pending):
            enclosure = ARB.enclose(function, case.at(outcome), outcome.k, 2048)
            assert enclosure is not None
            yield outcome.k, case.at(outcome), enclosure
        elif isinstance(outcome, Enclosure):
            yield None, case.point, outcome


ALL = sorted(FUNCTIONS)


@pytest.mark.parametrize("name", ALL)
def test_strict_limits_are_never_passed(name: str) -> None:
    function = FUNCTIONS[name]
    for point in points_of(name):
        for k, settled, value in values(function, point):
            if k is not None:
                low, high = function.strict_limits(settled, k)
                assert low is None or low < value.hi
                assert high is None or value.lo < high


@pytest.mark.parametrize("name", ALL)
def test_bounds_hold_for_the_exact_value(name: str) -> None:
    function = FUNCTIONS[name]
    for point in points_of(name, seed=1):
        for k, (_, _, value) in enumerate(values(function, point), 1):
            bounds = function.bounds(point, k)
            assert bounds.lower is None or bounds.lower <= value.hi
            assert bounds.upper is None or value.lo <= bounds.upper


@pytest.mark.parametrize("name", [n for n in ALL if FUNCTIONS[n].increasing])
def test_an_increasing_function_rises_with_every_entry(name: str) -> None:
    function = FUNCTIONS[name]
    for point in points_of(name, seed=2):
        row = point[0] if isinstance(point[0], tuple) else (point[0],)
        raised = tuple(math.nextafter(entry, math.inf) for entry in row)
        if math.isinf(max(raised)):
            continue
        higher: Point = (raised if isinstance(point[0], tuple) else raised[0], *point[1:])
        if function.of_two_values:
            higher = (raised[0], point[1])
        (_, _, before), (_, _, after) = (*values(function, point), *values(function, higher))
        assert before.lo <= after.hi


def test_increasing_are_the_affine_images_of_logsumexp_and_logistic() -> None:
    rising = {name for name in ALL if FUNCTIONS[name].increasing}
    to_rows = {name for name in ALL if FUNCTIONS[name].returns_row}
    assert rising == set(ALL) - to_rows - {"negentropy", "bregman", "weighted_logsumexp"}


def test_the_order_is_kept_by_softmax_and_log_softmax_alone() -> None:
    assert {n for n in ALL if FUNCTIONS[n].keeps_order} == {"softmax", "log_softmax"}


def test_a_shift_moves_logsumexp_and_leaves_the_softmaxes() -> None:
    shifts = {name: FUNCTIONS[name].shift for name in ALL if FUNCTIONS[name].shift}
    moved = {name for name, kind in shifts.items() if kind == "moves"}
    assert moved >= {"logsumexp", "logaddexp", "logaddexp2"}
    left = {name for name, kind in shifts.items() if kind == "leaves"}
    assert left == {"softmax", "log_softmax", "log_softmax_gradient"}


def test_only_the_gradient_of_one_entry_sees_the_order_of_a_row() -> None:
    of_one_row = {name for name in ALL if FUNCTIONS[name].arguments[0] == "row"} - {"bregman"}
    assert {n for n in of_one_row if not FUNCTIONS[n].symmetric} == {"log_softmax_gradient"}


@pytest.mark.parametrize("name", [n for n in ALL if FUNCTIONS[n].shift])
def test_a_shift_does_what_the_flag_says(name: str) -> None:
    function = FUNCTIONS[name]
    row = (0.5, -1.25, 3.0)
    shifted = tuple(entry + 8 for entry in row)
    before: Point = (row,) if function.arguments == ("row",) else row[:2]
    after: Point = (shifted,) if function.arguments == ("row",) else shifted[:2]
    moved = 8 if function.shift == "moves" else 0
    for (_, _, old), (_, _, new) in zip(
        values(function, before), values(function, after), strict=True
    ):
        assert old.lo + moved <= new.hi
        assert new.lo <= old.hi + moved


@pytest.mark.parametrize("name", [n for n in ALL if FUNCTIONS[n].symmetric])
def test_a_symmetric_function_does_not_see_the_order(name: str) -> None:
    function = FUNCTIONS[name]
    row = (0.5, 0.125, 0.375)
    if function.arguments == ("value", "value"):
        pair: tuple[Point, Point] = ((0.5, -1.0), (-1.0, 0.5))
    else:
        others: dict[str, float | tuple[float, ...]] = {"parameter": 2.0, "row": (2.0, -0.25, 1.0)}
        rest = tuple(others[kind] for kind in function.arguments[1:])
        turned: Point = tuple(a[::-1] if isinstance(a, tuple) else a for a in rest)
        pair = ((row, *rest), (row[::-1], *turned))
    before, after = ([e for _, _, e in values(function, point)] for point in pair)
    for old, new in zip(before, after[::-1] if function.returns_row else after, strict=True):
        assert old.intersect(new) is not None


def test_the_lower_bound_of_negentropy_holds_on_the_simplex_only() -> None:
    negentropy = FUNCTIONS["negentropy"]
    assert negentropy.bounds(((0.5, 0.25, 0.25),), 1).lower is not None
    assert negentropy.bounds(((0.5, 0.25, 0.2),), 1).lower is None
    # Two entries of 1/e reach −2/e = −0.7358, below −log 2: no bound off the simplex.
    (_, _, value), *_ = values(negentropy, ((0.36787944117144233,) * 2,))
    assert value.hi < -Fraction(math.log(2))


def test_a_violated_max_is_never_excused() -> None:
    assert not FUNCTIONS["logsumexp"].bounds(((1.0, 2.0),), 1).lower_excusable
    assert not FUNCTIONS["smoothmin"].bounds(((1.0, 2.0), 3.0), 1).upper_excusable


def test_the_upper_limit_of_logsumexp_is_max_plus_log_n() -> None:
    upper = FUNCTIONS["logsumexp"].bounds(((1.0, 2.0, 0.0),), 1).upper
    assert upper is not None
    # log 3 = 1.0986122886681098 (OEIS A002391).
    assert abs(upper - 2 - Fraction("1.098612288668109691395245236922525704647")) < Fraction(
        1, 10**38
    )


@pytest.mark.parametrize(
    ("name", "n_entries", "n_terms"),
    [
        ("logsumexp", 3, 3),
        ("weighted_logsumexp", 3, 3),
        ("logaddexp", 1, 2),
        ("logaddexp2", 1, 2),
        ("softplus", 1, 2),
        ("logistic", 1, 2),
        ("logsumexp0", 2, 3),
        ("smoothmax", 2, 2),
        ("binomial_cumulant", 1, 2),
        ("multinomial_cumulant", 2, 3),
        ("bregman", 1, 2),
        ("softmax", 2, 2),
        ("log_softmax_gradient", 2, 2),
        ("negentropy", 4, 4),
    ],
)
def test_the_implied_zero_counts_as_a_term(name: str, n_entries: int, n_terms: int) -> None:
    assert FUNCTIONS[name].n_terms(n_entries) == n_terms


@pytest.mark.parametrize("name", ALL)
def test_a_function_is_found_by_its_name(name: str) -> None:
    assert function_named(name).name == name


def test_an_unknown_function_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="did you mean 'logsumexp'"):
        function_named("logsumexo")


@pytest.mark.parametrize(
    ("entries", "multiplier", "unseen"),
    [
        ((0.0, -1e300), 1.0, True),
        ((-1e300, 0.0, -20000.0), 1.0, True),
        ((0.0, -1e300), -1.0, True),
        ((0.0, -1e4), 1.0, False),
        ((0.0, 0.0, -1e300), 1.0, False),
        ((LARGEST, -LARGEST), 5e-324, False),
        ((LARGEST, -LARGEST), LARGEST, True),
        ((5e-324, -5e-324), LARGEST, False),
    ],
)
def test_others_are_unseen_only_where_their_sum_is(
    entries: tuple[float, ...], multiplier: float, unseen: bool
) -> None:
    assert others_unseen(entries, multiplier) is unseen


def test_what_is_unseen_stays_so_for_the_largest_scale_and_a_billion_terms() -> None:
    # exp(−16000) < 2**−23083, since log2(e) > 1.4427: the factors take at most 1104 bits.
    assert Fraction(16000) * Fraction(14426, 10000) > 23081
    assert Fraction(1, 2**23081) * 2**1074 * 2**30 < UNSEEN


def test_family_and_oracle_agree_on_what_is_negligible() -> None:
    assert Fraction(1, 2**-NEGLIGIBLE_LOG2) == UNSEEN
