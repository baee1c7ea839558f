"""Special values, each with each: zeros, infinities, NaN, no terms, one term, extremes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator

import numpy as np

from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.weights import special_weights


def special(
    function: str, fmt: Format, rng: np.random.Generator, samples: int
) -> tuple[Block, ...]:
    """Return the special inputs of a function: fixed ones, whatever the samples asked for."""
    if "row" not in function_named(function).arguments:
        return tuple(_of_values(function, fmt))
    if function == "negentropy":
        return tuple(Block((x,)) for x in _probabilities(fmt))
    if function == "bregman":
        return tuple(_pairs(fmt))
    if function == "weighted_logsumexp":
        return tuple(special_weights(fmt))
    return tuple(_of_rows(function, fmt))


def _extremes(fmt: Format) -> tuple[float, ...]:
    return (*(0.0, -0.0, 1.0, fmt.largest, -fmt.largest, fmt.smallest_subnormal),)


def _values(fmt: Format) -> tuple[float, ...]:
    """Return zeros, extremes, infinities as far as the format has them, and NaN."""
    infinities = (math.inf, -math.inf) if fmt.has_infinity else ()
    return (*_extremes(fmt), *infinities, math.nan)


def _grid(fmt: Format, values: Iterable[float], n: int) -> FloatArray:
    """Return all rows of n entries of the given values."""
    rows = list(itertools.product(values, repeat=n))
    return fmt.cast(np.array(rows, dtype=np.float64).reshape(len(rows), n))


def _apart(fmt: Format, pairs: FloatArray) -> FloatArray:
    """Return rows of ten that begin and end with a pair, with −∞ or 0.5 in between by turns.

    Where there is no −∞ the most negative float stands for it.
    """
    rows = np.full((len(pairs), 10), -math.inf if fmt.has_infinity else -fmt.largest)
    rows[1::2] = 0.5
    rows[:, [0, -1]] = pairs
    return fmt.cast(rows)


def _of_values(function: str, fmt: Format) -> Iterator[Block]:
    values = _values(fmt)
    if function_named(function).of_two_values:
        pairs = _grid(fmt, values, 2)
        yield Block((pairs[:, 0].copy(), pairs[:, 1].copy()))
    elif function in ("softplus", "logistic"):
        yield Block((_grid(fmt, values, 1)[:, 0],))
    else:
        yield from (Block((_grid(fmt, values, 1)[:, 0], trials)) for trials in (1.0, 10.0))


def _of_rows(function: str, fmt: Format) -> Iterator[Block]:
    values = _values(fmt)
    pairs = _grid(fmt, values, 2)
    rows = [_grid(fmt, values, 1), pairs, _apart(fmt, pairs)]
    if function == "logsumexp":
        # Of the others MATHEMATICS, section 7, does not say what they are on no terms.
        yield Block((np.zeros((1, 0), dtype=fmt.dtype),))
    if function in ("smoothmax", "smoothmin", "multinomial_cumulant"):
        yield from (Block((x, parameter)) for parameter in (1.0, 10.0) for x in rows)
    else:
        yield from (Block((x,)) for x in rows)


def _probabilities(fmt: Format) -> Iterator[FloatArray]:
    below_one = 1.0 - 2.0 * fmt.unit_roundoff
    values = (0.0, -0.0, 1.0, 0.5, below_one, fmt.smallest_subnormal, math.nan)
    yield from (_grid(fmt, values, n) for n in (1, 2))
    yield _grid(fmt, (0.0, 1.0, 0.5, math.nan), 3)


def _pairs(fmt: Format) -> Iterator[Block]:
    """Yield pairs with zeros, extremes and NaN; with infinities the divergence has no limit."""
    for values, n in (((*_extremes(fmt), math.nan), 1), ((0.0, 1.0, math.nan), 2)):
        rows = _grid(fmt, values, n)
        first, second = np.divmod(np.arange(len(rows) ** 2), len(rows))
        yield Block((rows[first], rows[second]))
