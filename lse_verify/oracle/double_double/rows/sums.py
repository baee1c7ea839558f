r"""The peak of every row and the sum of its other terms: Σ exp(t·(x − peak)), the peak left out.

Short rows are taken side by side, one a lane; a long one in lanes of its own, a tile at a
time. The sum is scaled by the exponent of its largest term, so that it loses nothing however
far that is below the peak.

The relative error of a sum (`terms` for what enters):

- 2⁻¹⁰¹ for exp, 2⁻⁹⁹⁰ for what is left out, of up to 2³⁰ terms
- 3u² for every addition between a term and the whole: n − 1 in a short row; in a long one
  the columns of a tile, the number of tiles, and the number of lanes
- with a factor t that is no power of two, 4u²·Σ w·z/Σ w. The terms w = exp(−z) are a Gibbs
  distribution, in which the mean of z − z₂ (z₂ the least of them, hence its term the largest) is
  its entropy less the log of a sum that is at least 1: at most log n. So 4u²·(z₂ + log n).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.arithmetic import MULTIPLY_DOUBLE_RELATIVE
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import EXP_RELATIVE
from lse_verify.oracle.double_double.rows.peaks import (
    LANES_OF_LONG,
    LONGEST_SHORT,
    TILE,
    find_peaks,
    lanes_of_short,
    load_part,
    load_rows,
)
from lse_verify.oracle.double_double.rows.terms import (
    ABSORB_RELATIVE,
    FARTHEST,
    LEFT_OUT_RELATIVE,
    absorb,
    absorb_lanes,
    differences,
    exponent_of_exp,
    exponentials,
    factor_parts,
)

UNSEEN_BASE = -(2**20)
"""For a row whose other terms are all below exp(−FARTHEST): there is a sum, unknown."""


@dataclass(frozen=True, slots=True)
class RowSums:
    """What a row comes to: its peak, and (hi + lo)·2**base for the rest.

    Attributes
    ----------
    peak : ndarray of float64, shape (m,)
        The largest entry; NaN if one is NaN.
    hi, lo : ndarray of float64, shape (m,)
        The sum of the others' terms, a normal double-double; 0 if there are none, or none seen.
    base : ndarray of int64, shape (m,)
        The exponent of the largest of them; `UNSEEN_BASE` where there are some but none seen.
    relative : float
        Bound of the relative error of every sum, but for what `relative_of_exponent` adds.
    relative_of_exponent : float
        To be multiplied by the least distance t·(peak − x) and added; 0 where t is exact.
    """

    peak: Floats
    hi: Floats
    lo: Floats
    base: Integers
    relative: float
    relative_of_exponent: float


def row_sums(x: Floats, factor: float = 1.0) -> RowSums:
    """Return peak and sum of every row.

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows, n ≥ 1. Entries of −∞ count for nothing; of a row whose peak is not finite, nothing
        is said but that.
    factor : float
        Positive and finite: *t*.

    Examples
    --------
    >>> found = row_sums(np.array([[0.0, -1000.0]]))
    >>> float(found.hi[0]).hex(), int(found.base[0])
    ('0x1.3c4219e418954p+0', -1443)
    """
    m, n = x.shape
    sums = np.zeros((3, m))
    base = np.zeros(m, dtype=np.int64)
    parts = factor_parts(factor)
    if n <= LONGEST_SHORT:
        _short(x, lanes_of_short(n), *parts, sums[0], sums[1], sums[2], base)
        additions = n
    else:
        _long(x, LANES_OF_LONG, *parts, sums[0], sums[1], sums[2], base)
        additions = TILE // LANES_OF_LONG + -(-n // TILE) + LANES_OF_LONG
    rounding = MULTIPLY_DOUBLE_RELATIVE if parts.mantissa != 1.0 else 0.0
    relative = EXP_RELATIVE + LEFT_OUT_RELATIVE + ABSORB_RELATIVE * additions
    return RowSums(
        sums[0], sums[1], sums[2], base, relative + rounding * (math.log(n) + 1), rounding
    )


@compiled_loop
def _short(
    x: Floats,
    n_lanes: int,
    shrink: float,
    power: float,
    mantissa: float,
    peak: Floats,
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
) -> None:
    m, n = x.shape
    size = n * n_lanes
    tile, d_hi, d_lo = np.empty(size), np.empty(size), np.empty(size)
    hi, lo, exponent = np.empty(size), np.empty(size), np.empty(size, np.int64)
    top, second, lane_base = np.empty(n_lanes), np.empty(n_lanes), np.empty(n_lanes, np.int64)
    lane_hi, lane_lo = np.empty(n_lanes), np.empty(n_lanes)
    for start in range(0, m, n_lanes):
        load_rows(x, start, tile, top, second)
        differences(second, 1, top, shrink, power, mantissa, d_hi, d_lo)
        for r in range(n_lanes):
            lane_base[r] = exponent_of_exp(d_hi[r]) if d_hi[r] >= -FARTHEST else 0
            lane_hi[r], lane_lo[r] = 0.0, 0.0
        differences(tile, n - 1, top, shrink, power, mantissa, d_hi, d_lo)
        exponentials((n - 1) * n_lanes, d_hi, d_lo, hi, lo, exponent)
        absorb_lanes(n - 1, lane_base, hi, lo, exponent, lane_hi, lane_lo)
        for r in range(min(n_lanes, m - start)):
            is_unseen = (lane_hi[r] == 0.0) & (second[r] > -np.inf)
            peak[start + r], base[start + r] = top[r], UNSEEN_BASE if is_unseen else lane_base[r]
            sum_hi[start + r], sum_lo[start + r] = lane_hi[r], lane_lo[r]


@compiled_loop
def _long(
    x: Floats,
    n_lanes: int,
    shrink: float,
    power: float,
    mantissa: float,
    peak: Floats,
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
) -> None:
    m, n = x.shape
    tile, d_hi, d_lo = np.empty(TILE), np.empty(TILE), np.empty(TILE)
    hi, lo, exponent = np.empty(TILE), np.empty(TILE), np.empty(TILE, np.int64)
    top, second, lane_base = np.empty(n_lanes), np.empty(n_lanes), np.empty(n_lanes, np.int64)
    lane_hi, lane_lo = np.empty(n_lanes), np.empty(n_lanes)
    row_hi, row_lo = np.empty(n_lanes), np.empty(n_lanes)
    for i in range(m):
        place = find_peaks(x[i], top, second)
        differences(second, 1, top, shrink, power, mantissa, d_hi, d_lo)
        for r in range(n_lanes):
            lane_base[r] = exponent_of_exp(d_hi[r]) if d_hi[r] >= -FARTHEST else 0
            row_hi[r], row_lo[r] = 0.0, 0.0
        for start in range(0, n, TILE):
            columns = load_part(x[i], start, place, n_lanes, tile)
            for r in range(n_lanes):
                lane_hi[r], lane_lo[r] = 0.0, 0.0
            differences(tile, columns, top, shrink, power, mantissa, d_hi, d_lo)
            exponentials(columns * n_lanes, d_hi, d_lo, hi, lo, exponent)
            absorb_lanes(columns, lane_base, hi, lo, exponent, lane_hi, lane_lo)
            for r in range(n_lanes):
                row_hi[r], row_lo[r] = absorb(row_hi[r], row_lo[r], lane_hi[r], lane_lo[r])
        for r in range(1, n_lanes):
            row_hi[0], row_lo[0] = absorb(row_hi[0], row_lo[0], row_hi[r], row_lo[r])
        is_unseen = (row_hi[0] == 0.0) & (second[0] > -np.inf)
        peak[i], base[i] = top[0], UNSEEN_BASE if is_unseen else lane_base[0]
        sum_hi[i], sum_lo[i] = row_hi[0], row_lo[0]
