"""The journal of a run: what has ended is on the disk before the next begins.

JSON Lines with checks (`lse_verify.execution.lines`) in a file named ``….part`` beside the one that
it will be: a header, then a line for each thing that ended, each synced. A run that was killed
goes on from there. When all has ended the final file is written whole and the part is removed.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Generic, NamedTuple, NoReturn, TypeVar

from lse_verify.errors import FolderInUse, LedgerError, OutputError, Repaired
from lse_verify.execution.differences import differences
from lse_verify.execution.files import ELSEWHERE, is_at, unwritable, write_synced, write_whole
from lse_verify.execution.lines import (
    SMALLER,
    checked,
    decoded,
    is_sound,
    is_too_large,
    read_lines,
)
from lse_verify.execution.lock import FolderLock
from lse_verify.inputs.regular import LARGEST_MIB

Head = TypeVar("Head")
Line = TypeVar("Line")

_ANEW = "begin anew without --resume"
_AS_BEGUN = f"go on with the command that began it, or {_ANEW}"


class Journal(Generic[Head, Line]):
    """Appends what has ended to the part of a file, and reads back what a run before left.

    Lines of the part that are torn or damaged are dropped, with a warning: what they were about
    is to be done again. If the folder is deleted while the run goes on, it is made again with all
    that has ended, and the run stops: whoever deleted it may not expect any more to come.

    Parameters
    ----------
    path : Path
        Where the final file will be.
    header : Struct
        What makes the lines what they are: the request, versions, the machine.
    line_type : type
        Of the lines, structs as well.
    lock : FolderLock
        Of its folder.
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
        If its header is damaged or not this one, or a line is of another kind.

    Examples
    --------
    >>> import tempfile
    >>> import msgspec
    >>> from lse_verify.execution.lock import folder_lock
    >>> class Row(msgspec.Struct):
    ...     error: float
    >>> with tempfile.TemporaryDirectory() as folder, folder_lock(Path(folder)) as lock:
    ...     path = Path(folder, "ledger.jsonl")
    ...     with Journal(path, Row(0.0), Row, lock, resume=False) as journal:
    ...         journal.append(Row(7.0))
    ...     with Journal(path, Row(0.0), Row, lock, resume=True) as journal:
    ...         print(journal.lines)
    [Row(error=7.0)]
    """

    def __init__(
        self, path: Path, header: Head, line_type: type[Line], lock: FolderLock, *, resume: bool
    ) -> None:
        self._path, self._part, self._header, self._lock = path, part_of(path), header, lock
        self.lines: list[Line] = []
        self._appended: list[Line] = []
        kept = _kept(self._part, type(header), line_type) if resume else None
        if kept is not None:
            _require_same(self._part, kept.header, header)
            self.lines = kept.lines
        try:
            self._file = self._part.open("r+b" if kept else "wb", buffering=0)
            if kept is not None and kept.lost:
                self._repair(kept)
        except OSError as error:
            raise unwritable(path, error) from error
        self._file.seek(0, os.SEEK_END)
        if kept is None:
            self._write(header, ELSEWHERE)

    def append(self, line: Line) -> None:
        """Append a line and see it onto the disk.

        Raises
        ------
        OutputError
            If it cannot be written, and the lines before it are kept; or if the folder was
            deleted, and all are kept.
        FolderInUse
            If the folder was deleted, and another run has it.
        """
        self._appended.append(line)
        self._require_own()
        self._write(line, self._go_on)

    def finish(self, content: bytes) -> None:
        """Write the final file whole and remove the part.

        Raises
        ------
        OutputError, FolderInUse
            As when a line is appended; the part is kept.
        """
        self._require_own()
        try:
            write_whole(self._path, content, self._go_on)
            self._part.unlink(missing_ok=True)
        except OutputError:
            self._require_own()
            raise
        except OSError as error:
            raise unwritable(self._part, error, self._go_on) from error
        self._file.close()

    @property
    def _go_on(self) -> str:
        return f"what is there is kept: go on with --resume {self._path.parent}"

    def _repair(self, kept: _Kept[Head, Line]) -> None:
        if kept.lost == [len(kept.lines) + 2]:
            # A line that was torn must not become the beginning of the next one.
            self._file.truncate(kept.size)
        else:
            self._file.close()
            write_whole(self._part, self._content())
            self._file = self._part.open("r+b", buffering=0)
        numbers = ", ".join(map(str, kept.lost))
        which = f"line {numbers}" if len(kept.lost) == 1 else f"lines {numbers}"
        told = f"{which} of '{self._part}': torn or damaged, and dropped; what was there is redone"
        warnings.warn(told, Repaired, stacklevel=3)

    def _write(self, line: Head | Line, remedy: str) -> None:
        content = checked(line)
        try:
            if is_too_large(os.fstat(self._file.fileno()).st_size + len(content)):
                raise OutputError(
                    f"'{self._path}' would have more than {LARGEST_MIB} MiB, the most that is "
                    f"read; {SMALLER}"
                )
            # A full disk may take only the beginning.
            write_synced(self._file.fileno(), content)
        except OSError as error:
            self._file.close()
            raise unwritable(self._path, error, remedy) from error

    def _content(self) -> bytes:
        return b"".join(map(checked, (self._header, *self.lines, *self._appended)))

    def _require_own(self) -> None:
        """See to it that what is written is still where others look for it."""
        try:
            self._lock.renew()
        except FolderInUse as error:
            raise FolderInUse(f"deleted during the run, with what had ended: {error}") from error
        if not is_at(self._part, self._file.fileno()):
            self._put_back()

    def _put_back(self) -> NoReturn:
        write_whole(self._part, self._content())
        folder = self._path.parent
        raise OutputError(
            f"'{folder}' was deleted during the run; it is there again with all that had ended: "
            f"go on with --resume {folder}"
        )

    def __enter__(self) -> Journal[Head, Line]:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            if kind is KeyboardInterrupt and not self._file.closed:
                # Who is told how to go on is to find what there is to go on with.
                self._require_own()
        finally:
            self._file.close()


def part_of(path: Path) -> Path:
    """Return where the journal of a file is kept."""
    return path.with_name(path.name + ".part")


def kept_lines(path: Path) -> int:
    """Return how many lines the journal of a file has after its header; a torn one is none."""
    try:
        return max(part_of(path).read_bytes().count(b"\n") - 1, 0)
    except OSError:
        return 0


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
        why = f"not even the first line of '{part}' is whole" if part.exists() else ended
        raise LedgerError(f"nothing to go on with: {why}; {_ANEW}")
    return kept.header, kept.lines


class _Kept(NamedTuple, Generic[Head, Line]):
    """What a part holds: header, lines, the numbers of those that are lost, the others' bytes."""

    header: Head
    lines: list[Line]
    lost: list[int]
    size: int


