"""Intervals in binary64: Arb finds every truth within them, and planted faults break them.

Truth is Arb's at 256 bits; where a value cannot be told from an end by these, the end holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BFLOAT16, BINARY16, BINARY32, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.arb_balls import balls, enclosure_of
from lse_verify.oracle.double_double import exponential, plain
from lse_verify.oracle.double_double.rows import narrow, narrow_sums
from lse_verify.oracle.double_double.rows.narrow import (
    Intervals,
    narrow_log_softmax,
    narrow_logistic,
    narrow_lse,
    narrow_softmax,
    rounded,
)
from lse_verify.oracle.double_double.twin import interpreted

NARROW_FORMATS = (BINARY16, BFLOAT16, BINARY32)
KERNELS: dict[str, Callable[[Floats], Intervals]] = {
    "logsumexp": narrow_lse,
    "softmax": narrow_softmax,
    "log_softmax": narrow_log_softmax,
}
every_kernel = pytest.mark.parametrize("name", list(KERNELS))
every_format = pytest.mark.parametrize("fmt", NARROW_FORMATS, ids=lambda fmt: fmt.name)


def outside(name: str, x: Floats, found: Intervals, most_outputs: int = 12) -> int:
    """Return how many truths of finite rows lie outside of the intervals that say something."""
    count = 0
    per_row = 1 if name == "logsumexp" else x.shape[1]
    places = np.unique(np.linspace(0, per_row - 1, most_outputs).astype(int)).tolist()
    for number, row in enumerate(x):
        theirs = balls(FUNCTIONS[name], (tuple(row.tolist()),), 256)
        for place in places:
            low, high = (float(ends[number * per_row + place]) for ends in (found.low, found.high))
            truth = enclosure_of(theirs[place])
            assert truth is not None
            # NaN says nothing.
            count += bool(truth.hi < low or truth.lo > high) if low == low else 0
    return count


def check(name: str, x: Floats) -> None:
    assert outside(name, x, KERNELS[name](x)) == 0


def in_format(fmt: Format, x: Floats) -> Floats:
    return fmt.cast(np.clip(x, -fmt.largest, fmt.largest)).astype(np.float64)


@every_kernel
@every_format
@pytest.mark.parametrize("regime", [r for r in REGIMES if r not in ("special", "digits")])
def test_the_truth_is_inside_in_every_regime(name: str, fmt: Format, regime: str) -> None:
    batch = REGIMES[regime].draw(name, fmt, 5, 8)
    for block in batch.blocks:
        check(name, block.wide(0)[:8])


LENGTHS = (2, 3, 255, 256, 257, 2047, 2048, 2049, 5000)


def hostile(rng: np.random.Generator, n: int) -> Floats:
    """Return rows of n entries: dense, wide, at both ends of what is left out, cancelling, …"""
    rows = [
        rng.normal(0, 1, n),
        rng.normal(0, 300, n),
        np.append(0.0, rng.uniform(-690.01, -689.99, n - 1)),
        np.append(3e38, rng.uniform(-3.4e38, 3.4e38, n - 1)),
        np.full(n, -math.log(n)) + rng.normal(0, 1e-7, n),
        np.append(-math.exp(-20.0), np.full(n - 1, -20.0 - math.log(n - 1))),
        rng.choice([1e-45, -1e-45, 0.0, 1e-38], n),
        np.append([0.0, 0.0], np.full(n - 2, -36.8)),
        np.append([0.0, -17.0], np.full(n - 2, -54.0)),
        rng.choice([0.0, -1e9, -1e30], n),
    ]
    return in_format(BINARY32, np.array([rng.permutation(row) for row in rows]))


@every_kernel
@pytest.mark.parametrize("n", LENGTHS)
def test_the_truth_of_hostile_rows_is_inside(name: str, n: int) -> None:
    check(name, hostile(np.random.default_rng(n), n))


@every_kernel
def test_many_terms_that_are_lost_one_by_one_are_counted(name: str) -> None:
    # Every tile but the first adds less than half a unit to a sum of 1, and 512 of them do.
    x = in_format(BINARY32, np.full((1, 2**20), -41.0))
    x[0, [0, 3]] = 0.0
    check(name, x)


@every_kernel
def test_one_entry_is_its_own_answer(name: str) -> None:
    x = in_format(BINARY32, np.array([[0.0], [-2.5], [3e38], [1.4e-45]]))
    found = KERNELS[name](x)
    exact = {"logsumexp": x[:, 0], "softmax": np.ones(4), "log_softmax": np.zeros(4)}[name]
    known = found.low == found.low
    assert (found.low <= exact)[known].all()
    assert (exact <= found.high)[known].all()
    values, decided = rounded(found, BINARY32)
    assert (values.astype(np.float64) == exact)[decided].all()


@every_kernel
@pytest.mark.parametrize("peak", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("n", [1, 2, 300])
def test_of_rows_without_a_finite_peak_nothing_is_said(name: str, peak: float, n: int) -> None:
    x = np.full((3, n), -math.inf)
    x[1, n // 2] = peak
    x[2] = 1.0
    x[2, -1] = peak if peak > -math.inf else math.nan
    assert np.isnan(KERNELS[name](x).low).all()


@every_kernel
def test_minus_infinity_counts_for_nothing(name: str) -> None:
    x = np.array([[1.0, -math.inf, 2.5], [1.0, -math.inf, -math.inf]])
    found, without = KERNELS[name](x), KERNELS[name](np.array([[1.0, 2.5]]))
    if name == "logsumexp":
        assert found.low[0] <= math.log(math.exp(1.0) + math.exp(2.5)) <= found.high[0]
        assert found.low[1] <= 1.0 <= found.high[1]
        return
    nothing = 0.0 if name == "softmax" else -math.inf
    values, decided = rounded(found, BINARY32)
    assert decided[[0, 1, 2]].all()
    assert values[1] == nothing
    assert rounded(without, BINARY32)[0].tolist() == values[[0, 2]].tolist()


@every_kernel
def test_an_interval_does_not_depend_on_the_other_rows(name: str) -> None:
    x = in_format(BINARY32, np.random.default_rng(3).normal(0, 20, (600, 7)))
    whole = KERNELS[name](x)
    for part in (slice(0, 1), slice(17, 18), slice(301, 600)):
        found = KERNELS[name](x[part])
        per_row = found.low.size // len(x[part])
        places = slice(part.start * per_row, part.stop * per_row)
        assert found.low.tolist() == whole.low[places].tolist()
        assert found.high.tolist() == whole.high[places].tolist()


@every_kernel
def test_what_is_left_open_in_binary32_is_one_in_a_hundred_thousand(name: str) -> None:
    x = in_format(BINARY32, np.random.default_rng(4).normal(0, 3, (200_000, 4)))
    _, decided = rounded(KERNELS[name](x), BINARY32)
    assert np.count_nonzero(~decided) < 1e-5 * decided.size


@every_format
def test_a_rounding_that_is_decided_is_that_of_both_ends(fmt: Format) -> None:
    rng = np.random.default_rng(5)
    middle = np.ldexp(rng.uniform(-1, 1, 4000), rng.integers(-160, 130, 4000))
    middle[::4] = in_format(fmt, middle[::4]) * (1 + fmt.unit_roundoff)
    half = np.abs(middle) * np.ldexp(1.0, rng.integers(-52, -5, 4000))
    found = Intervals(middle - half, middle + half)
    values, decided = rounded(found, fmt)
    for low, high, value, is_decided in zip(
        found.low.tolist(), found.high.tolist(), values.tolist(), decided.tolist(), strict=True
    ):
        if low == high == 0:
            # A rational zero has no sign.
            continue
        exact = Enclosure(Fraction(low), Fraction(high)).rounded(fmt)
        assert is_decided == (exact is not None)
        assert exact is None or float(value).hex() == exact.hex()


@pytest.mark.parametrize(
    ("low", "high", "decided"),
    [(-0.0, 0.0, False), (0.0, 1e-300, True), (-1e-300, -0.0, True), (math.nan, math.nan, False)],
)
def test_the_sign_of_a_zero_is_part_of_a_rounding(low: float, high: float, decided: bool) -> None:
    for fmt in NARROW_FORMATS:
        value, is_decided = rounded(Intervals(np.array([low]), np.array([high])), fmt)
        assert bool(is_decided[0]) is decided
        assert not decided or math.copysign(1, float(value[0])) == math.copysign(1, low)


# The logistic function takes numbers and not rows.


def numbers_outside(x: Floats, found: Intervals) -> int:
    """Return how many truths of finite numbers lie outside of their intervals."""
    count = 0
    for value, low, high in zip(x.tolist(), found.low.tolist(), found.high.tolist(), strict=True):
        (ball,) = balls(FUNCTIONS["logistic"], (value,), 256)
        truth = enclosure_of(ball)
        assert truth is not None
        count += bool(truth.hi < low or truth.lo > high)
    return count


@every_format
def test_the_truth_of_logistic_is_inside(fmt: Format) -> None:
    regimes = (r for r in REGIMES.values() if "logistic" in r.functions and r.name != "special")
    blocks = [block for r in regimes for block in r.draw("logistic", fmt, 5, 20).blocks]
    borders = np.array([0.0, -0.0, 690.0, 690.5, 104.0, 88.8, 17.0, 2.0**-12, 2.0**-25, 1e-45])
    ends = in_format(fmt, np.concatenate([borders, -borders, [fmt.largest, -fmt.largest]]))
    for x in (*(block.wide(0) for block in blocks), ends):
        found = narrow_logistic(x)
        assert numbers_outside(x, found) == 0
        assert (found.low >= 0).all()
        assert (found.high <= 1).all()


def test_of_logistic_nothing_is_said_where_it_is_asked_of_no_finite_number() -> None:
    found = narrow_logistic(np.array([math.nan, math.inf, -math.inf]))
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


def test_what_is_left_open_of_logistic_in_binary32_is_one_in_a_hundred_thousand() -> None:
    rng = np.random.default_rng(8)
    x = in_format(BINARY32, np.concatenate([rng.normal(0, 9, 10**6), rng.uniform(-110, 90, 10**6)]))
    _, decided = rounded(narrow_logistic(x), BINARY32)
    assert np.count_nonzero(~decided) < 1e-5 * decided.size


# Planted faults. Python runs the kernels' own source, a few rows of it.


def planted(
    monkeypatch: pytest.MonkeyPatch, module: Any, loop: str, changes: dict[str, Any]
) -> None:
    monkeypatch.setattr(narrow_sums, "lanes_of_short", lambda n_terms: 8)
    monkeypatch.setattr(module, loop, interpreted(getattr(module, loop), **changes))


FEW = in_format(BINARY32, np.random.default_rng(6).normal(0, 1, (8, 2)))
COARSE = 1 + 2.0**-14


def test_python_runs_the_kernels_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = narrow_lse(FEW)
    planted(monkeypatch, narrow_sums, "_short", {})
    planted(monkeypatch, narrow, "_lse", {})
    found = narrow_lse(FEW)
    assert found.low.tolist() == expected.low.tolist()
    assert found.high.tolist() == expected.high.tolist()


@every_kernel
@pytest.mark.parametrize("fault", ["_E2", "_E5", "_E7"])
def test_a_wrong_coefficient_of_exp_is_caught(
    name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {fault: getattr(exponential, fault) * COARSE}
    planted(monkeypatch, narrow_sums, "_short", changes)
    assert outside(name, FEW, KERNELS[name](FEW)) > 0


@pytest.mark.parametrize(("name", "loop"), [("logsumexp", "_lse"), ("log_softmax", "_log_shares")])
@pytest.mark.parametrize("fault", ["_D1", "_D4"])
def test_a_wrong_coefficient_of_log_is_caught(
    name: str, loop: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, narrow, loop, {fault: getattr(plain, fault) * (1 + 2.0**-20)})
    assert outside(name, FEW, KERNELS[name](FEW)) > 0


@every_kernel
@pytest.mark.parametrize("n", [250, 2**20])
def test_additions_that_are_not_counted_are_caught(
    name: str, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.full((1, n), -36.8 if n == 250 else -41.0)
    x[0, [0, 3]] = 0.0
    x = in_format(BINARY32, x)
    if n == 250:
        monkeypatch.setattr(narrow_sums, "_U", 0.0)
    else:
        # As if there were one tile.
        sums = narrow_sums.narrow_sums

        def of_one_tile(x: Floats) -> narrow_sums.NarrowSums:
            found, short = sums(x), sums(x[:, :2048])
            return narrow_sums.NarrowSums(found.peak, found.rest, short.relative)

        monkeypatch.setattr(narrow, "narrow_sums", of_one_tile)
    assert outside(name, x, KERNELS[name](x)) > 0


def test_far_terms_that_are_left_out_and_not_counted_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = np.full((1, 1000), -690.5)
    x[0, 0] = 0.0
    assert outside("logsumexp", x, narrow_lse(x)) == 0
    planted(monkeypatch, narrow, "_lse", {"LEFT_OUT": 0.0})
    assert outside("logsumexp", x, narrow_lse(x)) == 1


@pytest.mark.parametrize("fault", ["_E2", "_E5", "_E7"])
def test_a_wrong_coefficient_of_exp_is_caught_in_logistic(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = in_format(BINARY32, np.linspace(-20, 20, 90))
    assert numbers_outside(x, narrow_logistic(x)) == 0
    planted(monkeypatch, narrow, "_logistic", {fault: getattr(exponential, fault) * COARSE})
    assert numbers_outside(x, narrow_logistic(x)) > 0


def test_a_tail_that_is_left_out_of_logistic_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.array([-690.5])
    assert numbers_outside(x, narrow_logistic(x)) == 0
    planted(monkeypatch, narrow, "_logistic", {"LEFT_OUT": 0.0})
    assert numbers_outside(x, narrow_logistic(x)) == 1


def test_an_exponent_that_is_taken_for_exact_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # x − peak is rounded, by half a unit of some 600, and exp multiplies that by as much.
    rng = np.random.default_rng(7)
    peaks, others = rng.uniform(0, 2.0**-44, 400), rng.uniform(-690, -600, 400)
    x = in_format(BINARY32, np.stack([peaks, others], 1))
    sums = narrow_sums.narrow_sums

    def without_distance(x: Floats) -> narrow_sums.NarrowSums:
        found = sums(x)
        fixed = found.relative.min() - 600 * 2.0**-53
        return narrow_sums.NarrowSums(found.peak, found.rest, np.full(len(x), fixed))

    assert outside("softmax", x, narrow_softmax(x)) == 0
    monkeypatch.setattr(narrow, "narrow_sums", without_distance)
    planted(monkeypatch, narrow, "_shares", {"_U": 0.0})
    assert outside("softmax", x[:40], narrow_softmax(x[:40])) > 0
