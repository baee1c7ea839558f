"""Rows whose exponentials sum to nearly 1: LogSumExp near 0, where conditioning is worst."""

from __future__ import annotations

import numpy as np
from mpmath.libmp import (
    from_float,
    fzero,
    mpf_add,
    mpf_exp,
    mpf_log,
    mpf_sign,
    mpf_sub,
    round_nearest,
    to_float,
)
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.formats import BINARY64, FloatArray, Format
from lse_verify.inputs.probabilities import softmax
from lse_verify.inputs.values import Shape, Wide, between, finite, log, mix, signs, wide
from lse_verify.oracle.double_double import arrays

# Enough for what remains of 1 after terms of binary64 are taken away.
WORKING_BITS = 200

DoubleDoubles = tuple[Floats, Floats]
"""Unevaluated sums hi + lo."""

_ADDITION = 2.0**-99
"""Above the error of an exponential of at most 2, and of adding it to a sum of at most 4."""


def cancelling(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return normalised log-probabilities, and rows with one entry solved for.

    In a third of the rows that entry brings the sum of the exponentials as near to 1 as
    the format allows, in a third to exp(y) for a y from 10**−16 to 0.1 of either sign.
    """
    scores = rng.choice((0.3, 1.0, 3.0), (shape[0], 1)) * rng.standard_normal(shape)
    normalised = finite(fmt, log(np.maximum(softmax(scores), 1e-300)))
    size = wide(between(BINARY64, rng, 1e-16, 0.1, (shape[0], 1)))
    small = signs(rng, (shape[0], 1)) * size
    targets = mix(rng, np.zeros((shape[0], 1)), small)[:, 0]
    solved = _solve(wide(normalised), targets, rng.integers(0, shape[1], shape[0]))
    return mix(rng, normalised, *2 * [finite(fmt, solved)])


def _solve(rows: Wide, targets: Wide, places: NDArray[np.int64]) -> Wide:
    """Put log(exp(target) − Σ exp(others)) at a place of each row, if there is such a number."""
    solved = rows.copy()
    lines = np.arange(len(rows))
    terms, unsure = _last_terms(rows, targets, places)
    solved[lines, places] = terms
    for line in np.flatnonzero(unsure):
        row, place = rows[line], places[line]
        others = np.delete(row, place)
        solved[line, place] = _last_term(others, float(targets[line]), row[place])
    return solved


def _last_terms(
    rows: Wide, targets: Wide, places: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Solve in double-doubles, and tell where `_last_term` has to say what it is."""
    rest = _exp(targets)
    for column in range(rows.shape[1]):
        hi, lo = _exp(rows[:, column])
        counts = np.where(places == column, 0.0, -1.0)
        rest = _plus(rest, (counts * hi, counts * lo))
    error = _ADDITION * (rows.shape[1] + 1)
    positive = rest[0] > 2.0**30 * error
    size, tail = np.where(positive, rest[0], 1.0), np.where(positive, rest[1], 0.0)
    hi, lo = arrays.log(size, tail)
    # An error of the rest is one of its logarithm, over the rest; twice is enough for all.
    sure = positive & (np.abs(lo) > 2 * error / size + 2.0**-98 * np.abs(hi))
    return np.where(np.signbit(hi) == np.signbit(lo), hi, np.nextafter(hi, 0.0)), ~sure


def _exp(values: Floats) -> DoubleDoubles:
    found = arrays.exp(values, np.zeros_like(values))
    shift = found.exponent.astype(np.int32)
    with np.errstate(under="ignore"):
        # What underflows of 1e-300 is nothing beside a rest near 1.
        return np.asarray(np.ldexp(found.hi, shift)), np.asarray(np.ldexp(found.lo, shift))


def _plus(a: DoubleDoubles, b: DoubleDoubles) -> DoubleDoubles:
    high, rest = _two_sum(a[0], b[0])
    return _two_sum(high, rest + (a[1] + b[1]))


def _two_sum(a: Floats, b: Floats) -> DoubleDoubles:
    """Return the rounded sum and what it lacks, exactly (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _last_term(others: Wide, target: float, otherwise: float) -> float:
    """Return log(exp(target) − Σ exp(others)), or `otherwise` if there is none.

    Rounded towards 0, as mpmath makes a float of many bits.
    """
    total = fzero
    for term in others.tolist():
        total = mpf_add(total, mpf_exp(from_float(term), WORKING_BITS, round_nearest), WORKING_BITS)
    whole = mpf_exp(from_float(target), WORKING_BITS, round_nearest)
    rest = mpf_sub(whole, total, WORKING_BITS, round_nearest)
    if mpf_sign(rest) <= 0:
        return otherwise
    return float(to_float(mpf_log(rest, WORKING_BITS, round_nearest)))
