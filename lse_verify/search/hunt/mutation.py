"""Changes of the best inputs so far, coordinate by coordinate in ordinals.

How far a step goes, as a power of two of ordinals, and which kind of change is made are drawn
by how often they led to something better: at first any float of the line is as likely a step
as the next one, and where a peak is found the steps become as wide as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.changes import OF_ONE, OF_SEVERAL, Brood
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

_FORGETTING = 0.95
"""What is left of a success after each batch."""

_FLOOR = 0.02
"""Of the weight of all steps, or of all changes, the least that each has."""

_SHARE_OF_A_BATCH = 4
"""Children of one parent are a batch divided by this: what they teach is used at once."""


class Mutation(Strategy):
    """Changes an elite in many ways."""

    name = "mutation"
    reserved = 0.08

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        alone = space.arrays == 1 and "row" not in space.function.arguments
        self._changes = OF_ONE if alone else OF_SEVERAL
        self._change_weights = np.ones(len(self._changes))
        self._step_weights = np.ones(space.fmt.bits - 1)
        self._parent_size = 0.0
        self._kinds = np.zeros(0, dtype=np.int64)
        self._steps = np.zeros(0, dtype=np.int64)

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe | None:
        """Return children of one elite."""
        parent = archive.parent(rng)
        mate = archive.parent(rng, parent.shape) if parent else None
        if parent is None or mate is None:
            return None
        count = max(32, self.rows_of(parent.shape) // _SHARE_OF_A_BATCH)
        self._parent_size = parent.size
        self._kinds = _drawn(rng, self._change_weights, count)
        self._steps = _drawn(rng, self._step_weights, count)
        reach = np.ldexp(rng.random(count), self._steps).astype(np.int64) + 1
        strides = np.where(rng.random(count) < 0.5, -reach, reach)
        children = np.tile(parent.ordinals, (count, 1))
        for kind, change in enumerate(self._changes):
            rows = np.flatnonzero(self._kinds == kind)
            brood = Brood(self.space, children[rows], strides[rows], mate.ordinals)
            children[rows] = change(rng, brood)
        return Probe(parent.shape, self.space.clipped(children))

    def learn(self, probe: Probe, scores: Scores) -> None:
        """Count the changes and steps that led to something better."""
        better = scores.sizes > self._parent_size
        self._change_weights *= _FORGETTING
        self._step_weights *= _FORGETTING
        np.add.at(self._change_weights, self._kinds[better], 1.0)
        np.add.at(self._step_weights, self._steps[better], 1.0)


class Length(Strategy):
    """Gives an elite other terms: fewer, or some of them again."""

    name = "length"

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe | None:
        """Return inputs of another length made of the terms of one elite."""
        parent = archive.parent(rng)
        if parent is None:
            return None
        n = parent.shape.n_terms
        wanted = rng.choice((n - 1, n + 1, n // 2, 2 * n, self.space.draw_shape(rng).n_terms))
        length = int(np.clip(wanted, self.space.lengths[0], self.space.lengths[-1]))
        shape = Shape(length, parent.shape.parameter)
        picked = rng.integers(0, n, (max(32, self.rows_of(shape) // 8), length))
        # Each term at least once, in the order it had, where there is room for that.
        kept = np.sort(rng.permuted(np.tile(np.arange(n), (len(picked), 1)), axis=1)[:, :length])
        picked[:, : kept.shape[1]] = kept
        terms = parent.ordinals.reshape(self.space.arrays, n)
        return Probe(shape, np.hstack([row[picked] for row in terms]))


def _drawn(rng: np.random.Generator, weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    floored = np.maximum(weights / weights.sum(), _FLOOR)
    return rng.choice(len(weights), count, p=floored / floored.sum())
