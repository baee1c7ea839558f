"""What is held against a baseline: each figure, for better and for worse."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import lse_verify
from lse_verify.audit.record import Record, changes
from lse_verify.audit.standing import standings
from lse_verify.check.audit import Audit
from lse_verify.check.baseline import hold, read_baseline, updated, words_of, write_baseline
from lse_verify.errors import UsageError

OLD = Record(
    implementation="mine",
    function="logsumexp",
    format="binary32",
    verdict="stable",
    largest_ulps=80.0,
    conditioned_ulps=3.0,
    stability=1.5,
    outputs=1000,
    correctly_rounded=600,
    faults={"excused violation": 4, "monotone": 2},
)


@pytest.mark.parametrize(
    ("field", "value", "words", "is_worse"),
    [
        ("verdict", "wrong", "stable → wrong", True),
        ("verdict", "faithful", "stable → faithful", False),
        ("largest_ulps", 81.0, "largest error 80 → 81 ulp", True),
        ("conditioned_ulps", 2.5, "largest error where κ ≤ 100 3 → 2.5 ulp", False),
        ("stability", 1.5000001, "E 1.5 → 1.5000001", True),
        ("correctly_rounded", 599, "60 → 59.9 % correctly rounded", True),
        ("correctly_rounded", 601, "60 → 60.1 % correctly rounded", False),
        ("faults", {"monotone": 2}, "excused violation ×4 → ×0", False),
        ("faults", {"excused violation": 4, "monotone": 3}, "monotone ×2 → ×3", True),
    ],
)
def test_each_figure_is_told_alone(field: str, value: object, words: str, is_worse: bool) -> None:
    (change,) = changes(OLD, msgspec.structs.replace(OLD, **{field: value}))
    assert (words_of(change), change.is_worse) == (words, is_worse)


def test_nothing_has_changed_in_the_same_record() -> None:
    assert changes(OLD, OLD) == []


@pytest.fixture(scope="module")
def audit() -> Audit:
    return lse_verify.grade(
        lse_verify.correct.softplus, "softplus", "binary32", samples=50, regimes=["gap"]
    )


def test_a_baseline_is_read_back_as_it_was_written(audit: Audit, tmp_path: Path) -> None:
    found = standings(audit.ledger)
    fresh = updated(None, audit.ledger, found)
    write_baseline(tmp_path / "b.json", fresh)
    assert read_baseline(tmp_path / "b.json") == fresh
    (held,) = hold(fresh, found)
    assert not held.worse
    assert not held.better
    assert not held.is_new


def test_other_grades_are_kept_on_the_same_inputs_and_refused_on_others(audit: Audit) -> None:
    found = standings(audit.ledger)
    fresh = updated(None, audit.ledger, found)
    with_other = msgspec.structs.replace(fresh, records=[OLD])
    assert [one.implementation for one in updated(with_other, audit.ledger, found).records] == [
        "mine",
        found[0].name,
    ]
    with pytest.raises(UsageError, match="has 1 other grades on other inputs"):
        updated(msgspec.structs.replace(with_other, seed=9), audit.ledger, found)
