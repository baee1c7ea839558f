"""What is special about rows: no numbers, few rows, neighbours; and radii that are of use."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.rows import draws
from lse_verify.oracle.double_double.rows.divergence import bregman
from lse_verify.oracle.double_double.rows.entropy import negentropy
from lse_verify.oracle.double_double.rows.first_gradient import log_softmax_gradient
from lse_verify.oracle.double_double.rows.logistic import logistic
from lse_verify.oracle.double_double.rows.lse import lse
from lse_verify.oracle.double_double.rows.shares import log_softmax, softmax

ONE = Fraction(1)


def logsumexp(x: Floats) -> EnclosureArray:
    return lse(x, ONE, ONE)


def smoothmin(x: Floats) -> EnclosureArray:
    return lse(x, Fraction(-0.3), 1 / Fraction(-0.3))


def against_half(x: Floats) -> EnclosureArray:
    return bregman(x, x / 2 + 1)


def of_entries(x: Floats) -> EnclosureArray:
    return logistic(x.ravel())


def of_shares(x: Floats) -> EnclosureArray:
    with np.errstate(all="ignore"):
        return negentropy(np.where(np.isnan(x), x, np.abs(np.tanh(x))))


FUNCTIONS: dict[str, Callable[[Floats], EnclosureArray]] = {
    "logsumexp": logsumexp,
    "smoothmin": smoothmin,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "log_softmax_gradient": log_softmax_gradient,
    "logistic": of_entries,
    "negentropy": of_shares,
    "bregman": against_half,
}
every = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
of_whole_rows = pytest.mark.parametrize(
    "function", [f for name, f in FUNCTIONS.items() if name != "logistic"]
)
of_rows = pytest.mark.parametrize(
    "function", [logsumexp, softmax, log_softmax, log_softmax_gradient]
)


@of_whole_rows
@pytest.mark.parametrize("n", [1, 2, 9, 300])
def test_nan_anywhere_is_unknown(function: Callable[[Floats], EnclosureArray], n: int) -> None:
    x = np.random.default_rng(61).standard_normal((n, n))
    x[np.arange(n), np.arange(n)] = np.nan
    assert np.isinf(function(x).radius).all()


@of_rows
@pytest.mark.parametrize("n", [1, 2, 9, 300])
def test_plus_infinity_anywhere_is_unknown(
    function: Callable[[Floats], EnclosureArray], n: int
) -> None:
    x = np.random.default_rng(62).standard_normal((n, n))
    x[np.arange(n), np.arange(n)] = np.inf
    assert np.isinf(function(x).radius).all()


@of_rows
def test_nothing_but_minus_infinity_is_unknown(
    function: Callable[[Floats], EnclosureArray],
) -> None:
    for n in (1, 2, 300):
        assert np.isinf(function(np.full((3, n), -np.inf)).radius).all()


def test_bregman_says_nothing_of_what_is_too_large_or_no_number() -> None:
    bad = np.array([[np.nan], [np.inf], [-np.inf], [2.0**901], [-1e300]])
    assert np.isinf(bregman(bad, np.ones_like(bad)).radius).all()
    assert np.isinf(bregman(np.ones_like(bad), bad).radius).all()


def test_logistic_says_nothing_of_what_is_no_finite_number() -> None:
    bad = np.array([np.nan, np.inf, -np.inf])
    assert np.isinf(logistic(bad).radius).all()
    assert not logistic(bad).exponent.any()


def test_negentropy_says_nothing_outside_of_the_interval() -> None:
    bad = np.array([[0.5, -0.1], [0.5, 1.1], [0.5, np.nan], [2.0**-901, 0.5], [-np.inf, 0.5]])
    assert np.isinf(negentropy(bad).radius).all()


def columns(found: EnclosureArray, part: slice = slice(None)) -> list[list[float]]:
    return [column[part].tolist() for column in found.columns()]


@every
@pytest.mark.parametrize("m", [1, 7, 8, 9, 255, 256, 257])
def test_every_row_count_gives_what_the_rows_give_alone(
    function: Callable[[Floats], EnclosureArray], m: int
) -> None:
    x = np.clip(draws.random_rows(np.random.default_rng(63), m, 3), -1e9, 1e9)
    whole = function(x)
    per_row = len(whole) // m
    for row in {0, m // 2, m - 1}:
        alone = function(x[row : row + 1])
        assert columns(alone) == columns(whole, slice(row * per_row, (row + 1) * per_row))


@every
@pytest.mark.parametrize("n", [2, 100, 256, 257])
def test_a_row_does_not_depend_on_its_neighbours(
    function: Callable[[Floats], EnclosureArray], n: int
) -> None:
    rng = np.random.default_rng(64)
    x = rng.standard_normal((5, n))
    whole = function(x)
    per_row = len(whole) // 5
    hostile = np.where(rng.random((5, n)) < 0.5, np.nan, rng.choice([1e308, -1e308], (5, n)))
    hostile[2] = x[2]
    part = slice(2 * per_row, 3 * per_row)
    assert columns(function(hostile), part) == columns(whole, part)


def relative(found: EnclosureArray) -> Floats:
    return np.asarray(found.radius / np.abs(found.hi))


@pytest.mark.parametrize("n", [2, 10, 256, 257, 10**4, 10**6])
def test_radii_of_well_conditioned_rows_are_small(n: int) -> None:
    rng = np.random.default_rng(65)
    x = 5 + rng.standard_normal((max(1, 1000 // n), n))
    assert relative(logsumexp(x)).max() <= 2.0**-90
    assert relative(softmax(x)).max() <= 2.0**-90
    assert relative(log_softmax(x)).max() <= 2.0**-90
    assert relative(log_softmax_gradient(x)).max() <= 2.0**-90
    assert relative(negentropy(rng.random(x.shape))).max() <= 2.0**-90
    assert relative(bregman(x, 2 * rng.standard_normal(x.shape))).max() <= 2.0**-90


def test_radii_of_saturated_rows_of_bregman_are_small() -> None:
    # The same entry has all but e**-400 of the shares of both.
    x = np.array([[400.0, 3.0], [-400.0, -410.0]])
    assert relative(bregman(x, x + np.array([5.0, 1.0]))).max() <= 2.0**-90


@pytest.mark.parametrize("peak", [0.0, -0.0, 3.0, 2.0**-1074, -1.7e308])
def test_one_finite_entry_is_exact(peak: float) -> None:
    for row in ([peak], [peak, -np.inf], [-np.inf] * 300 + [peak]):
        for found in (logsumexp(np.array([row])), smoothmin(-np.array([row]))):
            enclosure = found.at(0)
            assert enclosure is not None
            assert enclosure.is_exact
            assert abs(enclosure.lo) == abs(Fraction(peak))
        shares, logs = softmax(np.array([row])), log_softmax(np.array([row]))
        assert not shares.radius.any()
        place = row.index(peak)
        assert shares.approximate()[place] == 1
        assert (logs.hi[place], logs.radius[place]) == (0, 0)
        slopes = log_softmax_gradient(np.array([row]))
        assert not slopes.radius.any()
        # All is 0 where the first entry is the only one, and 1 and −1 where it is another.
        expected = [0.0] * len(row)
        if place:
            expected[0], expected[place] = 1.0, -1.0
        assert slopes.approximate().tolist() == expected


def test_zeros_and_ones_are_exact() -> None:
    found = negentropy(np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))
    assert not found.hi.any()
    assert not found.radius.any()


@every
def test_centres_are_normal(function: Callable[[Floats], EnclosureArray]) -> None:
    rng = np.random.default_rng(66)
    x = np.clip(draws.random_rows(rng, 500, 4), -1e12, 1e12)
    found = function(x)
    known = np.isfinite(found.radius) & np.isfinite(found.hi) & (found.hi != 0)
    assert known.sum() > 100
    size = np.abs(found.hi[known])
    assert ((size >= 0.5) & (size < 1)).all()
    assert (np.abs(found.lo[known]) <= 2.0**-54).all()
    assert (found.radius[known] >= 0).all()
