"""Data files of ill will: objects to unpickle, archives and headers that are more than they are."""

from __future__ import annotations

import ast
import io
import os
import pickle
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable
from copy import copy
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from measured import measured
from trials import Tried

import lse_verify
from lse_verify.inputs.regular import LARGEST, LARGEST_MIB

_READING = """
import sys, pathlib, time
from lse_verify.errors import LseVerifyError
from lse_verify.inputs.files import data_regime
seconds, *names = sys.argv[1:]
for name in names:
    begun = time.monotonic()
    try:
        data_regime(pathlib.Path(name))
        told = "read"
    except LseVerifyError as error:
        told = error
    print(told)
    assert time.monotonic() - begun < int(seconds)
"""

MEGABYTES = 400
"""Python and the package with all that they import have 190, a file that is read at most 256."""


def _told(paths: Iterable[Path], megabytes: int = MEGABYTES, seconds: int = 10) -> list[str]:
    """Return what is said of each of some files, one line each, in little memory and time."""
    files = list(paths)
    ended = measured("-W", "error", "-c", _READING, seconds, *files)
    assert (ended.code, ended.err) == (0, "")
    assert ended.megabytes < megabytes
    told = ended.out.splitlines()
    assert len(told) == len(files)
    return told


class _Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._sprung,)


def _objects(trap: _Trap) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([trap, 1.0], dtype=object), allow_pickle=True)
    return file.getvalue()


def _fields(trap: _Trap) -> bytes:
    file = io.BytesIO()
    held = np.array([(1.0, trap)], dtype=[("a", "<f8"), ("b", object)])
    np.save(file, held, allow_pickle=True)
    return file.getvalue()


def _archive(trap: _Trap) -> bytes:
    file = io.BytesIO()
    np.savez(file, rows=np.zeros((2, 2)), trap=np.array([trap], dtype=object))
    return file.getvalue()


def _bare(trap: _Trap) -> bytes:
    return pickle.dumps(trap)


def test_pickled_objects_are_refused_and_not_unpickled(tmp_path: Path, tried: Tried) -> None:
    paths = []
    for make, suffix in product((_objects, _fields, _archive, _bare), (".npy", ".npz", ".csv")):
        paths.append(tmp_path / f"{make.__name__}{suffix}")
        paths[-1].write_bytes(make(_Trap(tmp_path / "unpickled")))
    assert "read" not in _told(paths)
    assert not (tmp_path / "unpickled").exists()
    tried("pickled objects", len(paths))


def test_pickled_objects_that_are_said_to_be_floats_are_read_as_such(
    tmp_path: Path, tried: Tried
) -> None:
    path = tmp_path / "trap.npy"
    path.write_bytes(_objects(_Trap(tmp_path / "unpickled")).replace(b"'|O'", b"'f8'"))
    _told([path])
    assert not (tmp_path / "unpickled").exists()
    tried("pickled objects")


UNPICKLES = {"audit/shared_random.py", "execution/worker.py", "execution/serve.py"}
"""What reads only what processes of the same run tell each other."""


def test_nothing_in_the_package_unpickles_or_evaluates_what_it_is_given() -> None:
    package = Path(lse_verify.__file__).parent
    found = {
        (str(path.relative_to(package)), call)
        for path in package.rglob("*.py")
        for call in _calls(path)
    }
    assert found == {(path, "pickle.loads") for path in UNPICKLES}


def _calls(path: Path) -> set[str]:
    dangerous = ("pickle.", "marshal.", "shelve.", "dill.", "cloudpickle.", "joblib.", "yaml.")
    calls = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            loads = name.startswith(dangerous) and not name.endswith((".dumps", ".dump"))
            if loads or name in ("eval", "exec"):
                calls.add(name)
            if any(
                k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords
            ):
                calls.add(f"{name}(allow_pickle)")
    return calls


