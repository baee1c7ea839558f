"""What a strategy is, and the memory that all strategies of an island share."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Probe, Shape, Space

MOST_ROWS = 4096
MOST_ENTRIES = 2**16
"""Of one batch: enough for the kernels to be busy, few enough to learn from often."""


class Strategy(ABC):
    """Proposes batches of inputs and learns what they were worth.

    Laws
    ----
    - What is proposed depends on the space, the stream, the archive and what was learned alone.
    - Every input proposed is finite and within the limits of the space.
    - `learn` is told of a batch before the next one is proposed, with the same probe.
    """

    name: str
    reserved: float = 0.0
    """The share of the evaluations that it has in any case."""

    def __init__(self, space: Space) -> None:
        self.space = space

    @abstractmethod
    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe | None:
        """Return the next batch, or None if there is nothing to propose yet."""

    def learn(self, probe: Probe, scores: Scores) -> None:  # noqa: B027  # most have nothing to learn
        """Be told what a batch was worth."""

    def rows_of(self, shape: Shape) -> int:
        """Return how many inputs of a shape a batch has."""
        return rows_of(self.space.coordinates(shape))


def rows_of(coordinates: int) -> int:
    """Return how many inputs of so many coordinates a batch has."""
    return max(32, min(MOST_ROWS, MOST_ENTRIES // coordinates))
