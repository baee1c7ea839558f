r"""Truth at one pair of arguments, in plain binary64: y as a float and a tail that is enclosed.

Every output of two terms is y = base + tail with a base that is exact. So an error |got − y| is
|(got − base) − tail|, where the first difference is exact or far from the second: it is known
relative to itself, however small it is and however large y.

- the sum log(eᵃ + eᵇ): base = max, tail = log1p(t), t = exp(min − max)
- the share eᵃ/(eᵃ + eᵇ): 1 and −t/(1 + t) of the larger, 0 and t/(1 + t) of the smaller
- its logarithm: 0 and −log1p(t) of the larger, min − max and −log1p(t) of the smaller

Errors, relative, u = 2⁻⁵³; of numbers of a format no wider than binary32:

- min − max is rounded, so that t is off by at most u times that distance, 690 at most; below
  exp(−690) t counts as 0, which `LEFT_OUT` covers
- exp, `EXP_SINGLE_RELATIVE`; log1p of a t that is off by δ is off by δ at most, and by
  `LOG1P_DOUBLE_RELATIVE`; t/(1 + t) by δ and three roundings
- what is of second order is below 2⁻⁸⁰: one u more is counted for it
"""

from __future__ import annotations

import numpy as np

from lse_verify.oracle.double_double.arithmetic import two_sum
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.exponential import EXP_SINGLE_RELATIVE
from lse_verify.oracle.double_double.plain import LOG1P_DOUBLE_RELATIVE, log1p_double
from lse_verify.oracle.double_double.rows.narrow_sums import (
    FARTHEST_NARROW,
    LEFT_OUT,
    narrow_term,
)

_U = 2.0**-53
_LOG_RELATIVE = EXP_SINGLE_RELATIVE + LOG1P_DOUBLE_RELATIVE + _U
_SHARE_RELATIVE = EXP_SINGLE_RELATIVE + 4 * _U

Truth = tuple[float, float, float, float, float, float, bool]
"""(base, tail, half, least, most, slopes, unseen).

y = base + tail, the tail within `half`; least < y < most strictly; slopes is
Σ |argument · ∂y/∂argument|, so that κ = slopes/|y|; `unseen` says that t counted as 0.
"""


@inlined
def _distance(larger: float, smaller: float) -> float:
    return min(larger - smaller, FARTHEST_NARROW) * _U


@inlined
def sum_at(first: float, second: float) -> Truth:
    """Enclose log(e**first + e**second), for two finite numbers."""
    larger, smaller = max(first, second), min(first, second)
    t = narrow_term(smaller, larger)
    tail, _ = log1p_double(t, 0)
    half = tail * (_LOG_RELATIVE + _distance(larger, smaller)) + LEFT_OUT
    slopes = (abs(larger) + t * abs(smaller)) * (1.0 / (1.0 + t))
    return larger, tail, half, larger, np.inf, slopes, t == 0.0


@inlined
def share_at(own: float, other: float) -> Truth:
    """Enclose e**own/(e**own + e**other), for two finite numbers; of equal ones it is ½ exactly."""
    larger, smaller = max(own, other), min(own, other)
    t = narrow_term(smaller, larger)
    large = 1.0 / (1.0 + t)
    small = t * large
    # As numbers: of conditions LLVM makes branches here, and no vectors.
    above, below = (1.0 if own > other else 0.0), (1.0 if own < other else 0.0)
    half = small * (_SHARE_RELATIVE + _distance(larger, smaller)) + LEFT_OUT
    slopes = small * large * (abs(own) + abs(other))
    base, tail = 0.5 * (1.0 + above - below), small * (below - above)
    least, most = 0.5 * above, 1.0 - 0.5 * below
    return base, tail, half * (above + below), least, most, slopes, t == 0.0


@inlined
def log_share_at(own: float, other: float) -> Truth:
    """Enclose the logarithm of the share, for two finite numbers.

    own − max is kept with its rounding error, which may be larger than log1p(t); only if it
    lifts y above the rounded difference is that no limit, and 0 is.
    """
    larger, smaller = max(own, other), min(own, other)
    t = narrow_term(smaller, larger)
    tail, _ = log1p_double(t, 0)
    half = tail * (_LOG_RELATIVE + _distance(larger, smaller)) + LEFT_OUT
    base, error = two_sum(own, -larger)
    slopes = (1.0 if own < other else t) * (1.0 / (1.0 + t)) * (abs(own) + abs(other))
    most = base if error <= 0.0 else 0.0
    half = half if error == 0.0 else half + abs(error) * 2.0 * _U
    return base, error - tail, half, -np.inf, most, slopes, t == 0.0