def _npy(shape: str, descr: str = "'<f8'", data: bytes = b"\0" * 8) -> bytes:
    """Return an .npy file whose header says what it likes."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\2\0" + struct.pack("<I", len(header)) + header + data


LIES = {
    "more than there is": _npy(f"({2**40},)"),
    "more than any memory": _npy(f"({2**62}, {2**62})"),
    "so much that it wraps to none": _npy(f"({2**32}, {2**32})"),
    "so much that it wraps to little": _npy(f"({2**61 + 1},)"),
    "negative": _npy("(-1,)"),
    "twice negative": _npy("(-1, -1)"),
    "of bytes without an end": _npy(f"({2**40},)", "'|S0'"),
    "within a type": _npy("(1,)", f"('<f8', ({2**40},))"),
    "an expression": _npy("(" * 5000 + ")" * 5000),
    "signs without an end": _npy("(" + "-" * 9000 + "1,)"),
    "a power": _npy("(9**9**9**9,)"),
    "digits without an end": _npy("(" + "9" * 9000 + ",)"),
    "a call": _npy("(__import__('os').abort(),)"),
    "a header of 4 GB": b"\x93NUMPY\2\0\xff\xff\xff\xff{",
    "nothing": b"\x93NUMPY\2\0",
}


def test_a_header_that_lies_is_refused_before_memory_is_taken(tmp_path: Path, tried: Tried) -> None:
    paths = []
    for lie, content in LIES.items():
        paths += [tmp_path / f"{lie}.npy", tmp_path / f"{lie}.npz"]
        paths[-2].write_bytes(content)
        with zipfile.ZipFile(paths[-1], "w") as archive:
            archive.writestr("rows.npy", content)
    for path, told in zip(paths, _told(paths), strict=True):
        assert path.name in told
    tried("zip bomb", len(paths), note="headers that say more than there is too")


def _deflated(mebibytes: int) -> bytes:
    """Return zeros as an archive packs them, a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    # What is flushed fully stands for itself, as often as it stands there.
    one = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * mebibytes + packer.flush()


def _packed(path: Path, mebibytes: int, said: int, times: int = 1) -> None:
    """Write an archive with something that unpacks to more than it says, under several names."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("0.npy", _deflated(mebibytes))
        (first,) = archive.filelist
        first.compress_type, first.file_size = zipfile.ZIP_DEFLATED, said
        for number in range(1, times):
            other = copy(first)
            other.filename = f"{number}.npy"
            archive.filelist.append(other)


def _one_large(path: Path) -> str:
    _packed(path, 12 << 10, 12 << 30)
    return "unpacks to 12,288 MiB, and 256 is the most"


def _many_of_one(path: Path) -> str:
    _packed(path, 16, 16 << 20, times=999)
    assert path.stat().st_size < 100_000
    return "unpacks to 15,984 MiB, and 256 is the most"


def _too_many(path: Path) -> str:
    _packed(path, 16, 0, times=1001)
    return "has more than 1000 arrays"


def _says_less(path: Path) -> str:
    _packed(path, 12 << 10, 1000)
    return "is damaged"


def _nested(path: Path) -> str:
    inner = path.with_name("inner.npz")
    _one_large(inner)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.npz")
    inner.unlink()
    return "is no array"


def _packed_otherwise(path: Path) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("rows.npy", _npy("(1,)"))
    return "is damaged"


ARCHIVES = (_one_large, _many_of_one, _too_many, _says_less, _nested, _packed_otherwise)


def test_an_archive_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(
    tmp_path: Path, tried: Tried
) -> None:
    paths = [tmp_path / f"{make.__name__}.npz" for make in ARCHIVES]
    wanted = [make(path) for make, path in zip(ARCHIVES, paths, strict=True)]
    for words, told in zip(wanted, _told(paths), strict=True):
        assert words in told
    tried("zip bomb", len(paths), note=f"refused in less than {MEGABYTES} MB of memory")


def _sparse(path: Path) -> str:
    path.touch()
    os.truncate(path, 1 << 30)
    return "has 1,024 MiB, and 256 is the most that is read"


def _pipe(path: Path) -> str:
    os.mkfifo(path)
    return "is a pipe or a device"


def _folder(path: Path) -> str:
    path.mkdir()
    return "Is a directory"


def test_what_is_too_large_or_no_file_is_refused(tmp_path: Path, tried: Tried) -> None:
    made = list(product((_sparse, _pipe, _folder), (".npy", ".npz", ".csv")))
    paths = [tmp_path / f"{make.__name__}{suffix}" for make, suffix in made]
    wanted = [make(path) for (make, _), path in zip(made, paths, strict=True)]
    for words, told in zip(wanted, _told(paths), strict=True):
        assert words in told
    tried("zip bomb", len(paths), note="files without an end too")


@pytest.mark.slow
@pytest.mark.parametrize("text", ["1,", "7", ",", "nan,", "x", "é", "0x1p-3,", "1\n"])
def test_a_line_without_an_end_is_read_or_refused_in_bounded_memory(
    tmp_path: Path, tried: Tried, text: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode() * (LARGEST // len(text.encode())))
    # Time goes with what is read: at most so many numbers as fit into as much memory.
    _told([path], megabytes=6 * LARGEST_MIB, seconds=100)
    tried("zip bomb", note=f"a line of {LARGEST_MIB} MiB in less than {6 * LARGEST_MIB} MB")


def test_python_itself_bounds_the_digits_of_a_whole_number() -> None:
    # As long as it does, a header cannot make it convert for hours.
    assert sys.get_int_max_str_digits() > 0
