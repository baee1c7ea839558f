"""Arrays of a user's files, ``.npy``, ``.npz`` and ``.csv``, in binary64.

What is read is bounded before it is read: a file by `LARGEST_MIB`, and as much again by what an
archive says that it unpacks to, which `zipfile` holds it to. Arrays are laid over the bytes of a
file by the shape and type that its header has, never by `numpy.load`: there is nothing that could
unpickle objects, and nothing is put aside for numbers that are not there.
"""

from __future__ import annotations

import io
import math
import tokenize
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lse_verify.errors import BadInput
from lse_verify.inputs.regular import LARGEST, LARGEST_MIB, read_regular
from lse_verify.inputs.values import Wide

MOST_NUMBERS = LARGEST // 8
"""The most numbers of a file, whose binary64 is as large as the largest file."""

MOST_ARRAYS = 1000
"""The most arrays of an archive."""

_ENTRY = b"PK\1\2"
"""What an entry of an archive's directory begins with."""

_DAMAGED = (
    *(ValueError, EOFError, MemoryError, OverflowError, RuntimeError, SyntaxError, TypeError),
    *(tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)


def read_arrays(path: Path) -> list[Wide]:
    """Return the arrays of a file, of one or two dimensions.

    Raises
    ------
    BadInput
        If it cannot be read, is too large or damaged, or holds something other than real numbers
        in one or two dimensions.
    """
    readers = {".npy": _read_npy, ".npz": _read_npz, ".csv": _read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"cannot read '{path.name}': only .npy, .npz and .csv files; convert it")
    try:
        content = read_regular(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not readable"
        raise BadInput(f"cannot read '{path.name}': {reason}; check the path") from error
    return reader(path.name, content)


def _read_npy(name: str, content: bytes) -> list[Wide]:
    # Named .npy or .npz, an archive is known by its first bytes, as numpy does.
    if content.startswith(b"PK\3\4"):
        return _read_npz(name, content)
    return [_laid(name, content)]


def _read_npz(name: str, content: bytes) -> list[Wide]:
    if content.startswith(np.lib.format.MAGIC_PREFIX):
        return [_laid(name, content)]
    if content.count(_ENTRY) > MOST_ARRAYS:
        raise BadInput(f"'{name}' has more than {MOST_ARRAYS} arrays; split it")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _require_bounded(name, sum(member.file_size for member in members))
            packed = {member.filename: _unpacked(archive, member) for member in members}
    except _DAMAGED as error:
        raise _damaged(name) from error
    if not packed:
        raise BadInput(f"'{name}' holds no array; one or more are needed")
    found: list[Wide] = []
    for key, data in packed.items():
        found.append(_laid(f"{name}[{key.removesuffix('.npy')}]", data))
        _require_few(name, sum(array.size for array in found))
    return found


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    # The others take memory by what they say themselves, and numpy writes none of them.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("packed in another way")
    with archive.open(member) as packed:
        # Whatever it says, no more is unpacked than that.
        return packed.read(member.file_size)


def _require_bounded(name: str, size: int) -> None:
    if size > LARGEST:
        raise BadInput(
            f"'{name}' unpacks to {size / 2**20:,.0f} MiB, and {LARGEST_MIB} is the most that is "
            "read; split it"
        )


def _require_few(name: str, count: int) -> None:
    if count > MOST_NUMBERS:
        raise BadInput(f"'{name}' has more than {MOST_NUMBERS:,} numbers; split it")


def _damaged(name: str) -> BadInput:
    return BadInput(
        f"'{name}' is damaged or holds objects, which are never unpickled; "
        "write it anew with numpy.save from an array of floats"
    )


def _laid(name: str, content: bytes) -> Wide:
    """Return the array of the bytes of an ``.npy`` file."""
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
    except ValueError as error:
        if content and not np.lib.format.MAGIC_PREFIX.startswith(content[:6]):
            raise BadInput(
                f"'{name}' is no array, or damaged; real numbers are needed: write it anew with "
                "numpy.save"
            ) from error
        raise _damaged(name) from error
    try:
        # What Python 2 wrote is warned of, and so is much that is no header.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, columns_first, dtype = _READERS[version](file)
    except (*_DAMAGED, LookupError, AttributeError) as error:
        raise _damaged(name) from error
    if dtype.hasobject:
        raise _damaged(name)
    _require_numbers(name, shape, dtype)
    count, start = math.prod(shape), file.tell()
    if count > MOST_NUMBERS:
        raise BadInput(
            f"'{name}' has {count:,} numbers, and {MOST_NUMBERS:,} are the most; split it"
        )
    if count * dtype.itemsize > len(content) - start:
        raise _damaged(name)
    laid = np.frombuffer(content, dtype, count, start)
    # What is beyond binary64 is infinite in it, and rows with that are left out.
    with np.errstate(all="ignore"):
        return laid.reshape(shape, order="F" if columns_first else "C").astype(np.float64)


_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""The third version has names that are no Latin, which arrays of numbers do not have."""


def _require_numbers(name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    if dtype.kind not in "fiu":
        raise BadInput(f"'{name}' holds {dtype}; real numbers are needed: save it as float64")
    if len(shape) not in (1, 2):
        raise BadInput(f"'{name}' has {len(shape)} dimensions; one or two are needed: reshape it")
    if 0 in shape:
        raise BadInput(f"'{name}' is empty, of shape {shape}; at least one row is needed")
    if min(shape) < 0:
        raise _damaged(name)


def _read_csv(name: str, content: bytes) -> list[Wide]:
    numbers = array("d")
    width, n_lines = 0, 0
    # Line by line and cell by cell: all of them as texts take twenty times the file.
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig")
    try:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            n_lines += 1
            if n_lines == 1 and len(line) < _LONGEST_TITLES and not _has_number(line):
                continue
            width = width or line.count(",") + 1
            _require_few(name, len(numbers) + width)
            numbers.extend(_row(name, number, line, width))
    except UnicodeDecodeError as error:
        raise BadInput(f"'{name}' is not text in UTF-8; save it as .csv anew") from error
    if not numbers:
        raise BadInput(f"'{name}' is empty; at least one row of numbers is needed")
    found = np.frombuffer(numbers, dtype=np.float64)
    return [found if width == 1 else found.reshape(-1, width)]


def _row(name: str, number: int, line: str, width: int) -> array[float]:
    n_cells = line.count(",") + 1
    if n_cells != width:
        raise BadInput(
            f"'{name}', line {number}: {n_cells} cells where the first row has {width}; "
            "all rows must be equally long"
        )
    number_of = _number if "x" in line or "X" in line else float
    try:
        return array("d", map(number_of, _cells(line)))
    except (ValueError, OverflowError) as error:
        wrong = next(_cut(cell) for cell in _cells(line) if not _is_number(cell))
        raise BadInput(
            f"'{name}', line {number}: '{wrong}' is not a number; "
            "write decimals such as -1.5e3 or hex floats such as 0x1.8p+1"
        ) from error


def _cells(line: str) -> Iterator[str]:
    start = 0
    while (end := line.find(",", start)) >= 0:
        yield line[start:end]
        start = end + 1
    yield line[start:]


_LONGEST_TITLES = 1 << 20
"""A first line without a number that is longer is no header; to look at each cell takes long."""


def _cut(cell: str) -> str:
    shown = cell[:1000].strip()
    return shown if len(shown) <= 40 else f"{shown[:39]}…"


def _number(cell: str) -> float:
    return float.fromhex(cell) if "0x" in cell.lower() else float(cell)


def _has_number(line: str) -> bool:
    return any(map(_is_number, _cells(line)))


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except (ValueError, OverflowError):
        return False
    return True
