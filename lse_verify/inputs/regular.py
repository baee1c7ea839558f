"""Files that fit into memory: what has no end, or is too large, is refused before it is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from lse_verify.errors import BadInput, UsageError

LARGEST_MIB = 256
"""The most that is read of a file: 18 times the ledger of a default audit."""

LARGEST = LARGEST_MIB << 20
"""The same, in bytes."""


ENDLESS = "is a pipe or a device; write it into a file first"


def open_regular(path: Path, refusal: UsageError) -> BinaryIO:
    """Open a file to read its bytes.

    Parameters
    ----------
    path : Path
        Where it is.
    refusal : UsageError
        Raised if it is no file but a pipe or a device, which may have no end.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    # What waits for somebody to write would be waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    file = open(descriptor, "rb")  # noqa: PTH123, SIM115  # a descriptor is no path; given away
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise refusal
    return file


def read_regular(path: Path) -> bytes:
    """Return what is in a user's file.

    Raises
    ------
    OSError
        If it cannot be read.
    BadInput
        If it is a pipe or a device, or has more than `LARGEST` bytes.
    """
    with open_regular(path, BadInput(f"'{path.name}' {ENDLESS}")) as file:
        # One that grows meanwhile may have more than it is said to have.
        size = os.fstat(file.fileno()).st_size
        content = b"" if size > LARGEST else file.read(LARGEST + 1)
    size = max(size, len(content))
    if size > LARGEST:
        raise BadInput(
            f"'{path.name}' has {size / 2**20:,.0f} MiB, and {LARGEST_MIB} is the most that is "
            "read; split it"
        )
    return content
