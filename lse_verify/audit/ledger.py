"""The ledger: JSON Lines, a header and then a line a finding, each with a check of its own.

Until all cells have ended they are in the journal beside it (`lse_verify.audit.writer`). Lines
stand in the order of the plan, so that the same findings give the same bytes. The schema is
``ledger.schema.json`` beside this file, checks are those of `lse_verify.execution.lines`.
"""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from typing import Any

import msgspec

from lse_verify.audit.cell import Cell
from lse_verify.audit.exhausted import EXHAUSTIVE
from lse_verify.audit.fields import Hex, Name
from lse_verify.audit.finding import Finding
from lse_verify.errors import LedgerError
from lse_verify.execution.lines import UNREADABLE, checked, decoded, read_lines

SCHEMA_VERSION = 4

_AGAIN = "run the audit again"


class ImplementationRow(msgspec.Struct, frozen=True):
    """What the header says of an implementation."""

    name: str
    function: Name
    calls: str
    composed: bool
    kind: Name
    language: str = ""


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
    commit: Hex
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
    judging : float
        Processor time of all else, where every input was tried; not reproducible.
    """

    cell: Cell
    finding: Finding
    seconds: float
    rows: int
    judging: float = 0.0


class Ledger(msgspec.Struct, frozen=True):
    """A whole ledger in memory."""

    header: Header
    entries: list[Entry]

    @property
    def is_exhaustive(self) -> bool:
        """Whether every input was tried."""
        return [regime.name for regime in self.header.regimes] == [EXHAUSTIVE]

    @property
    def digest(self) -> str:
        """SHA-256 of cells and findings, without what no run can repeat: the times."""
        lines = (msgspec.json.encode([e.cell, _comparable(e.finding)]) for e in self.entries)
        return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _comparable(finding: Finding) -> Finding:
    if finding.exhausted is None:
        return finding
    return msgspec.structs.replace(finding, exhausted=finding.exhausted.unpacked)


def encode(ledger: Ledger) -> bytes:
    """Return the bytes of a ledger."""
    return b"".join(map(checked, (ledger.header, *ledger.entries)))


def read_ledger(path: Path) -> Ledger:
    """Read a ledger whole.

    Raises
    ------
    LedgerError
        If it cannot be read, is of another schema or too large, has a line that is damaged, or
        not each cell once; one line with the line's number and the remedy.
    """
    try:
        lines = read_lines(path)
        header = _header(path, next(lines, b""))
        entries = [decoded(path, n, line, Entry, _AGAIN) for n, line in enumerate(lines, 2)]
    except OSError as error:
        raise LedgerError(
            f"cannot read the ledger '{path}': {error.strerror}; check the path"
        ) from error
    if len(entries) != header.cells:
        raise LedgerError(
            f"'{path}' has {len(entries)} findings where its header says {header.cells}; {_AGAIN}"
        )
    _require_once(path, entries)
    return Ledger(header, entries)


def _require_once(path: Path, entries: list[Entry]) -> None:
    seen: dict[Cell, int] = {}
    for number, entry in enumerate(entries, 2):
        before = seen.setdefault(entry.cell, number)
        if before != number:
            raise LedgerError(
                f"lines {before} and {number} of '{path}' are of the same cell, {entry.cell}; "
                f"{_AGAIN}"
            )


def _header(path: Path, line: bytes) -> Header:
    try:
        raw: Any = msgspec.json.decode(line)
        version = raw["schema"]
    except (*UNREADABLE, KeyError, TypeError) as error:
        raise LedgerError(
            f"'{path}' is not a ledger: its first line has no schema version; "
            "give the ledger.jsonl that an audit wrote"
        ) from error
    if version != SCHEMA_VERSION:
        raise LedgerError(
            f"'{path}' has schema version {version}; this lse_verify reads version "
            f"{SCHEMA_VERSION}: run the audit again, or use the version that wrote it"
        )
    return decoded(path, 1, line, Header, _AGAIN)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a ledger's lines: the first is a Header, the others Entries."""
    (header, entry), parts = msgspec.json.schema_components(
        [Header, Entry], ref_template="#/$defs/{name}"
    )
    for line in (Header, Entry):
        part = parts[line.__name__]
        part["properties"]["check"] = _CHECK
        part["required"].append("check")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of an lse_verify ledger, schema version {SCHEMA_VERSION}",
        "anyOf": [header, entry],
        "$defs": {name: _described(part) for name, part in parts.items()},
    }


_CHECK = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}$",
    "description": "The last member: CRC-32, in hex, of the bytes of the line before it, without "
    "the comma between.",
}


def _described(part: dict[str, Any]) -> dict[str, Any]:
    # Before 0.23 msgspec took docstrings with the indentation of their source.
    return part | {"description": inspect.cleandoc(part["description"])}
