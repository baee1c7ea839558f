"""The leaderboard as a file and a command, of real runs and of committed ledgers."""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lse_verify.audit.ledger import Ledger, encode, read_ledger
from lse_verify.audit.run import Request as AuditRequest
from lse_verify.audit.run import audit
from lse_verify.audit.standing import standings
from lse_verify.audit.together import read_all
from lse_verify.cli import main
from lse_verify.errors import LedgerError
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES
from lse_verify.report.leaderboard import board, write_leaderboard
from lse_verify.search.exhaust.run import Request as ExhaustRequest
from lse_verify.search.exhaust.run import exhaust

MINE = """
    import numpy as np

    def softplus(x):
        # The float operations of textbook.shifted, in the same order.
        return (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))).astype(x.dtype)

    def other(x):
        return np.log1p(np.exp(x)).astype(x.dtype)
"""


def _silent(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Run two audits, one of a user's own file, and try every input of one space."""
    folder = tmp_path_factory.mktemp("leaderboard")
    (folder / "mine.py").write_text(textwrap.dedent(MINE))
    paths = [folder / name / "ledger.jsonl" for name in ("libraries", "mine", "every")]
    chosen = [["textbook", "numpy", "correct"], ["mine.py:softplus", "mine.py:other"]]
    with pytest.MonkeyPatch.context() as patch:
        # A user's files are named from the folder of the call.
        patch.chdir(folder)
        for path, names in zip(paths[:2], chosen, strict=True):
            request = AuditRequest(
                command=f"make {path.parent.name}",
                implementations=select(names, ["softplus"], ["binary16"]),
                functions=["softplus"],
                formats=["binary16"],
                regimes=[REGIMES["special"], REGIMES["gaussian"], REGIMES["underflow"]],
                seed=3,
                samples=40,
                jobs=0,
            )
            audit(request, path, _silent)
    naive = [i for i in select(["textbook.naive"]) if i.function == "softplus"]
    every = ExhaustRequest("make every", naive, ["binary16"], 0, Path.cwd())
    exhaust(every, paths[2], _silent)
    return paths


Written = dict[str, bytes]


def _files(folder: Path) -> Written:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def report(made: list[Path], tmp_path: Path) -> str:
    return write_leaderboard(board(read_all(made)), tmp_path, "make it").read_text()


def test_ledgers_in_any_order_give_the_same_bytes(made: list[Path], tmp_path: Path) -> None:
    written = []
    for place, order in enumerate(itertools.permutations(made)):
        folder = tmp_path / str(place)
        write_leaderboard(board(read_all(order)), folder, "make it")
        written.append(_files(folder))
    assert all(files == written[0] for files in written)
    assert {name.partition("/")[0] for name in written[0]} == {"report.md"}


def test_a_ledger_given_twice_counts_once(made: list[Path]) -> None:
    assert len(read_all([*made, *made])) == len(made)


def test_verdicts_are_those_of_the_audits(made: list[Path]) -> None:
    found = board(read_all(made))
    rows = {(row.implementation.name, row.function, row.format): row for row in found.rows}
    for path in made[:2]:
        for standing in standings(read_ledger(path)):
            for fmt, outcome in standing.outcomes.items():
                row = rows[standing.name, standing.function, fmt]
                assert row.outcome.verdict >= outcome.verdict
                assert row.sampled is not None
                assert row.sampled.verdict is outcome.verdict
                if row.every is None:
                    assert row.outcome.verdict is outcome.verdict


def test_a_users_code_of_a_textbooks_operations_has_its_bits(made: list[Path], report: str) -> None:
    (group,) = board(read_all(made)).spaces.values()
    classes = {frozenset(row.name for row in same.rows) for same in group}
    assert {"textbook.shifted", "mine.py:softplus"} in classes
    assert {"mine.py:other"} in classes
    assert (
        "**`textbook.shifted`**, `max(x, 0) + log1p(exp(-abs(x)))` = `mine.py:softplus`" in report
    )


def test_every_input_is_marked_and_the_others_say_sampled(report: str) -> None:
    lines = [line for line in report.splitlines() if line.startswith("|")]
    naive = next(line for line in lines if "`textbook.naive`" in line and "exhaustive" in line)
    assert "**exhaustive**, 65,536" in naive
    correct = next(line for line in lines if "`correct` | Python" in line and "sampled" in line)
    assert "correctly rounded" in correct


def test_it_says_what_made_every_ledger(made: list[Path], report: str) -> None:
    for path in made:
        ledger = read_ledger(path)
        assert ledger.digest in report
        assert f"`{ledger.header.command}`" in report
    assert "```sh\nmake it\n```" in report


def test_every_link_and_figure_leads_somewhere(made: list[Path], tmp_path: Path) -> None:
    wide = [_as(read_ledger(path), "binary32") for path in made[:2]]
    path = write_leaderboard(board(wide), tmp_path, "make it")
    text = path.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert "figures/speed-softplus.svg" in links
    for link in links:
        assert link[1:] in anchors if link.startswith("#") else (tmp_path / link).is_file()


def test_figures_of_an_earlier_leaderboard_are_removed(made: list[Path], tmp_path: Path) -> None:
    stale = tmp_path / "figures" / "speed-bregman.svg"
    stale.parent.mkdir()
    stale.touch()
    write_leaderboard(board(read_all(made)), tmp_path, "make it")
    assert not stale.exists()


def _as(ledger: Ledger, fmt: str) -> Ledger:
    """Return the ledger as if it were of another format."""
    entries = [
        msgspec.structs.replace(e, cell=msgspec.structs.replace(e.cell, format=fmt))
        for e in ledger.entries
    ]
    return Ledger(ledger.header, entries)


def test_a_space_in_two_exhaustive_ledgers_is_refused(made: list[Path], tmp_path: Path) -> None:
    other = read_ledger(made[2])
    header = msgspec.structs.replace(other.header, command="another")
    (tmp_path / "again.jsonl").write_bytes(encode(Ledger(header, other.entries)))
    with pytest.raises(LedgerError, match=r"softplus in binary16 by 'textbook\.naive' is in"):
        read_all([made[2], tmp_path / "again.jsonl"])


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: Any) -> tuple[int, str, str]:
        words = ["lse-verify", "leaderboard", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", words)
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return code or 0, said.out, said.err

    return call


def test_the_command_writes_it_and_prints_a_summary_of_80_columns(
    made: list[Path], tmp_path: Path, run: Run
) -> None:
    code, out, err = run(*made, "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    assert (tmp_path / "out" / "report.md").read_text().startswith("# Leaderboard")
    *table, last = out.splitlines()
    assert last == f"report: {tmp_path / 'out' / 'report.md'}"
    assert max(map(len, table)) <= 80


def test_the_summary_has_rows_of_what_is_compared(
    made: list[Path], tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "wide.jsonl"
    path.write_bytes(encode(_as(read_ledger(made[0]), "binary32")))
    _, out, _ = run(path, "--out", tmp_path / "out")
    assert re.search(r"^ +softplus *$", out, re.MULTILINE)
    assert re.search(r"^ +binary32 +3 +1 .*correct", out, re.MULTILINE)


def test_json_has_every_row_with_its_place(made: list[Path], tmp_path: Path, run: Run) -> None:
    code, out, _ = run(*made, "--json", "--out", tmp_path)
    assert code == 0
    found = json.loads(out)
    rows = {row["implementation"]: row for row in found["rows"]}
    assert rows["correct"]["verdict"] == "correctly rounded"
    assert rows["correct"]["place"] == 1
    assert rows["textbook.naive"]["inputs"] == "exhaustive"
    assert rows["textbook.naive"]["every_input"] == 65536
    assert rows["mine.py:softplus"]["same_bits"] == ["textbook.shifted"]
    assert rows["textbook.shifted"]["worst_stability"]["got"].startswith("0x")
    assert [ledger["number"] for ledger in found["ledgers"]] == [1, 2, 3]


def test_what_is_no_ledger_is_one_line_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    code, out, err = run(tmp_path / "none.jsonl", "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err.startswith("lse-verify: cannot read the ledger")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_one_line(
    made: list[Path], tmp_path: Path, run: Run
) -> None:
    (tmp_path / "taken").touch()
    code, _, err = run(*made, "--out", tmp_path / "taken")
    assert code == 2
    assert "choose another folder with --out DIR" in err
