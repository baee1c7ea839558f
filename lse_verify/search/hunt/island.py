"""One island: a population with a seed of its own, from the first input to the finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lse_verify.audit.answer import NoAnswerError
from lse_verify.audit.finding import Failure
from lse_verify.audit.hunted import SPURIOUS, Hunt, Step
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.bandit import Bandit
from lse_verify.search.hunt.examine import Catch, Examiner, shortened
from lse_verify.search.hunt.objective import Objective, Scores
from lse_verify.search.hunt.space import Probe, Space
from lse_verify.search.hunt.strategy import Strategy

_PASSED = 1024
"""What having nothing to propose counts as, in evaluations: it is not asked again at once."""

Observe = Callable[[Step, int], None]
"""Told of each rise, and how many inputs have been tried."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long an island may go on.

    Attributes
    ----------
    evaluations : int
        Inputs.
    until : float
        When it has to end, in seconds since the epoch; ∞ for never.
    """

    evaluations: int
    until: float = np.inf

    def left(self, spent: int) -> int:
        """Return how many inputs may still be tried."""
        return self.evaluations - spent if time.time() < self.until else 0


@dataclass(slots=True)
class Island:
    """Tries what strategies propose, and keeps the best.

    Attributes
    ----------
    objective : Objective
        What is made large.
    space : Space
        Where.
    bandit : Bandit
        Who proposes.
    seed, number : int
        Of the request, and of the island.
    """

    objective: Objective
    space: Space
    bandit: Bandit
    seed: int
    number: int
    evaluations: int = field(default=0, init=False)
    archive: Archive = field(init=False)
    climb: list[Step] = field(default_factory=list, init=False)
    caught: dict[str, Catch] = field(default_factory=dict, init=False)
    shares: dict[str, int] = field(default_factory=dict, init=False)
    failure: Failure | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.archive = Archive(self.space.fmt)

    def explore(self, allowance: Allowance, observe: Observe) -> None:
        """Go on until the allowance is spent or the implementation gives no answer."""
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, self.number])))
        while (left := allowance.left(self.evaluations)) > 0 and self.failure is None:
            arm = self.bandit.choose(rng)
            strategy = self.bandit.strategies[arm]
            probe = strategy.propose(rng, self.archive)
            if probe is None:
                self.bandit.learn(arm, 0.0, _PASSED)
                continue
            whole = len(probe.ordinals) <= left
            probe = Probe(probe.shape, probe.ordinals[:left])
            scores = self._tried(probe, strategy)
            if scores is None:
                continue
            self._note(probe, scores, strategy, observe)
            self.bandit.learn(arm, self.archive.add(probe, scores), len(probe.ordinals))
            self.evaluations += len(probe.ordinals)
            if whole:
                strategy.learn(probe, scores)

    def hunt(self, examiner: Examiner, judged: bool) -> Hunt:
        """Return what was found, each find shrunk and judged if it is to be."""
        finish = examiner.find if judged else examiner.unjudged
        finds = {
            kind: finish(catch, self.seed, self.number)
            for kind, catch in sorted(self.caught.items())
        }
        return Hunt(
            evaluations=self.evaluations,
            climb=self.climb,
            finds=finds,
            shares=dict(sorted(self.shares.items())),
            failure=self.failure or self.objective.asker.disturbance,
        )

    def _tried(self, probe: Probe, strategy: Strategy) -> Scores | None:
        self.shares[strategy.name] = self.shares.get(strategy.name, 0) + len(probe.ordinals)
        try:
            return self.objective.scores(self.space.block(probe), self.archive.best)
        except NoAnswerError as no_answer:
            self.failure = no_answer.failure
            return None

    def _note(self, probe: Probe, scores: Scores, strategy: Strategy, observe: Observe) -> None:
        for kind, flags in zip(
            SPURIOUS, (scores.spurious_nan, scores.spurious_infinity), strict=True
        ):
            if kind not in self.caught and flags.any():
                self._catch(kind, probe, int(np.argmax(flags)), 0.0, strategy)
        row = int(np.argmax(scores.sizes))
        size = float(scores.sizes[row])
        if size > (self.climb[-1].size if self.climb else 0.0):
            catch = self._catch(self.objective.name, probe, row, size, strategy)
            step = Step(
                evaluation=catch.evaluation,
                island=self.number,
                size=size,
                strategy=strategy.name,
                arguments=shortened(catch.point),
            )
            self.climb.append(step)
            observe(step, self.evaluations + len(probe.ordinals))

    def _catch(self, kind: str, probe: Probe, row: int, size: float, strategy: Strategy) -> Catch:
        alone = Probe(probe.shape, probe.ordinals[row : row + 1])
        point = self.space.block(alone).point(0)
        catch = Catch(kind, point, size, strategy.name, self.evaluations + row + 1)
        self.caught[kind] = catch
        return catch
