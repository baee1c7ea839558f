"""One run a folder: the second is refused."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lse_verify.errors import FolderInUse
from lse_verify.execution.files import ELSEWHERE, is_at, make_folder, open_locked, unwritable

LOCK_NAME = ".lock"


class FolderLock:
    """A folder that is this process's own until it is released.

    The kernel holds the lock, so that none is left behind by a process that was killed.

    Parameters
    ----------
    folder : Path
        Where a run writes; it is made if it is not there.

    Raises
    ------
    FolderInUse
        If another process has it; one line with its number.
    OutputError
        If nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / LOCK_NAME
        self._handle = self._taken()

    def renew(self) -> None:
        """Take the folder again if it has been deleted, or its lock.

        Raises
        ------
        FolderInUse, OutputError
            As when it was taken first.
        """
        if not is_at(self._path, self._handle):
            before, self._handle = self._handle, self._taken()
            os.close(before)

    def release(self) -> None:
        """Give the folder free."""
        # Removed while it is still locked: whoever waits for this one finds out. What is there
        # after the folder was deleted is somebody else's.
        if is_at(self._path, self._handle):
            with contextlib.suppress(OSError):
                self._path.unlink()
        os.close(self._handle)

    def _taken(self) -> int:
        make_folder(self._folder)
        try:
            handle = open_locked(self._path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise self._refusal() from error
        except OSError as error:
            raise unwritable(self._folder, error) from error
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        except OSError as error:
            os.close(handle)
            raise unwritable(self._folder, error) from error
        return handle

    def _refusal(self) -> FolderInUse:
        try:
            owner = self._path.read_text(errors="replace")
        except OSError:
            owner = ""
        by = f"process {owner}" if owner else "another process"
        return FolderInUse(f"'{self._folder}' is in use by {by}; wait for it or {ELSEWHERE}")


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[FolderLock]:
    """Keep a folder for this process, as `FolderLock` does, while what is inside is run."""
    lock = FolderLock(folder)
    try:
        yield lock
    finally:
        lock.release()
