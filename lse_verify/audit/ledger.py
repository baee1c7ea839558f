"""The ledger: JSON Lines, a header and then a line a finding.

Lines are appended and synced as cells end, to a file named ``….part``; when all have ended
they are put in the order of the plan and the file takes its name, so that the same findings
give the same bytes. The schema is ``ledger.schema.json`` beside this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Graded
from lse_verify.errors import LedgerError, OutputError

SCHEMA_VERSION = 2


class ImplementationRow(msgspec.Struct, frozen=True):
    """What the header says of an implementation."""

    name: str
    function: str
    calls: str
    composed: bool
    kind: str


class Skipped(msgspec.Struct, frozen=True):
    """A library that is not here: a row of the report, never a shorter table."""

    name: str
    reason: str


class RegimeRow(msgspec.Struct, frozen=True):
    """What the header says of a regime."""

    name: str
    reason: str


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What made the ledger.

    Attributes
    ----------
    schema : int
        Version of the schema.
    command : str
        The command line that makes the same findings.
    seed, samples : int
        Of every cell.
    cells : int
        How many lines follow.
    versions, machine : dict
        Of packages, and of the machine: processor, its features, libc, system.
    commit : str
        Of the checkout that the package runs from, empty when it is installed.
    """

    schema: int
    command: str
    seed: int
    samples: int
    cells: int
    versions: dict[str, str]
    machine: dict[str, str]
    commit: str
    implementations: list[ImplementationRow]
    regimes: list[RegimeRow]
    skipped: list[Skipped]


class Entry(msgspec.Struct, frozen=True):
    """One line: what one cell showed.

    Attributes
    ----------
    cell : Cell
        Which.
    finding : Finding
        What; reproducible bit for bit.
    seconds, rows : float, int
        Time inside the implementation and rows it answered in it; not reproducible.
    """

    cell: Cell
    finding: Finding
    seconds: float
    rows: int


class Ledger(msgspec.Struct, frozen=True):
    """A whole ledger in memory."""

    header: Header
    entries: list[Entry]

    @property
    def digest(self) -> str:
        """SHA-256 of cells and findings, without what no run can repeat: the times."""
        lines = (msgspec.json.encode([entry.cell, entry.finding]) for entry in self.entries)
        return hashlib.sha256(b"\n".join(lines)).hexdigest()


Line = TypeVar("Line", Header, Entry)

# msgspec lets two errors of other trees through: bytes that are no UTF-8, and deep nesting.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class LedgerWriter:
    """Appends findings to a new ledger as they come.

    Parameters
    ----------
    path : Path
        Where the finished ledger will be; until then it is ``path`` + ``.part``.
    header : Header
        Its first line.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before is untouched.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path, self._header = path, header
        self._part = path.with_name(path.name + ".part")
        self._entries: dict[Cell, Entry] = {}
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise unwritable(path, error) from error
        self._append(header)

    def add(self, cell: Cell, graded: Graded) -> None:
        """Append one finding and see it onto the disk."""
        entry = Entry(cell, graded.finding, graded.seconds, graded.rows)
        self._entries[cell] = entry
        self._append(entry)

    def finish(self, order: Iterable[Cell]) -> Ledger:
        """Put the lines in order, give the file its name, and return what it holds."""
        self._file.close()
        ledger = Ledger(self._header, [self._entries[cell] for cell in order])
        write_whole(self._path, _encode(ledger))
        self._part.unlink()
        return ledger

    def _append(self, line: Header | Entry) -> None:
        try:
            self._file.write(msgspec.json.encode(line) + b"\n")
            self._file.flush()
            os.fdatasync(self._file.fileno())
        except OSError as error:
            raise unwritable(self._path, error) from error

    def __enter__(self) -> LedgerWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _encode(ledger: Ledger) -> bytes:
    lines = [msgspec.json.encode(line) for line in (ledger.header, *ledger.entries)]
    return b"\n".join(lines) + b"\n"


def read_ledger(path: Path) -> Ledger:
    """Read a ledger whole.

    Raises
    ------
    LedgerError
        If it cannot be read, is of another schema, or has a line that does not decode; one
        line with the line's number and the remedy.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise LedgerError(
            f"cannot read the ledger '{path}': {error.strerror}; check the path"
        ) from error
    header = _header(path, lines[0])
    if lines[-1]:
        raise LedgerError(f"'{path}' is torn: its last line has no end; run the audit again")
    entries = [_entry(path, number, line) for number, line in enumerate(lines[1:-1], 2)]
    if len(entries) != header.cells:
        raise LedgerError(
            f"'{path}' has {len(entries)} findings where its header says {header.cells}; "
            "run the audit again"
        )
    return Ledger(header, entries)


def _header(path: Path, line: bytes) -> Header:
    try:
        raw: Any = msgspec.json.decode(line)
        version = raw["schema"]
    except (*_UNREADABLE, KeyError, TypeError) as error:
        raise LedgerError(
            f"'{path}' is not a ledger: its first line has no schema version; "
            "give the ledger.jsonl that an audit wrote"
        ) from error
    if version != SCHEMA_VERSION:
        raise LedgerError(
            f"'{path}' has schema version {version}; this lse_verify reads version "
            f"{SCHEMA_VERSION}: run the audit again, or use the version that wrote it"
        )
    return _decoded(path, 1, line, Header)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    return _decoded(path, number, line, Entry)


def _decoded(path: Path, number: int, line: bytes, kind: type[Line]) -> Line:
    try:
        return msgspec.json.decode(line, type=kind)
    except _UNREADABLE as error:
        raise LedgerError(
            f"line {number} of '{path}' is damaged: {error}; run the audit again"
        ) from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a ledger's lines: the first is a Header, the others Entries."""
    (header, entry), parts = msgspec.json.schema_components(
        [Header, Entry], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of an lse_verify ledger, schema version {SCHEMA_VERSION}",
        "anyOf": [header, entry],
        "$defs": parts,
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written; what was there before is untouched.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> OutputError:
    """Return the one line for a file that cannot be written."""
    return OutputError(
        f"cannot write '{path}': {error.strerror}; choose another folder with --out DIR"
    )
