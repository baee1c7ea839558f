"""The journal of a run: what has ended is on the disk before the next begins.

JSON Lines in a file named ``….part`` beside the one that it will be: a header, then a line for
each thing that ended, each synced. A run that was killed goes on from there. When all has
ended the final file is written whole and the part is removed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import msgspec

from lse_verify.errors import LedgerError
from lse_verify.execution.differences import differences
from lse_verify.execution.files import ELSEWHERE, unwritable, write_whole

Head = TypeVar("Head")
Line = TypeVar("Line")
Kind = TypeVar("Kind")

# msgspec lets two errors of other trees through: bytes that are no UTF-8, and deep nesting.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_ANEW = "begin anew without --resume"


class Journal(Generic[Head, Line]):
    """Appends what has ended to the part of a file, and reads back what a run before left.

    Parameters
    ----------
    path : Path
        Where the final file will be.
    header : Struct
        What makes the lines what they are: the request, versions, the machine.
    line_type : type
        Of the lines.
    resume : bool
        Go on with the part that is there, if there is one; otherwise it is replaced.

    Attributes
    ----------
    lines : list
        What was already there, in the order of the file.

    Raises
    ------
    OutputError
        If the part cannot be written; what was there before is untouched.
    LedgerError
        If a line of the part other than a torn last one is damaged, or its header is not
        this one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "ledger.jsonl")
    ...     with Journal(path, {"seed": 1}, int, resume=False) as journal:
    ...         journal.append(7)
    ...     with Journal(path, {"seed": 1}, int, resume=True) as journal:
    ...         print(journal.lines)
    [7]
    """

    def __init__(self, path: Path, header: Head, line_type: type[Line], *, resume: bool) -> None:
        self._path, self._part = path, part_of(path)
        self.lines: list[Line] = []
        kept = _kept(self._part, type(header), line_type) if resume else None
        if kept is not None:
            _require_same(self._part, kept.header, header)
            self.lines = kept.lines
        try:
            self._file = self._part.open("r+b" if kept else "wb", buffering=0)
            if kept is not None:
                # A line that was torn must not become the beginning of the next one.
                self._file.truncate(kept.size)
                self._file.seek(kept.size)
        except OSError as error:
            raise unwritable(path, error) from error
        if kept is None:
            self._write(header, ELSEWHERE)

    def append(self, line: Line) -> None:
        """Append a line and see it onto the disk.

        Raises
        ------
        OutputError
            If it cannot be written; the lines before it are kept.
        """
        self._write(line, self._go_on)

    def finish(self, content: bytes) -> None:
        """Write the final file whole and remove the part.

        Raises
        ------
        OutputError
            If it cannot be written; the part is kept.
        """
        self._file.close()
        write_whole(self._path, content, self._go_on)
        self._part.unlink()

    @property
    def _go_on(self) -> str:
        return f"what is there is kept: go on with --resume {self._path.parent}"

    def _write(self, line: Head | Line, remedy: str) -> None:
        # One write a line, of which a full disk may take only the beginning.
        left = memoryview(msgspec.json.encode(line) + b"\n")
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fdatasync(self._file.fileno())
        except OSError as error:
            self._file.close()
            raise unwritable(self._path, error, remedy) from error

    def __enter__(self) -> Journal[Head, Line]:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def part_of(path: Path) -> Path:
    """Return where the journal of a file is kept."""
    return path.with_name(path.name + ".part")


def kept_lines(path: Path) -> int:
    """Return how many lines the journal of a file has after its header; a torn one is none."""
    part = part_of(path)
    return max(part.read_bytes().count(b"\n") - 1, 0) if part.exists() else 0


def read_part(
    path: Path, header_type: type[Head], line_type: type[Line]
) -> tuple[Head, list[Line]]:
    """Read the journal of a file that an unfinished run left.

    Parameters
    ----------
    path : Path
        Where the final file would be.
    header_type, line_type : type
        Of its header and of its lines.

    Raises
    ------
    LedgerError
        If there is none, or it is damaged; one line with the remedy.
    """
    part = part_of(path)
    kept = _kept(part, header_type, line_type)
    if kept is None:
        ended = f"the run in '{path.parent}' has ended" if path.exists() else f"no '{part}'"
        raise LedgerError(f"nothing to go on with: {ended}; {_ANEW}")
    return kept.header, kept.lines


class _Kept(NamedTuple, Generic[Head, Line]):
    """What a part holds: header, lines, and how many bytes of it are whole lines."""

    header: Head
    lines: list[Line]
    size: int


def _kept(part: Path, header_type: type[Head], line_type: type[Line]) -> _Kept[Head, Line] | None:
    """Return what a part holds, or None where not even its header is whole."""
    try:
        content = part.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"cannot read '{part}': {error.strerror}; check the folder, or {_ANEW}"
        ) from error
    whole = content[: content.rfind(b"\n") + 1]
    if not whole:
        return None
    first, *others = whole[:-1].split(b"\n")
    return _Kept(
        decoded(part, 1, first, header_type, _ANEW),
        [decoded(part, number, line, line_type, _ANEW) for number, line in enumerate(others, 2)],
        len(whole),
    )


def decoded(path: Path, number: int, line: bytes, kind: type[Kind], remedy: str) -> Kind:
    """Return what a line says.

    Raises
    ------
    LedgerError
        If it does not decode; one line with its number and the remedy.
    """
    try:
        return msgspec.json.decode(line, type=kind)
    except UNREADABLE as error:
        raise LedgerError(f"line {number} of '{path}' is damaged: {error}; {remedy}") from error


def _require_same(part: Path, there: Head, here: Head) -> None:
    told = differences(there, here)
    if told:
        raise LedgerError(
            f"'{part}' was begun differently ({told}); go on as and where it was begun, or {_ANEW}"
        )