def _kept(part: Path, header_type: type[Head], line_type: type[Line]) -> _Kept[Head, Line] | None:
    """Return what a part holds, or None where not even its header is whole."""
    found: list[Line] = []
    lost: list[int] = []
    try:
        lines = read_lines(part)
        first = next(lines, b"")
        if not first.endswith(b"\n"):
            return None
        _require_mine(part)
        header, size = decoded(part, 1, first, header_type, _AS_BEGUN), len(first)
        for number, line in enumerate(lines, 2):
            if is_sound(line):
                found.append(decoded(part, number, line, line_type, _ANEW))
                size += len(line)
            else:
                lost.append(number)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"cannot read '{part}': {error.strerror}; check the folder, or {_ANEW}"
        ) from error
    return _Kept(header, found, lost, size)


def _require_mine(part: Path) -> None:
    """Refuse what another user has begun: a journal names files and commands that are run."""
    user = os.geteuid()
    if user not in (0, part.stat().st_uid):
        raise LedgerError(
            f"'{part}' was begun by another user, whose files and commands would be run; "
            "copy it to make it yours"
        )


def _require_same(part: Path, there: Head, here: Head) -> None:
    told = differences(there, here)
    if told:
        raise LedgerError(
            f"'{part}' was begun differently ({told}); go on as and where it was begun, or {_ANEW}"
        )
