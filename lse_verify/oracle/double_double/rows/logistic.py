r"""The logistic function, relatively accurate beside each of 0, ½ and 1.

It is a head and a tail: 1 less w/(1 + w) with w = exp(−x) for x > 0, 0 and w/(1 + w) with
w = exp(x) for x < 0, and near 0 one half and ½·tanh(x/2), which is E/(2·(2 + E)) with
E = expm1(|x|) and the sign of x. So no head takes digits from its tail.

Relative errors of the tails, in units of u²:

- w/(1 + w) moves by less than w does, relatively; 1 + w is rounded, and the quotient.
- E/(2 + E) too, for E is not negative.
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
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.oracle.double_double.exponential import (
    EXP_RELATIVE,
    EXPM1_RELATIVE,
    Scaled,
    exp,
    expm1,
)
from lse_verify.oracle.double_double.rows.combine import (
    DROPPED_RADIUS,
    combine,
    empty_enclosures,
)
from lse_verify.oracle.double_double.rows.terms import FARTHEST
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

_NEAR = 0.5
"""|x| up to which the head is one half."""

_LEAST = 2.0**-900
"""|x| below which the radius says no more than that: on which side of ½ depends on the sign."""

_LEAST_RADIUS = 2.0**-890

_RELATIVE = max(EXP_RELATIVE, EXPM1_RELATIVE) + ADD_DOUBLE_RELATIVE + DIVIDE_RELATIVE


def logistic(x: Floats) -> EnclosureArray:
    """Enclose the logistic function of every number.

    Parameters
    ----------
    x : ndarray of float64, shape (m,)
        Any numbers.

    Returns
    -------
    EnclosureArray, shape (m,)
        Of infinite radius where x is not finite, and where the value is not seen: then the
        exponent is `NEGLIGIBLE_LOG2`.
    """
    found = empty_enclosures(x.size)
    _logistic_loop(x, _RELATIVE, *found.columns())
    return found


@inlined
def near_tail(size: float) -> Scaled:
    """Return ½·tanh(size/2) as (hi, lo, exponent), for 0 ≤ size ≤ `_NEAR`."""
    grown_hi, grown_lo, power = expm1(size, 0.0)
    scale = two_to_the(power)
    grown_hi, grown_lo = grown_hi * scale, grown_lo * scale
    total_hi, total_lo = add_double(grown_hi, grown_lo, 2.0)
    tail_hi, tail_lo = divide(grown_hi, grown_lo, total_hi, total_lo)
    return tail_hi, tail_lo, -1


@inlined
def far_tail(size: float) -> Scaled:
    """Return w/(1 + w), w = exp(−size), as (hi, lo, exponent), for 0 ≤ size ≤ `FARTHEST`.

    Powers below 2**-1022 count as that in 1 + w.
    """
    term_hi, term_lo, power = exp(-size, 0.0)
    scale = two_to_the(max(power, -1022))
    total_hi, total_lo = add_double(term_hi * scale, term_lo * scale, 1.0)
    tail_hi, tail_lo = divide(term_hi, term_lo, total_hi, total_lo)
    return tail_hi, tail_lo, power


@compiled_loop
def _logistic_loop(
    x: Floats, relative: float, hi: Floats, lo: Floats, radius: Floats, exponent: Integers
) -> None:
    for i in range(x.size):
        size = abs(x[i])
        is_near, is_seen, is_above = size <= _NEAR, size <= FARTHEST, x[i] > 0.0
        near_hi, near_lo, near_power = near_tail(size if is_near else 0.0)
        far_hi, far_lo, far_power = far_tail(size if is_seen else FARTHEST)
        sign = 1.0 if is_near == is_above else -1.0
        high, low, half_width, power = combine(
            0.5 if is_near else (1.0 if is_above else 0.0),
            0.0,
            0,
            sign * (near_hi if is_near else far_hi),
            sign * (near_lo if is_near else far_lo),
            near_power if is_near else far_power,
            relative,
        )
        is_tiny = (size < _LEAST) & (size > 0.0)
        is_negligible = (size > FARTHEST) & (size < np.inf) & (not is_above)
        is_unknown = is_negligible or not (size < np.inf)
        half_width = _LEAST_RADIUS if is_tiny else (half_width if is_seen else DROPPED_RADIUS)
        hi[i] = 0.5 if is_unknown else high
        lo[i] = 0.0 if is_unknown or is_tiny else low
        radius[i] = np.inf if is_unknown else half_width
        exponent[i] = NEGLIGIBLE_LOG2 if is_negligible else (0 if is_unknown else power)
