"""Lines of JSON, each with a check of its own, and files of them that fit into memory.

The last member of a line is ``"check"``: the CRC-32 of all bytes before it, in hex. Whatever is
wrong within 32 bits of a line, a flipped byte above all, is found for certain (W. W. Peterson,
D. T. Brown, "Cyclic codes for error detection", Proc. IRE 49, 1961), and of all else that is not
so by intent all but one in 2³² cases. A number with another digit would decode as well as before.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from lse_verify.errors import LedgerError
from lse_verify.inputs.regular import ENDLESS, LARGEST, LARGEST_MIB, open_regular

Kind = TypeVar("Kind")

# msgspec lets two errors of other trees through: bytes that are no UTF-8, and deep nesting.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

SMALLER = "run fewer implementations at a time, which 'lse-verify leaderboard' puts together"

_CHECK = b',"check":"%08x"}'
_CHECK_BYTES = len(_CHECK % 0)


def checked(line: Any) -> bytes:
    r"""Return a line with its check and its end; what is encoded is an object with members.

    Examples
    --------
    >>> checked({"rows": 12})
    b'{"rows":12,"check":"57b7e07a"}\n'
    """
    bare = msgspec.json.encode(line)[:-1]
    return bare + _CHECK % zlib.crc32(bare) + b"\n"


def is_sound(line: bytes) -> bool:
    r"""Tell whether a line is whole and as it was written.

    Examples
    --------
    >>> line = checked({"rows": 12})
    >>> is_sound(line), is_sound(line.replace(b"12", b"72")), is_sound(line.rstrip())
    (True, False, False)
    """
    bare = line[: -_CHECK_BYTES - 1]
    return line[len(bare) :] == _CHECK % zlib.crc32(bare) + b"\n"


def is_too_large(size: int) -> bool:
    """Tell whether a file of so many bytes is refused."""
    return size > LARGEST


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends, which a last one that is torn does not have.

    Raises
    ------
    OSError
        If it cannot be read.
    LedgerError
        If it is no file but a pipe or a device, which may have no end, or if it is too large.
    """
    with open_regular(path, LedgerError(f"'{path}' {ENDLESS}")) as file:
        here = os.fstat(file.fileno()).st_size
        while not is_too_large(here) and (line := file.readline(LARGEST + 1)):
            yield line
            here = max(here, file.tell())
    if is_too_large(here):
        raise LedgerError(
            f"'{path}' has {here / 2**20:,.0f} MiB, and {LARGEST_MIB} is the most that is read; "
            f"{SMALLER}"
        )


def read_whole(path: Path) -> bytes:
    """Return what is in a file that `read_lines` would read, and raise what that raises."""
    return b"".join(read_lines(path))


def decoded(path: Path, number: int, line: bytes, kind: type[Kind], remedy: str) -> Kind:
    """Return what a line says.

    Raises
    ------
    LedgerError
        If it is torn, not as it was written, or something else; one line with its number and
        the remedy.
    """
    if not line.endswith(b"\n"):
        raise LedgerError(f"'{path}' is torn: its last line, {number}, has no end; {remedy}")
    if not is_sound(line):
        raise LedgerError(f"line {number} of '{path}' is damaged: its check fails; {remedy}")
    try:
        return msgspec.json.decode(line, type=kind)
    except UNREADABLE as error:
        # It is as it was written, by whatever that was.
        raise LedgerError(
            f"line {number} of '{path}' is of another kind: {error}; {remedy}"
        ) from error
