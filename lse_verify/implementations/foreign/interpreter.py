"""A registered library in another Python: ``LIBRARY@PATH/TO/python``.

So that releases that cannot live in one environment stand beside each other in one report. The
other interpreter needs Python 3.10 or later, NumPy, ml_dtypes and the library, not this package:
the adapter's own module runs there too, behind the foreign protocol.
"""

from __future__ import annotations

import functools
import json
import subprocess
from functools import partial
from pathlib import Path

import msgspec

from lse_verify.errors import ImplementationLoadError
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
    implementations: list[_Offered]


def library(here: Library, entry: str, python: str, base: Path) -> Library:
    """Return a library as another interpreter has it.

    Parameters
    ----------
    here : Library
        As it is registered here.
    entry : str
        Its entry point, ``module:attribute``.
    python : str
        The interpreter, as the user typed it.
    base : Path
        The folder that its path starts from.

    Raises
    ------
    ImplementationLoadError
        If the interpreter cannot be run, or the library is not there.
    """
    described = (_python(python, base), str(_SERVER), entry)
    told = _described(here.name, python, described)
    kinds = {function.name: function.arguments for function in FUNCTIONS.values()}
    program = Program((*described, json.dumps(kinds)))
    name = f"{here.name}@{python}"
    return Library(
        name=name,
        implementations=tuple(_there(i, python, program) for i in told.implementations),
        kind=here.kind,
        language=here.language,
        presence=partial(str, told.version),
    )


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


def _there(offered: _Offered, python: str, program: Program) -> Implementation:
    variant = offered.name.partition(".")[2]
    return Implementation(
        name=f"{offered.name}@{python}",
        function=offered.function,
        formats=tuple(offered.formats),
        load=partial(caller, program, offered.function, variant),
        calls=offered.calls,
        composed=offered.composed,
        algorithm=offered.algorithm,
        n_terms=None if offered.n_terms is None else tuple(offered.n_terms),
    )
