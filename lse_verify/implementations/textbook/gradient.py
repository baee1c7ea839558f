"""The textbook gradient of log_softmax's first entry, each operation rounded as in `sums`."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.textbook import softmax
from lse_verify.implementations.textbook.sums import peak_and_scaled, recursive_sum


@np.errstate(all="ignore")
def subtracted(x: FloatArray) -> FloatArray:
    """Return e₁ − s of each row, s its shifted softmax: what calculus says, word for word.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    found: FloatArray = -softmax.shifted(x)
    found[:, 0] += x.dtype.type(1)
    return found


@np.errstate(all="ignore")
def summed(x: FloatArray) -> FloatArray:
    """Return −s of each row, and in the first place the sum of the others over that of all.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    _, scaled = peak_and_scaled(x)
    total = recursive_sum(scaled)
    # Adding zero is exact, so this leaves the first one out.
    scaled[:, 0] = 0
    parts = -scaled
    parts[:, 0] = recursive_sum(scaled)
    found: FloatArray = parts / total[:, None]
    return found
