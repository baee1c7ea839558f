"""The textbook ways to sum exponentials and take the logarithm.

Every elementary operation is rounded to the format of its operands before the next one:
NumPy adds, subtracts, multiplies and divides binary32 and binary64 in the format, and
the narrower formats in binary32 with one rounding after each operation, which is the
correctly rounded result because 24 ≥ 2p + 2 for all of them. ``exp``, ``log`` and ``log1p`` of
the narrower formats are likewise those of binary32, rounded.

Special values are left to the algorithm as it is printed in books: where that gives the
NaN of ``inf - inf``, the audit is to find it.

References
----------
P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and
softmax functions", IMA J. Numer. Anal. 41(4), 2021: algorithms 3.1 (naive) and 3.2.
M. Milakov, N. Gimelshein, "Online normalizer calculation for softmax", 2018 (streaming).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.formats import FloatArray


def recursive_sum(terms: FloatArray) -> FloatArray:
    """Sum each row from left to right, every partial sum rounded to the dtype.

    Parameters
    ----------
    terms : ndarray, shape (m, n)
        The terms, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)

    Examples
    --------
    >>> recursive_sum(np.ones((1, 4096), dtype=np.float16)).tolist()
    [2048.0]
    """
    # Not np.sum, which adds in pairs and blocks; each partial sum of accumulate is an output
    # of its own and therefore rounded.
    partial_sums: FloatArray = np.add.accumulate(terms, axis=1)
    # Not the view: NumPy computes log1p of one by other code, with other bits, where its output is
    # what follows in memory.
    totals: FloatArray = partial_sums[:, -1].copy()
    return totals


def pairwise_sum(terms: FloatArray) -> FloatArray:
    """Sum each row over a binary tree of neighbours, an odd last term carried up.

    Parameters
    ----------
    terms : ndarray, shape (m, n)
        The terms, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)

    Examples
    --------
    >>> pairwise_sum(np.ones((1, 4096), dtype=np.float16)).tolist()
    [4096.0]
    """
    while terms.shape[1] > 1:
        even = terms.shape[1] // 2 * 2
        sums = terms[:, 0:even:2] + terms[:, 1:even:2]
        terms = np.concatenate([sums, terms[:, even:]], axis=1)
    return terms[:, 0]


@np.errstate(all="ignore")
def naive(x: FloatArray) -> FloatArray:
    """Return log Σ exp(xᵢ) of each row as it stands.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    total: FloatArray = np.log(recursive_sum(np.exp(x)))
    return total


@np.errstate(all="ignore")
def shifted(x: FloatArray) -> FloatArray:
    """Return max + log Σ exp(xᵢ − max) of each row, the sum over all terms.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    peak, scaled = peak_and_scaled(x)
    total: FloatArray = peak + np.log(recursive_sum(scaled))
    return total


@np.errstate(all="ignore")
def shifted_log1p(x: FloatArray) -> FloatArray:
    """Return max + log1p Σ' exp(xᵢ − max) of each row, the sum without the (first) maximum.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    peak, scaled = peak_and_scaled(x)
    # Adding zero is exact, so this leaves the maximum out.
    scaled[np.arange(len(x)), x.argmax(axis=1)] = 0
    total: FloatArray = peak + np.log1p(recursive_sum(scaled))
    return total


@np.errstate(all="ignore")
def pairwise(x: FloatArray) -> FloatArray:
    """Return max + log Σ exp(xᵢ − max) of each row, summed over a tree.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    peak, scaled = peak_and_scaled(x)
    total: FloatArray = peak + np.log(pairwise_sum(scaled))
    return total


@np.errstate(all="ignore")
def streaming(x: FloatArray) -> FloatArray:
    """Return the logsumexp of each row in one pass, keeping a running maximum.

    With the maximum m and the scaled sum s of the terms so far, a term x gives
    ``m' = max(m, x)`` and ``s' = s·exp(m − m') + exp(x − m')``; the end is ``m + log s``.

    Parameters
    ----------
    x : ndarray, shape (m, n)
        The rows, n ≥ 1.

    Returns
    -------
    ndarray, shape (m,)
    """
    peaks: FloatArray = np.maximum.accumulate(x, axis=1)
    factors: FloatArray = np.exp(peaks[:, :-1] - peaks[:, 1:])
    terms: FloatArray = np.exp(x[:, 1:] - peaks[:, 1:])
    total: FloatArray = peaks[:, -1] + np.log(_rescaled_sum(factors, terms))
    return total


def _rescaled_sum(factors: FloatArray, terms: FloatArray) -> FloatArray:
    """Return s of each row after ``s = s * factor + term`` for each column, from s = 1."""
    total: FloatArray = np.ones(len(terms), dtype=terms.dtype)
    start = 0
    for stop in _rescaling_columns(factors):
        total = _continue_sum(total, terms[:, start:stop])
        total = total * factors[:, stop] + terms[:, stop]
        start = stop + 1
    return _continue_sum(total, terms[:, start:])


def _rescaling_columns(factors: FloatArray) -> NDArray[np.intp]:
    """Return the columns where a row has a factor other than 1, which is exact to leave out."""
    return np.flatnonzero((factors != 1).any(axis=0))


def _continue_sum(total: FloatArray, terms: FloatArray) -> FloatArray:
    """Add the terms of each row to its total, from left to right."""
    if terms.shape[1] == 0:
        return total
    return recursive_sum(np.concatenate([total[:, None], terms], axis=1))


def peak_and_scaled(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return max of each row, shape (m,), and exp(x − max), shape (m, n)."""
    peak: FloatArray = x.max(axis=1)
    return peak, np.exp(x - peak[:, None])
