"""C functions of numbers, called for every row of arrays where they are, in a shared object.

The loop is compiled where there is a compiler; without one it is of Python, by ctypes: of the same
bits, and some fifty times slower, which shows in the speed of a report and nowhere else.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lse_verify.errors import ImplementationLoadError
from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call
from lse_verify.implementations.native import compilation

_DOUBLE = ctypes.c_double

_ARGUMENTS: dict[str, list[Any]] = {
    "values": [_DOUBLE],
    "pairs": [_DOUBLE, _DOUBLE],
    "rows": [ctypes.c_void_p, ctypes.c_int],
    "distribution": [_DOUBLE, _DOUBLE, _DOUBLE, ctypes.c_int, ctypes.c_int],
}
"""The arguments of a function of doubles, by the loop that it is for; each returns a double.

Those of R's distribution functions are a quantile, a location, a scale, whether it is the lower
tail, and whether the logarithm is wanted.
"""

_STANDARD = (0.0, 1.0, 1, 0)
"""Of the standard distribution the lower tail, and not its logarithm."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a shared object.

    Attributes
    ----------
    find : callable
        Returns where the object is.
    symbol : str
        The name that the function has there.
    loop : {"values", "pairs", "rows", "distribution"}
        What it takes: a number, two, a row and its length, or a number and which distribution's
        share below it is asked for.
    """

    find: Callable[[], Path | None]
    symbol: str
    loop: str

    def load(self) -> Call:
        """Return the function of arrays: of rows of shape (m, n), or of numbers of shape (m,).

        Raises
        ------
        ImplementationLoadError
            If there is no such object, or no such function in it.
        """
        found = self.find()
        if found is None:
            raise ImplementationLoadError(f"there is no shared object with '{self.symbol}'")
        try:
            function: Any = ctypes.CDLL(str(found))[self.symbol]
        except (OSError, AttributeError) as error:
            raise ImplementationLoadError(f"cannot load '{found.name}': {error}") from error
        function.argtypes, function.restype = _ARGUMENTS[self.loop], _DOUBLE
        return partial(self.looped(), function)

    def looped(self) -> Callable[..., FloatArray]:
        """Return the loop, compiled if it can be."""
        try:
            shared = compilation.loaded(compilation.Source(compilation.source("loops")))
        except ImplementationLoadError:
            return partial(one_by_one, self.loop)
        return partial(_compiled, shared[self.loop])


def _compiled(loop: Any, function: Any, *arguments: FloatArray) -> FloatArray:
    given = [np.ascontiguousarray(a) for a in arguments]
    out = np.empty(len(given[0]))
    loop.restype = None
    loop(
        ctypes.cast(function, ctypes.c_void_p),
        *(ctypes.c_void_p(a.ctypes.data) for a in given),
        *(ctypes.c_size_t(size) for size in given[0].shape),
        ctypes.c_void_p(out.ctypes.data),
    )
    return out


def one_by_one(loop: str, function: Any, *arguments: FloatArray) -> FloatArray:
    """Call a function for every row, by ctypes.

    Parameters
    ----------
    loop : str
        As of `Function`.
    function : callable
        Of ctypes.
    *arguments : ndarray
        Of binary64.
    """
    if loop == "rows":
        rows = np.ascontiguousarray(arguments[0])
        return np.array([function(row.ctypes.data, row.size) for row in rows], dtype=np.float64)
    more = _STANDARD if loop == "distribution" else ()
    columns = zip(*(a.tolist() for a in arguments), strict=True)
    return np.array([function(*point, *more) for point in columns], dtype=np.float64)
