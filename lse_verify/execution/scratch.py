"""A folder for what a run keeps meanwhile; what one has left that was killed the next removes.

The references of an audit take up to a gigabyte, and a process that is killed removes nothing.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lse_verify.errors import UsageError
from lse_verify.execution.lock import FolderLock, folder_lock

_PREFIX = "lse-verify-"

_YOUNG_S = 60.0
"""So long a folder is left alone that nobody has locked: it may have been made just now."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder that is this process's own, and remove it in the end."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, folder_lock(Path(name)):
        yield Path(name)


def _sweep(root: Path) -> None:
    for folder in root.glob(f"{_PREFIX}*"):
        if _is_left(folder):
            try:
                lock = FolderLock(folder)
            except UsageError:
                # Somebody has it.
                continue
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _is_left(folder: Path) -> bool:
    try:
        # Not through a link: whoever lays one there may mean the folder behind it.
        found = folder.lstat()
    except OSError:
        return False
    is_old = time.time() - found.st_mtime > _YOUNG_S
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and is_old
