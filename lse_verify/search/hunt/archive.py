"""The best inputs so far, one a niche, so that they stay different from each other.

A niche is what an input looks like from afar: its shape, and the binades of its least and
largest entries with two more bits of each. Of a niche only the best stays: the thousands of
neighbours of one peak, each nearly as high, leave room for other peaks.

References
----------
J.-B. Mouret, J. Clune, "Illuminating search spaces by mapping elites", arXiv:1504.04909, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lse_verify.formats import Format
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Ordinals, Probe, Shape

CAPACITY = 64
"""Niches that are kept."""

_LOOKED_AT = 48
"""The best of a batch; below them none would stay for long."""

NICHE_BITS = 2


@dataclass(frozen=True, slots=True)
class Elite:
    """One input of the archive.

    Attributes
    ----------
    size : float
        What it is worth.
    shape : Shape
        Its shape.
    ordinals : ndarray of int64, shape (coordinates,)
        The input.
    """

    size: float
    shape: Shape
    ordinals: Ordinals


@dataclass(slots=True)
class Archive:
    """The best input of each of the best niches.

    Attributes
    ----------
    fmt : Format
        Whose binades tell niches apart.
    elites : list of Elite
        The best first.
    """

    fmt: Format
    elites: list[Elite] = field(default_factory=list)
    _niches: dict[tuple[object, ...], Elite] = field(default_factory=dict)

    @property
    def best(self) -> float:
        """The largest size, 0 if there is none."""
        return self.elites[0].size if self.elites else 0.0

    def add(self, probe: Probe, scores: Scores) -> float:
        """Take what is worth keeping of a batch.

        Returns
        -------
        float
            What the batch added: the sum over its new elites of one over their rank.
        """
        threshold = self.elites[-1].size if len(self.elites) >= CAPACITY else 0.0
        places = np.flatnonzero(scores.sizes > threshold)
        if not places.size:
            return 0.0
        order = np.argsort(-scores.sizes[places], kind="stable")[:_LOOKED_AT]
        fresh = [
            Elite(float(scores.sizes[place]), probe.shape, probe.ordinals[place].copy())
            for place in places[order].tolist()
        ]
        taken = {id(elite) for elite in fresh if self._placed(elite)}
        if not taken:
            return 0.0
        self._sort()
        return sum(1.0 / rank for rank, elite in enumerate(self.elites, 1) if id(elite) in taken)

    def parent(self, rng: np.random.Generator, shape: Shape | None = None) -> Elite | None:
        """Draw an elite, the better the likelier; of a shape if one is given."""
        among = self.elites if shape is None else [e for e in self.elites if e.shape == shape]
        return among[int(len(among) * rng.random() ** 3)] if among else None

    def _placed(self, elite: Elite) -> bool:
        niche = self._niche(elite)
        held = self._niches.get(niche)
        if held is not None and held.size >= elite.size:
            return False
        self._niches[niche] = elite
        return True

    def _sort(self) -> None:
        ranked = sorted(
            self._niches.items(), key=lambda item: (-item[1].size, item[1].ordinals.tolist())
        )[:CAPACITY]
        self._niches = dict(ranked)
        self.elites = [elite for _, elite in ranked]

    def _niche(self, elite: Elite) -> tuple[object, ...]:
        bits = self.fmt.precision - 1 - NICHE_BITS
        ends = (int(elite.ordinals.min()) >> bits, int(elite.ordinals.max()) >> bits)
        return (elite.shape, *ends, int(elite.ordinals[0]) >= int(elite.ordinals[-1]))
