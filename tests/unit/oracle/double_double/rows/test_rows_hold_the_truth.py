"""Every enclosure holds the truth: on every regime and format, and on hostile rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.double_double.rows import against_arb, draws
from lse_verify.oracle.double_double.rows.divergence import bregman
from lse_verify.oracle.double_double.rows.enclose import enclose_chunk
from lse_verify.oracle.double_double.rows.entropy import negentropy
from lse_verify.oracle.double_double.rows.first_gradient import log_softmax_gradient
from lse_verify.oracle.double_double.rows.logistic import logistic
from lse_verify.oracle.double_double.rows.lse import lse
from lse_verify.oracle.double_double.rows.shares import log_softmax, softmax

ONE = Fraction(1)
ROWS = 5
OUTPUTS = 4
LONGEST = 300


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_on_every_regime(name: str, fmt: Format, holds: Callable[..., bool]) -> None:
    function = FUNCTIONS[name]
    rng = np.random.default_rng(51)
    n_held = 0
    for regime in REGIMES.values():
        if name not in regime.functions:
            continue
        for block in regime.draw(name, fmt, seed=52, samples=12).blocks:
            if not 0 < block.n_terms <= LONGEST:
                continue
            ordinary = np.flatnonzero(function.ordinary(block))
            found = enclose_chunk(function, block)
            per_row = block.n_terms if function.returns_row else 1
            for row in rng.permutation(ordinary)[:ROWS].tolist():
                point = block.point(row)
                for output in rng.integers(0, per_row, min(OUTPUTS, per_row)).tolist():
                    index = row * per_row + output
                    assert holds(found, index, function, point, output), (regime.name, point)
                    n_held += 1
    assert n_held > 50


def outside(found: EnclosureArray, parts: against_arb.Parts, per_row: int = 1) -> tuple[str, ...]:
    every = np.ones(len(found), dtype=bool)
    block = against_arb.Block(found, parts, per_row, every, str)
    return block.tally(against_arb.plain_distances).outside


def check_lse(x: Floats, factor: float = 1.0, times: float = 1.0, sign: float = 1.0) -> None:
    multiplier = Fraction(sign * factor)
    scale = Fraction(times) if factor == 1 and sign == 1 else 1 / multiplier
    found = lse(sign * x, multiplier, scale)
    assert outside(found, against_arb.lse_parts(x, factor, times, sign)) == ()


def check_shares(x: Floats) -> None:
    n = x.shape[1]
    assert outside(softmax(x), against_arb.softmax_parts(x), n) == ()
    assert outside(log_softmax(x), against_arb.log_softmax_parts(x), n) == ()
    gradients = log_softmax_gradient(x)
    assert outside(gradients, against_arb.log_softmax_gradient_parts(x), n) == ()


LARGEST = float(np.finfo(np.float64).max)

entry = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-800, 800),
    st.floats(-31000, 31000),
    st.sampled_from(
        [0.0, -0.0, 1.0, -math.inf, 2.0**-1074, -(2.0**-1074), LARGEST, -LARGEST, 2.0**-1022]
        + [-29999.5, -30000.0, -30000.5, -30719.0, -30721.0, -700.0, -665.4, -36.7, math.log(2)]
    ),
)
row = st.lists(entry, min_size=1, max_size=7).filter(lambda r: max(r) > -math.inf)
scale = st.one_of(
    st.integers(-1074, 1023).map(lambda e: math.ldexp(1.0, e)),
    st.floats(2.0**-1074, LARGEST),
    st.floats(0.01, 100.0),
)
hostile = settings(max_examples=400, deadline=None, derandomize=True)


def one(row: list[float]) -> Floats:
    return np.array([row])


@hostile
@given(row)
def test_hostile_rows_of_logsumexp_and_the_shares(row: list[float]) -> None:
    check_lse(one(row))
    check_shares(one(row))


@hostile
@given(row, scale, st.sampled_from([1.0, -1.0]))
def test_hostile_rows_of_the_smooth_extrema(row: list[float], t: float, sign: float) -> None:
    check_lse(one(row), factor=t, sign=sign)
    with np.errstate(all="ignore"):
        near = one(row) / t
    if np.isfinite(near).any() and not (near == np.inf).any():
        check_lse(near, factor=t, sign=sign)


@hostile
@given(row, scale)
def test_hostile_rows_of_the_cumulants(row: list[float], trials: float) -> None:
    check_lse(np.pad(one(row), ((0, 0), (1, 0))), times=trials)


@hostile
@given(st.lists(entry, min_size=1, max_size=7))
def test_hostile_numbers_of_logistic(row: list[float]) -> None:
    x = np.array(row)
    assert outside(logistic(x), against_arb.logistic_parts(x)) == ()


@pytest.mark.parametrize("border", [0.5, 2.0**-900, 30000.0, 665.4, 37.4, 2.0**-52, 2.0**-1022])
def test_logistic_is_held_on_both_sides_of_where_its_formula_changes(border: float) -> None:
    near = border * (1 + np.arange(-4, 5) * 2.0**-52)
    x = np.concatenate([near, -near])
    assert outside(logistic(x), against_arb.logistic_parts(x)) == ()


probability = st.one_of(
    st.floats(0, 1), st.integers(1, 53).map(lambda e: 1 - 2.0**-e), st.sampled_from([0.0, 1.0])
)


@hostile
@given(st.lists(probability, min_size=1, max_size=7))
def test_hostile_rows_of_negentropy(p: list[float]) -> None:
    assert outside(negentropy(one(p)), against_arb.negentropy_parts(one(p))) == ()


@hostile
@given(st.lists(st.tuples(entry, entry), min_size=1, max_size=5))
def test_hostile_rows_of_bregman(pairs: list[tuple[float, float]]) -> None:
    x, x2 = (one([pair[k] for pair in pairs]) for k in (0, 1))
    found = bregman(x, x2)
    if np.abs(np.array(pairs)).max() <= 2.0**900 and (x != x2).any():
        assert outside(found, against_arb.bregman_parts(x, x2)) == ()
    elif np.abs(np.array(pairs)).max() > 2.0**900:
        assert found.radius[0] == np.inf


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 255, 256, 257, 2047, 2048, 2049, 4096, 4097])
def test_lengths_around_the_lanes_and_tiles(n: int) -> None:
    rng = np.random.default_rng(n)
    count = max(1, 600 // n)
    for rows in (draws.random_rows(rng, count, n), draws.directed_rows(rng, count, n)):
        check_lse(rows)
        check_lse(rows, factor=0.3, sign=-1.0) if not np.isinf(rows).any() else None
    some = draws.gap(rng, max(1, 200 // n), n)
    check_shares(some)


@pytest.mark.parametrize("place", [0, 1, 31, 32, 2047, 2048, 4095, 4096])
def test_the_peak_may_stand_anywhere(place: int) -> None:
    x = np.random.default_rng(53).standard_normal((1, 4097))
    x[0, place] = 9.0
    check_lse(x)
    x[0, (place + 7) % 4097] = 9.0
    check_lse(x)


def counted(values: Floats, counts: list[int]) -> Any:
    """Return log Σ count·exp(value) as a ball."""
    flint.ctx.prec = 256
    total = flint.arb(0)
    for value, count in zip(values.tolist(), counts, strict=True):
        total += count * flint.arb(value).exp()
    return total.log()


@pytest.mark.parametrize("n", [10**5, 10**6, 10**7])
def test_rows_of_many_terms(n: int) -> None:
    rng = np.random.default_rng(54)
    values = rng.standard_normal(40)
    places = rng.integers(0, 40, n)
    counts = np.bincount(places, minlength=40).tolist()
    found = lse(values[places][None], ONE, ONE)
    truth = counted(values, counts)
    centre = (flint.arb(float(found.hi[0])) + float(found.lo[0])) * flint.arb(2) ** int(
        found.exponent[0]
    )
    half = float(found.radius[0]) * flint.arb(2) ** int(found.exponent[0])
    assert bool(abs(truth - centre) <= half)
    assert found.radius[0] <= 2.0**-90 * abs(found.hi[0])


def test_terms_beside_the_last_that_is_seen_are_counted() -> None:
    # exp(-30000.5) is a third of what is seen here, though it is beyond FARTHEST itself.
    for second in (-29999.5, -29999.999, -30000.0, -30000.001):
        check_lse(np.array([[0.0, second, second - 0.5, second - 1.0, second - 700.0]]))


def test_where_nothing_is_seen_that_is_said() -> None:
    x = np.array([[0.0, -30001.0], [2.0**-1074, -1e300], [0.0, -np.inf], [1.0, -40000.0]])
    found = lse(x, ONE, ONE)
    assert np.isinf(found.radius).tolist() == [True, False, False, False]
    assert found.exponent[0] == -21000
    assert found.radius[2] == 0.0
    assert 0 < found.radius[3] < 2.0**-900
    check_lse(x)
    check_shares(x)


def test_a_centre_that_is_not_the_difference_is_not_taken_for_it() -> None:
    # The low part, 2**-1074, underflows beside 1e5 and 2**1000; the radius is not that of a
    # dropped tail, for which the centre would be the limit.
    for peak in (1e5, 2.0**1000):
        for low in (2.0**-1074, -(2.0**-1060)):
            x = np.array([[low, peak]])
            found = log_softmax(x)
            assert found.radius[0] > 2.0**-900
            check_shares(x)
