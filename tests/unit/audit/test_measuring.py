"""Answers held against references: errors, E, special values, bounds, policies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from lse_verify.audit.finding import Finding
from lse_verify.audit.judge import judge, three_digits
from lse_verify.audit.measure import measure
from lse_verify.audit.site import RESOLVED, Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.enclosure import Enclosure
from lse_verify.errors import OracleUndecided
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.implementations.registry import find
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder
from lse_verify.ulp import Spurious

MakeSite = Callable[..., Site]

LARGEST = math.ldexp(2 - 2**-52, 1023)


def _measured(site: Site, *got: float) -> Finding:
    return measure(site, site.fmt.cast(np.array(got)), None)


def _close(first: float, second: float, rel: float) -> bool:
    return math.isclose(first, second, rel_tol=rel)


def test_a_tail_that_is_lost_has_the_stability_factor_of_the_specification(
    site: MakeSite,
) -> None:
    judged = judge(site("logsumexp", [[0.0, -40.0]]), 0, 0.0)
    # MATHEMATICS 6: E 2.3e14 and κ 40; by hand E = 1/(40u).
    assert _close(judged.stability, 2.0**53 / 40, 1e-9)
    assert f"{judged.stability:.1e}" == "2.3e+14"
    assert judged.condition_text == "40"
    assert judged.truth == "4.2483542552915889863e-18"


def test_an_answer_far_off_in_ulps_is_excused_by_the_condition_number_of_the_specification(
    site: MakeSite,
) -> None:
    # MATHEMATICS 6: E 1.9 and κ 9.0e16 of max + log Σ exp(x − max).
    a, b = -0.1, -2.3521684610440907
    judged = judge(site("logsumexp", [[a, b]]), 0, a + math.log(1 + math.exp(b - a)))
    assert f"{judged.condition:.1e}" == "9.0e+16"
    assert f"{judged.stability:.1f}" == "1.9"
    assert isinstance(judged.error, float)
    assert judged.error > 1e15


@pytest.mark.parametrize("row", [[0.0, -40.0], [-0.1, -2.3521684610440907], [3.0, 1.0, -7.5]])
def test_the_stability_factor_is_the_formula_of_the_specification(
    site: MakeSite, row: list[float]
) -> None:
    got = 1e-3
    with mpmath.workdps(60):
        shares = [mpmath.exp(x) for x in row]
        y = mpmath.log(sum(shares))
        kappa = sum(p * abs(x) for p, x in zip(shares, row, strict=True)) / sum(shares) / abs(y)
        expected = abs(got - y) / (mpmath.mpf(2) ** -53 * max(1, kappa) * abs(y))
    judged = judge(site("logsumexp", [row]), 0, got)
    assert _close(judged.stability, float(expected), 1e-9)
    assert _close(judged.condition, float(kappa), 1e-9)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_arrays_and_judge_agree_on_error_and_stability_factor(
    site: MakeSite, function: str, fmt: str
) -> None:
    rng = np.random.default_rng([4, *map(ord, function + fmt)])
    for regime in ("gaussian", "underflow"):
        blocks = REGIMES[regime].draw(function, FORMATS[fmt], 5, 3).blocks
        block = blocks[0].take(np.arange(min(2, blocks[0].n_rows)))
        made = site(function, *block.arguments, fmt=fmt)
        enclosures = made.reference.truth.enclosures
        noisy = enclosures.approximate() * rng.choice([1.0, 1 + 1e-3, 1.5, -1.0, 0.0])
        got = made.fmt.cast(noisy)
        for witness, of in _worst(measure(made, got, None)):
            entry = witness.row * made.per_row + witness.output
            judged = judge(made, entry, float(got[entry]))
            # A smaller error is counted as `RESOLVED`, and its E as the E of that.
            if isinstance(judged.error, float) and judged.error > RESOLVED:
                assert _close(getattr(judged, of), witness.size, 1e-6)


def _worst(finding: Finding) -> list[tuple[Any, str]]:
    return [(finding.worst_error, "error"), (finding.worst_stability, "stability")]


def test_the_float_below_an_exact_power_of_two_is_not_called_nearest(site: MakeSite) -> None:
    found = _measured(site("softmax", [[0.0, 0.0]]), 0.49999999999999994, 0.5)
    assert (found.outputs, found.correctly_rounded, found.faithful) == (2, 1, 2)


def test_infinity_in_the_top_binade_counts_as_the_float_after_the_largest(
    site: MakeSite,
) -> None:
    found = _measured(site("logsumexp", [[LARGEST, LARGEST]]), math.inf)
    assert found.spurious_infinity.count == 0
    assert found.worst_error is not None
    # 2**1024 − (largest + log 2), in ulps of 2**971: just below 1.
    assert 0.99 < found.worst_error.size <= 1


def test_infinity_below_the_top_binade_is_spurious_and_no_number(site: MakeSite) -> None:
    found = _measured(site("logsumexp", [[1000.0, 1000.0], [3.0, 4.0]]), math.inf, -math.inf)
    assert (found.spurious_infinity.count, found.outputs) == (2, 0)
    assert found.histogram == {}
    assert verdict(found) is Verdict.WRONG


def test_nan_where_the_truth_is_a_number_is_spurious(site: MakeSite) -> None:
    found = _measured(site("logsumexp", [[3.0, 4.0]]), math.nan)
    assert (found.spurious_nan.count, found.spurious_nan.tested, found.outputs) == (1, 1, 0)


def test_the_judge_names_what_is_spurious(site: MakeSite) -> None:
    made = site("logsumexp", [[3.0, 4.0]])
    assert judge(made, 0, math.nan).error is Spurious.NAN
    assert judge(made, 0, math.inf).error_text == "spurious infinity"


def test_wrong_special_values_are_counted_and_right_ones_are_not(site: MakeSite) -> None:
    rows = [[math.inf, 0.0], [-math.inf, -math.inf], [math.nan, 0.0], [math.nan, math.inf]]
    found = _measured(site("logsumexp", rows), math.inf, math.nan, math.nan, math.inf)
    assert (found.special.tested, found.special.count) == (4, 2)
    assert found.spurious_nan.count == 0


def test_below_the_largest_entry_is_a_violation_that_nothing_excuses(site: MakeSite) -> None:
    found = _measured(site("logsumexp", [[1.0, -50.0]]), math.nextafter(1.0, 0))
    broken = found.violations["lower bound"]
    assert (broken.tested, broken.count, broken.excused) == (1, 1, 0)
    assert broken.witness is not None
    assert broken.witness.note == "1 floats beyond the bound 0x1p+0"
    assert verdict(found) is Verdict.WRONG


def test_how_far_beyond_a_bound_is_right_even_across_all_floats(site: MakeSite) -> None:
    found = _measured(site("logsumexp", [[LARGEST / 2, 0.0]]), -LARGEST / 2)
    witness = found.violations["lower bound"].witness
    assert witness is not None
    # Twice the ordinal of the float: it is 2**52 below that of the largest.
    assert witness.size == 2.0 * (2046 * 2**52 - 1)


def test_above_the_upper_bound_is_excused_where_conditioning_explains_it(site: MakeSite) -> None:
    # y = log 2 − 0.693… = 2.3e-17 is the upper bound as well; κ is 3e16.
    made = site("logsumexp", [[-0.6931471805599453, -0.6931471805599453]])
    near, far = _measured(made, 5e-17), _measured(made, 1e-10)
    assert (near.violations["upper bound"].count, near.violations["upper bound"].excused) == (1, 1)
    assert (far.violations["upper bound"].count, far.violations["upper bound"].excused) == (1, 0)
    assert verdict(near) is not Verdict.WRONG
    assert verdict(far) is Verdict.WRONG


def test_an_unexcused_violation_is_the_witness_before_a_larger_excused_one(
    site: MakeSite,
) -> None:
    low = -0.6931471805599453
    made = site("logsumexp", [[low, low], [1.0, 1.0]])
    found = _measured(made, 5e-17, 1.75).violations["upper bound"]
    assert (found.count, found.excused) == (2, 1)
    assert found.witness is not None
    assert found.witness.row == 1


def test_every_output_is_held_against_the_bounds_of_its_own_sign(site: MakeSite) -> None:
    made = site("log_softmax_gradient", [[1.0, 0.0], [0.0, 1.0], [-math.inf, 0.0]])
    less, more = 1 / (1 + math.e), math.e / (1 + math.e)
    found = _measured(made, -less, less, more, -more, -1.0, 1.0)
    lower, upper = found.violations["lower bound"], found.violations["upper bound"]
    # There are none where an entry is not finite.
    assert (lower.tested, lower.count) == (upper.tested, upper.count) == (4, 1)
    assert lower.witness is not None
    assert upper.witness is not None
    assert (lower.witness.output, upper.witness.output) == (0, 1)
    assert verdict(found) is Verdict.WRONG
    right = _measured(made, less, -less, more, -more, 1.0, -1.0)
    assert verdict(right) is Verdict.CORRECTLY_ROUNDED


def test_shares_that_do_not_sum_to_one_are_a_violation(site: MakeSite) -> None:
    made = site("softmax", [[0.0, 0.0], [1.0, 2.0]])
    right = (1 / (1 + math.e), math.e / (1 + math.e))
    found = _measured(made, 0.5, 0.6, *right).violations["sum of shares"]
    assert (found.tested, found.count) == (2, 1)
    assert found.witness is not None
    assert found.witness.note.startswith("the shares sum to 1.1, allowed is 1 ±")


def test_a_zero_with_the_wrong_sign_is_a_property_and_no_fault(site: MakeSite) -> None:
    made = site("softplus", [-1e5, -1e5])
    found = _measured(made, -0.0, 0.0)
    assert (found.properties["zero sign"].tested, found.properties["zero sign"].count) == (2, 1)
    assert verdict(found) is Verdict.CORRECTLY_ROUNDED
    negative = _measured(site("log_softmax", [[1e4, 0.0]]), 0.0, -1e4)
    assert negative.properties["zero sign"].count == 1


def test_where_no_limit_exists_the_answer_is_a_policy_and_no_verdict(site: MakeSite) -> None:
    found = _measured(site("softmax", [[math.inf, math.inf]]), math.nan, 0.5)
    assert found.policies == ["softmax(inf*2) gives nan, 0.5"]
    assert verdict(found) is Verdict.UNTESTED


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_terms_at_all_have_minus_infinity_as_their_sum(site: MakeSite, fmt: str) -> None:
    made = site("logsumexp", np.zeros((2, 0)), fmt=fmt)
    found = _measured(made, -math.inf, 0.0)
    assert (found.special.tested, found.special.count) == (2, 1)


def test_rows_without_terms_have_no_shares_to_measure(site: MakeSite) -> None:
    found = _measured(site("softmax", np.zeros((2, 0))))
    assert (found.rows, found.outputs, verdict(found)) == (2, 0, Verdict.UNTESTED)


def test_an_error_beyond_binary64_is_written_and_ranks_as_the_largest_float(
    site: MakeSite,
) -> None:
    made = site("softplus", [-1000.0])
    judged = judge(made, 0, 1e308)
    # The truth underflows: 1e308 in units of 2**-1074.
    assert judged.error_text == "2.02e+631"
    assert judged.error == LARGEST
    found = _measured(made, 1e308)
    assert found.worst_error is not None
    assert found.worst_error.size == LARGEST


def test_numbers_of_any_size_are_written_with_three_digits() -> None:
    from fractions import Fraction

    assert three_digits(Fraction(10) ** 600) == "1e+600"
    assert three_digits(Fraction(123456, 10**4)) == "12.3"
    assert three_digits(-(Fraction(10) ** 600)) == "-1e+600"


class _Undecided(Ladder):
    """Oracles that reach their limit on every question."""

    def confirm(self, *question: Any) -> Enclosure:
        raise OracleUndecided("undecided at 32768 bits")


def test_what_the_judge_cannot_decide_is_counted_and_never_measured(site: MakeSite) -> None:
    # One ulp of 2**-52 apart: the shares are ½ ± 2**-54, save for 2**-160. The first one is so
    # near to a midpoint that the judge has to say on which side, the second one to a float.
    made = site("softmax", [[1.086488340501687, 1.0864883405016867]], oracles=_Undecided())
    found = _measured(made, 0.5, 0.49999999999999994)
    assert (found.undecided.count, found.undecided.tested) == (1, 2)
    assert (found.outputs, found.correctly_rounded) == (1, 1)
    assert judge(made, 0, 0.25).truth == "undecided"


@pytest.mark.parametrize(
    ("name", "function", "regime"),
    [
        ("textbook.naive", "logsumexp", "gap"),
        ("textbook.shifted", "softmax", "underflow"),
        ("textbook.naive", "logaddexp", "special"),
    ],
)
def test_two_halves_of_the_rows_merge_to_the_finding_of_the_whole(
    site: MakeSite, name: str, function: str, regime: str
) -> None:
    block = REGIMES[regime].draw(function, FORMATS["binary32"], 1, 40).blocks[0]
    call = find(name, function).load()
    with np.errstate(all="ignore"):
        got = call(*block.arguments)
    whole = measure(site(function, *block.arguments, fmt="binary32"), got, None)
    cut = block.n_rows // 3
    first, second = block.take(np.arange(cut)), block.take(np.arange(cut, block.n_rows))
    merged = measure(
        site(function, *second.arguments, fmt="binary32", first_row=cut), got[cut:], None
    ).merge(measure(site(function, *first.arguments, fmt="binary32"), got[:cut], None))
    assert merged == whole


def test_profiles_keep_the_largest_of_each_gap_and_condition(site: MakeSite) -> None:
    found = _measured(site("logaddexp", [0.0, 0.0, 0.0], [-40.0, -43.0, -1.0]), 0.0, 0.0, 0.3)
    assert list(found.profiles["gap"]) == [1, 40]
    # E is 1/(κu), κ = 40 and 43.
    assert found.profiles["gap"][40] == float(f"{2.0**53 / 40:.3g}")


def test_nan_of_a_format_without_infinity_is_right_where_its_largest_float_is_passed(
    site: MakeSite,
) -> None:
    # log_softmax of (448, −448) is (−e^−896, −896), and float8_e4m3fn ends at −448.
    overflowing = site("log_softmax", [[448.0, -448.0]], fmt="float8_e4m3fn")
    right = _measured(overflowing, -0.0, math.nan)
    assert (right.outputs, right.correctly_rounded, right.spurious_nan.count) == (2, 2, 0)
    assert verdict(right) is Verdict.CORRECTLY_ROUNDED
    saturated = _measured(overflowing, -0.0, -448.0)
    assert (saturated.outputs, saturated.correctly_rounded) == (2, 1)
    assert saturated.worst_error is not None
    # (896 − 448)/32
    assert saturated.worst_error.size == 14


def test_nan_of_a_format_without_infinity_is_spurious_where_a_float_is_nearest(
    site: MakeSite,
) -> None:
    # 448 + log 2 rounds to 448.
    finding = _measured(site("logsumexp", [[448.0, 448.0]], fmt="float8_e4m3fn"), math.nan)
    assert finding.spurious_nan.count == 1
    assert verdict(finding) is Verdict.WRONG


def test_of_no_terms_a_format_without_infinity_has_nan(site: MakeSite) -> None:
    empty = site("logsumexp", np.zeros((1, 0)), fmt="float8_e4m3fn")
    assert _measured(empty, math.nan).special.count == 0
    assert _measured(empty, 0.0).special.count == 1
