"""Correctly rounded functions, each with a fault hidden in a corner, for the hunt to find."""

from __future__ import annotations

from typing import Any

import numpy as np

from lse_verify import correct
from lse_verify.formats import BINARY32

Array = Any

WINDOW = int(BINARY32.ordinals(np.array([3.3], dtype=np.float32))[0])
"""Of 2**16 floats in 2**32 softplus is wrong by about 84 ulps."""


def softplus_wrong_in_a_window(x: Array) -> Array:
    y = correct.softplus(x)
    place = BINARY32.ordinals(x) - WINDOW
    return np.where((place >= 0) & (place < 2**16), y * np.float32(1 + 1e-5), y)


def logaddexp_wrong_at_a_gap(a: Array, b: Array) -> Array:
    y = correct.logaddexp(a, b)
    gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return np.where((gap > 5.5) & (gap < 5.51), y * np.float32(1 + 1e-4), y)


def logsumexp_overflows_on_long_rows(x: Array) -> Array:
    y = correct.logsumexp(x, axis=-1)
    return np.full_like(y, np.inf) if x.shape[1] > 100 else y


def logsumexp_wrong_below_zero(x: Array) -> Array:
    y = correct.logsumexp(x, axis=-1)
    peak = x.max(axis=1).astype(np.float64)
    gap = peak - x.min(axis=1)
    return np.where((peak < 0) & (gap >= 30) & (gap <= 40), y * np.float32(1 + 1e-4), y)
