"""The regimes reach the inputs that they exist for."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from lse_verify.formats import BFLOAT16, BINARY16, BINARY32, BINARY64, FORMATS, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.inputs.values import LN2, Wide, exp, wide


def rows(regime: str, function: str, fmt: Format, n: int, samples: int = 200) -> Wide:
    """Return the rows of n terms that a regime draws for a function, as binary64."""
    blocks = REGIMES[regime].draw(function, fmt, 0, samples).blocks
    return wide(next(np.asarray(b.arguments[0]) for b in blocks if b.n_terms == n))


def condition(row: list[float]) -> float:
    """Return κ of logsumexp by mpmath: Σ pᵢ|xᵢ| / |y|."""
    context = mpmath.mp.clone()
    context.prec = 400
    weights = [context.exp(entry) for entry in row]
    y = context.log(sum(weights))
    moment = sum(w * abs(entry) for w, entry in zip(weights, row, strict=True))
    return float(moment / sum(weights) / abs(y))


@pytest.mark.parametrize("n", [2, 10])
def test_cancellation_reaches_condition_numbers_beyond_1e15(n: int) -> None:
    kappas = [condition(row) for row in rows("cancellation", "logsumexp", BINARY64, n).tolist()]
    assert sum(kappa > 1e15 for kappa in kappas) > len(kappas) // 5


def test_cancellation_also_has_moderate_condition_numbers() -> None:
    kappas = [condition(row) for row in rows("cancellation", "logsumexp", BINARY64, 2).tolist()]
    assert sum(10 < kappa < 1e12 for kappa in kappas) > len(kappas) // 10


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_gaps_go_from_below_one_to_beyond_the_underflow_of_exp(fmt: Format) -> None:
    drawn = rows("gap", "logsumexp", fmt, 2)
    gaps = np.ptp(drawn[drawn.max(axis=1) == 0], axis=1)
    assert gaps.min() < 1
    assert gaps.max() > (fmt.precision - 1 - fmt.emin) * LN2


def test_gaps_of_binary64_exceed_745() -> None:
    assert np.ptp(rows("gap", "logsumexp", BINARY64, 10), axis=1).max() > 1000


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_gaps_crowd_about_the_threshold_of_absorption(fmt: Format) -> None:
    gaps = np.ptp(rows("gap", "logsumexp", fmt, 2), axis=1)
    assert (np.abs(gaps - fmt.precision * LN2) < 2).mean() > 0.1


def test_half_of_the_peaks_above_a_gap_are_exactly_zero() -> None:
    peaks = rows("gap", "logsumexp", BINARY64, 10).max(axis=1)
    assert 0.45 < (peaks == 0).mean() < 0.65


def test_some_peaks_above_a_gap_are_of_the_size_of_what_is_left_of_the_rest() -> None:
    drawn = np.sort(rows("gap", "logsumexp", BINARY64, 2), axis=1)
    low, peak = drawn[:, 0], drawn[:, 1]
    close = (np.abs(peak) > 0.4 * exp(low)) & (np.abs(peak) < 2.1 * exp(low)) & (low < -10)
    assert (close & (peak > 0)).any()
    assert (close & (peak < 0)).any()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_bit_patterns_are_uniform(fmt: Format) -> None:
    drawn = fmt.cast(rows("bits", "logsumexp", fmt, 10, samples=2000).ravel())
    largest = int(fmt.ordinals(fmt.cast(np.array([fmt.largest])))[0])
    counts, _ = np.histogram(fmt.ordinals(drawn) / largest, bins=10, range=(-1, 1))
    # Ten equal bins of 20010 draws: six standard deviations of a binomial are 255.
    assert np.abs(counts - drawn.size / 10).max() < 255


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_ties_have_equal_maxima_all_equal_and_one_ulp_apart(fmt: Format) -> None:
    drawn = rows("ties", "logsumexp", fmt, 10)
    at_peak = (drawn == drawn.max(axis=1, keepdims=True)).sum(axis=1)
    span = np.ptp(fmt.ordinals(fmt.cast(drawn)), axis=1)
    assert (at_peak == 2).any()
    assert (at_peak == 10).any()
    # A float to either side of the same peak.
    assert ((span == 1) | (span == 2)).any()


def test_offsets_of_both_signs_leave_a_difference() -> None:
    drawn = rows("offset", "logsumexp", BINARY32, 10)
    assert (drawn.max(axis=1) < -1000).any()
    assert (drawn.min(axis=1) > 1000).any()
    assert (np.ptp(drawn, axis=1) > 0).mean() > 0.9


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_overflow_has_the_largest_floats_and_the_edge_of_exp(fmt: Format) -> None:
    drawn = rows("overflow", "logsumexp", fmt, 10)
    edge = (fmt.emax + 1) * LN2
    assert drawn.max() == fmt.largest
    assert drawn.min() == -fmt.largest
    assert (np.abs(drawn / edge - 1) < 8 * fmt.unit_roundoff).any()
    assert ((drawn.max(axis=1) > edge) & (drawn.max(axis=1) < 4.1 * edge)).any()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_underflow_surrounds_both_thresholds(fmt: Format) -> None:
    drawn = rows("underflow", "logsumexp", fmt, 10)
    for threshold in (fmt.emin * LN2, (fmt.emin - fmt.precision + 1) * LN2):
        # In float8_e5m2 the neighbours of the thresholds are 2 apart.
        width = 1 + 4 * fmt.unit_roundoff * abs(threshold)
        assert ((drawn > threshold) & (drawn < threshold + width)).any()
        assert ((drawn < threshold) & (drawn > threshold - width)).any()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_subnormal_has_subnormals_of_both_signs_and_rows_of_zeros_but_one(fmt: Format) -> None:
    drawn = rows("subnormal", "logsumexp", fmt, 10)
    below = (drawn != 0) & (np.abs(drawn) < fmt.smallest_normal)
    assert (below & (drawn > 0)).any()
    assert (below & (drawn < 0)).any()
    assert ((drawn == 0).sum(axis=1) == 9).any()


def test_long_rows_have_few_distinct_entries() -> None:
    for block in REGIMES["many"].draw("logsumexp", BINARY32, 0, 200).blocks:
        if block.n_terms > 4096:
            drawn = np.asarray(block.arguments[0])
            assert max(len(np.unique(row)) for row in drawn) <= 64


def test_many_has_65536_zeros_and_ten_million_terms() -> None:
    blocks = REGIMES["many"].draw("logsumexp", BINARY16, 0, 2000).blocks
    longest = {b.n_terms: np.asarray(b.arguments[0]) for b in blocks}
    assert set(longest) == {1000, 65536, 10**6, 10**7}
    assert any((row == 0).all() for row in longest[65536])


@pytest.mark.parametrize(("samples", "most"), [(1999, 65536), (50, 65536), (49, 1000)])
def test_many_is_shorter_where_there_are_few_samples(samples: int, most: int) -> None:
    blocks = REGIMES["many"].draw("logsumexp", BINARY32, 0, samples).blocks
    assert max(b.n_terms for b in blocks) == most


def test_many_stays_short_where_the_result_is_a_row() -> None:
    for function in ("softmax", "log_softmax", "log_softmax_gradient"):
        blocks = REGIMES["many"].draw(function, BINARY32, 0, 200).blocks
        assert max(b.n_terms for b in blocks) == 1000


def test_orders_rise_fall_and_keep_the_large_for_last() -> None:
    steps = np.diff(rows("order", "logsumexp", BINARY64, 100), axis=1)
    assert (steps >= 0).all(axis=1).any()
    assert (steps <= 0).all(axis=1).any()
    assert (steps[:, -1] > 30).any()


def test_log1pexp_covers_the_whole_range_and_crowds_at_switch_points() -> None:
    drawn = np.concatenate([rows("log1pexp", "softplus", BINARY64, 1)])
    counts, _ = np.histogram(drawn, bins=10, range=(-50, 50))
    assert (counts > 0).all()
    assert (np.abs(drawn - 20) < 0.5).sum() >= 2


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize(
    "regime", [r.name for r in REGIMES.values() if "negentropy" in r.functions]
)
def test_probabilities_lie_in_the_unit_interval(regime: str, fmt: Format) -> None:
    for block in REGIMES[regime].draw("negentropy", fmt, 0, 20).blocks:
        drawn = wide(np.asarray(block.arguments[0]))
        assert ((drawn >= 0) & (drawn <= 1) | np.isnan(drawn)).all()


@pytest.mark.parametrize(
    ("regime", "fmt"),
    [
        (r.name, fmt)
        for r in REGIMES.values()
        for fmt in FORMATS.values()
        # A thousand shares of eight bits or fewer hardly ever sum to exactly 1.
        if "negentropy" in r.functions
        and not (r.name == "many" and fmt.precision <= BFLOAT16.precision)
    ],
)
def test_some_probabilities_sum_to_exactly_one_without_a_one_among_them(
    regime: str, fmt: Format
) -> None:
    # Of long rows a batch has few, so that one batch alone may be without.
    batches = (REGIMES[regime].draw("negentropy", fmt, seed, 60) for seed in range(4))
    blocks = [block for batch in batches for block in batch.blocks]
    drawn = [row for block in blocks for row, *_ in block.points() if isinstance(row, tuple)]
    finite = [row for row in drawn if np.isfinite(row).all() and max(row, default=1) < 1]
    assert any(sum(map(Fraction, row)) == 1 for row in finite)


def test_probabilities_come_near_one_and_reach_the_subnormals() -> None:
    drawn = rows("gap", "negentropy", BINARY32, 10)
    assert ((drawn > 1 - 16 * BINARY32.unit_roundoff) & (drawn < 1)).any()
    assert ((drawn > 0) & (drawn < BINARY32.smallest_normal)).any()


def test_divergences_are_taken_between_equal_close_and_far_rows() -> None:
    block = REGIMES["gaussian"].draw("bregman", BINARY32, 0, 200).blocks[0]
    x, x2 = (np.asarray(a) for a in block.arguments)
    apart = np.abs(BINARY32.ordinals(x) - BINARY32.ordinals(x2)).max(axis=1)
    assert (apart == 0).any()
    assert ((apart > 0) & (apart <= 4)).any()
    assert ((apart > 100) & (apart < 10**5)).any()
    assert (np.abs(wide(x) - wide(x2)).max(axis=1) > 1).any()


def test_cumulants_meet_rows_far_below_the_implied_zero() -> None:
    drawn = rows("gap", "logsumexp0", BINARY64, 10)
    assert (drawn.max(axis=1) < -40).any()


@pytest.mark.parametrize("function", ["softplus", "logistic"])
def test_a_function_of_one_value_meets_both_tails(function: str) -> None:
    drawn = rows("gap", function, BINARY64, 1)
    assert drawn.max() > 745
    assert drawn.min() < -745
