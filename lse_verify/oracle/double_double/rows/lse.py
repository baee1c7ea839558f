"""Affine images of LogSumExp: head·peak + scale·log1p(the sum of the rest)."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from lse_verify.enclosure import EnclosureArray, Floats, split
from lse_verify.oracle.double_double.arithmetic import MULTIPLY_RELATIVE, multiply, two_prod
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.logarithm import LOG1P_RELATIVE, log1p
from lse_verify.oracle.double_double.rows.combine import (
    DROPPED_RADIUS,
    combine,
    empty_enclosures,
    mantissa_exponent,
)
from lse_verify.oracle.double_double.rows.sums import UNSEEN_BASE, RowSums, row_sums
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

_LOG_TWO_ABOVE = 0.7


def lse(entries: Floats, multiplier: Fraction, scale: Fraction) -> EnclosureArray:
    """Enclose ``scale · log Σ exp(multiplier · entries)`` of every row.

    Parameters
    ----------
    entries : ndarray of float64, shape (m, n)
        Rows, n ≥ 1. Entries that count for nothing (−∞, of the multiplier's sign) are left out.
    multiplier : Fraction
        A float, not 0.
    scale : Fraction
        1/multiplier, or a positive float where the multiplier is 1.

    Returns
    -------
    EnclosureArray, shape (m,)
        Of infinite radius where the row is special or the value is not seen: below
        2**`NEGLIGIBLE_LOG2` in magnitude, and then the exponent says so.
    """
    sign = 1.0 if multiplier > 0 else -1.0
    sums = row_sums(entries if sign > 0 else -entries, float(abs(multiplier)))
    head = float(abs(multiplier * scale))
    return _enclosed(sums, head, abs(scale), sign)


def _enclosed(sums: RowSums, head: float, scale: Fraction, sign: float) -> EnclosureArray:
    m = sums.peak.size
    found = empty_enclosures(m)
    head_mantissa, head_exponent = math.frexp(head)
    scale_hi, scale_lo, _, scale_exponent = split(scale)
    _finish(
        sums.peak,
        sums.hi,
        sums.lo,
        sums.base,
        sums.relative + LOG1P_RELATIVE + 2 * MULTIPLY_RELATIVE,
        sums.relative_of_exponent,
        head_mantissa,
        head_exponent,
        scale_hi,
        scale_lo,
        scale_exponent,
        sign,
        *found.columns(),
    )
    return found


@compiled_loop
def _finish(
    peak: Floats,
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
    relative: float,
    relative_of_exponent: float,
    head_mantissa: float,
    head_exponent: int,
    scale_hi: float,
    scale_lo: float,
    scale_exponent: int,
    sign: float,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    """Write the enclosures.

    log(1 + S) moves by no more than S does, relatively. The scale is within u² of itself and
    the product with it `MULTIPLY_RELATIVE`.
    """
    for i in range(peak.size):
        log_hi, log_lo, log_exponent = log1p(sum_hi[i], sum_lo[i], base[i])
        tail_hi, tail_lo = multiply(log_hi, log_lo, scale_hi, scale_lo)
        mantissa, peak_exponent = mantissa_exponent(peak[i])
        head_hi, head_lo = two_prod(mantissa, head_mantissa)
        high, low, half_width, power = combine(
            head_hi,
            head_lo,
            peak_exponent + head_exponent,
            tail_hi,
            tail_lo,
            log_exponent + scale_exponent,
            relative + relative_of_exponent * (_LOG_TWO_ABOVE * (1 - base[i])),
        )
        is_unseen = base[i] == UNSEEN_BASE
        is_negligible = is_unseen and high == 0.0
        is_unknown = is_negligible or not (abs(peak[i]) < np.inf)
        half_width = DROPPED_RADIUS if is_unseen else half_width
        hi[i] = sign * (0.5 if is_unknown else high)
        lo[i] = sign * (0.0 if is_unknown else low)
        radius[i] = np.inf if is_unknown else half_width
        exponent[i] = NEGLIGIBLE_LOG2 if is_negligible else (0 if is_unknown else power)
