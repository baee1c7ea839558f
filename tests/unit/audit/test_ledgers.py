"""The ledger: whole or not at all, and a line of words for whatever is wrong with one."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from lse_verify.audit import ledger as ledger_module
from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Graded
from lse_verify.audit.ledger import (
    SCHEMA_VERSION,
    Header,
    Ledger,
    RegimeRow,
    read_ledger,
    schema,
)
from lse_verify.audit.request import Asked, Beginning
from lse_verify.audit.witness import Witness
from lse_verify.audit.writer import LedgerWriter
from lse_verify.errors import LedgerError, OutputError
from lse_verify.execution.files import write_whole
from lse_verify.execution.lines import checked
from lse_verify.execution.lock import folder_lock

SCHEMA_FILE = Path(ledger_module.__file__).with_name("ledger.schema.json")
CELLS = [Cell("alpha", "logsumexp", "binary64", regime, 7, 9) for regime in ("gap", "ties", "bits")]

RunWith = Callable[[int], tuple[Path, Ledger]]


def _header(cells: int = len(CELLS)) -> Header:
    return Header(
        schema=SCHEMA_VERSION,
        command="lse-verify audit",
        seed=7,
        samples=9,
        cells=cells,
        versions={"python": "3.11"},
        machine={"system": "Linux"},
        commit="",
        implementations=[],
        regimes=[RegimeRow("gap", "One term is far above the rest: ∞ − ∞.")],
        skipped=[],
    )


def _beginning(cells: int = len(CELLS)) -> Beginning:
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
    return Beginning(_header(cells), asked)


def _graded(rows: int, seconds: float = 0.5) -> Graded:
    return Graded(Finding(rows=rows, outputs=rows), seconds, rows)


@contextmanager
def _writer(path: Path, cells: int = len(CELLS)) -> Iterator[LedgerWriter]:
    with folder_lock(path.parent) as lock, LedgerWriter(path, _beginning(cells), lock) as writer:
        yield writer


def _write(path: Path, order: list[Cell], seconds: float = 0.5) -> Ledger:
    with _writer(path) as writer:
        for cell in order:
            writer.add(cell, _graded(CELLS.index(cell) + 1, seconds))
        return writer.finish(CELLS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def _message(path: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        read_ledger(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_a_ledger_reads_back_equal_and_leaves_nothing_else(path: Path) -> None:
    written = _write(path, CELLS)
    assert read_ledger(path) == written
    assert [entry.cell for entry in written.entries] == CELLS
    assert [p.name for p in path.parent.iterdir()] == ["ledger.jsonl"]


def test_a_real_ledger_reads_back_equal(run_with: RunWith) -> None:
    path, written = run_with(0)
    assert read_ledger(path) == written
    assert len(written.entries) == written.header.cells > 9


def test_lines_stand_in_the_order_of_the_plan_whatever_ended_first(path: Path) -> None:
    _write(path, CELLS)
    in_order = path.read_bytes()
    _write(path, CELLS[::-1])
    assert path.read_bytes() == in_order


def test_each_finding_is_on_the_disk_before_the_next_is_run(path: Path) -> None:
    part = path.with_name("ledger.jsonl.part")
    with _writer(path) as writer:
        assert len(part.read_text().splitlines()) == 1
        writer.add(CELLS[0], _graded(1))
        assert len(part.read_text().splitlines()) == 2
        assert not path.exists()


def _fail_midway(path: Path) -> None:
    with _writer(path) as writer:
        writer.add(CELLS[0], _graded(99))
        raise RuntimeError("midway")


def test_an_old_ledger_is_untouched_when_a_new_run_fails_midway(path: Path) -> None:
    old = _write(path, CELLS)
    with pytest.raises(RuntimeError):
        _fail_midway(path)
    assert read_ledger(path) == old


def test_the_digest_ignores_times_and_nothing_of_the_findings(path: Path) -> None:
    slow, fast = _write(path, CELLS, seconds=9.0), _write(path, CELLS, seconds=0.1)
    assert slow.digest == fast.digest
    with _writer(path) as writer:
        for cell in CELLS:
            writer.add(cell, _graded(1))
        assert writer.finish(CELLS).digest != fast.digest


def test_a_torn_last_line_is_told(path: Path) -> None:
    _write(path, CELLS)
    path.write_bytes(path.read_bytes()[:-20])
    assert "is torn: its last line, 4, has no end; run the audit again" in _message(path)


def test_a_ledger_cut_anywhere_is_refused(path: Path) -> None:
    _write(path, CELLS)
    content = path.read_bytes()
    for size in range(0, len(content), 13):
        path.write_bytes(content[:size])
        _message(path)


def test_a_ledger_of_which_any_byte_is_another_one_is_refused(path: Path) -> None:
    _write(path, CELLS)
    content, rng = path.read_bytes(), random.Random(3)
    # That of every byte the checks find is in the tests of lines.
    for place in sorted({*rng.sample(range(len(content)), 200), len(content) - 1}):
        flipped = bytes([content[place] ^ rng.randrange(1, 256)])
        path.write_bytes(content[:place] + flipped + content[place + 1 :])
        _message(path)


def test_a_number_with_another_digit_is_told_by_its_line(path: Path) -> None:
    _write(path, CELLS)
    path.write_bytes(path.read_bytes().replace(b'"rows":2', b'"rows":3'))
    assert _message(path) == f"line 3 of '{path}' is damaged: its check fails; run the audit again"


def test_a_cell_that_is_there_twice_is_told_with_both_lines(path: Path) -> None:
    _write(path, CELLS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[1]]))
    assert "lines 2 and 4 of '" in _message(path)


def test_a_ledger_cut_between_lines_is_told_with_both_counts(path: Path) -> None:
    _write(path, CELLS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert "has 2 findings where its header says 3; run the audit again" in _message(path)


@pytest.mark.parametrize(
    "damage",
    [
        b"{\n",
        b"\n",
        b"null\n",
        b'{"cell": 3}\n',
        checked({"cell": 3}),
        checked(msgspec.Raw(b'{"x": "\xff"}')),
        checked(msgspec.Raw(b"[" * 100_000)),
    ],
)
def test_a_damaged_line_is_told_by_its_number(path: Path, damage: bytes) -> None:
    _write(path, CELLS)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = damage
    path.write_bytes(b"".join(lines))
    message = _message(path)
    assert message.startswith("line 3 of '")
    assert message.endswith("run the audit again")


@pytest.mark.parametrize("version", [0, 1, 999, "1", None])
def test_another_schema_version_is_told_with_both(path: Path, version: Any) -> None:
    path.write_text(json.dumps({"schema": version}) + "\n")
    assert f"has schema version {version}; this lse_verify reads version 4" in _message(path)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"hello\n", b"[1]\n", b"3\n", b'"x"\n', b"\xff\xfe\n", b"[" * 10**5]
)
def test_what_is_no_ledger_is_told_with_what_to_give(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert "is not a ledger" in _message(path)
    assert "give the ledger.jsonl that an audit wrote" in _message(path)


def test_a_missing_file_and_a_folder_are_told(path: Path) -> None:
    assert "No such file or directory; check the path" in _message(path)
    assert "Is a directory" in _message(path.parent)


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(path: Path) -> None:
    path.write_text("a regular file")
    with pytest.raises(OutputError, match=r"cannot write .*: File exists; choose another"):
        _write(path / "ledger.jsonl", CELLS)
    with pytest.raises(OutputError, match=r"cannot write .*; choose another folder with --out"):
        write_whole(path / "report.md", b"")


def test_a_failed_write_leaves_what_was_there_and_no_rest(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("before")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(path, b"after")
    assert path.read_text() == "before"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_published_schema_is_the_one_of_the_code() -> None:
    # Written by: python -c "import json; from lse_verify.audit.ledger import schema; ..."
    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert _in_order(published) == _in_order(schema())


def _in_order(part: Any) -> Any:
    """Sort choices by their text: which comes first depends on the release of msgspec."""
    if isinstance(part, dict):
        return {
            name: sorted(map(_in_order, of), key=json.dumps) if name == "anyOf" else _in_order(of)
            for name, of in part.items()
        }
    return [_in_order(of) for of in part] if isinstance(part, list) else part


def _validator(name: str) -> jsonschema.Draft202012Validator:
    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": published["$defs"]})


def test_every_line_of_a_real_ledger_is_valid_by_the_published_schema(run_with: RunWith) -> None:
    header, *entries = map(json.loads, run_with(0)[0].read_text().splitlines())
    _validator("Header").validate(header)
    for entry in entries:
        _validator("Entry").validate(entry)


def test_the_published_schema_refuses_lines_that_lack_or_spoil_a_part(run_with: RunWith) -> None:
    entry = json.loads(run_with(0)[0].read_text().splitlines()[1])
    valid = _validator("Entry").is_valid
    assert not valid({name: part for name, part in entry.items() if name != "cell"})
    assert not valid(entry | {"finding": entry["finding"] | {"rows": "12"}})
    assert not valid(entry | {"finding": entry["finding"] | {"failure": {"kind": "odd"}}})


def test_a_witness_reads_back_equal(path: Path, witness: Callable[..., Witness]) -> None:
    found = Finding(worst_error=witness(1 / 3, note="∞ “–”"), profiles={"gap": {-3: 0.1}})
    with _writer(path, cells=1) as writer:
        writer.add(CELLS[0], Graded(found))
        writer.finish(CELLS[:1])
    assert read_ledger(path).entries[0].finding == found
