"""A registered library elsewhere: in another Python, or on a device.

``LIBRARY@PATH/TO/python`` is another interpreter, so that releases that cannot live in one
environment stand beside each other in one report. It needs Python 3.10 or later, NumPy,
ml_dtypes and the library, not this package: the adapter's own module runs there too, behind the
foreign protocol. ``LIBRARY@cuda`` is this interpreter in a process of its own, so that what a
library does on the CPU and what it does there do not meet; the adapter's module has a second
library ``CUDA`` for it.
"""

from __future__ import annotations

import functools
import importlib
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import msgspec

from lse_verify.errors import ImplementationLoadError, UsageError
from lse_verify.family import FUNCTIONS
from lse_verify.implementations.foreign.child import Program
from lse_verify.implementations.foreign.command import caller
from lse_verify.implementations.library import Implementation, Library

_SERVER = Path(__file__).with_name("serve_python.py")
_PATIENCE_S = 120.0


class _Offered(msgspec.Struct):
    """An implementation as the other interpreter describes it."""

    name: str
    function: str
    formats: list[str]
    calls: str
    composed: bool
    algorithm: str | None
    n_terms: list[int] | None


class _Described(msgspec.Struct):
    """What the other interpreter says of the library."""

    version: str
    is_there: bool
    implementations: list[_Offered]


DEVICES = ("cuda",)


def library(here: Library, entry: str, place: str, base: Path) -> Library:
    """Return a library as another interpreter has it, or as it is on a device.

    Where there is no such device its `error` says so, and what it would offer is skipped.

    Parameters
    ----------
    here : Library
        As it is registered here.
    entry : str
        Its entry point, ``module:attribute``.
    place : str
        The interpreter, as the user typed it, or one of `DEVICES`.
    base : Path
        The folder that its path starts from.

    Raises
    ------
    ImplementationLoadError
        If the interpreter cannot be run, or the library is not there.
    UsageError
        If the library cannot be called on the device.
    """
    if place in DEVICES:
        described = (sys.executable, str(_SERVER), _on_device(here, entry, place))
    else:
        described = (_python(place, base), str(_SERVER), entry)
    told = _described(here.name, place, described)
    if not told.is_there and place not in DEVICES:
        raise ImplementationLoadError(
            f"'{here.name}' is not installed for '{place}'; there, {here.install}"
        )
    kinds = {function.name: function.arguments for function in FUNCTIONS.values()}
    program = Program((*described, json.dumps(kinds)))
    return Library(
        name=f"{here.name}@{place}",
        implementations=tuple(_there(i, place, program) for i in told.implementations),
        kind=here.kind,
        language=here.language,
        presence=partial(str, told.version),
        error="" if told.is_there else f"{here.name} finds no {place} device here",
    )


def _on_device(here: Library, entry: str, device: str) -> str:
    module, _, _ = entry.partition(":")
    if not hasattr(importlib.import_module(module), device.upper()):
        raise UsageError(f"'{here.name}' cannot be called on '{device}'; leave out the device")
    return f"{module}:{device.upper()}"


def _python(python: str, base: Path) -> str:
    # Not resolved: a virtual environment is known by the link in it.
    path = base.absolute() / Path(python).expanduser()
    if not path.is_file():
        raise ImplementationLoadError(
            f"there is no interpreter '{python}'; give the path of a python, "
            "for example --python old/bin/python"
        )
    return str(path)


@functools.cache
def _described(name: str, python: str, command: tuple[str, ...]) -> _Described:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return msgspec.json.decode(done.stdout, type=_Described)
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        words = lines[-1] if lines else f"exit code {error.returncode}"
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError) as error:
        words = " ".join(str(error).split())
    raise ImplementationLoadError(
        f"'{name}' cannot be loaded by '{python}': {words}; "
        "it needs NumPy, ml_dtypes and the library itself"
    )


def _there(offered: _Offered, place: str, program: Program) -> Implementation:
    variant = offered.name.partition(".")[2]
    return Implementation(
        name=f"{offered.name}@{place}",
        function=offered.function,
        formats=tuple(offered.formats),
        load=partial(caller, program, offered.function, variant),
        calls=offered.calls,
        composed=offered.composed,
        algorithm=offered.algorithm,
        n_terms=None if offered.n_terms is None else tuple(offered.n_terms),
    )
