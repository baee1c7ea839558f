"""Files that are there whole or not at all, and the one line for those that cannot be."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lse_verify.errors import OutputError

ELSEWHERE = "choose another folder with --out DIR"


def write_whole(path: Path, content: bytes, remedy: str = ELSEWHERE) -> None:
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
        raise unwritable(path, error, remedy) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(path: Path, error: OSError, remedy: str = ELSEWHERE) -> OutputError:
    """Return the one line for a file that cannot be written."""
    return OutputError(f"cannot write '{path}': {error.strerror}; {remedy}")
