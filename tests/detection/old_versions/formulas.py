"""What releases computed that cannot be installed any more: their own formulas, in NumPy.

Of torch of 2017 and 2018 and of jax of 2019 and 2020 there are no wheels for any Python that this
package runs in. Each function is named after a release that had the formula, as its source and
the issue in its tracker have it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


@np.errstate(all="ignore")
def log_softmax_of_torch_0_4_1(x: Array) -> Array:
    """pytorch#11752 and #38839: the maximum is added to the logarithm before x is taken away."""
    peak = x.max(axis=1, keepdims=True)
    return x - (peak + np.log(np.exp(x - peak).sum(axis=1, keepdims=True)))


@np.errstate(all="ignore")
def logsumexp_of_jax_0_1_49(x: Array) -> Array:
    """jax#1624, matrixStats#84, StatsFuns#22: the maximum is taken away although it is −∞."""
    peak = x.max(axis=1, initial=-np.inf)
    return np.log(np.exp(x - peak[:, None]).sum(axis=1)) + peak


@np.errstate(all="ignore")
def softplus_of_torch_0_1_12(x: Array) -> Array:
    """pytorch#1835: −log_sigmoid(−x), of which the exponential overflows."""
    return np.log(1 + np.exp(x))


@np.errstate(all="ignore")
def softplus_gradient_of_jax_0_1_58(x: Array) -> Array:
    """jax#2107: of max(x, 0) + log1p(exp(−|x|)), where |x| was taken to rise at 0."""
    slope_of_maximum = np.where(x == 0, 0.5, np.where(x > 0, 1.0, 0.0))
    slope_of_modulus = np.where(x >= 0, 1.0, -1.0)
    tail = np.exp(-np.abs(x))
    slope = slope_of_maximum - slope_of_modulus * (tail / (1 + tail))
    return np.where(np.isnan(x), x, slope).astype(x.dtype)
