r"""Bregman: Σ q·(log q − log p), the Kullback-Leibler divergence, with an honest radius.

With x₀ = x′₀ = 0, q = softmax(x′), and δ = (x′ − peak′) − (x − peak) it is Σ qₖ·(δₖ − c), where
c is the difference of the logs that LSE adds to the peaks: where one entry has nearly all of both
shares, δ is 0 there and c keeps its digits, however small it is. The terms have both signs and
cancel where x and x′ are near; the radius counts what they were. So it is summed a second time, as
Σ qₖ·ψ(δₖ − c), whose terms do not (`excess`), and of the two the narrower is taken: the second says
nothing of rows with shares below 2⁻¹⁰⁰⁰ or differences beyond `MODERATE`.

Absolute errors, M = Σ |qₖ·(δₖ − c)|:

- c: `log_ratio` bounds it; it enters with weight Σ q = 1
- δₖ, whose two differences are exact in two floats each: 4u² of itself, and δₖ − c: 4u² of itself;
  weighted by qₖ
- qₖ: that of softmax, and the product 9u²: relative, of M
- ⌈log₂ n⌉ additions: 4u² each, of M

The same of the second, with M = Σ qₖ·ψ; but c enters by its square, and the error of δₖ − c times
|ψ′| = |expm1(c − δₖ)|.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.arithmetic import (
    ADD_RELATIVE,
    MULTIPLY_RELATIVE,
    add,
    multiply,
    two_sum,
    two_to_the,
)
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.rows.combine import UPWARD, empty_enclosures, mantissa_exponent
from lse_verify.oracle.double_double.rows.entropy import add_pairwise
from lse_verify.oracle.double_double.rows.excess import MODERATE, excess
from lse_verify.oracle.double_double.rows.log_ratio import log_ratios
from lse_verify.oracle.double_double.rows.shares import softmax
from lse_verify.oracle.double_double.rows.sums import row_sums
from lse_verify.oracle.double_double.rows.terms import FARTHEST
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

_LARGEST = 2.0**900
"""Rows with larger entries are not answered: nothing here overflows below it."""

_FLUSHED = 2.0**-900
"""More than what underflows in a row, logs below 2**-1022 for instance, which count as that."""

_FLUSHED_SHARE = 2.0**-1000
"""Shares below it are left out, times differences of at most 5 times the largest entry."""


def bregman(x: Floats, x2: Floats) -> EnclosureArray:
    """Enclose the divergence of every pair of rows.

    Parameters
    ----------
    x, x2 : ndarray of float64, shape (m, n)
        Rows, n ≥ 1, without the implied 0.

    Returns
    -------
    EnclosureArray, shape (m,)
        Of infinite radius where an entry is NaN or beyond 2**900, where the rows are equal, and
        where what they differ in is not seen: then the exponent is `NEGLIGIBLE_LOG2`.
    """
    first, second = (np.pad(rows, ((0, 0), (1, 0))) for rows in (x, x2))
    negligible = _negligible(first, second)
    largest = np.maximum(np.abs(first), np.abs(second)).max(axis=1)
    inside = np.asarray(largest <= _LARGEST)
    first[~inside], second[~inside] = 0.0, 0.0
    sums, sums2 = row_sums(first), row_sums(second)
    shares = softmax(second)
    n = first.shape[1]
    peaks, c = log_ratios(first, second, sums, sums2, shares)
    terms = np.empty((6, first.size))
    _terms(
        first.ravel(),
        second.ravel(),
        *shares.columns(),
        np.repeat(peaks[0], n),
        np.repeat(peaks[1], n),
        np.repeat(c[0], n),
        np.repeat(c[1], n),
        *terms,
    )
    table = terms.reshape(6, *first.shape)
    flushed = np.where(inside, _FLUSHED + largest * (8 * n * _FLUSHED_SHARE), np.inf)
    signed, same = _total(table[:3], c[2], flushed), _total(table[3:], c[2] ** 2, flushed)
    is_narrower = same.radius < signed.radius * np.ldexp(1.0, _shift(signed, same))
    for column, other in zip(signed.columns(), same.columns(), strict=True):
        column[is_narrower] = other[is_narrower]
    for column, value in zip(signed.columns(), (0.5, 0.0, np.inf, NEGLIGIBLE_LOG2), strict=True):
        column[negligible] = value
    return signed


def _negligible(x: Floats, x2: Floats) -> NDArray[np.bool_]:
    """Tell where rows differ, but in nothing that is seen: by less than 2**`NEGLIGIBLE_LOG2`.

    Less their peaks, all entries above −`FARTHEST` are the same in both. Those have e = −c, with
    c below n·exp(−`FARTHEST`), and the shares of the others are below that, times differences
    below 2¹⁰²⁶.
    """
    unseen = np.empty(len(x), dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):
        _compare(x, x2, unseen)
    return unseen


def _total(terms: Floats, shared: Floats, flushed: Floats) -> EnclosureArray:
    """Add up terms (hi, lo, error) of rows, with an error that they share."""
    hi, lo, errors = terms
    slack = MULTIPLY_RELATIVE + math.ceil(math.log2(hi.shape[1])) * ADD_RELATIVE
    bound = errors.sum(axis=1) + np.abs(hi).sum(axis=1) * slack + shared
    add_pairwise(hi, lo)
    found = empty_enclosures(len(hi))
    _finish(hi, lo, bound * UPWARD + flushed, *found.columns())
    return found


def _shift(first: EnclosureArray, second: EnclosureArray) -> NDArray[np.int32]:
    """Return how many powers of two the first is in units of the second."""
    apart = np.clip(first.exponent - second.exponent, -1000, 1000)
    return np.asarray(apart, dtype=np.int32)


@compiled_loop
def _compare(x: Floats, x2: Floats, unseen: NDArray[np.bool_]) -> None:
    m, n = x.shape
    for r in range(m):
        peak, peak2, is_finite = x[r, 0], x2[r, 0], True
        for k in range(n):
            peak, peak2 = max(peak, x[r, k]), max(peak2, x2[r, k])
            is_finite = is_finite and abs(x[r, k]) < np.inf and abs(x2[r, k]) < np.inf
        is_same, is_equal = True, True
        for k in range(n):
            high, low = two_sum(x[r, k], -peak)
            high2, low2 = two_sum(x2[r, k], -peak2)
            is_seen, is_seen2 = high > -FARTHEST, high2 > -FARTHEST
            is_apart = is_seen and (high != high2 or low != low2)
            is_same = is_same and is_seen == is_seen2 and not is_apart
            is_equal = is_equal and x[r, k] == x2[r, k]
        unseen[r] = is_finite and is_same and not is_equal


@compiled_loop
def _terms(
    x: Floats,
    x2: Floats,
    share_hi: Floats,
    share_lo: Floats,
    share_radius: Floats,
    share_exponent: Integers,
    peaks_hi: Floats,
    peaks_lo: Floats,
    c_hi: Floats,
    c_lo: Floats,
    hi: Floats,
    lo: Floats,
    error: Floats,
    same_hi: Floats,
    same_lo: Floats,
    same_error: Floats,
) -> None:
    for i in range(x.size):
        is_seen = share_exponent[i] > -1000
        scale = two_to_the(max(share_exponent[i], -1000))
        q_hi = share_hi[i] * scale if is_seen else 0.0
        q_lo = share_lo[i] * scale if is_seen else 0.0
        q_error = share_radius[i] * scale if is_seen else 0.0
        apart_hi, apart_lo = two_sum(x2[i], -x[i])
        apart_hi, apart_lo = add(apart_hi, apart_lo, -peaks_hi[i], -peaks_lo[i])
        excess_hi, excess_lo = add(apart_hi, apart_lo, -c_hi[i], -c_lo[i])
        hi[i], lo[i] = multiply(q_hi, q_lo, excess_hi, excess_lo)
        rounding = (abs(apart_hi) + abs(excess_hi)) * ADD_RELATIVE
        error[i] = abs(excess_hi) * q_error + q_hi * rounding
        is_moderate = is_seen & (abs(excess_hi) <= MODERATE)
        psi_hi, psi_lo, psi_error = excess(
            excess_hi if is_moderate else 0.0, excess_lo if is_moderate else 0.0
        )
        slope = abs(excess_hi) * (1.0 + abs(excess_hi)) if excess_hi > -1.0 else 2.0 * psi_hi + 4.0
        same_hi[i], same_lo[i] = multiply(q_hi, q_lo, psi_hi, psi_lo)
        far = psi_hi * q_error + q_hi * (psi_error + slope * rounding)
        same_error[i] = far if is_moderate else np.inf


@compiled_loop
def _finish(
    sum_hi: Floats,
    sum_lo: Floats,
    bound: Floats,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    for r in range(bound.size):
        is_known = (sum_hi[r, 0] > 0.0) & (bound[r] < np.inf)
        mantissa, power = mantissa_exponent(sum_hi[r, 0])
        hi[r] = mantissa if is_known else 0.5
        scale = two_to_the(-min(max(power, -1000), 1000))
        lo[r] = sum_lo[r, 0] * scale if is_known else 0.0
        radius[r] = bound[r] * scale if is_known and power > -1000 else np.inf
        exponent[r] = power if is_known else 0
