"""Calls of the command line, each in a process of its own that is forked with all imported.

As a script, which a `Caller` begins, it answers a line of JSON on standard input, an `Asked`, with
one on standard output: a `Call`. Whatever a call would leave to workers is done in its own
process if it is light; it ends there, as `BEGAN`, if it is not: what comes after is no matter of
the command line.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import pkgutil
import resource
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import msgspec
from furniture import furnish
from machine import within

import lse_verify
from lse_verify.cli import app
from lse_verify.execution.executors import Executor
from lse_verify.family import FUNCTIONS
from lse_verify.oracle.certify import certify
from lse_verify.oracle.double_double.rows.enclose import load_kernels
from lse_verify.proving.workers import Ended

SECONDS = 10.0
BEGAN = 77
"""The exit code where heavy work would begin."""

LIGHT = ("textbook", "numpy", "mine")
MOST_ITEMS, MOST_SAMPLES, MOST_EVALUATIONS = 8, 64, 3000


class Asked(msgspec.Struct, frozen=True):
    """What is called: arguments, and files that are put there before."""

    arguments: list[bytes]
    files: dict[str, bytes]


class Call(msgspec.Struct, frozen=True):
    """How a call ended.

    Attributes
    ----------
    code : int
        Its exit code, or -1 if it had not ended within `SECONDS`.
    out, err : str
        What it printed; what is no UTF-8 as escapes.
    seconds : float
        How long it took.
    left : list of str
        Files that it made, changed or removed.
    """

    code: int
    out: str
    err: str
    seconds: float
    left: list[str]


class Caller:
    """Has calls made in a folder that is furnished anew for each."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "80"},
        )

    def call(
        self, arguments: Sequence[bytes], files: Mapping[str, bytes] = MappingProxyType({})
    ) -> Call:
        """Make one; arguments are bytes, as systems give them, and files are there besides."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = msgspec.json.encode(Asked(list(arguments), dict(files)))
        self._process.stdin.write(said + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Call)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()


class Began(BaseException):
    """Work begins that is not light."""


class _LightExecutor(Executor):
    """Runs in this process what is light."""

    def __init__(self, jobs: int, scheduler: str | None, *rest: object) -> None:
        if scheduler is not None:
            raise Began

    def close(self) -> None:
        pass

    def run(
        self, task: Callable[[Any], Any], items: Iterable[Any], seconds: float | None = None
    ) -> Iterator[tuple[Any, Any]]:
        for number, item in enumerate(items):
            if number >= MOST_ITEMS or not _is_light(item):
                raise Began
            yield item, task(item)


def _is_light(item: Any) -> bool:
    """Tell whether a cell, a shard, a quest or a question is light; to seek witnesses is not."""
    return (
        hasattr(item, "implementation")
        and item.implementation.partition(".")[0] in LIGHT
        and getattr(item, "samples", 0) <= MOST_SAMPLES
        and getattr(item, "evaluations", 0) <= MOST_EVALUATIONS
        and (getattr(item, "n_terms", None) or 0) <= 1000
        and not (hasattr(item, "floor") and not item.format.startswith("float8"))
    )


def _began(*_: object, **__: object) -> NoReturn:
    raise Began


class _LightWorkers:
    """Reads the claims of files in this process; proofs are not light."""

    def __init__(self, jobs: int) -> None:
        self._files: dict[str, Callable[[], Any]] = {}

    def __enter__(self) -> _LightWorkers:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def give(
        self, name: str, task: Callable[..., Any], *arguments: Any, limit_s: float | None
    ) -> None:
        if task.__name__ != "_ids_in":
            raise Began
        self._files[name] = partial(task, *arguments)

    def ended(self) -> Iterator[Ended[Any]]:
        for name, read in self._files.items():
            yield Ended(name, read(), "")


def _prepare() -> None:
    """Import what calls need, and put what is light in the place of what is heavy."""
    for found in pkgutil.walk_packages(lse_verify.__path__, "lse_verify."):
        # Those of libraries are as heavy as the libraries, and a main module would run.
        if ".adapters." not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in _HAVE_WORKERS:
        _replace(f"lse_verify.{name}", "executor", _LightExecutor)
    _replace("lse_verify.bench.run", "bench", _began)
    _replace("lse_verify.proving.run", "Workers", _LightWorkers)
    # Kernels and derivations are kept from the first time on, and so is what Typer imports.
    load_kernels()
    with contextlib.redirect_stdout(io.StringIO()):
        for line in (["list"], ["truth", "0"], ["audit", "--jobs", "none"]):
            with contextlib.suppress(Exception):
                app(args=line, standalone_mode=False)
    for function in FUNCTIONS.values():
        certify(function, tuple(_POINTS[kind] for kind in function.arguments), 20)


_HAVE_WORKERS = ("audit.run", "audit.explain", "search.exhaust.run", "search.hunt.run")
_POINTS: dict[str, tuple[float, ...] | float] = {"row": (1.0, 2.0), "value": 1.0, "parameter": 1.0}


def _replace(module: str, name: str, by: object) -> None:
    assert hasattr(sys.modules[module], name)
    setattr(sys.modules[module], name, by)


def _serve(home: Path) -> None:
    _prepare()
    # Or each process would copy what it only looks through for garbage.
    gc.collect()
    gc.freeze()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for number, line in enumerate(sys.stdin.buffer):
        asked = msgspec.json.decode(line, type=Asked)
        # Deep, or a path out of it leads somewhere.
        place = home / str(number) / "out" / "of" / "here"
        answers.write(msgspec.json.encode(_call(place, asked)) + b"\n")
        answers.flush()
        # Some calls make folders deeper than rmtree can go.
        subprocess.run(["rm", "-rf", home / str(number)], check=True)


def _call(place: Path, asked: Asked) -> Call:
    furnish(place)
    for name, content in asked.files.items():
        (place / name).write_bytes(content)
    top = place.parents[2]
    before = _files(top)
    told = [os.open(top.with_name(f"{top.name}.{name}"), _ANEW, 0o600) for name in ("out", "err")]
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _be_called(place, asked.arguments, told)
    with os.fdopen(os.pidfd_open(pid)) as running:
        ready, _, _ = select.select([running], [], [], within(SECONDS))
    if not ready:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    seconds = time.monotonic() - begun
    out, err = map(_content, told)
    after = _files(top)
    left = sorted({ascii(name) for name, _ in before.items() ^ after.items()})
    code = os.waitstatus_to_exitcode(status) if ready else -1
    return Call(code, out, err, seconds, left)


_ANEW = os.O_RDWR | os.O_CREAT | os.O_TRUNC


def _content(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb") as file:  # a descriptor is no path
        return file.read().decode(errors="backslashreplace")


def _files(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    left = [folder]
    # Not by rglob, which cannot go as deep as some calls make folders.
    while left:
        for entry in os.scandir(left.pop()):
            # What is imported leaves its code, and folders change with what is in them.
            if entry.name == "__pycache__":
                continue
            at, is_folder = entry.stat(follow_symlinks=False), entry.is_dir(follow_symlinks=False)
            size, changed = (0, 0) if is_folder else (at.st_size, at.st_mtime_ns)
            found[entry.path.removeprefix(f"{folder}/")] = (at.st_mode, size, changed)
            left += [Path(entry)] if is_folder else []
    return found


def _be_called(place: Path, arguments: list[bytes], told: list[int]) -> NoReturn:
    """Be the process of a call."""
    code = 70
    try:
        os.setsid()
        os.chdir(place)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(told[0], 1)
        os.dup2(told[1], 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
        sys.argv = ["lse-verify", *map(os.fsdecode, arguments)]
        code = _ended()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended() -> int:
    from lse_verify.__main__ import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Began:
        return BEGAN
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
