"""Whoever runs the cells, the findings are the same; and no cell touches another."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.executors import GradeCell, executor, prepare_cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Graded, Workplace
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.run import Request, audit
from lse_verify.errors import BadInput, UsageError
from lse_verify.execution.executors import Lost
from lse_verify.inputs.regimes import REGIMES

SOURCE = """
    import os, sys, time
    import numpy as np

    def good(x):
        return np.logaddexp.reduce(x, axis=1)

    def prints(x):
        print("PRINTED")
        os.write(1, b"WRITTEN")
        os.write(2, b"WRITTEN")
        return good(x)

    def crashes(x):
        os._exit(3)

    def hangs(x):
        time.sleep(1000)

    def exits(x):
        sys.exit(3)
"""

RunWith = Callable[[int], tuple[Path, Ledger]]


def _timeless(path: Path) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    # The check of a line is of its seconds, too.
    timed = {"seconds", "rows", "check"}
    return [{k: v for k, v in line.items() if k not in timed} for line in lines]


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_findings_are_the_same_inline_and_with_any_number_of_workers(
    run_with: RunWith, jobs: int
) -> None:
    inline_path, inline = run_with(0)
    path, found = run_with(jobs)
    assert found.digest == inline.digest
    assert found.entries[0].finding == inline.entries[0].finding
    assert json.dumps(_timeless(path)) == json.dumps(_timeless(inline_path))


def _cell(attribute: str, regime: str = "ties") -> Cell:
    return Cell(f"mine.py:{attribute}", "logsumexp", "binary32", regime, 0, 3)


def _finding(graded: Graded | Lost) -> Finding:
    assert not isinstance(graded, Lost)
    return graded.finding


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    base = tmp_path_factory.mktemp("user")
    (base / "mine.py").write_text(textwrap.dedent(SOURCE))
    return Workplace(None, base)


def test_crash_hang_exit_and_noise_are_the_findings_of_their_cells_alone(
    workplace: Workplace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # What hangs is the first of its process, and is not tried again.
    names = ["hangs", "crashes", "prints", "exits", "missing", "good"]
    stored = Workplace(tmp_path, workplace.base)
    prepare_cell(stored, _cell("good"))
    with executor(1, None, stored) as pool:
        run = pool.run(GradeCell(stored), map(_cell, names), seconds=6)
        shown = {cell.implementation.removeprefix("mine.py:"): graded for cell, graded in run}
    assert shown["crashes"] == Lost("crash", "the process ended with exit code 3")
    assert shown["hangs"] == Lost("hang", "no answer within 6 s")
    failures = {n: g.finding.failure for n, g in shown.items() if not isinstance(g, Lost)}
    assert {n: f.kind if f else "" for n, f in failures.items()} == {
        "prints": "",
        "exits": "exception",
        "missing": "exception",
        "good": "",
    }
    assert failures["exits"] is not None
    assert failures["exits"].words == "SystemExit: 3"
    assert _finding(shown["prints"]) == _finding(shown["good"])
    assert capfd.readouterr() == ("", "")


def test_inline_yields_each_cell_once_in_order(workplace: Workplace) -> None:
    cells = [_cell("good"), _cell("missing"), _cell("good", "gap")]
    inline = executor(0, None, workplace)
    found = list(inline.run(GradeCell(workplace), cells))
    assert [cell for cell, _ in found] == cells
    assert [_finding(graded).failure is None for _, graded in found] == [True, False, True]


def test_a_finding_with_stored_references_is_the_one_without(
    workplace: Workplace, tmp_path: Path
) -> None:
    def found(place: Workplace) -> Finding:
        return place.grader().grade(_cell("good", "cancellation")).finding

    stored = Workplace(tmp_path, workplace.base)
    assert found(stored) == found(stored) == found(workplace)


def _request(**changed: Any) -> Request:
    parts: dict[str, Any] = {
        "command": "lse-verify audit",
        "implementations": [],
        "functions": [],
        "formats": [],
        "regimes": [REGIMES["gap"]],
        "seed": 0,
        "samples": 2,
        "jobs": 0,
    }
    return Request(**parts | changed)


def test_a_request_that_leaves_nothing_to_audit_is_told_and_writes_nothing(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match=r"nothing to audit: .*'lse-verify list' shows"):
        audit(_request(), tmp_path / "out" / "ledger.jsonl", lambda *step: None)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_this_package_in_a_worker_is_raised_and_no_finding(tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("1e300,2e300\n")
    cell = Cell("numpy", "logaddexp", "binary16", "data:rows.csv", 0, 2)
    workplace = Workplace(None, tmp_path, data)
    with (
        executor(1, None, workplace) as pool,
        pytest.raises(BadInput, match=r"no row that is finite in binary16; scale the data"),
    ):
        list(pool.run(partial(prepare_cell, workplace), [cell]))
