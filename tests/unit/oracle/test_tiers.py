"""The tiers of single rows: quadruples hold their source, and strict limits are taken off."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lse_verify.enclosure import Enclosure, EnclosureArray, enclosure_array, split
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function, Pending
from lse_verify.formats import FORMATS, power_of_two
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.double_double.rows.enclose import WITHOUT_KERNEL, enclose
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, PRECISIONS
from lse_verify.oracle.tiers import (
    WANTED_RADIUS,
    Quadruple,
    beyond_limits,
    by_arb,
    by_judge,
    case_quadruples,
    quadruple_of,
)
from lse_verify.oracle.truth import _left_open, stand_ins

fractions = st.builds(
    lambda numerator, denominator, shift: Fraction(numerator, denominator) * power_of_two(shift),
    st.integers(-(2**130), 2**130),
    st.integers(1, 2**130),
    st.integers(-3000, 3000),
)


def held(found: Quadruple) -> Enclosure:
    enclosure = enclosure_array([found]).at(0)
    assert enclosure is not None
    return enclosure


@given(fractions, fractions, st.integers(-400, 0))
def test_a_quadruple_holds_the_enclosure_it_is_made_of(
    end: Fraction, width: Fraction, narrower: int
) -> None:
    other = end + (width if narrower == 0 else abs(end) * power_of_two(narrower))
    enclosure = Enclosure(min(end, other), max(end, other))
    hi, lo, radius, exponent = found = quadruple_of(enclosure)
    if math.isinf(radius):
        assert enclosure.lo <= 0 <= enclosure.hi
        assert exponent in (0, NEGLIGIBLE_LOG2)
        return
    assert hi == 0 or 0.5 <= abs(hi) < 1
    assert abs(lo) <= 2.0**-54
    around = held(found)
    assert around.lo <= enclosure.lo
    assert enclosure.hi <= around.hi
    # And holds little more.
    assert around.hi - around.lo <= (enclosure.hi - enclosure.lo) * 2 + abs(enclosure.lo) / 2**100


@pytest.mark.parametrize("size", [1, 2**1100])
def test_an_enclosure_of_zero_says_whether_it_is_negligible(size: int) -> None:
    tiny = power_of_two(NEGLIGIBLE_LOG2)
    assert quadruple_of(Enclosure(-tiny, tiny)) == (0.5, 0.0, math.inf, NEGLIGIBLE_LOG2)
    assert quadruple_of(Enclosure(Fraction(0), tiny))[3] == NEGLIGIBLE_LOG2
    assert quadruple_of(Enclosure(-tiny, Fraction(size)))[2:] == (math.inf, 0)
    assert quadruple_of(Enclosure.exactly(0)) == (0.0, 0.0, 0.0, 0)


LIMITS: list[tuple[str, Point, int, Quadruple, Quadruple]] = [
    # Above 2**40 by no more than the radius, 2**-90 beside ½.
    ("logsumexp", ((2.0**40, -1e300),), 1, (0.5, 0.0, 2.0**-90, 41), (0.5, 1.0, 1.0, 41)),
    ("smoothmin", ((2.0, 1e300), 1.0), 1, (0.5, 0.0, 2.0**-90, 2), (0.5, -1.0, 1.0, 2)),
    ("softmax", ((0.0, -1e300),), 1, (0.5, 0.0, 2.0**-90, 1), (0.5, -1.0, 1.0, 1)),
    ("logistic", (1e300,), 1, (0.5, 0.0, 2.0**-90, 1), (0.5, -1.0, 1.0, 1)),
    ("logistic", (5e-324,), 1, (0.5, 0.0, 2.0**-90, 0), (0.5, 1.0, 1.0, 0)),
    ("logistic", (-5e-324,), 1, (0.5, 0.0, 2.0**-90, 0), (0.5, -1.0, 1.0, 0)),
    ("log_softmax", ((0.0, 8.0, -1e300),), 1, (-0.5, 0.0, 2.0**-90, 4), (-0.5, -1.0, 1.0, 4)),
    ("log_softmax_gradient", ((-1e300, 0.0),), 1, (0.5, 0.0, 2.0**-90, 1), (0.5, -1.0, 1.0, 1)),
    ("log_softmax_gradient", ((-1e300, 0.0),), 2, (-0.5, 0.0, 2.0**-90, 1), (-0.5, 1.0, 1.0, 1)),
    ("log_softmax_gradient", ((0.0, 0.0, -1e3),), 1, (0.5, 0.0, 2.0**-90, 0), (0.5, 1.0, 1.0, 0)),
    ("log_softmax_gradient", ((0.0, 0.0, -1e3),), 2, (-0.5, 0.0, 2.0**-90, 0), (-0.5, 1.0, 1.0, 0)),
]


@pytest.mark.parametrize(("name", "point", "k", "touching", "expected"), LIMITS)
def test_what_a_strict_limit_excludes_is_taken_off(
    name: str, point: Point, k: int, touching: Quadruple, expected: Quadruple
) -> None:
    hi, lo, radius, exponent = beyond_limits(touching, FUNCTIONS[name], point, k)
    assert (hi, math.copysign(1, lo), exponent) == (expected[0], expected[1], expected[3])
    assert 0 < radius < abs(lo) <= 2.0**-90


@pytest.mark.parametrize(
    ("name", "k", "sign"),
    [
        ("logsumexp", 1, 1),
        ("log_softmax", 1, -1),
        ("log_softmax_gradient", 1, 1),
        ("log_softmax_gradient", 2, -1),
    ],
)
def test_a_negligible_value_keeps_its_sign(name: str, k: int, sign: int) -> None:
    point = ((0.0, -1e300),)
    found = beyond_limits((0.5, 0.0, math.inf, NEGLIGIBLE_LOG2), FUNCTIONS[name], point, k)
    assert found == (sign * 0.5, 0.0, 0.0, NEGLIGIBLE_LOG2)


@pytest.mark.parametrize(
    "found",
    [
        (0.5, 2.0**-80, 2.0**-90, 41),
        (0.5, 0.0, 2.0**-80, 41),
        (0.75, 0.0, 2.0**-90, 41),
        (0.5, 0.0, math.inf, 0),
        (0.5, 0.0, 0.0, 41),
    ],
)
def test_what_does_not_touch_its_limit_is_left_as_it_is(found: Quadruple) -> None:
    assert beyond_limits(found, FUNCTIONS["logsumexp"], ((2.0**40, -1e300),), 1) == found


def row(found: EnclosureArray, place: int) -> Quadruple:
    hi, lo, radius, exponent = (column[place] for column in found.columns())
    return float(hi), float(lo), float(radius), int(exponent)


def directed(name: str) -> list[Block]:
    """Return rows with tails and values that no number shows."""
    rows = np.array(
        [
            [2.0**40, -1e300, -1e300],
            [0.0, -1e300, -40000.0],
            [-1.0, -1e300, -2e300],
            [0.0, -800.0, -900.0],
            [0.0, 0.0, -1e300],
            [1.0, 1.0, -1e300],
            [1e-310, -1e300, -1e300],
            [5e-324, -31000.0, -1e300],
            [1e308, -1e308, 0.0],
        ]
    )
    rows = -rows if name == "smoothmin" else rows
    kinds: dict[str, Any] = {"row": rows, "value": rows[:, 0].copy(), "parameter": 1.0}
    if name == "logaddexp":
        return [Block((rows[:, 0].copy(), rows[:, 1].copy()))]
    if name == "bregman":
        return [Block((rows, rows[::-1].copy()))]
    if name == "negentropy":
        return [Block((np.clip(np.abs(rows), 0, 1),))]
    return [Block(tuple(kinds[kind] for kind in FUNCTIONS[name].arguments))]


def beyond_a_midpoint(found: Quadruple, function: Function, point: Point, k: int) -> bool:
    """Tell whether a stand-in is next to a strict limit of 54 bits, and on the right side."""
    low, high = function.strict_limits(point, k)
    limit = low if function.side_of_limit > 0 else high
    assert limit is not None
    hi, lo, _, _ = split(limit)
    is_middle = abs(lo) == 2.0**-54 or (abs(hi) == 0.5 and abs(lo) == 2.0**-55)
    near, far = sorted(abs(end - limit) for end in (held(found).lo, held(found).hi))
    is_beyond = held(found).lo > limit if low is limit else held(found).hi < limit
    return is_middle and is_beyond and 0 < near < far < abs(limit) / 2**100


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_the_stand_ins_of_a_block_are_those_of_its_rows_one_by_one(name: str) -> None:
    function = FUNCTIONS[name]
    blocks = directed(name)
    for regime in REGIMES.values():
        if name in regime.functions and regime.name != "many":
            blocks += regime.draw(name, FORMATS["binary64"], 2, 5).blocks
    n_changed = 0
    for block in blocks:
        if not block.n_terms:
            continue
        found = enclose(function, block)
        stood = stand_ins(function, found)
        per_row = block.n_terms if function.returns_row else 1
        ordinary = np.repeat(function.ordinary(block), per_row)
        for place in np.flatnonzero(ordinary & ~_left_open(found)).tolist():
            ours, theirs = row(found, place), row(stood, place)
            if ours == theirs:
                continue
            n_changed += 1
            index, output = divmod(place, per_row)
            point = block.point(index)
            alone = beyond_limits(ours, function, point, output + 1)
            is_same = theirs == (*alone[:3], max(alone[3], NEGLIGIBLE_LOG2))
            assert is_same or beyond_a_midpoint(theirs, function, point, output + 1)
    never = ("negentropy", "bregman", "softplus", "binomial_cumulant", *WITHOUT_KERNEL)
    assert n_changed or name in never


POINTS: list[tuple[str, Point]] = [
    ("logsumexp", ((0.5, -1.25, 3.0),)),
    ("logsumexp", ((-0.1, -2.3521684610440907),)),
    ("softmax", ((0.5, -1.25, -700.0),)),
    ("log_softmax", ((0.5, -1.25),)),
    ("log_softmax_gradient", ((0.5, -1.25, -700.0),)),
    ("logistic", (-700.0,)),
    ("negentropy", ((0.5, 0.25),)),
    ("bregman", ((0.5,), (-1.25,))),
    ("smoothmin", ((0.5, -1.25), 0.1)),
    ("multinomial_cumulant", ((0.5, 0.25), 7.0)),
]


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_both_tiers_of_rows_are_narrow_and_overlap(name: str, point: Point) -> None:
    function = FUNCTIONS[name]
    case = function.settle(point)
    places = tuple(o.k for o in case.outcomes if isinstance(o, Pending))
    arb = by_arb(function, case.point, places)
    judged = by_judge(MpmathJudge())(function, case.point, places)
    assert arb.keys() == judged.keys() == set(places)
    for k in places:
        assert arb[k][2] <= WANTED_RADIUS
        assert judged[k][2] <= WANTED_RADIUS
        assert held(arb[k]).intersect(held(judged[k])) is not None


def test_more_precisions_show_what_few_do_not() -> None:
    # The divergence of subnormals is that of their squares, beneath terms of 2**-1074.
    point: Point = ((5e-324,), (1e-323,))
    assert by_arb(FUNCTIONS["bregman"], point, (1,), PRECISIONS[:2])[1][2] == math.inf
    found = by_arb(FUNCTIONS["bregman"], point, (1,))[1]
    assert found[2] <= WANTED_RADIUS
    # (δ²/2)·p(1 − p) with δ = 2**-1074 and p = ½.
    assert (found[0], found[3]) == (0.5, -2150)


def test_settled_outcomes_are_exact_or_unknown() -> None:
    function = FUNCTIONS["softmax"]
    case = function.settle(((math.inf, 1.0),))
    assert case_quadruples(by_arb, function, case) == [(0.5, 0.0, 0.0, 1), (0.0, 0.0, 0.0, 0)]
    case = function.settle(((math.inf, math.inf),))
    assert all(math.isinf(radius) for _, _, radius, _ in case_quadruples(by_arb, function, case))
