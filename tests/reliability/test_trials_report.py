"""The report of what was tried: kept by test, part by part, and never of a test that failed."""

from __future__ import annotations

from pathlib import Path

from trials import FAULTS, Trial
from trials_report import REPORT, Passed, update

KILLED = Passed("aaa", 60.0, [Trial("main killed", 30, 0, "", 1.25)])
TORN = Passed("bbb", 60.0, [Trial("ledger torn", 2, 0, "a | b"), Trial("ledger torn", 5, 0, "")])


def _row(folder: Path, fault: str) -> list[str]:
    lines = (folder / REPORT).read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| {FAULTS[fault][0]} |"))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_parts_that_are_run_one_after_the_other_make_one_report(tmp_path: Path) -> None:
    update({"one": KILLED}, [], tmp_path)
    assert update({"two": TORN}, [], tmp_path) == tmp_path / REPORT
    text = (tmp_path / REPORT).read_text(encoding="utf-8")
    assert "37 faults of 2 kinds were tried for real, and nothing was lost" in text
    assert "2 tests, 2 minutes of them one after the other, at `aaa` and `bbb`" in text
    assert _row(tmp_path, "main killed")[2:] == ["30", "0", "at most 1.2 s"]
    assert _row(tmp_path, "ledger torn")[2:] == ["7", "0", "a &#124; b"]
    assert f"Not tried here: {FAULTS['worker killed'][0]};" in " ".join(text.split())


def test_a_test_that_fails_is_kept_no_more_and_there_is_no_report(tmp_path: Path) -> None:
    update({"one": KILLED, "two": TORN}, [], tmp_path)
    before = (tmp_path / REPORT).read_bytes()
    assert update({}, ["two"], tmp_path) is None
    assert (tmp_path / REPORT).read_bytes() == before
    update({"one": KILLED}, [], tmp_path)
    assert "30 faults of 1 kind were" in (tmp_path / REPORT).read_text(encoding="utf-8")
