r"""Negentropy: Σ p·log p, all of whose terms have one sign, so that no accuracy is lost.

Relative errors: `LOG_RELATIVE` (near 1 too), 4u² for the product with p, and 4u² for each of
⌈log₂ n⌉ additions between a term and the whole (`add_pairwise`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.arithmetic import (
    ADD_RELATIVE,
    MULTIPLY_DOUBLE_RELATIVE,
    add,
    multiply_double,
    two_to_the,
)
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.logarithm import LOG_RELATIVE, log
from lse_verify.oracle.double_double.rows.combine import UPWARD, empty_enclosures, mantissa_exponent

Flags = NDArray[np.bool_]

_LEAST = 2.0**-900
"""Below it the low part of a product may underflow, and the row is not answered."""


def negentropy(p: Floats) -> EnclosureArray:
    """Enclose Σ p·log p of every row.

    Parameters
    ----------
    p : ndarray of float64, shape (m, n)
        Rows of n ≥ 1 entries from 0 to 1; zeros count for nothing.

    Returns
    -------
    EnclosureArray, shape (m,)
        Of infinite radius where an entry is outside [0, 1], NaN, or positive below 2**-900.
    """
    terms = np.empty((2, p.size))
    known = np.empty(p.size, dtype=np.bool_)
    _terms(p.ravel(), terms[0], terms[1], known)
    found = empty_enclosures(len(p))
    additions = math.ceil(math.log2(p.shape[1]))
    relative = LOG_RELATIVE + MULTIPLY_DOUBLE_RELATIVE + additions * ADD_RELATIVE
    hi, lo = terms.reshape(2, *p.shape)
    add_pairwise(hi, lo)
    _finish(hi, lo, np.asarray(known.reshape(p.shape).all(axis=1)), relative, *found.columns())
    return found


@compiled_loop
def _terms(p: Floats, hi: Floats, lo: Floats, known: Flags) -> None:
    for i in range(p.size):
        is_inside = (p[i] >= _LEAST) & (p[i] <= 1.0)
        log_hi, log_lo = log(p[i] if is_inside else 1.0, 0.0)
        hi[i], lo[i] = multiply_double(log_hi, log_lo, p[i] if is_inside else 1.0)
        known[i] = is_inside | (p[i] == 0.0)


@compiled_loop
def add_pairwise(hi: Floats, lo: Floats) -> None:
    """Leave the sum of every row in its first place: each addition within `ADD_RELATIVE`.

    A term takes part in ⌈log₂ n⌉ additions, so the error is at most that many times 4u² of the
    sum of magnitudes.
    """
    m, n = hi.shape
    for r in range(m):
        width = n
        while width > 1:
            half = (width + 1) // 2
            for j in range(width - half):
                hi[r, j], lo[r, j] = add(hi[r, j], lo[r, j], hi[r, half + j], lo[r, half + j])
            width = half


@compiled_loop
def _finish(
    sum_hi: Floats,
    sum_lo: Floats,
    known: Flags,
    relative: float,
    hi: Floats,
    lo: Floats,
    radius: Floats,
    exponent: Integers,
) -> None:
    for r in range(known.size):
        mantissa, power = mantissa_exponent(sum_hi[r, 0])
        is_zero = mantissa == 0.0
        power = 0 if is_zero else power
        hi[r] = mantissa if known[r] else 0.5
        lo[r] = sum_lo[r, 0] * two_to_the(-power) if known[r] else 0.0
        radius[r] = abs(mantissa) * relative * UPWARD if known[r] else np.inf
        exponent[r] = power if known[r] else 0
