r"""Enclosures rounded to binary64 in a few operations, where that is easily decided.

hi is the nearest float of hi + lo unless lo is half a unit of it, so it is also that of all
that is within the radius, if lo and radius together are less than that half: 2⁻⁵⁴ for
½ < hi < 1, and 2⁻⁵⁵ at hi = ½, where the floats below are twice as dense. Results that are
subnormal, or so close to a midpoint, are left to `EnclosureArray.rounded`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.rows.combine import times_two_to_the
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

Flags = NDArray[np.bool_]


def round_to_binary64(found: EnclosureArray) -> tuple[Floats, Flags]:
    """Round to nearest even, where a look at hi and lo decides.

    Parameters
    ----------
    found : EnclosureArray
        What the kernels of this package found: a negligible value has the sign of hi.

    Returns
    -------
    values : ndarray of float64
        The correct rounding, meaningless where undecided.
    decided : ndarray of bool
        Whether it is.
    """
    values, decided = np.empty(len(found)), np.empty(len(found), dtype=np.bool_)
    _round_loop(*found.columns(), values, decided)
    return values, decided


@compiled_loop
def _round_loop(
    hi: Floats, lo: Floats, radius: Floats, exponent: Integers, values: Floats, decided: Flags
) -> None:
    for i in range(hi.size):
        half = 2.0**-55 if abs(hi[i]) == 0.5 else 2.0**-54
        # A sum of two such is rounded by less than the hundredth that is kept free.
        is_clear = (abs(lo[i]) + radius[i]) < 0.99 * half
        is_exact_zero = (hi[i] == 0.0) & (radius[i] == 0.0)
        is_normal = (exponent[i] >= -1021) & (exponent[i] <= 1024)
        is_negligible = (radius[i] == np.inf) & (exponent[i] == NEGLIGIBLE_LOG2)
        power = exponent[i] if is_normal else 0
        nearest = times_two_to_the(hi[i], power)
        values[i] = hi[i] * 0.0 if is_negligible else nearest
        decided[i] = (is_clear & is_normal & (hi[i] != 0.0)) | is_exact_zero | is_negligible
