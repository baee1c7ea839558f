"""What both oracles and the array tier hold, against a third evaluation that shares no code.

Expected values come from mpmath's plain floats on the textbook formula at 4600 bits, with an
error bound from the size of what is added: no interval arithmetic, no rearrangement, no SymPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath.ctx_mp import MPContext
from mpmath.libmp import to_rational

from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.conditioning import log_magnitude, log_weighted_slopes
from lse_verify.family.function import Pending
from lse_verify.formats import BINARY64, power_of_two
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Oracle, rounding_decided

few = settings(max_examples=20, deadline=None, derandomize=True)
each_function = pytest.mark.parametrize("name", sorted(FUNCTIONS))
each_oracle = pytest.mark.parametrize("oracle", [MpmathJudge(), ArbBalls()], ids=lambda o: o.name)

PREC_BITS = 4600
MP = MPContext()
MP.prec = PREC_BITS
LARGEST = 1.7976931348623157e308
EDGES = (0.0, -0.0, 1.0, -1.0, 2.0**40, 709.78, -700.0, -745.2, -2000.0, 1e300, -1e300, LARGEST)
SMALL = (5e-324, -5e-324, 2.0**-53, -(2.0**-60), 2.2250738585072014e-308)

entries = st.one_of(
    st.floats(-30, 30),
    st.floats(-3000, 3000),
    st.sampled_from((*EDGES, *SMALL, -LARGEST)),
    st.floats(allow_nan=False, allow_infinity=False),
)
shares = st.one_of(
    st.floats(0, 1),
    st.integers(1, 53).map(lambda bits: 1 - 2.0**-bits),
    st.integers(1, 1074).map(lambda bits: 2.0**-bits),
    st.sampled_from((0.0, 1.0, 0.36787944117144233, 5e-324)),
)
parameters = st.one_of(
    st.floats(0.1, 100), st.floats(5e-324, LARGEST), st.sampled_from((1.0, 5e-324, LARGEST))
)


@st.composite
def rows(draw: st.DrawFn, of: st.SearchStrategy[float], size: int | None = None) -> Any:
    """Draw a row with ties, and with neighbours of its other entries."""
    row = draw(st.lists(of, min_size=size or 1, max_size=size or 4))
    if draw(st.booleans()):
        place, source = (draw(st.integers(0, len(row) - 1)) for _ in range(2))
        row[place] = math.nextafter(row[source], draw(st.sampled_from((0.0, row[source]))))
    return tuple(row)


@st.composite
def points(draw: st.DrawFn, name: str) -> Point:
    kinds = FUNCTIONS[name].arguments
    of = shares if name == "negentropy" else entries
    first = draw(rows(of))
    second: dict[str, Callable[[], tuple[float, ...] | float]] = {
        "row": lambda: draw(st.one_of(rows(of, len(first)), st.just(stepped(first)))),
        "value": lambda: draw(of),
        "parameter": lambda: draw(parameters),
    }
    leading = first if kinds[0] == "row" else first[0]
    return (leading, *(second[kind]() for kind in kinds[1:]))


def stepped(row: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(math.nextafter(entry, 0.0) for entry in row)


Bracket = tuple[Fraction, Fraction]


def textbook(name: str, point: Point, k: int) -> Bracket:
    """Bracket output k (from 1) by plain evaluation and a bound on what rounding did to it."""
    row = [MP.mpf(entry) for entry in as_row(point[0])]
    size = max(1.0, *(abs(e) for argument in point for e in as_row(argument)))
    # The parameter is not added to anything: it scales the bound instead.
    parameter = MP.mpf(point[1]) if len(point) == 2 and isinstance(point[1], float) else MP.one
    unit = MP.ldexp(MP.mpf(size), 80 - PREC_BITS)
    zero = MP.zero
    if name in ("logsumexp", "smoothmax", "smoothmin"):
        factor = {"logsumexp": 1, "smoothmax": parameter, "smoothmin": -parameter}[name]
        value = lse([factor * entry for entry in row]) / factor
        unit = unit if name == "logsumexp" else unit * (1 + 1 / parameter)
    elif name == "weighted_logsumexp":
        factors = [MP.mpf(weight) for weight in as_row(point[1])]
        terms = [factor * MP.exp(entry) for factor, entry in zip(factors, row, strict=True)]
        total = MP.fsum(terms)
        # What rounding did to a sum that cancels is relative to what is left of it.
        assume(total > 0)
        value = MP.log(total)
        unit = MP.ldexp(MP.fsum(map(abs, terms)) / total + size, 80 - PREC_BITS)
    elif name == "logaddexp":
        value = lse([*row, parameter])
    elif name == "logaddexp2":
        value = lse([MP.ln2 * row[0], MP.ln2 * parameter]) / MP.ln2
    elif name == "logistic":
        value = MP.exp(row[0]) / (1 + MP.exp(row[0]))
        unit = MP.ldexp(value, 80 - PREC_BITS)
    elif name in ("softplus", "logsumexp0"):
        value = lse([zero, *row])
    elif name in ("binomial_cumulant", "multinomial_cumulant"):
        value, unit = parameter * lse([zero, *row]), unit * (1 + parameter)
    elif name == "softmax":
        value = MP.exp(row[k - 1]) / MP.fsum(MP.exp(entry) for entry in row)
        unit = MP.ldexp(value, 80 - PREC_BITS)
    elif name == "log_softmax":
        value = row[k - 1] - lse(row)
    elif name == "log_softmax_gradient":
        terms = [MP.exp(entry) for entry in row]
        others = MP.fsum(terms[1:]) if k == 1 else -terms[k - 1]
        value = others / MP.fsum(terms)
        unit = MP.ldexp(abs(value), 80 - PREC_BITS)
    elif name == "negentropy":
        value = MP.fsum(entry * MP.log(entry) for entry in row)
    else:
        value = bregman(row, [MP.mpf(entry) for entry in as_row(point[1])])
    return exact(value - unit), exact(value + unit)


def as_row(argument: tuple[float, ...] | float) -> tuple[float, ...]:
    return argument if isinstance(argument, tuple) else (argument,)


def lse(row: list[Any]) -> Any:
    return MP.log(MP.fsum(MP.exp(entry) for entry in row))


def bregman(x: list[Any], x2: list[Any]) -> Any:
    total2 = 1 + MP.fsum(MP.exp(entry) for entry in x2)
    linear = MP.fsum((e - e2) * MP.exp(e2) / total2 for e, e2 in zip(x, x2, strict=True))
    return lse([MP.zero, *x]) - lse([MP.zero, *x2]) - linear


def exact(value: Any) -> Fraction:
    """Return a float of any exponent as a rational; below 2**−30000 all that is known is 0."""
    if value == 0 or MP.mag(value) < -30000:
        return Fraction(0)
    return Fraction(*map(int, to_rational(value._mpf_)))


def pending(name: str, point: Point) -> tuple[Point, list[tuple[int, int]]]:
    """Return the settled point, and (place, k) of each output that has to be evaluated."""
    case = FUNCTIONS[name].settle(point)
    places = [
        (place, outcome.k)
        for place, outcome in enumerate(case.outcomes)
        if isinstance(outcome, Pending)
    ]
    assume(places)
    return case.point, places


def block_of(name: str, point: Point) -> Block:
    """Return a block of the one point."""
    return Block(
        tuple(
            entry if kind == "parameter" else np.array([entry])  # type: ignore[misc]
            for entry, kind in zip(point, FUNCTIONS[name].arguments, strict=True)
        )
    )


@each_oracle
@each_function
@few
@given(data=st.data())
def test_an_enclosure_holds_the_textbook_value(
    name: str, oracle: Oracle, data: st.DataObject
) -> None:
    point, places = pending(name, data.draw(points(name)))
    for _, k in places:
        low, high = textbook(name, point, k)
        for prec_bits in (128, 512):
            found = oracle.enclose(FUNCTIONS[name], point, k, prec_bits)
            assert found is None or (found.lo <= high and low <= found.hi)


@each_function
@few
@given(data=st.data())
def test_the_enclosures_of_both_oracles_overlap_at_every_pair_of_precisions(
    name: str, data: st.DataObject
) -> None:
    point, places = pending(name, data.draw(points(name)))
    for _, k in places:
        for bits, other_bits in ((128, 128), (128, 512), (512, 128), (512, 2048)):
            ours = MpmathJudge().enclose(FUNCTIONS[name], point, k, bits)
            other = ArbBalls().enclose(FUNCTIONS[name], point, k, other_bits)
            assert ours is None or other is None or ours.intersect(other) is not None


@each_oracle
@each_function
@few
@given(data=st.data())
def test_more_bits_do_not_widen_an_enclosure(
    name: str, oracle: Oracle, data: st.DataObject
) -> None:
    point, places = pending(name, data.draw(points(name)))
    for _, k in places:
        coarse = oracle.enclose(FUNCTIONS[name], point, k, 128)
        fine = oracle.enclose(FUNCTIONS[name], point, k, 512)
        assert fine is not None
        if coarse is not None:
            assert coarse.intersect(fine) is not None
            # Not strictly: a ball of few bits may be lucky, and what is negligible is
            # enclosed by a few steps of the least size that is told apart.
            luck = abs(fine.hi) * power_of_two(-400) + power_of_two(-20990)
            assert fine.hi - fine.lo <= coarse.hi - coarse.lo + luck


@each_function
@few
@given(data=st.data())
def test_the_truth_of_a_block_holds_the_textbook_value(name: str, data: st.DataObject) -> None:
    original = data.draw(points(name))
    point, places = pending(name, original)
    enclosures = Ladder().truth(FUNCTIONS[name], block_of(name, original)).enclosures
    for place, k in places:
        found = enclosures.at(place)
        low, high = textbook(name, point, k)
        if found is not None:
            # A stand-in may take the place of what touches a strict limit, or is negligible.
            apart = max(abs(low), abs(high)) * power_of_two(-89) + power_of_two(-20900)
            assert found.lo <= high + apart
            assert low - apart <= found.hi


@each_function
@few
@given(data=st.data())
def test_the_judge_rounds_as_the_textbook_value_does(name: str, data: st.DataObject) -> None:
    original = data.draw(points(name))
    point, places = pending(name, original)
    for place, k in places:
        low, high = (BINARY64.round(end) for end in textbook(name, point, k))
        # Apart only where the tail is below what 4600 bits can see.
        if low == high:
            found = Ladder().confirm(FUNCTIONS[name], original, place, rounding_decided(BINARY64))
            assert isinstance(found, Enclosure)
            assert found.rounded(BINARY64) == low


@each_function
@few
@given(data=st.data())
def test_a_rounding_decided_by_a_block_is_that_of_the_judge(name: str, data: st.DataObject) -> None:
    point = data.draw(points(name))
    _, places = pending(name, point)
    ladder = Ladder()
    enclosures = ladder.truth(FUNCTIONS[name], block_of(name, point)).enclosures
    values, decided = enclosures.rounded(BINARY64)
    for place, _ in places:
        if decided[place]:
            found = ladder.confirm(FUNCTIONS[name], point, place, rounding_decided(BINARY64))
            assert isinstance(found, Enclosure)
            nearest = found.rounded(BINARY64)
            assert nearest is not None
            assert float(values[place]).hex() == nearest.hex()


@each_function
@few
@given(data=st.data())
def test_the_twin_of_kappa_agrees_with_the_judge(name: str, data: st.DataObject) -> None:
    point = data.draw(points(name))
    _, places = pending(name, point)
    ladder, function, block = Ladder(), FUNCTIONS[name], block_of(name, point)
    truth = ladder.truth(function, block).enclosures
    logs = log_weighted_slopes(function, block, truth)
    for place, _ in places:
        # Where Arb's block precision does not tell y, no row is graded by this figure.
        if truth.radius[place] > 1e-12 or truth.exponent[place] <= -20000:
            continue
        kappa = math.exp(min(700.0, logs[place] - log_magnitude(truth)[place]))
        enclosure = truth.at(place)
        assert enclosure is not None
        judged = ladder.condition(function, point, place, enclosure)
        assert max(1.0, kappa) == pytest.approx(max(1.0, min(judged, math.exp(700))), rel=1e-8)
