r"""The gradient of the first entry of log_softmax: all shares but the first turned, 1 added there.

The first is what the others have together, and is never taken from 1 where that would cancel.
With S the sum of all terms but the peak's, and T = 1 + S:

- where the first entry is the peak, S are the others', ties included: S/T
- where it is not, its share is at most ½, for the peak's term is the larger: 1 less that

Relative errors: S/T moves by less than S does, relatively; T is rounded, and the quotient. The
tail of the other is the share, within what `shares` says of it.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.arithmetic import (
    ADD_DOUBLE_RELATIVE,
    DIVIDE_RELATIVE,
    add_double,
    divide,
    two_to_the,
)
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import EXP_RELATIVE
from lse_verify.oracle.double_double.rows.combine import (
    DROPPED_RADIUS,
    UPWARD,
    combine,
    mantissa_exponent,
)
from lse_verify.oracle.double_double.rows.shares import shares_of
from lse_verify.oracle.double_double.rows.sums import UNSEEN_BASE, row_sums
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2


def log_softmax_gradient(x: Floats) -> EnclosureArray:
    """Enclose the gradient of the first entry of log_softmax at every row.

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows, n ≥ 1; an entry −∞ has the share 0.

    Returns
    -------
    EnclosureArray, shape (m·n,)
        Of infinite radius in rows whose peak is not finite, and where the result is not seen:
        then the exponent is `NEGLIGIBLE_LOG2`.
    """
    sums = row_sums(x)
    found = shares_of(x, sums)
    relative = sums.relative + ADD_DOUBLE_RELATIVE + DIVIDE_RELATIVE
    _gradients(
        x,
        sums.peak,
        sums.hi,
        sums.lo,
        sums.base,
        relative,
        (relative + EXP_RELATIVE) * UPWARD,
        *found.columns(),
    )
    return found


@compiled_loop
def _gradients(
    x: Floats,
    peak: Floats,
    sum_hi: Floats,
    sum_lo: Floats,
    base: Integers,
    relative: float,
    share_relative: float,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    """Turn shares into gradients, in place; powers below 2**-1022 count as that in T alone."""
    m, n = x.shape
    for r in range(m):
        first = r * n
        for i in range(first + 1, first + n):
            # Not −0: of an entry that counts for nothing it is no underflow.
            hi[i], lo[i] = 0.0 - hi[i], 0.0 - lo[i]
        is_unseen = radius[first] == np.inf
        high, low, half_width, power = combine(
            1.0,
            0.0,
            0,
            0.0 if is_unseen else -hi[first],
            0.0 if is_unseen else -lo[first],
            0 if is_unseen else exponent[first],
            share_relative,
        )
        half_width = DROPPED_RADIUS if is_unseen else half_width
        scale = two_to_the(max(base[r], -1022))
        all_hi, all_lo = add_double(sum_hi[r] * scale, sum_lo[r] * scale, 1.0)
        part_hi, part_lo = divide(sum_hi[r], sum_lo[r], all_hi, all_lo)
        mantissa, shift = mantissa_exponent(part_hi)
        is_peak, is_lost = x[r, 0] == peak[r], base[r] == UNSEEN_BASE
        is_nothing = mantissa == 0.0
        shift = 0 if is_nothing else shift
        rest_lo = part_lo * two_to_the(-shift)
        rest_radius = mantissa * relative * UPWARD
        rest_power = 0 if is_nothing else base[r] + shift
        hi[first] = (0.5 if is_lost else mantissa) if is_peak else high
        lo[first] = (0.0 if is_lost else rest_lo) if is_peak else low
        radius[first] = (np.inf if is_lost else rest_radius) if is_peak else half_width
        exponent[first] = (NEGLIGIBLE_LOG2 if is_lost else rest_power) if is_peak else power
        if not (abs(peak[r]) < np.inf):
            radius[first], exponent[first] = np.inf, 0
