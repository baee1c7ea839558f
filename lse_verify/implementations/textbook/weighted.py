"""The textbook sums with weights, each operation rounded as in `sums`."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.textbook.sums import peak_and_scaled, recursive_sum


@np.errstate(all="ignore")
def naive(x: FloatArray, b: FloatArray) -> FloatArray:
    """Return log Σ bᵢ exp(xᵢ) of each row as it stands.

    Parameters
    ----------
    x, b : ndarray, shape (m, n)
        The rows and their weights, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    total: FloatArray = np.log(recursive_sum(b * np.exp(x)))
    return total


@np.errstate(all="ignore")
def shifted(x: FloatArray, b: FloatArray) -> FloatArray:
    """Return max + log Σ bᵢ exp(xᵢ − max) of each row.

    Parameters
    ----------
    x, b : ndarray, shape (m, n)
        The rows and their weights, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    peak, scaled = peak_and_scaled(x)
    total: FloatArray = peak + np.log(recursive_sum(b * scaled))
    return total
