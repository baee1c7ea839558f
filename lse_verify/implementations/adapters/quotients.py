"""Rows as quotients, to call a function within an expression that a compiler may fuse with it.

``softmax(x / c)`` is asked for rows y by giving it x with fl(x / c) = y, so that y is the input
whose truth is known. The divisor c is just above ½: of every float y but those in the last 1 of
128 of a binade there is such an x. Its reciprocal is no float, so that a compiler that multiplies
by that changes the quotient.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.formats import FORMATS, FloatArray

DIVISOR = 0.5 + 2.0**-8
DIVISIBLE = tuple(name for name, fmt in FORMATS.items() if fmt.precision >= 8)
"""The formats that hold the divisor."""

MOST_ALONE = 500
"""Rows of a block that are asked one by one, which takes a library some 0.1 ms each."""


def dividends_of(rows: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return x with fl(x / `DIVISOR`) = rows, and where there is such an x.

    Parameters
    ----------
    rows : ndarray, shape (m, n)
        In one of the formats `DIVISIBLE`.

    Returns
    -------
    dividends : ndarray, shape (m, n)
    reached : ndarray of bool, shape (m,)
        Whether all quotients of a row are its entries.

    Examples
    --------
    >>> dividends_of(np.array([[1.0, -3.0]]))[0].tolist()
    [[0.50390625, -1.51171875]]
    """
    fmt = next(fmt for fmt in FORMATS.values() if fmt.dtype == rows.dtype)
    divisor = np.asarray(DIVISOR, dtype=rows.dtype)
    is_finite = np.isfinite(rows)
    finite = np.where(is_finite, rows, np.zeros_like(rows))
    with np.errstate(under="ignore"):
        nearest = finite * divisor
        found = nearest
        for candidate in (fmt.next_up(nearest), -fmt.next_up(-nearest), nearest):
            found = np.where(candidate / divisor == finite, candidate, found)
        is_there = found / divisor == finite
    return np.where(is_finite, found, rows), np.asarray(is_there.all(axis=1))
