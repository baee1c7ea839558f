"""The textbook forms of what is made from logsumexp, rounded as in `sums`.

A parameter is rounded to the format of the rows before it is used.
"""

from __future__ import annotations

import math

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.textbook import softmax, sums
from lse_verify.implementations.textbook.sums import recursive_sum


@np.errstate(all="ignore")
def logaddexp_naive(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return log(exp(a) + exp(b)), of shape (m,)."""
    total: FloatArray = np.log(np.exp(a) + np.exp(b))
    return total


@np.errstate(all="ignore")
def logaddexp_shifted(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return max + log1p(exp(min − max)), of shape (m,)."""
    peak: FloatArray = np.maximum(a, b)
    total: FloatArray = peak + np.log1p(np.exp(np.minimum(a, b) - peak))
    return total


@np.errstate(all="ignore")
def logaddexp2_naive(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return log2(exp2(a) + exp2(b)), of shape (m,)."""
    total: FloatArray = np.log2(np.exp2(a) + np.exp2(b))
    return total


@np.errstate(all="ignore")
def logaddexp2_shifted(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return max + log1p(exp2(min − max))/log(2), of shape (m,)."""
    peak: FloatArray = np.maximum(a, b)
    tail = np.log1p(np.exp2(np.minimum(a, b) - peak)) / a.dtype.type(math.log(2))
    total: FloatArray = peak + tail
    return total


@np.errstate(all="ignore")
def softplus_naive(x: FloatArray) -> FloatArray:
    """Return log(1 + exp(x)), of shape (m,)."""
    total: FloatArray = np.log(x.dtype.type(1) + np.exp(x))
    return total


@np.errstate(all="ignore")
def softplus_shifted(x: FloatArray) -> FloatArray:
    """Return max(x, 0) + log1p(exp(−abs(x))), of shape (m,)."""
    total: FloatArray = np.maximum(x, x.dtype.type(0)) + np.log1p(np.exp(-abs(x)))
    return total


@np.errstate(all="ignore")
def logistic_naive(x: FloatArray) -> FloatArray:
    """Return 1/(1 + exp(−x)), of shape (m,)."""
    one = x.dtype.type(1)
    share: FloatArray = one / (one + np.exp(-x))
    return share


@np.errstate(all="ignore")
def logistic_shifted(x: FloatArray) -> FloatArray:
    """Return exp(x)/(1 + exp(x)) below 0 and 1/(1 + exp(−x)) above, of shape (m,)."""
    one, decay = x.dtype.type(1), np.exp(-abs(x))
    share: FloatArray = np.where(x < 0, decay, one) / (one + decay)
    return share


def logsumexp0_shifted(x: FloatArray) -> FloatArray:
    """Return the shifted logsumexp of each row with a zero set before it: (m, n) to (m,)."""
    return sums.shifted_log1p(_with_zero(x))


@np.errstate(all="ignore")
def smoothmax_shifted(x: FloatArray, t: float) -> FloatArray:
    """Return the shifted logsumexp of t·x, over t, of each row: (m, n) to (m,)."""
    factor = x.dtype.type(t)
    extremum: FloatArray = sums.shifted_log1p(factor * x) / factor
    return extremum


@np.errstate(all="ignore")
def smoothmin_shifted(x: FloatArray, t: float) -> FloatArray:
    """Return minus the shifted logsumexp of −t·x, over t, of each row: (m, n) to (m,)."""
    return -smoothmax_shifted(-x, t)


@np.errstate(all="ignore")
def negentropy_naive(p: FloatArray) -> FloatArray:
    """Return Σ pᵢ log pᵢ of each row, 0 log 0 being 0 by definition: (m, n) to (m,)."""
    products: FloatArray = np.where(p == 0, p.dtype.type(0), p * np.log(p))
    return recursive_sum(products)


@np.errstate(all="ignore")
def bregman_shifted(x: FloatArray, x2: FloatArray) -> FloatArray:
    """Return F(x) − F(x′) − ⟨∇F(x′), x − x′⟩ for the shifted F = logsumexp0 and gradient.

    Parameters
    ----------
    x, x2 : ndarray, shape (m, n)
        The rows x and x′.

    Returns
    -------
    ndarray, shape (m,)
    """
    slope = softmax.shifted(_with_zero(x2))[:, 1:]
    return (logsumexp0_shifted(x) - logsumexp0_shifted(x2)) - recursive_sum(slope * (x - x2))


@np.errstate(all="ignore")
def binomial_cumulant_shifted(theta: FloatArray, trials: float) -> FloatArray:
    """Return N times the shifted softplus, of shape (m,)."""
    cumulant: FloatArray = theta.dtype.type(trials) * softplus_shifted(theta)
    return cumulant


@np.errstate(all="ignore")
def multinomial_cumulant_shifted(theta: FloatArray, trials: float) -> FloatArray:
    """Return N times the shifted logsumexp0 of each row: (m, n) to (m,)."""
    cumulant: FloatArray = theta.dtype.type(trials) * logsumexp0_shifted(theta)
    return cumulant


def _with_zero(x: FloatArray) -> FloatArray:
    """Set a zero before each row."""
    return np.concatenate([np.zeros((len(x), 1), dtype=x.dtype), x], axis=1)
