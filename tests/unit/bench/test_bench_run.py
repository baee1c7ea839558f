"""A whole run, with contenders that take no time; and the file that it is written to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lse_verify.bench.contenders.contender import CORRECT, MPMATH, SCIPY, TORCH, TRUTH, Contender
from lse_verify.bench.isolated import KEPT_MEMORY
from lse_verify.bench.measurements import Measurements, encode, read_measurements
from lse_verify.bench.plan import Plan
from lse_verify.bench.run import Request, bench
from lse_verify.errors import LedgerError

MakeContender = Callable[..., Contender]
FakeBench = Any

PLAN = Plan(lengths=(1, 2), narrow_lengths=(2,), row_counts=(1, 5), few_lengths=(2,), repetitions=3)
COSTS = {TRUTH: 2e-6, CORRECT: 1e-6, MPMATH: 5e-4, SCIPY: 3e-6}


@pytest.fixture
def everyone(contender: MakeContender) -> list[Contender]:
    ours = {TRUTH: ("binary64",), CORRECT: ("binary64", "binary32")}
    return [
        contender(name, loops=name == MPMATH, compiles=ours.get(name, ()))
        for name in (TRUTH, CORRECT, MPMATH, SCIPY, TORCH)
    ]


@pytest.fixture
def timed(fake_bench: FakeBench) -> FakeBench:
    return fake_bench(COSTS, {TORCH: "not installed"})


@pytest.fixture
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture
def found(
    everyone: list[Contender], timed: FakeBench, told: list[tuple[str, int, int]]
) -> Measurements:
    request = Request("lse-verify bench --seed 7", 7, {"machine": {"cores": "2"}}, PLAN)
    return bench(request, lambda *step: told.append(step), everyone, timed.open)


def test_a_run_has_everybody_and_every_series(found: Measurements) -> None:
    assert (found.seed, found.command) == (7, "lse-verify bench --seed 7")
    assert found.made == {"machine": {"cores": "2"}}
    assert [e.name for e in found.entrants] == [TRUTH, CORRECT, MPMATH, SCIPY, TORCH]
    assert {t.case.contender for t in found.by_length} == {TRUTH, CORRECT, MPMATH, SCIPY}
    assert {t.case.contender for t in found.by_rows} == {TRUTH, CORRECT, SCIPY}
    assert {t.case.contender for t in found.by_allocation} == {TRUTH, CORRECT, SCIPY}
    assert [d.case.contender for d in found.doublings] == [TRUTH, CORRECT, SCIPY]
    assert found.conditions.seconds >= 0


def test_what_is_skipped_is_named_and_never_timed(found: Measurements, timed: FakeBench) -> None:
    assert [e.skipped for e in found.entrants if e.name == TORCH] == ["not installed"]
    assert TORCH not in {case.contender for case, _ in timed.asked}


def test_figures_are_those_of_the_clock(found: Measurements) -> None:
    (timing,) = [t for t in found.by_length if (t.case.contender, t.case.n_terms) == (MPMATH, 2)]
    assert timing.row_seconds.middle == pytest.approx(1e-3)


def test_a_first_call_is_timed_where_nothing_is_compiled_and_where_all_is(
    found: Measurements, timed: FakeBench
) -> None:
    assert [(f.contender, f.format) for f in found.first_calls] == [
        (TRUTH, "binary64"),
        (CORRECT, "binary64"),
        (CORRECT, "binary32"),
    ]
    folders = [variables.get("NUMBA_CACHE_DIR") for _, _, variables in timed.opened[-6:]]
    assert [*folders[::2]] == [*folders[1::2]]
    assert len({*folders}) == 3
    assert not any(Path(folder or ".").exists() for folder in folders)


def test_series_keep_memory_but_for_the_one_that_shows_what_that_does(
    found: Measurements, timed: FakeBench
) -> None:
    assert found.by_allocation
    assert timed.opened[:3] == [(7, 1, KEPT_MEMORY), (7, 1, {}), (7, 2, KEPT_MEMORY)]


def test_progress_never_falls_nor_passes_the_whole(
    found: Measurements, told: list[tuple[str, int, int]]
) -> None:
    assert found.by_length
    steps = [done for _, done, _ in told]
    assert steps == sorted(steps)
    assert all(0 < done <= whole for _, done, whole in told)
    assert len({whole for _, _, whole in told}) == 1


def test_the_file_reads_back_to_the_same(found: Measurements, tmp_path: Path) -> None:
    path = tmp_path / "measurements.json"
    path.write_bytes(encode(found))
    assert read_measurements(path) == found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "has no measurements"),
        (b'{"schema":1}', "has no measurements: Object missing required field"),
        (b"\xff\xfe", "has no measurements"),
        (b"[" * 100_000, "has no measurements"),
    ],
)
def test_another_file_is_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=words):
        read_measurements(path)


def test_a_missing_file_and_another_schema_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "later.json"
    with pytest.raises(LedgerError, match=r"cannot read .*check the path"):
        read_measurements(path)
    path.write_bytes(b'{"schema":99,"anything":[]}')
    with pytest.raises(LedgerError, match="schema version 99; this lse_verify reads version 1"):
        read_measurements(path)
