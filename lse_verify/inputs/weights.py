"""Weights for the terms of a sum: of one sign, of both, none at all, and some nearly cancelling."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.values import Shape, between, exp, finite, mix, signs, wide

_OCTAVES = 6
"""Weights are from 2**−6 to 2**6 in size, which every format has."""


def weights_of(fmt: Format, rng: np.random.Generator, rows: FloatArray) -> FloatArray:
    """Return weights for the entries of rows, a kind a row.

    All 1; positive; of either sign; negative for one entry alone; of either sign and 0 for half
    of the entries.
    """
    shape = rows.shape[0], rows.shape[1]
    sizes = _sizes(fmt, rng, shape)
    signed = finite(fmt, wide(sizes) * signs(rng, shape))
    one_negative = sizes.copy()
    lines = np.arange(shape[0])
    places = rng.integers(0, shape[1], shape[0])
    one_negative[lines, places] = -one_negative[lines, places]
    sparse = np.where(rng.integers(0, 2, shape) == 0, signed, np.zeros_like(signed))
    return mix(rng, np.ones_like(sizes), sizes, signed, one_negative, sparse)


def _sizes(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    return between(fmt, rng, 2.0**-_OCTAVES, 2.0**_OCTAVES, shape)


def opposed(
    function: str, fmt: Format, rng: np.random.Generator, samples: int
) -> tuple[Block, ...]:
    """Return blocks of rows whose terms of either sign leave little of one another."""
    return tuple(_opposed(fmt, rng, ((samples // 4) | 1, n)) for n in (2, 10))


def _opposed(fmt: Format, rng: np.random.Generator, shape: Shape) -> Block:
    """Return rows with the weight of one entry solved for.

    What is left is from a half of the others' sum to as little of it as the format tells, and in
    one row of four it is negative.
    """
    m, n = shape
    rows = finite(fmt, rng.choice((0.3, 1.0, 3.0), (m, 1)) * rng.standard_normal(shape))
    weights = wide(_sizes(fmt, rng, shape)) * signs(rng, shape)
    terms = exp(wide(rows) - wide(rows).max(axis=1, keepdims=True))
    lines, places = np.arange(m), rng.integers(0, n, m)
    others = weights * terms
    others[lines, places] = 0.0
    total = others.sum(axis=1)
    left = np.ldexp(1.0, -rng.integers(1, fmt.precision + 1, m))
    left = np.where(rng.random(m) < 0.25, -left, left)
    weights[lines, places] = -(total * (1 - left)) / terms[lines, places]
    # What is left has the sign of the others' sum.
    return Block((rows, finite(fmt, weights * np.where(total < 0, -1.0, 1.0)[:, None])))


def special_weights(fmt: Format) -> Iterator[Block]:
    """Yield zeros, infinities and NaN as entries and as weights, and weights that cancel."""
    infinite = (math.inf, -math.inf) if fmt.has_infinity else ()
    entries = (0.0, -0.0, 1.0, fmt.largest, -fmt.largest, fmt.smallest_subnormal)
    singles = ((*entries, *infinite, math.nan), (1.0, -1.0, 0.0, -0.0, 2.0, *infinite, math.nan))
    yield _block(fmt, [((x,), (w,)) for x, w in itertools.product(*singles)])
    terms = list(itertools.product((1.0, *infinite), (1.0, -1.0, 0.0)))
    pairs = list(itertools.product(terms, repeat=2))
    hidden = [((math.nan, w), (1.0, 1.0)) for w in (0.0, 1.0)] + [((1.0, math.nan), (1.0, 1.0))]
    yield _block(fmt, [_turned(pair) for pair in (*pairs, *hidden)])
    yield _block(fmt, list(_cancelled(fmt)))


Rows = tuple[tuple[float, ...], tuple[float, ...]]


def _cancelled(fmt: Format) -> Iterator[Rows]:
    """Yield weights of equal entries that leave 0, a negative number, 1, or another term."""
    for entry in (0.0, 1.0, -1.0, fmt.largest, -fmt.largest):
        for weights in ((1.0, 1.0, -2.0), (3.0, -1.0, -2.0), (1.0, -1.0, 0.0)):
            yield (entry,) * 3, weights
        for weights in ((1.0, 1.0, -3.0), (2.0, 1.0, -2.0), (2.0, 2.0, -2.0)):
            yield (entry,) * 3, weights
        yield (entry, entry, 0.5), (1.0, -1.0, 2.0)


def _turned(terms: tuple[tuple[float, float], ...]) -> Rows:
    row, weights = zip(*terms, strict=True)
    return row, weights


def _block(fmt: Format, points: list[Rows]) -> Block:
    """Return a block of points of one length."""
    rows, weights = (np.array(part, dtype=np.float64) for part in zip(*points, strict=True))
    return Block((fmt.cast(rows), fmt.cast(weights)))
