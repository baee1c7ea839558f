"""The library "rmath": R's own functions as a C library, ``libRmath``, without R.

``plogis`` is the distribution function of the standard logistic distribution, which is the logistic
function. ``logspace_sum`` adds in the widest type of the compiler, 80 bits on x86.
"""

from __future__ import annotations

from pathlib import Path

from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import places
from lse_verify.implementations.native.loops import Function


def _shared() -> Path | None:
    return places.shared_object("libRmath.so.1")


def _presence() -> str | None:
    found = _shared()
    return None if found is None else places.packaged_version(found, "libRmath")


def _native(function: str, symbol: str, loop: str, calls: str) -> Implementation:
    load = Function(_shared, symbol, loop).load
    return Implementation("rmath", function, ("binary64",), load, calls)


LIBRARY = Library(
    name="rmath",
    install="apt-get install r-mathlib",
    language="C",
    presence=_presence,
    implementations=(
        _native("logaddexp", "logspace_add", "pairs", "logspace_add(a, b)"),
        _native("logsumexp", "logspace_sum", "rows", "logspace_sum(x, n)"),
        _native("softplus", "log1pexp", "values", "log1pexp(x)"),
        _native("logistic", "plogis", "distribution", "plogis(x, 0, 1, 1, 0)"),
    ),
)
