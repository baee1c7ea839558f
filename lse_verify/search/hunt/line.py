"""A line through the space along one coordinate, looked at ever more closely.

Where an implementation changes its formula the error jumps. Evenly spaced ordinals of one
coordinate, all others held, show between which two of them it does; these bound the next line,
until they are neighbours. Every other descent goes to the largest size instead of the jump.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Probe, Space
from lse_verify.search.hunt.strategy import Strategy


class Line(Strategy):
    """Closes in on a jump of the size, or on its largest, along one coordinate."""

    name = "line"

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        self._base: Probe | None = None
        self._place = 0
        self._ends = space.limits
        self._to_jump = True

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return evenly spaced points of the line at hand."""
        if self._base is None:
            self._begin(rng, archive)
        assert self._base is not None
        low, high = self._ends
        count = min(self.rows_of(self._base.shape), high - low + 1)
        # As Python integers: the line of binary64 does not fit into 64 bits with sign.
        points = [low + (high - low) * k // max(count - 1, 1) for k in range(count)]
        ordinals = np.tile(self._base.ordinals, (count, 1))
        ordinals[:, self._place] = np.array(points, dtype=np.int64)
        return Probe(self._base.shape, ordinals)

    def learn(self, probe: Probe, scores: Scores) -> None:
        """Close in, or let the next line be another one."""
        points, low, high = probe.ordinals[:, self._place], *self._ends
        if high - low < len(points):
            self._base = None
            return
        at = _jump(scores.sizes) if self._to_jump else int(np.argmax(scores.sizes))
        below = at if self._to_jump else max(at - 1, 0)
        above = min(at + 1, len(points) - 1)
        self._ends = int(points[below]), int(points[above])

    def _begin(self, rng: np.random.Generator, archive: Archive) -> None:
        parent = archive.parent(rng)
        if parent is not None and rng.random() < 0.75:
            self._base = Probe(parent.shape, parent.ordinals[None, :])
        else:
            shape = self.space.draw_shape(rng)
            drawn = self.space.uniform(rng, (1, self.space.coordinates(shape)))
            self._base = Probe(shape, drawn)
        self._place = int(rng.integers(self._base.ordinals.shape[1]))
        self._ends = self.space.limits
        self._to_jump = bool(rng.random() < 0.5)


def _jump(sizes: Floats) -> int:
    """Return the place before the largest jump, in powers of two."""
    heights = np.log2(np.maximum(sizes, 2.0**-10))
    return int(np.argmax(np.abs(np.diff(heights)))) if heights.size > 1 else 0
