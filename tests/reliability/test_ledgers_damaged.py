"""Ledgers and journals that are torn, damaged, of another time, too large, or of ill will."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from measured import measured
from trials import Tried

from lse_verify.audit.cell import Cell
from lse_verify.audit.ledger import SCHEMA_VERSION, Entry, Ledger, encode, read_ledger
from lse_verify.audit.request import Asked, Beginning
from lse_verify.audit.writer import LedgerWriter
from lse_verify.errors import LedgerError, Repaired
from lse_verify.execution.journal import part_of
from lse_verify.execution.lines import checked
from lse_verify.execution.lock import folder_lock
from lse_verify.inputs.regular import LARGEST_MIB

REAL = Path(__file__).parents[2] / "reports" / "libraries" / "r" / "ledger.jsonl"
LARGE = 10**9

FEW_OR_MANY = [150, pytest.param(10_000, marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def real() -> Ledger:
    return read_ledger(REAL)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def _refusal(path: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        read_ledger(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def _flips(content: bytes, times: int) -> Iterator[bytes]:
    rng = random.Random(times)
    for _ in range(times):
        place = rng.randrange(len(content))
        other = bytes([content[place] ^ rng.randrange(1, 256)])
        yield content[:place] + other + content[place + 1 :]


def _cuts(content: bytes, times: int) -> Iterator[bytes]:
    rng = random.Random(times)
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    special = {0, 1, *ends, *(end + 1 for end in ends[:-1]), len(content) - 1}
    for size in sorted(special | {rng.randrange(len(content)) for _ in range(times)}):
        yield content[:size]


@pytest.mark.parametrize("times", FEW_OR_MANY)
def test_a_ledger_with_a_flipped_byte_is_refused(path: Path, tried: Tried, times: int) -> None:
    for flipped in _flips(REAL.read_bytes(), times):
        path.write_bytes(flipped)
        _refusal(path)
    tried("ledger flipped", times)


def test_a_ledger_cut_at_any_kind_of_place_is_refused(path: Path, tried: Tried) -> None:
    cuts = list(_cuts(REAL.read_bytes(), 100))
    for cut in cuts:
        path.write_bytes(cut)
        _refusal(path)
    tried("ledger torn", len(cuts))


@pytest.fixture
def beginning(real: Ledger) -> Beginning:
    asked = Asked(
        implementations=[],
        functions=[],
        formats=[],
        regimes=[],
        data=None,
        oracle="arb",
        base="here",
        files={},
    )
    return Beginning(real.header, asked)


@pytest.mark.parametrize("times", FEW_OR_MANY)
def test_a_damaged_journal_keeps_what_is_sound_and_says_what_is_not(
    path: Path, real: Ledger, beginning: Beginning, tried: Tried, times: int
) -> None:
    entries = {entry.cell: entry for entry in real.entries[:20]}
    content = b"".join(map(checked, (beginning, *entries.values())))
    header = content.index(b"\n")
    with folder_lock(path.parent) as lock:
        for flipped in _flips(content, times):
            part_of(path).write_bytes(flipped)
            if flipped[: header + 1] != content[: header + 1]:
                with pytest.raises(LedgerError), LedgerWriter(path, beginning, lock, resume=True):
                    pass
                continue
            with pytest.warns(Repaired, match="torn or damaged"):
                writer = LedgerWriter(path, beginning, lock, resume=True)
            with writer:
                assert len(entries) - len(writer) in (1, 2)
                assert _kept(path).items() <= entries.items()
    tried("ledger flipped", times, note="of a journal what is sound is kept, the rest done again")


def _kept(path: Path) -> dict[Cell, Entry]:
    lines = part_of(path).read_bytes().splitlines()[1:]
    return {entry.cell: entry for entry in (msgspec.json.decode(x, type=Entry) for x in lines)}


def test_a_journal_cut_at_any_kind_of_place_keeps_its_whole_lines(
    path: Path, real: Ledger, beginning: Beginning, tried: Tried
) -> None:
    entries = real.entries[:20]
    cuts = list(_cuts(b"".join(map(checked, (beginning, *entries))), 100))
    with folder_lock(path.parent) as lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", Repaired)
        for cut in cuts:
            part_of(path).write_bytes(cut)
            with LedgerWriter(path, beginning, lock, resume=True) as writer:
                whole = max(cut.count(b"\n") - 1, 0)
                assert len(writer) == whole
                assert _kept(path) == {entry.cell: entry for entry in entries[:whole]}
    tried("ledger torn", len(cuts))


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, SCHEMA_VERSION - 1, 10**9])
def test_a_ledger_of_another_schema_is_refused_with_both_versions(
    path: Path, real: Ledger, tried: Tried, version: int
) -> None:
    header = msgspec.structs.replace(real.header, schema=version)
    path.write_bytes(encode(Ledger(header, real.entries)))
    told = f"has schema version {version}; this lse_verify reads version {SCHEMA_VERSION}: "
    assert told in _refusal(path)
    tried("ledger newer")


def _large_lines(path: Path, real: Ledger) -> None:
    with path.open("wb") as file:
        file.write(checked(real.header))
        lines = b"".join(map(checked, real.entries))
        while file.tell() < LARGE:
            file.write(lines)


def _one_line(path: Path, real: Ledger) -> None:
    piece = b" " * (1 << 20)
    with path.open("wb") as file:
        while file.tell() < LARGE:
            file.write(piece)


def _zeros(path: Path, real: Ledger) -> None:
    path.write_bytes(checked(real.header))
    os.truncate(path, LARGE)


def _pipe(path: Path, real: Ledger) -> None:
    os.mkfifo(path)


def _folder(path: Path, real: Ledger) -> None:
    path.mkdir()


def _device(path: Path, real: Ledger) -> None:
    path.symlink_to("/dev/zero")


REFUSED = {
    _large_lines: f"has 954 MiB, and {LARGEST_MIB} is the most that is read; ",
    _one_line: f"has 954 MiB, and {LARGEST_MIB} is the most that is read; ",
    _zeros: f"has 954 MiB, and {LARGEST_MIB} is the most that is read; ",
    _pipe: "is a pipe or a device; ",
    _device: "is a pipe or a device; ",
    _folder: "Is a directory; ",
}


@pytest.mark.slow
@pytest.mark.parametrize("make", REFUSED)
def test_what_is_too_large_or_has_no_end_is_refused_in_little_memory(
    path: Path, real: Ledger, tried: Tried, make: type
) -> None:
    make(path, real)
    ended = measured("-m", "lse_verify", "report", path, "--out", path.parent / "out")
    assert ended.code == 2
    assert REFUSED[make] in ended.err
    assert ended.err.count("\n") == 1
    assert ended.megabytes < 400
    tried("ledger large", note="refused above 256 MiB in less than 400 MB of memory")


@pytest.mark.slow
def test_the_largest_ledger_that_is_read_takes_a_bounded_memory(
    path: Path, real: Ledger, tried: Tried
) -> None:
    n_cells = 0
    lines = path.with_name("lines")
    with lines.open("wb") as file:
        while file.tell() < (LARGEST_MIB << 20) - (1 << 20):
            for entry in real.entries:
                cell = msgspec.structs.replace(entry.cell, seed=n_cells)
                file.write(checked(msgspec.structs.replace(entry, cell=cell)))
                n_cells += 1
    with path.open("wb") as file:
        file.write(checked(msgspec.structs.replace(real.header, cells=n_cells)))
        file.write(lines.read_bytes())
    reading = "import sys, pathlib, lse_verify.audit.ledger as ledger\n"
    reading += "ledger.read_ledger(pathlib.Path(sys.argv[1]))"
    ended = measured("-c", reading, path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.megabytes < 5 * LARGEST_MIB
    tried("ledger large", note=f"one of 256 MiB is read in {ended.megabytes:.0f} MB of memory")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["report", "report --html", "leaderboard", "bugs", "compare"])
@pytest.mark.parametrize("what", ["function", "implementation", "format", "regime"])
@pytest.mark.parametrize("ledger", ["libraries/r", "exhaustive/softmax-scipy"])
def test_no_name_in_a_ledger_leads_out_of_the_folder(
    tmp_path: Path, tried: Tried, command: str, what: str, ledger: str
) -> None:
    found = read_ledger(REAL.parents[2] / ledger / "ledger.jsonl")
    first, *others = found.entries
    cell = msgspec.structs.replace(first.cell, **{what: "../../../evil"})
    led = Ledger(found.header, [msgspec.structs.replace(first, cell=cell), *others])
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(encode(led))
    out = tmp_path / "inner" / "out"
    # Folders that a name would go through have to be there.
    for start in ("errors", "conditioning", "gap", "line", "map", "speed"):
        (out / "figures" / f"{start}-..").mkdir(parents=True)
    before = _files(tmp_path)
    name, *words = command.split()
    options: list[object] = [*words]
    options += ["--no-run"] if name == "bugs" else []
    options += [path, "--markdown"] if name == "compare" else ["--out", out]
    ended = measured("-m", "lse_verify", name, path, *options)
    assert ended.code in (0, 2), ended.err
    assert "Traceback" not in ended.err
    strays = [file for file in _files(tmp_path) - before if not _belongs(file, out)]
    assert strays == []
    tried("path outside")


def _files(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if file.is_file()}


def _belongs(file: Path, out: Path) -> bool:
    return file.parent in (out, out / "figures")
