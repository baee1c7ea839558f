"""What another interpreter runs: ``serve_python.py MODULE:ATTRIBUTE [ARGUMENTS]``.

It serves that library; without ARGUMENTS, the kinds of those of each function as JSON, it
describes the library.

Run as a script, there, where this package is not installed: it finds the package's modules
beside itself, and of the folder that they are in nothing else, which may hold another release
of the library to be graded.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

_PACKAGE = Path(__file__).resolve().parents[2]


def _find_package() -> None:
    """Make ``lse_verify`` importable without its folder's neighbours."""
    spec = importlib.util.spec_from_file_location(
        "lse_verify", _PACKAGE / "__init__.py", submodule_search_locations=[str(_PACKAGE)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["lse_verify"] = package
    spec.loader.exec_module(package)


def _described(library: Any) -> dict[str, Any]:
    return {
        "version": library.version,
        "is_there": library.installed,
        "implementations": [
            {
                "name": i.name,
                "function": i.function,
                "formats": i.formats,
                "calls": i.calls,
                "composed": i.composed,
                "algorithm": i.algorithm,
                "n_terms": i.n_terms,
            }
            for i in library.implementations
        ],
    }


@dataclass
class _Server:
    """Answers requests for a library; a callable is loaded when first asked for."""

    library: Any
    arguments: dict[str, list[str]]
    calls: dict[tuple[str, str], Any] = field(default_factory=dict)

    def serve(self, requests: BinaryIO, answers: BinaryIO) -> None:
        """Answer until there are no more requests."""
        while line := requests.readline():
            answers.write(self._answer(line.decode().split(), requests))
            answers.flush()

    def _answer(self, words: list[str], requests: BinaryIO) -> bytes:
        import numpy as np

        from lse_verify.formats import FORMATS

        function, fmt, n_rows, n_terms, *variant = words
        dtype, shape = FORMATS[fmt].dtype, (int(n_rows), int(n_terms))
        body = bytearray(requests.read(shape[0] * shape[1] * dtype.itemsize))
        rows = np.frombuffer(body, dtype=dtype).reshape(shape)
        try:
            with np.errstate(all="ignore"):
                got = self._call(".".join([self.library.name, *variant]), function)(
                    *_arguments(self.arguments[function], rows)
                )
            if got.dtype != dtype:
                raise TypeError(f"returned {got.dtype}, not {dtype}")
        except (Exception, SystemExit) as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            return f"error {told[:1000]}\n".encode()
        answer: bytes = f"ok {got.size}\n".encode() + got.tobytes()
        return answer

    def _call(self, name: str, function: str) -> Any:
        key = name, function
        if key not in self.calls:
            offered = {(i.name, i.function): i for i in self.library.implementations}
            if key not in offered:
                raise LookupError(f"{name} computes no {function}")
            self.calls[key] = offered[key].load()
        return self.calls[key]


def _arguments(kinds: list[str], rows: Any) -> list[Any]:
    """Return the terms of rows as the arguments that they are, of the kinds of a function."""
    width = rows.shape[1] - (len(kinds) - kinds.count("row"))
    width //= max(kinds.count("row"), 1)
    arguments, place = [], 0
    for kind in kinds:
        if kind == "row":
            arguments.append(rows[:, place : place + width].copy())
            place += width
        else:
            column = rows[:, place].copy()
            arguments.append(column if kind == "value" else float(column[0]))
            place += 1
    return arguments


def main(entry: str, arguments: str) -> None:
    """Describe a library, or serve it on standard input and output."""
    requests = sys.stdin.buffer
    # What the library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _find_package()
    module, _, attribute = entry.partition(":")
    library = getattr(importlib.import_module(module), attribute)
    if not arguments:
        answers.write(json.dumps(_described(library)).encode())
        answers.close()
    else:
        _Server(library, json.loads(arguments)).serve(requests, answers)


if __name__ == "__main__":
    # Its own folder is not to be searched for modules.
    del sys.path[0]
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
