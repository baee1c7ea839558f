"""The command that holds rows against Arb; and that their code on disk is known by its sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.compilation import SOURCE_STAMP, source_stamp
from lse_verify.oracle.double_double.rows import (
    divergence,
    draws,
    entropy,
    first_gradient,
    logistic,
    lse,
    peaks,
    shares,
    sums,
    sweep,
    terms,
)
from lse_verify.oracle.double_double.rows.against_arb import MOST_SHOWN, Tally

SMALL = ["--count", "3000", "--directed", "2400", "--seed", "9"]


def lines_of_table(text: str) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in rows[2:]}


def test_a_small_sweep_finds_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert sweep.main([*SMALL, "--out", str(tmp_path / "rows.md")]) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "rows.md").read_text(encoding="utf-8") == printed
    assert "seed 9" in printed
    assert "fma" in printed
    table = lines_of_table(printed)
    assert list(table) == [*sweep.NAMES, "all"]
    assert int(table["all"][0].replace(",", "")) >= 5400
    assert all(cells[1] == "0" for cells in table.values())


def test_the_same_seed_tries_the_same_points_whatever_the_jobs() -> None:
    tasks = sweep.plan(2000, 600, 4)
    alone = sweep.sweep(tasks, 1)
    assert sweep.sweep(tasks, 2) == alone
    assert sweep.sweep(sweep.plan(2000, 600, 5), 1) != alone


def test_every_function_has_its_share_of_the_points() -> None:
    count, n_directed = 10**8, 10**6
    tasks = sweep.plan(count, n_directed, 0)
    assert sum(task.n_points for task in tasks if not task.is_directed) >= count
    assert sum(task.n_points for task in tasks if task.is_directed) >= n_directed
    for group in sweep.GROUPS:
        assert sum(task.n_points for task in tasks if task.group == group) >= 10**6
    assert len({(task.group, task.number, task.is_directed) for task in tasks}) == len(tasks)


def moved_by(radii: float, answers: Callable[..., EnclosureArray]) -> Callable[..., EnclosureArray]:
    def off(*arguments: object) -> EnclosureArray:
        found = answers(*arguments)
        with np.errstate(invalid="ignore"):
            moved = np.where(np.isfinite(found.radius), radii * found.radius, 0.0)
        return EnclosureArray(found.hi, found.lo + moved, found.radius, found.exponent)

    return off


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (lse, "lse"),
        (shares, "softmax"),
        (shares, "log_softmax"),
        (entropy, "negentropy"),
        (divergence, "bregman"),
        (logistic, "logistic"),
        (first_gradient, "log_softmax_gradient"),
    ],
)
def test_a_planted_fault_ends_the_command_with_1(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: ModuleType,
    name: str,
) -> None:
    monkeypatch.setattr(module, name, moved_by(2.5, getattr(module, name)))
    assert sweep.main(SMALL) == 1
    printed = capsys.readouterr().out
    wrong = {key for key, cells in lines_of_table(printed).items() if cells[1] != "0"}
    assert wrong == {"all", *(sweep.FORMS if name == "lse" else [name])}
    assert printed.count("- outside: ") == sum(
        min(int(cells[1]), MOST_SHOWN)
        for key, cells in lines_of_table(printed).items()
        if key != "all"
    )


def test_a_centre_at_the_radius_is_close_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entropy, "negentropy", moved_by(0.9, entropy.negentropy))
    tally = sweep.run(sweep.Task("negentropy", 0, 300, 1, False))["negentropy"]
    assert tally.n_outside == 0
    assert 0.85 < tally.closest < 1


def test_a_value_that_is_wrongly_said_to_be_negligible_is_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = shares.softmax

    def nothing(x: Floats) -> EnclosureArray:
        found = right(x)
        size = len(found)
        return EnclosureArray(
            np.full(size, 0.5), np.zeros(size), np.full(size, np.inf), np.full(size, -21000)
        )

    monkeypatch.setattr(shares, "softmax", nothing)
    tally = sweep.run(sweep.Task(sweep.SHARES, 0, 300, 1, False))["softmax"]
    assert tally.n_outside > tally.n_points / 2


def test_tallies_merge_whatever_the_grouping() -> None:
    a, b, c = (
        Tally(3, 1, 0, 0.5, 2.0, ("x",)),
        Tally(2, 0, 1, 0.7, 1.0),
        Tally(1, 1, 0, 9.0, 0.0, ("y",)),
    )
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == Tally(6, 2, 1, 9.0, 2.0, ("x", "y"))


@pytest.mark.parametrize("draw", [*draws.RANDOM, *draws.DIRECTED], ids=lambda f: str(f.__name__))
@pytest.mark.parametrize("n", [1, 2, 33])
def test_families_draw_what_rows_take(draw: draws.Family, n: int) -> None:
    x = draw(np.random.default_rng(91), 40, n)
    assert x.shape == (40, n)
    assert x.dtype == np.float64
    assert not np.isnan(x).any()
    assert not np.isposinf(x).any()


def test_a_source_in_a_folder_within_changes_the_stamp(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "kernel.py").write_text("A = 1\n")
    (tmp_path / "rows" / "loop.py").write_text("B = 1\n")
    before = source_stamp(tmp_path)
    (tmp_path / "rows" / "loop.py").write_text("B = 2\n")
    changed = source_stamp(tmp_path)
    (tmp_path / "rows" / "loop.py").rename(tmp_path / "rows" / "other.py")
    assert len({before, changed, source_stamp(tmp_path)}) == 3


def test_every_loop_carries_the_stamp() -> None:
    modules = (terms, peaks, sums, lse, shares, first_gradient, logistic, entropy, divergence)
    loops = [
        value for module in modules for value in vars(module).values() if hasattr(value, "_cache")
    ]
    stamps = [
        loop._cache._cache_file._source_stamp
        for loop in loops
        if hasattr(loop._cache, "_cache_file")
    ]
    assert len(stamps) >= 15
    assert all(stamp[1] == SOURCE_STAMP for stamp in stamps)
