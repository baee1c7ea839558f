"""Where findings are kept as they come, and what a ledger is made of in the end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from lse_verify.audit.cell import Cell
from lse_verify.audit.grade import Graded
from lse_verify.audit.ledger import Entry, Ledger, encode
from lse_verify.audit.request import Beginning
from lse_verify.execution.journal import Journal
from lse_verify.execution.lock import FolderLock


class LedgerInMemory:
    """Keeps findings in memory alone.

    Parameters
    ----------
    beginning : Beginning
        The header of the ledger, and what was asked.
    """

    def __init__(self, beginning: Beginning) -> None:
        self._header = beginning.header
        self._entries: dict[Cell, Entry] = {}

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, cell: Cell, graded: Graded) -> None:
        """Keep one finding."""
        self._entries[cell] = Entry(cell, graded.finding, graded.seconds, graded.rows)

    def finish(self, order: Iterable[Cell]) -> Ledger:
        """Return the ledger with its lines in order."""
        return Ledger(self._header, [self._entries[cell] for cell in order])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Keep nothing open."""


class LedgerWriter(LedgerInMemory):
    """Keeps findings as they come, and writes the ledger when all are there.

    Parameters
    ----------
    path : Path
        Where the ledger will be; until then its findings are in ``path`` + ``.part``.
    beginning : Beginning
        Its header and what was asked.
    lock : FolderLock
        Of its folder.
    resume : bool
        Go on with what is there.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before is untouched.
    LedgerError
        If what is there was begun differently, or is damaged.
    """

    def __init__(
        self, path: Path, beginning: Beginning, lock: FolderLock, *, resume: bool = False
    ) -> None:
        super().__init__(beginning)
        self._journal = Journal(path, beginning, Entry, lock, resume=resume)
        self._entries = {entry.cell: entry for entry in self._journal.lines}

    def add(self, cell: Cell, graded: Graded) -> None:
        """Append one finding and see it onto the disk."""
        super().add(cell, graded)
        self._journal.append(self._entries[cell])

    def finish(self, order: Iterable[Cell]) -> Ledger:
        """Write the ledger with its lines in order, and return what it holds."""
        ledger = super().finish(order)
        self._journal.finish(encode(ledger))
        return ledger

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._journal.__exit__(kind, *error)
