"""Mutants: statements near those of a claim and of its steps, put to the kernel and the falsifier.

A kernel that proves everything passes every test that a proof ends. Here it must refuse: some of
the statements and steps of a claim are changed in one thing, and none of these may be both accepted
by the kernel and refuted by the falsifier. A changed statement is accepted if any step of the
derivation proves it; when a changed step is, ``steps`` says.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, TypeAlias

from lse_verify.proving.falsifier.examination import Examination, examine
from lse_verify.proving.mutation.reruns import says
from lse_verify.proving.mutation.statements import drawn, mutated, sequent_changes
from lse_verify.proving.mutation.steps import Mutant, mutants_of_step
from lse_verify.proving.mutation.turns import by_turns
from lse_verify.proving.outcome import MutantCount
from lse_verify.theory.claim import Claim
from lse_verify.theory.kernel import Theorem, steps

__all__ = ["Fate", "Mutant", "examined", "fate", "mutants", "mutants_of", "mutated"]

Fate: TypeAlias = Literal["refuted", "equivalent", "open", "both"]
"""Refuted: and rejected. Equivalent: accepted, and it held. Both: accepted, and it did not hold."""

_OF_STATEMENTS = 40
"""How many mutants are drawn of a claim's statements."""

_STEPS, _OF_CONCLUSIONS, _FEWEST = 14, 56, 4
"""How many steps are drawn of a derivation; how many mutants of all their conclusions, and at
least of each."""

_FEW_POINTS, _POINTS, _MANY_POINTS = 4, 12, 60
"""For what the kernel refuses, at first and where that refutes nothing; for what it accepts."""


def mutants_of(claim: Claim, theorems: Sequence[Theorem], seed: int) -> MutantCount:
    """Count how the kernel and the falsifier judge mutants of a claim.

    Parameters
    ----------
    claim : Claim
        Whose statements are changed.
    theorems : sequence of Theorem
        What it derives; their steps are changed too.
    seed : int
        The same seed gives the same mutants and the same points.
    """
    fates: Counter[Fate] = Counter()
    both: list[str] = []
    for mutant in mutants(claim, theorems, seed):
        found = examined(mutant, seed)
        fates[fate(mutant, found)] += 1
        if fate(mutant, found) == "both":
            both.append(f"{mutant} ({found})")
    return MutantCount(
        made=fates.total(),
        refuted=fates["refuted"],
        equivalent=fates["equivalent"],
        open=fates["open"],
        both=tuple(both),
    )


def mutants(claim: Claim, theorems: Sequence[Theorem], seed: int) -> Iterator[Mutant]:
    """Yield mutants of a claim, each once: of its statements, then of steps drawn at random."""
    rng = random.Random(f"{claim.id} {seed}")
    derivation = steps(*theorems)
    seen = {*claim.states, *(step.sequent for step in derivation)}
    for mutant in (*_of_statements(claim, derivation, rng), *_of_steps(derivation, rng)):
        if mutant.sequent not in seen:
            seen.add(mutant.sequent)
            yield mutant


def examined(mutant: Mutant, seed: int) -> Examination:
    """Put a mutant to the falsifier, at more points the more depends on it."""
    if mutant.accepted:
        return examine(*mutant.sequent, seed=seed, points=_MANY_POINTS)
    first = examine(*mutant.sequent, seed=seed, points=_FEW_POINTS)
    return examine(*mutant.sequent, seed=seed, points=_POINTS) if first.verdict == "held" else first


def fate(mutant: Mutant, found: Examination) -> Fate:
    """Return what kernel and falsifier together make of a mutant.

    At numbers that are mild, what the kernel accepts must be certain to hold: no value, or no
    decision, is as bad there as a refutation.
    """
    if not mutant.accepted:
        return "refuted" if found.verdict == "refuted" else "open"
    if found.verdict == "held":
        return "equivalent"
    if found.verdict == "refuted" or found.witness is None:
        return "open" if found.verdict == "vacuous" else "both"
    # exp(exp(10**6)) is too large to be enclosed, and says nothing.
    return "both" if found.witness.is_mild else "open"


def _of_statements(
    claim: Claim, derivation: Sequence[Theorem], rng: random.Random
) -> Iterator[Mutant]:
    share = -(-_OF_STATEMENTS // max(1, len(claim.states)))
    for sequent in claim.states:
        for kind, made in drawn(sequent_changes(sequent), rng, share):
            yield Mutant(kind, made, any(says(step, made) for step in derivation))


def _of_steps(derivation: Sequence[Theorem], rng: random.Random) -> Iterator[Mutant]:
    # An assumption has no rule to speak of: any statement may be assumed.
    changed = [step for step in derivation if step.rule not in ("assume", "cite")]
    chosen = list(islice(by_turns(changed, lambda step: step.rule, rng), _STEPS))
    for step in chosen:
        yield from mutants_of_step(step, rng, max(_FEWEST, _OF_CONCLUSIONS // len(chosen)))
