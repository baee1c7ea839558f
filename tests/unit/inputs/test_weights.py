"""Weights of every kind are drawn, and rows whose terms leave little of one another.

What is left of such rows is mpmath's.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY32, BINARY64, FORMATS, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.inputs.values import wide
from lse_verify.inputs.weights import opposed, weights_of

WEIGHTED = FUNCTIONS["weighted_logsumexp"]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("n", [1, 2, 10])
def test_weights_of_every_kind_are_drawn(fmt: Format, n: int) -> None:
    rng = np.random.default_rng(3)
    drawn = weights_of(fmt, rng, fmt.cast(np.zeros((400, n))))
    weights = wide(drawn)
    assert drawn.dtype == fmt.dtype
    assert (weights == 1).all(axis=1).mean() >= 0.2
    assert ((weights > 0).all(axis=1) & (weights != 1).any(axis=1)).any()
    assert (weights == 0).any()
    assert ((weights < 0).sum(axis=1) == 1).any()
    assert np.abs(weights[weights != 0]).min() >= 2.0**-6
    if n > 1:
        assert ((weights > 0).any(axis=1) & (weights < 0).any(axis=1)).any()


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_what_opposed_rows_leave_goes_down_to_what_the_format_tells(fmt: Format) -> None:
    blocks = opposed("weighted_logsumexp", fmt, np.random.default_rng(4), 200)
    assert [block.n_terms for block in blocks] == [2, 10]
    for block in blocks:
        left = np.array([_left(point) for point in block.points()])
        assert ((left > 0) & (left < 0.3)).mean() > 0.3
        assert (left < 0).mean() > 0.1
        assert np.abs(left).min() < 2.0 ** (2 - fmt.precision)


def _left(point: object) -> float:
    """Return the sum of the terms over that of their magnitudes."""
    assert isinstance(point, tuple)
    with mpmath.workprec(200):
        terms = [mpmath.mpf(w) * mpmath.exp(mpmath.mpf(x)) for x, w in zip(*point, strict=True)]
        return float(mpmath.fsum(terms) / mpmath.fsum(map(abs, terms)))


def test_special_weights_are_zeros_infinities_nan_and_such_as_cancel() -> None:
    blocks = REGIMES["special"].draw("weighted_logsumexp", BINARY64, 0, 1).blocks
    points = {repr(point) for block in blocks for point in block.points()}
    for point in (
        ((math.inf,), (0.0,)),
        ((-math.inf,), (-1.0,)),
        ((math.nan,), (-0.0,)),
        ((1.0,), (math.inf,)),
        ((-math.inf,), (math.inf,)),
        ((math.inf, 1.0), (-1.0, 1.0)),
        ((math.nan, 1.0), (1.0, 1.0)),
        ((0.0,) * 3, (3.0, -1.0, -2.0)),
        ((1.0, 1.0, 0.5), (1.0, -1.0, 2.0)),
    ):
        assert repr(point) in points
    outcomes = [
        outcome for b in blocks for p in b.points() for outcome in WEIGHTED.settle(p).outcomes
    ]
    assert -math.inf in outcomes
    assert math.inf in outcomes


def test_patterns_of_every_size_are_weights_too() -> None:
    (block, *_) = REGIMES["bits"].draw("weighted_logsumexp", BINARY32, 0, 200).blocks
    sizes = np.abs(block.wide(1)).max(axis=1)
    assert (sizes > 1e10).any()
    assert ((sizes > 0) & (sizes < 1e-10)).any()
