"""``lse-verify bench``: what it prints and writes, with contenders that take no time."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lse_verify.bench import run as bench_run
from lse_verify.bench.contenders.contender import CORRECT, FLINT, MPMATH, SCIPY, TORCH, TRUTH
from lse_verify.bench.plan import Plan
from lse_verify.cli import main

Call = Callable[..., tuple[int, str, str]]
FakeBench = Any

TINY = Plan(
    lengths=(2, 1000), narrow_lengths=(2,), row_counts=(1,), few_lengths=(2,), repetitions=3
)
COSTS = {TRUTH: 1e-6, CORRECT: 2e-7, MPMATH: 3e-4, FLINT: 4e-5, SCIPY: 5e-7}


@pytest.fixture
def call(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    fake_bench: FakeBench,
    contender: Callable[..., Any],
) -> Call:
    """Call the command line in an empty folder, at 80 columns."""
    everyone = {name: contender(name) for name in (*COSTS, TORCH)}
    timed = fake_bench(COSTS, {TORCH: "not installed"})
    monkeypatch.setattr(bench_run, "roster", lambda: everyone)
    monkeypatch.setattr(bench_run, "_processes", timed.open)
    monkeypatch.setattr(bench_run, "Request", partial(bench_run.Request, plan=TINY))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def called(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lse-verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return code or 0, *capfd.readouterr()

    return called


def test_a_run_prints_targets_within_80_columns_and_writes_its_report(
    call: Call, tmp_path: Path
) -> None:
    code, out, err = call("bench", "--seed", "5")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    # 300 times against mpmath is what is wanted at least and not what is aimed at.
    assert re.search(r"truth, n = 1,000 +mpmath +300 × +250 × +yes +500 × +no", out)
    assert re.search(r"correct, n = 1,000, binary32 +scipy +– +1 × +– ", out)
    assert "skipped torch: not installed" in lines
    assert lines[-1] == "report: reports/performance/report.md"
    folder = tmp_path / "reports" / "performance"
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert written == {
        "report.md",
        "measurements.json",
        "figures/time-by-length.svg",
        "figures/time-by-rows.svg",
    }
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "```sh\nlse-verify bench --seed 5\n```" in report


def test_json_alone_is_printed_when_it_is_asked_for(call: Call, tmp_path: Path) -> None:
    code, out, err = call("bench", "--json", "--out", "o")
    assert (code, err) == (0, "")
    assert out == (tmp_path / "o" / "measurements.json").read_text(encoding="utf-8")
    found = json.loads(out)
    assert found["command"] == "lse-verify bench --json --out o"
    assert {"processor", "features", "cores"} <= found["made"]["machine"].keys()
    assert {entrant["name"] for entrant in found["entrants"]} == {*COSTS, TORCH}


def test_a_report_is_written_again_from_its_measurements(call: Call, tmp_path: Path) -> None:
    call("bench", "--out", "o")
    code, out, _ = call("report", "o/measurements.json", "--out", "again")
    assert (code, out.splitlines()[-1]) == (0, "report: again/report.md")
    for name in ("report.md", "figures/time-by-length.svg", "figures/time-by-rows.svg"):
        assert (tmp_path / "o" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("bench --out file", "cannot write 'file': File exists; choose another folder"),
        ("bench --seed -1", "Invalid value for '--seed'"),
        ("report none.json", "cannot read 'none.json': No such file or directory;"),
        ("report words.json", "'words.json' has no measurements"),
    ],
)
def test_a_wrong_call_is_one_line_before_anything_is_timed(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, words: str
) -> None:
    (tmp_path / "file").write_text("a regular file")
    (tmp_path / "words.json").write_text("hello")
    monkeypatch.setattr(bench_run, "_processes", None)
    code, out, err = call(*arguments.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
