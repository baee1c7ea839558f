"""Every bit pattern is equally likely: a baseline, and what assumes nothing in the mix."""

from __future__ import annotations

import numpy as np

from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.space import Probe
from lse_verify.search.hunt.strategy import Strategy


class Uniform(Strategy):
    """Draws ordinals."""

    name = "uniform"
    reserved = 0.1

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return inputs drawn anew."""
        shape = self.space.draw_shape(rng)
        rows = (self.rows_of(shape), self.space.coordinates(shape))
        return Probe(shape, self.space.uniform(rng, rows))
