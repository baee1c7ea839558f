"""A folder with something of all that commands read, right and wrong."""

from __future__ import annotations

import io
import os
import zlib
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from small_commands import bugs

REPORTS = Path(__file__).parents[2] / "reports"

_MINE = """
import numpy as np

def logsumexp(x):
    return np.logaddexp.reduce(x, axis=1)

def softplus(x):
    return np.logaddexp(x, x.dtype.type(0))

def raises(x):
    raise ValueError("no")

number = 3
"""

_CLAIMS = """
from lse_verify.theory.claim import Claim
from lse_verify.theory.kernel import equal
from lse_verify.theory.statements import given, eq
from lse_verify.theory.vocabulary import a

CLAIMS = (Claim("holds", "a = a.", (given(then=eq(a, a)),), lambda: (equal(a, a),), ""),)
"""


def furnish(folder: Path) -> None:
    """Fill a new folder."""
    folder.mkdir(parents=True)
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "null").symlink_to(os.devnull)
    os.mkfifo(folder / "pipe")
    for suffix in ("npy", "csv", "jsonl", "json", "py"):
        os.mkfifo(folder / f"pipe.{suffix}")


@cache
def files() -> dict[str, bytes]:
    """Return what is in the folder, by name."""
    ledger = _few_lines(REPORTS / "libraries" / "r" / "ledger.jsonl")
    exhaustive = _few_lines(REPORTS / "exhaustive" / "softmax-scipy" / "ledger.jsonl")
    return {
        "mine.py": _MINE.encode(),
        "broken.py": b"import no_such_module_of_mine\n",
        "claims.py": _CLAIMS.encode(),
        "no_claims.py": b"CLAIMS = ()\n",
        "rows.npy": _npy(np.linspace(-3, 3, 12).reshape(6, 2)),
        "values.npy": _npy(np.linspace(-3, 3, 5, dtype=np.float32)),
        "cube.npy": _npy(np.zeros((2, 2, 2))),
        "rows.npz": _npz(),
        "rows.csv": b"a,b\n1,2\n0x1p-3,-4e1\n",
        "words.csv": b"1,2\n3,four\n",
        "ledger.jsonl": ledger,
        "exhaustive.jsonl": exhaustive,
        "torn.jsonl": ledger[:-5],
        "newer.jsonl": b'{"schema":99}\n',
        "words.jsonl": b"hello\n",
        "witnesses.jsonl": b"".join(_lines(REPORTS / "witnesses.jsonl")[:3]),
        "measurements.json": (REPORTS / "performance" / "measurements.json").read_bytes(),
        "comparison.json": _few_contests(REPORTS / "hunt" / "comparison.json"),
        "baseline.json": msgspec.json.encode(_BASELINE),
        "words.json": b"hello",
        "bugs/numpy.toml": bugs('print("1.85")').encode(),
        "empty": b"",
        "file": b"a regular file",
    }


_BASELINE = {
    "schema": 1,
    "command": "lse-verify check",
    "seed": 0,
    "samples": 20,
    "regimes": ["gap"],
    "versions": {},
    "machine": {},
    "records": [
        {
            "implementation": "textbook.naive",
            "function": "softplus",
            "format": "binary32",
            "verdict": "stable",
            "stability": 2.0,
            "outputs": 20,
            "correctly_rounded": 12,
            "largest_ulps": 3.5,
            "conditioned_ulps": 1.5,
            "faults": {"spurious NaN": 1},
        }
    ],
}


def _few_contests(path: Path) -> bytes:
    document = msgspec.json.decode(path.read_bytes())
    case = document["contests"][0]["case"]
    of_one = [contest for contest in document["contests"] if contest["case"] == case]
    return msgspec.json.encode(document | {"contests": of_one})


def _few_lines(path: Path) -> bytes:
    """Return a ledger of few lines of a larger one."""
    header, *lines = _lines(path)
    kept = lines[:3]
    bare = msgspec.json.encode(msgspec.json.decode(header) | {"cells": len(kept)})
    return b"".join([with_check(bare), *kept])


def with_check(line: bytes) -> bytes:
    """Return a line of JSON with the check that it should have, in the place of one that it has."""
    bare = line.rstrip(b"\n").removesuffix(b"}")
    bare = bare[: bare.rfind(b',"check":')] if b',"check":' in bare else bare
    return bare + b',"check":"%08x"}\n' % zlib.crc32(bare)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _npy(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, a=np.zeros((2, 3)), b=np.ones(4))
    return file.getvalue()
