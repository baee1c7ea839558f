r"""Peak and sum of the rest in plain binary64, for rows of the narrower formats.

The structure of `sums`, with one float where that has two. Relative errors, u = 2⁻⁵³:

- x − peak is rounded, u; a term moves by that times its exponent, on average over the terms at
  most z₂ + log n, z₂ the least distance to the peak (`sums` derives it)
- exp: `EXP_SINGLE_RELATIVE`; a power of two is exact down to 2⁻¹⁰¹⁰
- u for every addition between a term and the whole: n − 1 in a short row; in a long one the
  columns of a tile, the number of tiles, and the number of lanes

Terms below exp(−`FARTHEST_NARROW`) are left out: no result of a narrower format sees them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.arithmetic import two_to_the
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.oracle.double_double.exponential import EXP_SINGLE_RELATIVE, exp_single
from lse_verify.oracle.double_double.rows.peaks import (
    LANES_OF_LONG,
    LONGEST_SHORT,
    TILE,
    find_peaks,
    lanes_of_short,
    load_part,
    load_rows,
)

FARTHEST_NARROW = 690.0
"""exp(−690) is 2**-995.5: far below any binary32, and of 2**30 terms still below 2**-965."""

LEFT_OUT = 2.0**-960
"""More than all terms of a row that are left out, absolutely."""

_U = 2.0**-53


@dataclass(frozen=True, slots=True)
class NarrowSums:
    """What a row comes to: its peak, and the sum of the other terms over the peak's.

    Attributes
    ----------
    peak : ndarray of float64, shape (m,)
        The largest entry; NaN if one is NaN.
    rest : ndarray of float64, shape (m,)
        Σ exp(x − peak) without the peak, within `relative` and `LEFT_OUT` of it.
    relative : ndarray of float64, shape (m,)
        Bound of the relative error.
    """

    peak: Floats
    rest: Floats
    relative: Floats


def narrow_sums(x: Floats) -> NarrowSums:
    """Return peak and sum of every row.

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows of numbers of a format no wider than binary32, n ≥ 1. −∞ counts for nothing; of a
        row whose peak is not finite, nothing is said but that.
    """
    m, n = x.shape
    peak, rest, nearest = np.empty(m), np.empty(m), np.empty(m)
    if n <= LONGEST_SHORT:
        _short(x, lanes_of_short(n), peak, rest, nearest)
        additions = n
    else:
        _long(x, LANES_OF_LONG, peak, rest, nearest)
        additions = TILE // LANES_OF_LONG + -(-n // TILE) + LANES_OF_LONG
    fixed = EXP_SINGLE_RELATIVE + (additions + math.log(n) + 2) * _U
    return NarrowSums(peak, rest, fixed + nearest * _U)


@inlined
def narrow_term(x: float, peak: float) -> float:
    """Return exp(x − peak), 0 where that is below exp(−`FARTHEST_NARROW`) or no number."""
    difference = x - peak
    is_seen = difference >= -FARTHEST_NARROW
    value, exponent = exp_single(difference if is_seen else 0.0)
    return value * two_to_the(exponent) if is_seen else 0.0


@compiled_loop
def _terms(tile: Floats, n_columns: int, peak: Floats, terms: Floats) -> None:
    n_lanes = peak.size
    for j in range(n_columns):
        for r in range(n_lanes):
            terms[j * n_lanes + r] = narrow_term(tile[j * n_lanes + r], peak[r])


@compiled_loop
def _add_lanes(n_columns: int, terms: Floats, total: Floats) -> None:
    n_lanes = total.size
    for r in range(n_lanes):
        total[r] = 0.0
    for j in range(n_columns):
        for r in range(n_lanes):
            total[r] += terms[j * n_lanes + r]


@compiled_loop
def _short(x: Floats, n_lanes: int, peak: Floats, rest: Floats, nearest: Floats) -> None:
    m, n = x.shape
    tile, terms, total = np.empty(n * n_lanes), np.empty(n * n_lanes), np.empty(n_lanes)
    top, second = np.empty(n_lanes), np.empty(n_lanes)
    for start in range(0, m, n_lanes):
        load_rows(x, start, tile, top, second)
        _terms(tile, n - 1, top, terms)
        _add_lanes(n - 1, terms, total)
        for r in range(min(n_lanes, m - start)):
            peak[start + r], rest[start + r] = top[r], total[r]
            nearest[start + r] = min(top[r] - second[r], FARTHEST_NARROW)


@compiled_loop
def _long(x: Floats, n_lanes: int, peak: Floats, rest: Floats, nearest: Floats) -> None:
    m, n = x.shape
    tile, terms = np.empty(TILE), np.empty(TILE)
    total, whole = np.empty(n_lanes), np.empty(n_lanes)
    top, second = np.empty(n_lanes), np.empty(n_lanes)
    for i in range(m):
        place = find_peaks(x[i], top, second)
        for r in range(n_lanes):
            whole[r] = 0.0
        for start in range(0, n, TILE):
            columns = load_part(x[i], start, place, n_lanes, tile)
            _terms(tile, columns, top, terms)
            _add_lanes(columns, terms, total)
            for r in range(n_lanes):
                whole[r] += total[r]
        for r in range(1, n_lanes):
            whole[0] += whole[r]
        peak[i], rest[i] = top[0], whole[0]
        nearest[i] = min(top[0] - second[0], FARTHEST_NARROW)
