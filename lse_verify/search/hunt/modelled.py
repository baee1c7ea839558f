"""Sweeps of stretches of the line, where a model chooses the few floats that are tried.

The niches of the archive are cut into runs of ordinals. A model says, from a few floats of
each, what could be the worst in a run; run by run, the most promising first, all floats are
given to the model and its worst are tried, one in 64. Among millions of floats whose errors
look random there may be one that is at the maximum, and the rounding errors of a like form say
which it could be. The model is the tightest of those that explain the answers: a looser one
expects too much everywhere. For functions of one value: with more of them neighbours of the
archive do better.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.family.lse_form import LseFunction
from lse_verify.formats import BINARY64
from lse_verify.search.hunt.archive import NICHE_BITS, Archive
from lse_verify.search.hunt.models import MODELS, Model
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Ordinals, Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

_RUN_BITS = 16
_TRIED = 2**10
_SAMPLED = 256
"""Of the ordinals of a run: how many are tried, and how many stand for all of them before."""

_EXPLAINED = 0.98
"""Of the answers, what a model has to explain."""

_LEARNING = 0.1
"""The weight of the latest batch in what is known of a model."""

_ASTRAY = 0.2
"""How often a model is taken that is not the tightest which does."""


class Modelled(Strategy):
    """Tries what models are worst at."""

    name = "models"
    reserved = 0.4

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        assert isinstance(space.function, LseFunction)
        self._function = space.function
        self._hopes: list[dict[int, float]] = [{} for _ in MODELS]
        self._swept: list[set[int]] = [set() for _ in MODELS]
        self._explained = np.ones(len(MODELS))
        self._model = 0

    @staticmethod
    def serves(space: Space) -> bool:
        """Tell whether there are models of the function that are good for anything."""
        # In binary64 itself nothing wider is at hand to round from.
        return space.function.name == "softplus" and space.fmt is not BINARY64

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe | None:
        """Return a model's worst floats of the run of which it expects most."""
        if not archive.elites:
            return None
        self._model = self._choice(rng)
        hopes, swept = self._hopes[self._model], self._swept[self._model]
        self._look(rng, archive)
        left = [run for run in self._runs(archive) if run not in swept]
        if not left:
            return None
        run = max(left, key=lambda place: (hopes[place], place))
        swept.add(run)
        ordinals = np.arange(run << self._run_bits, (run + 1) << self._run_bits)
        worth = self._worth(MODELS[self._model], ordinals)
        tried = max(_TRIED >> (_RUN_BITS - self._run_bits), 1)
        chosen = ordinals[np.argpartition(-worth, tried - 1)[:tried]]
        return Probe(Shape(1), self.space.clipped(chosen[:, None]))

    def learn(self, probe: Probe, scores: Scores) -> None:
        """Remember what share of the answers each model explains, here at the hardest inputs."""
        rows = self._function.entries(self.space.block(probe))
        for number, model in enumerate(MODELS):
            share = model.explains(self.space.fmt, rows, scores.got)
            self._explained[number] += _LEARNING * (share - self._explained[number])

    def _choice(self, rng: np.random.Generator) -> int:
        """Return the tightest model that explains the answers, or one near to that."""
        explaining = np.flatnonzero(self._explained >= _EXPLAINED)
        if not explaining.size:
            explaining = np.array([int(np.argmax(self._explained))])
        # Models of one form stand in order, the tightest first.
        return int(explaining[0] if rng.random() >= _ASTRAY else rng.choice(len(MODELS)))

    @property
    def _niche_bits(self) -> int:
        return self.space.fmt.precision - 1 - NICHE_BITS

    @property
    def _run_bits(self) -> int:
        return min(_RUN_BITS, self._niche_bits)

    def _runs(self, archive: Archive) -> list[int]:
        """Return the runs of all niches of the archive."""
        more = self._niche_bits - self._run_bits
        niches = {int(elite.ordinals[0]) >> self._niche_bits for elite in archive.elites}
        return [(niche << more) + place for niche in sorted(niches) for place in range(1 << more)]

    def _look(self, rng: np.random.Generator, archive: Archive) -> None:
        """Sample the runs that the model has not seen."""
        hopes = self._hopes[self._model]
        fresh = [run for run in self._runs(archive) if run not in hopes]
        if not fresh:
            return
        starts = np.array(fresh, dtype=np.int64)[:, None] << self._run_bits
        drawn = starts + rng.integers(0, 1 << self._run_bits, (len(fresh), _SAMPLED))
        worth = self._worth(MODELS[self._model], drawn.ravel()).reshape(drawn.shape)
        hopes.update(zip(fresh, worth.max(axis=1).tolist(), strict=True))

    def _worth(self, model: Model, ordinals: Ordinals) -> Floats:
        probe = Probe(Shape(1), self.space.clipped(ordinals[:, None]))
        return model.worst_ulps(self.space.fmt, self._function.entries(self.space.block(probe)))
