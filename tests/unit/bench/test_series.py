"""Series: who is timed on what, in which turn, how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lse_verify.bench.contenders.contender import CORRECT, MPMATH, SCIPY, TORCH, TRUTH, Contender
from lse_verify.bench.measurements import Case, Portion
from lse_verify.bench.plan import Plan
from lse_verify.bench.series import at_few_lengths, by_length, by_rows, doubling, in_turns

MakeContender = Callable[..., Contender]
FakeBench = Any

PLAN = Plan(
    lengths=(2, 10),
    narrow_lengths=(10, 100),
    row_counts=(1, 50),
    counted_length=3,
    few_lengths=(2, 100),
    batch_terms=100,
    repetitions=4,
    slow_s=0.5,
    slow_repetitions=2,
    measurement_s=0.1,
    doubled_s=0.3,
)


@pytest.fixture
def five(contender: MakeContender) -> list[Contender]:
    return [
        contender(name, loops=name == MPMATH) for name in (TRUTH, CORRECT, MPMATH, SCIPY, TORCH)
    ]


def test_all_are_timed_at_each_length_and_two_in_binary32_too(five: list[Contender]) -> None:
    two, ten, hundred = by_length(PLAN, five)
    everyone = [TRUTH, CORRECT, MPMATH, SCIPY, TORCH]
    assert [(c.contender, c.format) for c in two] == [(name, "binary64") for name in everyone]
    assert [(c.contender, c.format) for c in ten] == [
        *((name, "binary64") for name in everyone),
        (CORRECT, "binary32"),
        (SCIPY, "binary32"),
    ]
    assert [(c.contender, c.format) for c in hundred] == [
        (CORRECT, "binary32"),
        (SCIPY, "binary32"),
    ]


def test_a_call_has_the_same_number_of_entries_at_each_length(five: list[Contender]) -> None:
    rows = {case.n_terms: case.rows for group in by_length(PLAN, five) for case in group}
    assert rows == {2: 50, 10: 10, 100: 1}
    (longer,) = by_length(Plan(lengths=(1000,), narrow_lengths=(), batch_terms=100), five)
    assert {case.rows for case in longer} == {1}


def test_loops_have_no_part_in_the_series_of_numbers_of_rows(five: list[Contender]) -> None:
    one, fifty = by_rows(PLAN, five)
    assert [case.contender for case in fifty] == [TRUTH, CORRECT, SCIPY, TORCH]
    assert ({c.rows for c in one}, {c.rows for c in fifty}) == ({1}, {50})
    assert {case.n_terms for case in one + fifty} == {3}


def test_few_are_timed_at_few_lengths(five: list[Contender]) -> None:
    two, hundred = at_few_lengths(PLAN, five)
    assert [case.contender for case in two] == [TRUTH, CORRECT, SCIPY]
    assert [case.n_terms for case in hundred] == [100] * 3


def cases(*names: str, rows: int = 10) -> list[Case]:
    return [Case(name, "binary64", 10, rows) for name in names]


def test_contenders_take_turns(fake_bench: FakeBench) -> None:
    timed = fake_bench({"a": 1e-3, "b": 2e-3})
    timings = in_turns(cases("a", "b"), timed, PLAN, (), lambda what: None)
    last = [case.contender for case, _ in timed.asked[-8:]]
    assert last == ["a", "b"] * 4
    assert [len(timing.seconds) for timing in timings] == [4, 4]
    assert timings[1].row_seconds.middle == pytest.approx(2e-2)


def test_the_first_call_of_all_counts_for_nothing(fake_bench: FakeBench) -> None:
    timed = fake_bench({"a": 0.06})
    # The first call may compile for seconds, and is no reason to call the case slow.
    compiling = iter([9.0])
    cheap = timed.seconds
    timed.seconds = lambda case, portion: next(compiling, 0.0) or cheap(case, portion)
    (timing,) = in_turns(cases("a", rows=1), timed, PLAN, (), lambda what: None)
    assert timing.seconds == pytest.approx((0.6,) * 2)


def test_slow_ones_are_timed_less_often_and_their_first_time_counts(fake_bench: FakeBench) -> None:
    timed = fake_bench({"slow": 0.1, "fast": 1e-3})
    slow, fast = in_turns(cases("slow", "fast"), timed, PLAN, ("slow",), lambda what: None)
    assert slow.portion == Portion(3, 1)
    assert (len(slow.seconds), len(fast.seconds)) == (2, 4)
    assert sum(case.contender == "slow" for case, _ in timed.asked) == 2


def test_each_measurement_is_told(fake_bench: FakeBench) -> None:
    told: list[str] = []
    in_turns(cases("a"), fake_bench({"a": 1e-3}), PLAN, (), told.append)
    assert told == ["a, n = 10"] * 5


def test_two_processes_are_timed_in_turns_with_one(fake_bench: FakeBench) -> None:
    timed = fake_bench({"a": 1e-3}).open(0, 2, {})
    found = doubling(cases("a")[0], timed, PLAN, lambda what: None)
    assert found.portion == Portion(10, 4)
    assert (len(found.one), len(found.two)) == (4, 4)
    # The slower of the two is 1.25 times as slow as one alone.
    assert found.gain.middle == pytest.approx(1.6)


def test_both_processes_are_warm_before_anything_counts(fake_bench: FakeBench) -> None:
    timed = fake_bench({"a": 1e-3}).open(0, 2, {})
    doubling(cases("a")[0], timed, PLAN, lambda what: None)
    assert timed.asked[0][1] == Portion(10, 1)
