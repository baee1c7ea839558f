"""The words of MATHEMATICS 8, each at its limits."""

from __future__ import annotations

from typing import Any

import pytest

from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.verdict import MEANING, Verdict, reasons, stable_limit, verdict, weak_limit

ONE = Tally(tested=4, count=1)
NONE = Tally(tested=4)


def _finding(**changed: Any) -> Finding:
    parts: dict[str, Any] = {"rows": 4, "outputs": 4, "correctly_rounded": 4, "faithful": 4}
    return Finding(**parts | changed)


def test_every_output_nearest_is_correctly_rounded() -> None:
    assert verdict(_finding()) is Verdict.CORRECTLY_ROUNDED


def test_one_output_not_nearest_is_faithful() -> None:
    assert verdict(_finding(correctly_rounded=3)) is Verdict.FAITHFUL


def test_one_output_of_one_ulp_or_more_is_stable() -> None:
    assert verdict(_finding(correctly_rounded=3, faithful=3)) is Verdict.STABLE


def test_one_output_above_the_stable_limit_is_weak() -> None:
    assert verdict(_finding(correctly_rounded=3, faithful=3, not_stable=ONE)) is Verdict.WEAK


def test_one_output_above_the_weak_limit_is_unstable() -> None:
    found = _finding(correctly_rounded=3, faithful=3, not_stable=ONE, not_weak=ONE)
    assert verdict(found) is Verdict.UNSTABLE


@pytest.mark.parametrize("kind", ["spurious_nan", "spurious_infinity", "special"])
def test_one_spurious_or_wrong_special_value_is_wrong(kind: str) -> None:
    assert verdict(_finding(**{kind: ONE})) is Verdict.WRONG
    assert verdict(_finding(**{kind: NONE})) is Verdict.CORRECTLY_ROUNDED


def test_a_violation_is_wrong_unless_every_one_is_excused() -> None:
    excused = Tally(tested=4, count=2, excused=2)
    unexcused = Tally(tested=4, count=2, excused=1)
    assert verdict(_finding(violations={"upper bound": excused})) is Verdict.CORRECTLY_ROUNDED
    assert verdict(_finding(violations={"upper bound": unexcused})) is Verdict.WRONG


@pytest.mark.parametrize(
    "kind", ["exception", "shape", "dtype", "overwritten", "crash", "hang", "environment"]
)
def test_a_failure_is_wrong_even_where_nothing_was_measured(kind: Any) -> None:
    assert verdict(Finding(failure=Failure(kind=kind, words="words"))) is Verdict.WRONG


def test_broken_properties_and_policies_do_not_change_the_verdict() -> None:
    found = _finding(properties={"monotone": ONE}, policies=["softmax(inf*2) gives nan, nan"])
    assert verdict(found) is Verdict.CORRECTLY_ROUNDED


def test_nothing_measured_is_untested_and_right_special_values_alone_are_correctly_rounded() -> (
    None
):
    assert verdict(Finding()) is Verdict.UNTESTED
    assert verdict(Finding(rows=4, special=NONE)) is Verdict.CORRECTLY_ROUNDED


def test_the_limits_are_those_of_the_specification() -> None:
    # 4(1 + log2 n) and 4 + 2n by hand.
    assert [stable_limit(n) for n in (0, 1, 2, 8, 1024)] == [4, 4, 8, 16, 44]
    assert [weak_limit(n) for n in (0, 1, 2, 8, 1024)] == [4, 6, 8, 20, 2052]


def test_the_verdicts_are_ordered_from_best_to_worst_and_each_grade_has_a_meaning() -> None:
    grades = [v for v in Verdict if v is not Verdict.UNTESTED]
    assert [v.word for v in sorted(grades)] == [
        *("correctly rounded", "faithful", "stable", "weak"),
        *("undecided", "unstable", "wrong"),
    ]
    assert list(MEANING) == sorted(grades)


def test_reasons_name_what_is_wrong_and_count_only_what_is_not_excused() -> None:
    found = _finding(
        failure=Failure(kind="hang", words="no answer"),
        spurious_nan=ONE,
        violations={"upper bound": Tally(tested=9, count=5, excused=2), "lower bound": NONE},
    )
    assert reasons(found) == ["hang", "spurious NaN ×1", "upper bound ×3"]
    assert reasons(_finding()) == []
