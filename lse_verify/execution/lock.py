"""One run a folder: the second is refused."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lse_verify.errors import FolderInUse
from lse_verify.execution.files import ELSEWHERE, make_folder, unwritable

LOCK_NAME = ".lock"


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep a folder, which is made if it is not there, for this process.

    The kernel holds the lock, so that none is left behind by a process that was killed.

    Parameters
    ----------
    folder : Path
        Where a run writes.

    Raises
    ------
    FolderInUse
        If another process has it; one line with its number.
    OutputError
        If nothing can be written there.
    """
    make_folder(folder)
    path = folder / LOCK_NAME
    handle = _locked(folder, path)
    try:
        _sign(folder, handle)
        yield
    finally:
        # Removed while it is still locked: whoever waits for this one finds out in `_locked`.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _locked(folder: Path, path: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(handle, 20, 0).decode(errors="replace")
            os.close(handle)
            raise _refusal(folder, owner, error) from error
        if _is_still(path, handle):
            return handle
        os.close(handle)


def _sign(folder: Path, handle: int) -> None:
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
    except OSError as error:
        raise unwritable(folder, error) from error


def _refusal(folder: Path, owner: str, error: OSError) -> Exception:
    if not isinstance(error, BlockingIOError):
        return unwritable(folder, error)
    by = f"process {owner}" if owner else "another process"
    return FolderInUse(f"'{folder}' is in use by {by}; wait for it or {ELSEWHERE}")


def _is_still(path: Path, handle: int) -> bool:
    """Tell whether the file that was locked is the one that others would find."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
