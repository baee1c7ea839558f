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

from lse_verify.formats import BINARY64, FloatArray, Format
from lse_verify.inputs.probabilities import softmax
from lse_verify.inputs.values import Shape, Wide, between, finite, log, mix, signs, wide

# Enough for what remains of 1 after terms of binary64 are taken away.
WORKING_BITS = 200


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
    solved = rows.copy()
    for row, target, place in zip(solved, targets, places, strict=True):
        row[place] = _last_term(np.delete(row, place), float(target), row[place])
    return solved


def _last_term(others: Wide, target: float, otherwise: float) -> float:
    """Return log(exp(target) − Σ exp(others)) in binary64, or `otherwise` if there is none."""
    total = fzero
    for term in others.tolist():
        total = mpf_add(total, mpf_exp(from_float(term), WORKING_BITS, round_nearest), WORKING_BITS)
    whole = mpf_exp(from_float(target), WORKING_BITS, round_nearest)
    rest = mpf_sub(whole, total, WORKING_BITS, round_nearest)
    if mpf_sign(rest) <= 0:
        return otherwise
    return float(to_float(mpf_log(rest, WORKING_BITS, round_nearest)))
