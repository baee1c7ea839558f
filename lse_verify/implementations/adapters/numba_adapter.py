"""The library "numba": its own ``numpy.logaddexp``, which is what a compiled function calls.

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
def _logaddexp(*, fastmath: bool) -> Call:
    """Compile it, once a process."""
    import numba

    @numba.njit(fastmath=fastmath)  # type: ignore[untyped-decorator]
    def logaddexp(a: Any, b: Any) -> Any:
        return np.logaddexp(a, b)

    call: Call = logaddexp
    return call


LIBRARY = Library(
    name="numba",
    module="numba",
    distribution="numba",
    install="pip install numba",
    implementations=(
        Implementation(
            "numba",
            "logaddexp",
            _FORMATS,
            partial(_logaddexp, fastmath=False),
            "numba.njit(lambda a, b: numpy.logaddexp(a, b))(a, b)",
        ),
        Implementation(
            "numba.fastmath",
            "logaddexp",
            _FORMATS,
            partial(_logaddexp, fastmath=True),
            "numba.njit(lambda a, b: numpy.logaddexp(a, b), fastmath=True)(a, b)",
            twin="numba",
        ),
    ),
)
