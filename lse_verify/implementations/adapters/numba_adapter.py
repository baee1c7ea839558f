"""The library "numba": its own ``logaddexp`` and ``logaddexp2``, which compiled functions call.

Compiled with ``fastmath=True`` it was told that no NaN occurs, and what it makes of one is the
caller's own choice; elsewhere the bits were the same in all that was tried. Numba compiles no
``logaddexp.reduce``, and has no binary16 on the CPU.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import Any

import numpy as np

from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary32", "binary64")


@functools.cache
def _compiled(name: str, *, fastmath: bool) -> Call:
    """Compile a call of it, once a process."""
    import numba

    function = getattr(np, name)

    @numba.njit(fastmath=fastmath)  # type: ignore[untyped-decorator]
    def of_two(a: Any, b: Any) -> Any:
        return function(a, b)

    call: Call = of_two
    return call


def _implementation(name: str, *, fastmath: bool) -> Implementation:
    option = ", fastmath=True" if fastmath else ""
    return Implementation(
        "numba.fastmath" if fastmath else "numba",
        name,
        _FORMATS,
        partial(_compiled, name, fastmath=fastmath),
        f"numba.njit(lambda a, b: numpy.{name}(a, b){option})(a, b)",
        twin="numba" if fastmath else None,
    )


LIBRARY = Library(
    name="numba",
    module="numba",
    distribution="numba",
    install="pip install numba",
    implementations=tuple(
        _implementation(name, fastmath=fastmath)
        for name in ("logaddexp", "logaddexp2")
        for fastmath in (False, True)
    ),
)
