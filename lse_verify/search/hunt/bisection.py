"""Bisection of the bit-pattern line that keeps the best 20 intervals.

Each round halves every interval and tries random floats in each half; the 20 halves with the
largest sizes go on, until they are single floats, and then all begins anew. With several
coordinates an interval is a box of ordinals, halved where it is widest.

References
----------
V. Innocente, P. Zimmermann, "Accuracy of Mathematical Functions in Single, Double, Double
Extended, and Quadruple Precision", HAL hal-03141101: the search for the larger formats.
"""

from __future__ import annotations

import numpy as np

from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Ordinals, Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

KEPT = 20
"""Intervals that go on to the next round."""


class Bisection(Strategy):
    """Halves intervals.

    Parameters
    ----------
    space : Space
        Where.
    points : int or None
        Floats tried in each half; None for what makes a batch.
    """

    name = "bisection"

    def __init__(self, space: Space, points: int | None = None) -> None:
        super().__init__(space)
        self._points = points
        self._shape = Shape(1)
        self._boxes: list[tuple[Ordinals, Ordinals]] = []
        self._halves: list[tuple[Ordinals, Ordinals]] = []

    @classmethod
    def alone(cls, space: Space, shape: Shape, budget: int) -> Bisection:
        """Return the bisection of which one descent takes a whole budget."""
        low, high = space.limits
        rounds = space.coordinates(shape) * (high - low + 1).bit_length()
        return cls(space, max(1, budget // (2 * KEPT * rounds)))

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return random inputs of each half."""
        if not self._boxes:
            self._shape = self.space.draw_shape(rng)
            wide = np.ones(self.space.coordinates(self._shape), dtype=np.int64)
            low, high = self.space.limits
            self._boxes = [(low * wide, high * wide)]
        self._halves = [half for box in self._boxes for half in _halved(*box)]
        points = self._points or max(1, self.rows_of(self._shape) // (2 * KEPT))
        lows, highs = (np.stack(ends)[:, None, :] for ends in zip(*self._halves, strict=True))
        size = (len(self._halves), points, lows.shape[2])
        drawn = rng.integers(lows, highs, size, endpoint=True)
        return Probe(self._shape, drawn.reshape(-1, size[2]))

    def learn(self, probe: Probe, scores: Scores) -> None:
        """Keep the best halves, and of these those that can be halved again."""
        best = scores.sizes.reshape(len(self._halves), -1).max(axis=1)
        kept = np.argsort(-best, kind="stable")[:KEPT]
        halves = [self._halves[place] for place in kept.tolist()]
        self._boxes = [(low, high) for low, high in halves if (low < high).any()]


def _halved(low: Ordinals, high: Ordinals) -> list[tuple[Ordinals, Ordinals]]:
    # Without signs the difference is right also where it does not fit into 63 bits.
    widest = int(np.argmax(high.view(np.uint64) - low.view(np.uint64)))
    middle = int(low[widest]) + (int(high[widest]) - int(low[widest])) // 2
    below, above = high.copy(), low.copy()
    below[widest], above[widest] = middle, middle + 1
    return [(low, below), (above, high)]
