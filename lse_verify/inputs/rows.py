"""Rows of ordinary size: scores, ties, offsets, orders, and every bit pattern."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.values import (
    LN2,
    Shape,
    Wide,
    between,
    finite,
    log,
    mix,
    nearby,
    signs,
    wide,
)

WIDTHS = (0.1, 1.0, 3.0, 10.0, 100.0)


def gaussian(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return normal entries about 0, each row with a width of `WIDTHS`."""
    return finite(fmt, _scores(rng, shape))


def _scores(rng: np.random.Generator, shape: Shape) -> Wide:
    widths = rng.choice(WIDTHS, (shape[0], 1))
    return np.asarray(widths * rng.standard_normal(shape))


def bit_patterns(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return finite floats of the format, all equally likely."""
    return between(fmt, rng, -fmt.largest, fmt.largest, shape)


def ties(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows with two maxima, with all entries equal, and with all one ulp apart."""
    scores = gaussian(fmt, rng, shape)
    peaks = np.broadcast_to(scores.max(axis=1, keepdims=True), shape)
    twice = scores.copy()
    places = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)[:, :2]
    np.put_along_axis(twice, places, peaks[:, : places.shape[1]], axis=1)
    return mix(rng, twice, peaks, nearby(fmt, rng, peaks.copy(), 1))


def offset(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return scores plus an offset from 8 to 2**(p + 3), which leaves little or no fraction."""
    size = between(fmt, rng, 8.0, 2.0 ** (fmt.precision + 3), (shape[0], 1))
    widths = rng.choice((1.0, 3.0), (shape[0], 1))
    return finite(fmt, signs(rng, (shape[0], 1)) * wide(size) + widths * rng.standard_normal(shape))


def ordered(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows in orders that summation minds.

    Ascending, descending, low and high by turns, rising to the middle, and small terms
    each below the unit roundoff of a large one that stands last or first.
    """
    rising = np.sort(_scores(rng, shape), axis=1)
    turns = np.empty_like(rising)
    turns[:, 0::2] = rising[:, : turns[:, 0::2].shape[1]]
    turns[:, 1::2] = rising[:, ::-1][:, : turns[:, 1::2].shape[1]]
    hill = np.concatenate([rising[:, 0::2], rising[:, 1::2][:, ::-1]], axis=1)
    last = -fmt.precision * LN2 - np.abs(rng.standard_normal(shape))
    last[:, -1] = 0.0
    return finite(fmt, mix(rng, rising, rising[:, ::-1], turns, hill, last, last[:, ::-1]))


def many(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows for long sums, by turns: zeros, few values, stagnating, −log n, distinct.

    A stagnating row has one 0 in front of terms that a sum from left to right loses one by
    one. Rows of more than 4096 terms have at most 64 distinct entries: the last two kinds
    are for shorter ones. Those of more than a million are of that one kind.
    """
    m, n = shape
    makers = [_zeros, _few_values, _stagnating]
    if n <= 4096:
        makers += [_uniform_law, _distinct]
    if n > 10**6:
        makers = [_stagnating]
    return finite(fmt, np.stack([makers[i % len(makers)](fmt, rng, n) for i in range(m)]))


def _zeros(fmt: Format, rng: np.random.Generator, n: int) -> Wide:
    return np.zeros(n)


def _uniform_law(fmt: Format, rng: np.random.Generator, n: int) -> Wide:
    return np.full(n, -log(np.array(float(n))))


def _few_values(fmt: Format, rng: np.random.Generator, n: int) -> Wide:
    values = 2.0 * rng.standard_normal(rng.integers(2, 64, endpoint=True))
    return np.asarray(rng.choice(values, n))


def _stagnating(fmt: Format, rng: np.random.Generator, n: int) -> Wide:
    row = np.full(n, -(fmt.precision + rng.random()) * LN2)
    row[0] = 0.0
    return row


def _distinct(fmt: Format, rng: np.random.Generator, n: int) -> Wide:
    return 3.0 * rng.standard_normal(n)
