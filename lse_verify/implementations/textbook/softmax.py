"""The textbook softmax and log_softmax, each operation rounded as in `sums`.

References
----------
P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and
softmax functions", IMA J. Numer. Anal. 41(4), 2021: algorithms 3.1, 3.2 and section 4.
"""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.textbook import sums
from lse_verify.implementations.textbook.sums import peak_and_scaled, recursive_sum


@np.errstate(all="ignore")
def naive(x: FloatArray) -> FloatArray:
    """Return exp(xᵢ)/Σ exp(xⱼ) of each row as it stands.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    return _normalised(np.exp(x))


@np.errstate(all="ignore")
def shifted(x: FloatArray) -> FloatArray:
    """Return exp(xᵢ − max)/Σ exp(xⱼ − max) of each row.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    _, scaled = peak_and_scaled(x)
    return _normalised(scaled)


@np.errstate(all="ignore")
def division_free_naive(x: FloatArray) -> FloatArray:
    """Return exp(xᵢ − ŷ) of each row, ŷ its naive logsumexp.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    weights: FloatArray = np.exp(x - sums.naive(x)[:, None])
    return weights


@np.errstate(all="ignore")
def division_free_shifted(x: FloatArray) -> FloatArray:
    """Return exp(xᵢ − ŷ) of each row, ŷ its logsumexp with the maximum left out of the sum.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    weights: FloatArray = np.exp(x - sums.shifted_log1p(x)[:, None])
    return weights


@np.errstate(all="ignore")
def log_naive(x: FloatArray) -> FloatArray:
    """Return xᵢ − log Σ exp(xⱼ) of each row.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    logs: FloatArray = x - sums.naive(x)[:, None]
    return logs


@np.errstate(all="ignore")
def log_shifted(x: FloatArray) -> FloatArray:
    """Return (xᵢ − max) − log Σ exp(xⱼ − max) of each row.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m, n)
    """
    peak, scaled = peak_and_scaled(x)
    logs: FloatArray = (x - peak[:, None]) - np.log(recursive_sum(scaled))[:, None]
    return logs


def _normalised(weights: FloatArray) -> FloatArray:
    """Divide each row by its sum."""
    shares: FloatArray = weights / recursive_sum(weights)[:, None]
    return shares
