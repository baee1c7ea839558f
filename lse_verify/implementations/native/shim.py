"""Functions of compiled sources, called once for all rows of a block.

Each is ``const char* NAME_FORMAT(const T* rows, size_t m, size_t n, T* out)``: for m rows of n
numbers it writes m numbers, or m rows of n, and returns null or the words of an exception.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial

import numpy as np

from lse_verify.formats import FORMATS, FloatArray
from lse_verify.implementations.library import Call
from lse_verify.implementations.native.compilation import Source, loaded


class ShimError(Exception):
    """What the library threw, in its words."""


def load(source: Callable[[], Source], name: str, returns_row: bool) -> Call:
    """Compile a source, if it has not been, and return a function of it.

    Parameters
    ----------
    source : callable
        Finds what is to be compiled.
    name : str
        The first part of the function's name, before the format.
    returns_row : bool
        Whether it gives as many numbers as a row has.

    Returns
    -------
    callable
        Of one array of rows, or of one array a term, each of shape (m,).

    Raises
    ------
    ImplementationLoadError
        If it cannot be compiled.
    """
    return partial(_call, loaded(source()), name, returns_row)


def _call(shared: ctypes.CDLL, name: str, returns_row: bool, *arguments: FloatArray) -> FloatArray:
    rows = _rows(arguments)
    m, n = rows.shape
    fmt = next(fmt for fmt, known in FORMATS.items() if known.dtype == rows.dtype)
    function = getattr(shared, f"{name}_{fmt}")
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)
    function.restype = ctypes.c_char_p
    out = np.empty((m, n) if returns_row else m, dtype=rows.dtype)
    words = function(rows.ctypes.data, m, n, out.ctypes.data)
    if words is not None:
        raise ShimError(words.decode("utf-8", "replace"))
    return out


def _rows(arguments: tuple[FloatArray, ...]) -> FloatArray:
    """Return the terms of each row side by side, of the memory of the caller where they are so."""
    if len(arguments) > 1:
        return np.stack(arguments, axis=1)
    (given,) = arguments
    return np.ascontiguousarray(given if given.ndim == 2 else given[:, None])
