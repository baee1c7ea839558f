"""Probabilities: rows of numbers from 0 to 1, as negentropy takes them."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.values import Wide, exp, finite, mix, wide


def softmax(scores: Wide) -> Wide:
    """Return the softmax of each row, good to a few ulps of binary64."""
    with np.errstate(over="ignore"):
        weights = exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def rounded_and_exact(fmt: Format, rng: np.random.Generator, shares: Wide) -> FloatArray:
    """Return rows of the format, half the shares rounded, half summing to exactly 1.

    Parameters
    ----------
    shares : ndarray of float64, shape (m, n)
        Numbers from 0 to 1.
    """
    total = shares.sum(axis=1, keepdims=True)
    normalised = shares / np.where(total > 0, total, 1.0)
    return mix(rng, finite(fmt, shares), on_simplex(fmt, rng, normalised))


def on_simplex(fmt: Format, rng: np.random.Generator, shares: Wide) -> FloatArray:
    """Return rows kᵢ/2**j that sum to exactly 1 and lie near the given shares.

    With j of at most p bits every kᵢ/2**j is a float of the format. What the shares lack
    of 1 after rounding down goes to the largest.

    Examples
    --------
    >>> from lse_verify.formats import BFLOAT16
    >>> p = on_simplex(BFLOAT16, np.random.default_rng(0), np.array([[0.3, 0.3, 0.4]]))
    >>> sum(float(v) for v in p[0])
    1.0
    """
    # A grid coarser than 1/(4n) would leave most of n like shares at 0.
    coarsest = min(shares.shape[1].bit_length() + 2, fmt.precision)
    bits = rng.integers(coarsest, fmt.precision, (len(shares), 1), endpoint=True)
    counts = np.ldexp(shares, bits).astype(np.int64)
    rest = (np.int64(1) << bits) - counts.sum(axis=1, keepdims=True)
    rows = np.arange(len(shares))
    counts[rows, shares.argmax(axis=1)] += rest[:, 0]
    return fmt.cast(np.ldexp(counts.astype(np.float64), -bits))


def patterns_below_one(rows: FloatArray) -> Wide:
    """Return the magnitudes of the entries, at most 1: probabilities of every size."""
    return np.asarray(np.minimum(np.abs(wide(rows)), 1.0))
