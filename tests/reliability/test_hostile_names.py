"""Names and messages of others are escaped and cut in every report and on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from hostile_names import PAYLOADS, TAME, Elements, rewritten, structure, unseen
from msgspec.structs import replace
from trials import Tried

from lse_verify import cli
from lse_verify.audit.contest import Comparison
from lse_verify.audit.exhausted import EXHAUSTIVE
from lse_verify.audit.finding import Failure
from lse_verify.audit.ledger import Entry, Ledger, Skipped, encode, read_ledger
from lse_verify.bench.measurements import Measurements
from lse_verify.inputs.regimes import REGIMES
from lse_verify.report.experiment import REGIME
from lse_verify.wording import MOST_CHARACTERS

REPORTS = Path(__file__).parents[2] / "reports"

NAMES = (
    "textbook.naive",
    "textbook.shifted",
    "numpy",
    "scipy",
    "torch",
)
FUNCTIONS = ("logaddexp", "logsumexp", "softmax")

COMMANDS = {
    "report": ["report", "audit.jsonl", "--html", "--out", "report"],
    "compare": ["compare", "audit.jsonl", "worse.jsonl"],
    "compare --markdown": ["compare", "audit.jsonl", "worse.jsonl", "--markdown"],
    "leaderboard": ["leaderboard", "audit.jsonl", "every.jsonl", "--out", "leaderboard"],
    "bugs": ["bugs", "--no-run", "audit.jsonl", "--out", "bugs"],
    "report of exhaust": ["report", "every.jsonl", "--out", "every"],
    "report of searches": ["report", "searches.json", "--out", "searches"],
    "report of a bench": ["report", "measurements.json", "--out", "bench"],
}

EVERYTHING = "".join(PAYLOADS.values())

# What a report tells apart by its name; a user's file is a regime too.
_OURS = {*REGIMES, EXHAUSTIVE, REGIME} - {"gap"}

Kind = TypeVar("Kind")

Told = dict[str, str]
"""What each command printed, and each text file that it wrote, by name."""


@pytest.fixture(scope="module")
def ledgers() -> dict[str, Ledger]:
    """Return some of the ledgers of the reports, with something in every text."""
    whole = read_ledger(REPORTS / "audit" / "ledger.jsonl")
    found = [_with_texts(n, e) for n, e in enumerate(filter(_is_kept, whole.entries))]
    naive = {_key(e): e.finding for e in found if e.cell.implementation == NAMES[0]}
    worse = [
        replace(e, finding=naive[_key(e)])
        if e.cell.implementation == NAMES[1] and _key(e) in naive
        else e
        for e in found
    ]
    skipped = [Skipped("jax", "not installed (pip install jax)")]
    header = replace(whole.header, cells=len(found), skipped=skipped)
    every = read_ledger(REPORTS / "exhaustive" / "softmax-torch" / "ledger.jsonl")
    return {"audit": Ledger(header, found), "worse": Ledger(header, worse), "every": every}


def _is_kept(entry: Entry) -> bool:
    cell = entry.cell
    wanted = cell.implementation in NAMES and cell.function in FUNCTIONS
    return wanted and cell.format in ("binary16", "binary32")


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.cell.function, entry.cell.format, entry.cell.regime


def _with_texts(number: int, entry: Entry) -> Entry:
    noted = entry.finding.with_witnesses(lambda witness: replace(witness, note="a note"))
    failure = Failure(kind="exception", words="ValueError: no") if number % 40 == 0 else None
    return replace(
        entry, finding=replace(noted, policies=["of no terms gives nan"], failure=failure)
    )


@pytest.fixture
def told_with(
    ledgers: dict[str, Ledger],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Told]:
    """Run all commands in a folder where every text has something added."""

    def told(folder: str, added: str, few: bool = False) -> Told:
        home = tmp_path / folder
        home.mkdir()
        monkeypatch.chdir(home)

        def change(text: str) -> str:
            return text if text in _OURS else text + added

        for name, ledger in ledgers.items():
            given = _few_of(ledger) if few else ledger
            entries = [rewritten(entry, change) for entry in given.entries]
            hostile = Ledger(rewritten(given.header, change), entries)
            (home / f"{name}.jsonl").write_bytes(encode(hostile))
        searches = _read("hunt/comparison.json", Comparison)
        if few:
            first = [c for c in searches.contests if c.case == searches.contests[0].case]
            searches = replace(searches, contests=first)
        bench = _read("performance/measurements.json", Measurements)
        # Its names are ours, and stand in it a thousand times.
        short = rewritten(bench, lambda text: text + added[:1000])
        (home / "searches.json").write_bytes(msgspec.json.encode(rewritten(searches, change)))
        (home / "measurements.json").write_bytes(msgspec.json.encode(short))
        (home / "bugs").mkdir()
        (home / "bugs" / "numpy.toml").write_text((REPORTS / "bugs" / "numpy.toml").read_text())
        return dict(_told(home, capsys, monkeypatch))

    return told


def _few_of(ledger: Ledger) -> Ledger:
    entries = ledger.entries[:2]
    names = {entry.cell.implementation for entry in entries}
    header = replace(
        ledger.header,
        cells=len(entries),
        implementations=[row for row in ledger.header.implementations if row.name in names][:2],
        regimes=ledger.header.regimes[:1],
    )
    return Ledger(header, entries)


def _read(name: str, kind: type[Kind]) -> Kind:
    return msgspec.json.decode((REPORTS / name).read_bytes(), type=kind)


def _told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, str]]:
    for name, arguments in COMMANDS.items():
        monkeypatch.setattr(sys, "argv", ["lse-verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert (ended.value.code or 0, said.err) == (0, ""), (name, said.err[:2000])
        yield name, said.out
    for path in sorted(home.rglob("*")):
        if path.suffix in (".md", ".html", ".svg"):
            yield str(path.relative_to(home)), path.read_text(encoding="utf-8")


def test_no_text_of_others_changes_what_a_report_is(
    told_with: Callable[..., Told], tried: Tried
) -> None:
    tame, hostile = told_with("tame", TAME), told_with("hostile", EVERYTHING)
    assert [*hostile] == [*tame]
    for name, text in hostile.items():
        assert unseen(text) == set(), name
        if name.endswith(".md") or "--markdown" in name:
            assert structure(text) == structure(tame[name]), name
        if name.endswith(".html"):
            assert Elements(text).found == Elements(tame[name]).found, name
    tried("hostile names", times=len(hostile))


def test_texts_of_a_megabyte_are_cut(told_with: Callable[..., Told], tried: Tried) -> None:
    tame, long = told_with("tame", TAME, few=True), told_with("long", "x" * 10**6, few=True)
    assert [*long] == [*tame]
    for name, text in long.items():
        texts = tame[name].count(TAME.strip()) + 1
        assert len(text) < len(tame[name]) + 20 * MOST_CHARACTERS * texts, name
        if name.endswith(".md") and "bench" not in name:
            assert "xxx…" in text or TAME not in tame[name], name
    tried("hostile names", times=len(long))
