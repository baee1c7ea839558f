r"""c = LSE(x′) − LSE(x) less the peaks of both, to more than the logs have where it is small.

log1p(S′) − log1p(S) is off by what either log is, about 2⁻¹⁰⁰, however near the rows. With q the
softmax of x′ and e = δ − c, Σ q·exp(−e) is exp(c − c*), c* being the exact one; so with
ρ = Σ q·expm1(−e), c* = c − log1p(ρ), and the error of ρ is one of terms that are as small as e.

Absolute errors of c:

- at first: that of both logs, and 4u² of itself
- then: of ρ, with z = q·expm1(−e), that of softmax and of expm1, the product 9u², 4u² for each of
  ⌈log₂ n⌉ additions, all relative, of |z|; 4u² of |δ| and of |e|, weighted by q + |z|; and what
  underflows. log1p(ρ) is ρ − ρ²/2, off by |ρ|³ and what is rounded; and 4u² of c itself.
"""

from __future__ import annotations

import math

import numpy as np

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
from lse_verify.oracle.double_double.exponential import EXPM1_RELATIVE, expm1
from lse_verify.oracle.double_double.logarithm import LOG1P_RELATIVE, log1p
from lse_verify.oracle.double_double.rows.combine import UPWARD
from lse_verify.oracle.double_double.rows.entropy import add_pairwise
from lse_verify.oracle.double_double.rows.sums import RowSums

_REFINED = 2.0**-40
"""|ρ| and |e| up to which ρ refines c: beyond, c has digits enough."""

_UNDERFLOWN = 2.0**-1040


def log_ratios(
    x: Floats, x2: Floats, sums: RowSums, sums2: RowSums, shares: EnclosureArray
) -> tuple[Floats, Floats]:
    """Return the peaks' difference and c.

    Parameters
    ----------
    x, x2 : ndarray of float64, shape (m, n)
        Rows, with the implied 0.
    sums, sums2 : RowSums
        Of either.
    shares : EnclosureArray, shape (m·n,)
        The softmax of x2.

    Returns
    -------
    peaks : ndarray of float64, shape (2, m)
        The peak of x2 less that of x, exactly: hi and lo.
    c : ndarray of float64, shape (3, m)
        hi, lo and a bound of the absolute error.
    """
    m, n = x.shape
    c, peaks = np.empty((3, m)), np.empty((2, m))
    _log_ratio(*_parts(sums), sums.relative, *_parts(sums2), sums2.relative, c[0], c[1], c[2])
    _differences(sums.peak, sums2.peak, peaks[0], peaks[1])
    terms = np.empty((4, x.size))
    repeated = (np.repeat(row, n) for row in (peaks[0], peaks[1], c[0], c[1]))
    _residuals(x.ravel(), x2.ravel(), *shares.columns(), *repeated, *terms)
    hi, lo, errors, distance = terms.reshape(4, m, n)
    slack = MULTIPLY_RELATIVE + EXPM1_RELATIVE + math.ceil(math.log2(n)) * ADD_RELATIVE
    error = (errors.sum(axis=1) + np.abs(hi).sum(axis=1) * slack) * UPWARD + _UNDERFLOWN * n
    is_near = distance.max(axis=1) <= _REFINED
    add_pairwise(hi, lo)
    _refine(hi, lo, np.where(is_near, error, np.inf), c[0], c[1], c[2])
    return peaks, c


def _parts(sums: RowSums) -> tuple[Floats, Floats, Integers]:
    return sums.hi, sums.lo, sums.base


@compiled_loop
def _differences(x: Floats, x2: Floats, hi: Floats, lo: Floats) -> None:
    """Write x2 − x, exactly."""
    for i in range(x.size):
        hi[i], lo[i] = two_sum(x2[i], -x[i])


@compiled_loop
def _log_ratio(
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
    relative: float,
    sum2_hi: Floats,
    sum2_lo: Floats,
    base2: Integers,
    relative2: float,
    c_hi: Floats,
    c_lo: Floats,
    c_error: Floats,
) -> None:
    """Write c = log1p(sum2) − log1p(sum) and its absolute error."""
    for i in range(sum_hi.size):
        log_hi, log_lo, power = log1p(sum_hi[i], sum_lo[i], base[i])
        log2_hi, log2_lo, power2 = log1p(sum2_hi[i], sum2_lo[i], base2[i])
        scale, scale2 = two_to_the(max(power, -1022)), two_to_the(max(power2, -1022))
        log_hi, log_lo = log_hi * scale, log_lo * scale
        log2_hi, log2_lo = log2_hi * scale2, log2_lo * scale2
        c_hi[i], c_lo[i] = add(log2_hi, log2_lo, -log_hi, -log_lo)
        rounding = abs(c_hi[i]) * ADD_RELATIVE
        logs = log_hi * (relative + LOG1P_RELATIVE) + log2_hi * (relative2 + LOG1P_RELATIVE)
        c_error[i] = logs + rounding


@compiled_loop
def _residuals(
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
    distance: Floats,
) -> None:
    """Write z, what is absolute of its error, and |e|, infinite where the share is not seen."""
    for i in range(x.size):
        is_seen = share_exponent[i] > -1000
        scale = two_to_the(max(share_exponent[i], -1000))
        q_hi, q_lo = share_hi[i] * scale, share_lo[i] * scale
        apart_hi, apart_lo = two_sum(x2[i], -x[i])
        apart_hi, apart_lo = add(apart_hi, apart_lo, -peaks_hi[i], -peaks_lo[i])
        e_hi, e_lo = add(apart_hi, apart_lo, -c_hi[i], -c_lo[i])
        is_near = is_seen & (abs(e_hi) <= _REFINED)
        z_hi, z_lo, _ = expm1(-e_hi if is_near else 0.0, -e_lo if is_near else 0.0)
        hi[i], lo[i] = multiply(q_hi, q_lo, z_hi, z_lo)
        rounding = (abs(apart_hi) + abs(e_hi)) * ADD_RELATIVE
        error[i] = abs(z_hi) * (share_radius[i] * scale) + q_hi * (1.0 + abs(z_hi)) * rounding
        distance[i] = abs(e_hi) if is_near else np.inf


@compiled_loop
def _refine(
    rho_hi: Floats, rho_lo: Floats, rho_error: Floats, c_hi: Floats, c_lo: Floats, c_error: Floats
) -> None:
    """Take log1p(ρ) off c where that leaves a smaller error."""
    for r in range(c_hi.size):
        rho = rho_hi[r, 0]
        log_hi, log_lo = add(rho, rho_lo[r, 0], -0.5 * rho * rho, 0.0)
        high, low = add(c_hi[r], c_lo[r], -log_hi, -log_lo)
        lost = abs(rho) * rho * rho + 2.0**-52 * rho * rho
        error = rho_error[r] * 1.01 + lost * 1.01 + (abs(high) + abs(rho)) * ADD_RELATIVE
        is_smaller = error < c_error[r]
        c_hi[r] = high if is_smaller else c_hi[r]
        c_lo[r] = low if is_smaller else c_lo[r]
        c_error[r] = error if is_smaller else c_error[r]
