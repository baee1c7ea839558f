"""Who proposes next: strategies share the evaluations by what theirs have added.

A bandit whose arms decay: each arm's value is what its batches added to the archive, per
evaluation, older ones counting less. Part of the evaluations is not given away like that: each
strategy has its reserved share, and a third of the rest is shared equally, for what has nothing
to offer now may have later. Ready-made optimisers and bandits assume a continuous landscape or
rewards that do not dry up; here the landscape is rough to the last bit, and at the maximum
every arm's reward is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lse_verify.search.hunt.strategy import Strategy

_FORGETTING = 0.8
_SHARED = 0.3


@dataclass(slots=True)
class Bandit:
    """Chooses among strategies.

    Attributes
    ----------
    strategies : sequence of Strategy
        The arms; at least one of them always proposes.
    """

    strategies: Sequence[Strategy]
    _values: list[float] = field(default_factory=list)
    _costs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._values = [0.0] * len(self.strategies)
        self._costs = [1.0] * len(self.strategies)

    def choose(self, rng: np.random.Generator) -> int:
        """Draw the strategy that proposes next."""
        values = np.array(self._values)
        total = values.sum()
        shares = np.full(len(values), 1.0 / len(values))
        if total > 0:
            shares = _SHARED * shares + (1 - _SHARED) * values / total
        reserved = np.array([strategy.reserved for strategy in self.strategies])
        shares = reserved + (1 - reserved.sum()) * shares
        # Of evaluations, not of batches, which are of very different sizes.
        shares /= self._costs
        return int(rng.choice(len(values), p=shares / shares.sum()))

    def learn(self, arm: int, added: float, evaluations: int) -> None:
        """Be told what a batch added, and what it cost."""
        gain = added / evaluations
        self._costs[arm] = evaluations
        self._values[arm] = _FORGETTING * self._values[arm] + (1 - _FORGETTING) * gain
