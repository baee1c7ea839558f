"""What hunts found: the climb of the largest size, and the inputs, merging associatively."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lse_verify.audit.fields import Figure, Label, Name, Numbers
from lse_verify.audit.finding import Failure

OBJECTIVES = ("error", "stability", "bound", "violation")
"""What is made as large as possible: the error in ulps, E, the share of a bound that the error
uses, and how many floats an answer lies outside the bounds of mathematics, not excused."""

SPURIOUS = ("spurious NaN", "spurious infinity")
"""What is a find of its own and no number that could be ranked."""


class Step(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One rise of the largest size.

    Attributes
    ----------
    evaluation : int
        How many inputs the island had tried, this one included.
    island : int
        Which island.
    size : float
        In the unit of the objective.
    strategy : str
        Which strategy proposed it.
    arguments : list of str
        The input, as `spell_point` writes it; of rows too long for that only their beginning.
    """

    evaluation: int
    island: int
    size: float
    strategy: Label
    arguments: list[Numbers]


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """One input worth keeping, and what the judge says of it.

    Attributes
    ----------
    kind : str
        One of `OBJECTIVES` or `SPURIOUS`.
    size : float
        In the unit of the kind; 0 where that is no number.
    verdict : str
        The grade of this one input.
    implementation, function, format : str
        Names.
    arguments : list of str
        The shrunk input, every term spelled.
    n_terms, output : int
        How many terms, and which entry of the answer, from 0.
    got, truth, error_ulps, stability, condition : str
        As in `Witness`, judged by mpmath.
    strategy : str
        Which strategy found it.
    evaluation, island, seed : int
        When, where and from which seed.
    found : list of str
        The input as it was found, cut off where it is long; the same if nothing was shrunk.
    found_size : float
        Its size.
    copies : int
        As how many equal rows it was asked; more than 1 where it is not as bad alone.
    """

    kind: Label
    size: float
    verdict: Label
    implementation: str
    function: Name
    format: Name
    arguments: list[Numbers]
    n_terms: int
    output: int
    got: Figure
    truth: Figure
    error_ulps: Figure = ""
    stability: Figure = ""
    condition: Figure = ""
    strategy: Label = ""
    evaluation: int = 0
    island: int = 0
    seed: int = 0
    found: list[Numbers] = []
    found_size: float = 0.0
    copies: int = 1


class Hunt(msgspec.Struct, frozen=True, kw_only=True):
    """What one hunt showed; those of several islands merge.

    Attributes
    ----------
    evaluations : int
        Inputs tried.
    climb : list of Step
        Each rise of the largest size over all islands, as if they had run side by side.
    finds : dict of Find
        The largest of the objective and the first of each of `SPURIOUS`, by kind.
    shares : dict of int
        Inputs tried by each strategy.
    failure : Failure or None
        Why (some of) the hunt ended early: an answer that could not be measured at all. Or what
        was done beside answering, which ends no hunt.
    """

    evaluations: int = 0
    climb: list[Step] = []
    finds: dict[Label, Find] = {}
    shares: dict[Label, int] = {}
    failure: Failure | None = None

    def merge(self, other: Hunt) -> Hunt:
        """Return the hunt of both: associative and commutative."""
        return Hunt(
            evaluations=self.evaluations + other.evaluations,
            climb=rising([*self.climb, *other.climb]),
            finds={
                kind: min(
                    (h.finds[kind] for h in (self, other) if kind in h.finds), key=_found_rank
                )
                for kind in sorted({*self.finds, *other.finds})
            },
            shares={
                name: self.shares.get(name, 0) + other.shares.get(name, 0)
                for name in sorted({*self.shares, *other.shares})
            },
            failure=min(
                (h.failure for h in (self, other) if h.failure is not None),
                key=lambda failure: (failure.kind, failure.words),
                default=None,
            ),
        )

    @property
    def largest(self) -> float:
        """The largest size that was met, 0 if none was."""
        return self.climb[-1].size if self.climb else 0.0


def rising(steps: Iterable[Step]) -> list[Step]:
    """Keep the steps that are larger than all before them."""
    kept: list[Step] = []
    for step in sorted(steps, key=lambda s: (s.evaluation, -s.size, s)):
        if not kept or step.size > kept[-1].size:
            kept.append(step)
    return kept


def _found_rank(find: Find) -> tuple[object, ...]:
    # Of numbers the largest, of others the first; then all that could tell two apart.
    return (
        -find.found_size,
        find.evaluation,
        find.island,
        find.seed,
        find.arguments,
        find.found,
        msgspec.json.encode(find),
    )
