"""Files that are there whole or not at all, and the one line for those that cannot be."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from lse_verify.errors import OutputError

ELSEWHERE = "choose another folder with --out DIR"


def write_whole(path: Path, content: bytes, remedy: str = ELSEWHERE) -> None:
    """Write a file so that it is there whole or not at all.

    What a process leaves that is killed meanwhile, ``.NAME.tmp``, the next one to write the file
    takes; two that write it at once do so one after the other.

    Raises
    ------
    OutputError
        If it cannot be written; what was there before is untouched.
    """
    part = path.with_name(f".{path.name}.tmp")
    try:
        _require_plain(path)
        handle = open_locked(part, fcntl.LOCK_EX)
    except OSError as error:
        raise unwritable(path, error, remedy) from error
    try:
        os.ftruncate(handle, 0)
        write_synced(handle, content)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise unwritable(path, error, remedy) from error
    finally:
        os.close(handle)


def _require_plain(path: Path) -> None:
    """Refuse to put a file in the place of a device: who may would take /dev/null from all."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OSError(errno.EEXIST, "It is a pipe or a device")


def write_synced(handle: int, content: bytes) -> None:
    """Write into an open file and see it onto the disk.

    Raises
    ------
    OSError
        If that fails, maybe when some of it has been written.
    """
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


def open_locked(path: Path, how: int) -> int:
    """Return the descriptor of a file that is made if it is not there, locked by `fcntl.flock`.

    Raises
    ------
    OSError
        If it cannot be made, is a link, or, as a `BlockingIOError`, somebody else has it and
        `how` does not wait.
    """
    while True:
        # Not through a link: a name that is known beforehand may be laid in a folder.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, how)
        except OSError:
            os.close(handle)
            raise
        # Whoever had it may have removed it, or made it something else, before the lock was free.
        if is_at(path, handle):
            return handle
        os.close(handle)


@contextlib.contextmanager
def one_at_a_time(path: Path, remedy: str = ELSEWHERE) -> Iterator[None]:
    """Have processes that read a file and write it anew do so one after the other.

    Raises
    ------
    OutputError
        If nothing can be written beside it.
    """
    beside = path.with_name(f".{path.name}.lock")
    try:
        handle = open_locked(beside, fcntl.LOCK_EX)
    except OSError as error:
        raise unwritable(path, error, remedy) from error
    try:
        yield
    finally:
        # Removed while it is still locked: whoever waits for it finds out.
        with contextlib.suppress(OSError):
            beside.unlink()
        os.close(handle)


def is_at(path: Path, handle: int) -> bool:
    """Tell whether an open file is the one that others find at a path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    try:
        # One by one: mkdir calls itself for those above, of which a path may have two thousand.
        missing = [*takewhile(lambda place: not place.exists(), folder.parents)]
        for place in (*reversed(missing), folder):
            place.mkdir(exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(path: Path, error: OSError, remedy: str = ELSEWHERE) -> OutputError:
    """Return the one line for a file that cannot be written."""
    return OutputError(f"cannot write '{path}': {error.strerror}; {remedy}")
