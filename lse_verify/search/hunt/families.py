"""The regimes of the audit as strategies: each is a family of inputs with a reason."""

from __future__ import annotations

import numpy as np

from lse_verify.family.block import Block
from lse_verify.formats import FloatArray
from lse_verify.inputs.arrange import Arrangement, Draw, second_rows, to_base_2
from lse_verify.inputs.probabilities import patterns_below_one, rounded_and_exact, softmax
from lse_verify.inputs.regimes import REGIMES, WITH_IMPLIED_ZERO
from lse_verify.inputs.values import finite, mix, wide
from lse_verify.inputs.weights import weights_of
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy


class Family(Strategy):
    """Draws from one regime.

    Parameters
    ----------
    space : Space
        Where.
    regime : str
        The name of a regime that is an `Arrangement`.
    """

    def __init__(self, space: Space, regime: str) -> None:
        super().__init__(space)
        self.name = regime
        arrangement = REGIMES[regime].blocks
        assert isinstance(arrangement, Arrangement)
        self._arrangement = arrangement

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return rows of the regime, of one shape."""
        shape = self.space.draw_shape(rng)
        return arranged(self.space, self._arrangement, shape, rng, self.rows_of(shape))


def families(space: Space) -> list[Strategy]:
    """Return the regimes that draw rows of any length for the function."""
    return [
        Family(space, name)
        for name, regime in REGIMES.items()
        if isinstance(regime.blocks, Arrangement)
        and name not in ("bits", "many")
        and space.function.name in regime.functions
    ]


def arranged(
    space: Space, arrangement: Arrangement, shape: Shape, rng: np.random.Generator, count: int
) -> Probe:
    """Draw inputs of a shape, arranged as `lse_verify.inputs.arrange` does it."""
    n = shape.n_terms
    draw = Draw(arrangement, (n,), space.fmt, rng, count)
    name = space.function.name
    if name == "bregman":
        x = draw.rows(count, n)
        return space.probe(Block((x, second_rows(space.fmt, rng, x, draw.rows(count, n)))))
    if name == "weighted_logsumexp":
        x = draw.rows(count, n)
        return space.probe(Block((x, weights_of(space.fmt, rng, x))))
    if space.function.of_two_values:
        rows = draw.rows(count, 2)
        if name == "logaddexp2":
            rows = to_base_2(space.fmt, draw.rng, rows)
    elif space.of_shares:
        rows = _shares(space, draw, count, n)
    elif name in WITH_IMPLIED_ZERO:
        rows = draw.against_zero(count, n)
    elif name in ("smoothmax", "smoothmin"):
        rows = _sharpened(space, draw, shape, count)
    else:
        rows = draw.rows(count, n)
    return Probe(shape, space.clipped(space.fmt.ordinals(rows)))


def _shares(space: Space, draw: Draw, count: int, n: int) -> FloatArray:
    rows = draw.rows(count, n)
    scores = draw.arrangement.scores
    shares = softmax(wide(rows)) if scores else patterns_below_one(rows)
    return rounded_and_exact(space.fmt, draw.rng, shares)


def _sharpened(space: Space, draw: Draw, shape: Shape, count: int) -> FloatArray:
    direction = 1.0 if space.function.name == "smoothmax" else -1.0
    rows = direction * wide(draw.rows(count, shape.n_terms))
    with np.errstate(over="ignore", under="ignore"):
        shrunk = finite(space.fmt, rows / shape.parameter)
    return mix(draw.rng, shrunk, finite(space.fmt, rows))
