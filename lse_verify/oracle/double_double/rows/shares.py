r"""Softmax and log_softmax: every term over the total, and every difference less its log.

With S the sum of all terms but the peak's, T = 1 + S. An entry's share is w/T; that of the peak
is 1/T, or where S ≤ 1 and so little is lost the other way round, 1 − S/T: near 1 it is the
distance from 1 that has to be accurate. log_softmax is (x − peak) − log1p(S), both of one sign.

Relative errors: S as `sums` says; T that and 3u²; a quotient `DIVIDE_RELATIVE`, w `EXP_RELATIVE`.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.arithmetic import (
    ADD_DOUBLE_RELATIVE,
    DIVIDE_RELATIVE,
    add_double,
    divide,
    two_sum,
    two_to_the,
)
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import EXP_RELATIVE, exp
from lse_verify.oracle.double_double.logarithm import LOG1P_RELATIVE, log1p
from lse_verify.oracle.double_double.rows.combine import (
    DROPPED_RADIUS,
    UPWARD,
    combine,
    empty_enclosures,
    mantissa_exponent,
)
from lse_verify.oracle.double_double.rows.sums import UNSEEN_BASE, RowSums, row_sums
from lse_verify.oracle.double_double.rows.terms import FARTHEST, UNSEEN
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

_SHRINK = 2.0**-4
"""The difference of two floats, of sixteenths, does not overflow."""

_SHRUNK_RADIUS = 2.0**-890
"""More than what a sixteenth of a subnormal loses, 2**-1070: a result d + log(1 + … + e**-d) with
d > 0 is above log 2. So much more that nobody takes the centre for the difference (`combine`)."""


def softmax(x: Floats) -> EnclosureArray:
    """Enclose the softmax of every row.

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows, n ≥ 1; the share of an entry −∞ is 0.

    Returns
    -------
    EnclosureArray, shape (m·n,)
        Of infinite radius in rows whose peak is not finite, and where the share is not seen:
        then the exponent is `NEGLIGIBLE_LOG2`.
    """
    return shares_of(x, row_sums(x))


def shares_of(x: Floats, sums: RowSums) -> EnclosureArray:
    """Enclose the softmax of rows whose sums are known; as `softmax`."""
    relative = sums.relative + ADD_DOUBLE_RELATIVE + DIVIDE_RELATIVE
    n = x.shape[1]
    found, peaks = empty_enclosures(x.size), empty_enclosures(len(x))
    total = np.empty((2, len(x)))
    _peak_shares(sums, relative, total, peaks)
    _shares(
        x.ravel(),
        np.repeat(sums.peak, n),
        np.repeat(total[0], n),
        np.repeat(total[1], n),
        (relative + EXP_RELATIVE) * UPWARD,
        *found.columns(),
    )
    _place_peaks(x, sums.peak, *peaks.columns(), *found.columns())
    return found


def log_softmax(x: Floats) -> EnclosureArray:
    """Enclose the log_softmax of every row; as `softmax`, and −∞ of an entry −∞, with radius 0.

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows, n ≥ 1.
    """
    sums = row_sums(x)
    n = x.shape[1]
    logs, power = np.empty((2, len(x))), np.empty(len(x), dtype=np.int64)
    _logs(sums.hi, sums.lo, sums.base, logs[0], logs[1], power)
    found = empty_enclosures(x.size)
    _log_shares(
        x.ravel(),
        np.repeat(sums.peak, n),
        np.repeat(logs[0], n),
        np.repeat(logs[1], n),
        np.repeat(power, n),
        sums.relative + LOG1P_RELATIVE,
        *found.columns(),
    )
    return found


def _peak_shares(sums: RowSums, relative: float, total: Floats, peaks: EnclosureArray) -> None:
    _peak_loop(sums.hi, sums.lo, sums.base, relative, total[0], total[1], *peaks.columns())


@compiled_loop
def _peak_loop(
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
    relative: float,
    total_hi: Floats,
    total_lo: Floats,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    """Write T, and the share of the peak; powers below 2**-1022 count as that in T alone."""
    for i in range(base.size):
        scale = two_to_the(max(base[i], -1022))
        rest_hi, rest_lo = sum_hi[i] * scale, sum_lo[i] * scale
        all_hi, all_lo = add_double(rest_hi, rest_lo, 1.0)
        total_hi[i], total_lo[i] = all_hi, all_lo
        is_near_one = rest_hi <= 1.0
        part_hi, part_lo = divide(
            sum_hi[i] if is_near_one else 1.0, sum_lo[i] if is_near_one else 0.0, all_hi, all_lo
        )
        high, low, half_width, power = combine(
            1.0 if is_near_one else 0.0,
            0.0,
            0,
            -part_hi if is_near_one else part_hi,
            -part_lo if is_near_one else part_lo,
            base[i] if is_near_one else 0,
            relative,
        )
        hi[i], lo[i], exponent[i] = high, low, power
        radius[i] = DROPPED_RADIUS if base[i] == UNSEEN_BASE else half_width


@compiled_loop
def _shares(
    x: Floats,
    peak: Floats,
    total_hi: Floats,
    total_lo: Floats,
    relative: float,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    for i in range(x.size):
        high, low = two_sum(x[i], -peak[i])
        is_seen = high > -FARTHEST
        term_hi, term_lo, power = exp(high if is_seen else UNSEEN, low if is_seen else 0.0)
        share_hi, share_lo = divide(term_hi, term_lo, total_hi[i], total_lo[i])
        mantissa, shift = mantissa_exponent(share_hi)
        is_nothing = x[i] == -np.inf
        is_known = is_seen or is_nothing
        is_ordinary = abs(peak[i]) < np.inf
        hi[i] = 0.0 if is_nothing and is_ordinary else (mantissa if is_known else 0.5)
        lo[i] = share_lo * two_to_the(-shift) if is_seen else 0.0
        width = 0.0 if is_nothing else (mantissa * relative if is_seen else np.inf)
        radius[i] = width if is_ordinary else np.inf
        seen_power = power + shift if is_seen else (0 if is_nothing else NEGLIGIBLE_LOG2)
        exponent[i] = seen_power if is_ordinary else 0


@compiled_loop
def _place_peaks(
    x: Floats,
    peak: Floats,
    peak_hi: Floats,
    peak_lo: Floats,
    peak_radius: Floats,
    peak_exponent: Integers,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    m, n = x.shape
    for r in range(m):
        if abs(peak[r]) < np.inf:
            for j in range(n):
                if x[r, j] == peak[r]:
                    i = r * n + j
                    hi[i], lo[i] = peak_hi[r], peak_lo[r]
                    radius[i], exponent[i] = peak_radius[r], peak_exponent[r]


@compiled_loop
def _logs(
    sum_hi: Floats, sum_lo: Floats, base: Integers, hi: Floats, lo: Floats, exponent: Integers
) -> None:
    for i in range(base.size):
        hi[i], lo[i], power = log1p(sum_hi[i], sum_lo[i], base[i])
        exponent[i] = UNSEEN_BASE if base[i] == UNSEEN_BASE else power


@compiled_loop
def _log_shares(
    x: Floats,
    peak: Floats,
    log_hi: Floats,
    log_lo: Floats,
    log_exponent: Integers,
    relative: float,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    for i in range(x.size):
        head_hi, head_lo = two_sum(x[i] * _SHRINK, -(peak[i] * _SHRINK))
        high, low, half_width, power = combine(
            head_hi, head_lo, 4, -log_hi[i], -log_lo[i], log_exponent[i], relative
        )
        is_unseen = log_exponent[i] == UNSEEN_BASE
        is_negligible = is_unseen and head_hi == 0.0
        is_unknown = is_negligible or not (abs(head_hi) < np.inf)
        half_width += DROPPED_RADIUS if is_unseen else 0.0
        is_whole = (x[i] * _SHRINK) * 16.0 == x[i] and (peak[i] * _SHRINK) * 16.0 == peak[i]
        half_width += 0.0 if is_whole or x[i] == peak[i] else _SHRUNK_RADIUS
        is_nothing = (x[i] == -np.inf) & (abs(peak[i]) < np.inf)
        hi[i] = -np.inf if is_nothing else (-0.5 if is_unknown else high)
        lo[i] = 0.0 if is_unknown else low
        radius[i] = 0.0 if is_nothing else (np.inf if is_unknown else half_width)
        exponent[i] = NEGLIGIBLE_LOG2 if is_negligible else (0 if is_unknown else power)
