"""Mutants: statements near those of a claim and of its steps, put to the kernel and the falsifier.

A kernel that proves everything passes every test that a proof ends. Here it must refuse: of each
claim, some statements and steps are changed in one thing, and none may be both accepted by the
kernel and refuted by the falsifier. The kernel accepts

- a changed statement, if a step of the derivation proves it;
- a changed conclusion, if the rule of the step shows it from the same premises;
- a changed premise or argument: whatever the rule then makes of it must still be true under the
  changed premise.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import sympy as sp

from lse_verify.proving.falsifier import examine
from lse_verify.proving.mutated_statements import (
    built,
    mutated,
    mutated_sequent,
    sequent_changes,
    statement_changes,
)
from lse_verify.proving.mutated_trees import Change, changes
from lse_verify.proving.outcome import MutantCount
from lse_verify.proving.reruns import Call, accepts, attempt, recovered
from lse_verify.proving.vocabulary import statement_names
from lse_verify.theory.claim import Claim
from lse_verify.theory.kernel import Rejected, Theorem, assume, instantiate, proves, steps
from lse_verify.theory.statements import Sequent, Statement

__all__ = ["Mutant", "mutants", "mutants_of", "mutated", "mutated_sequent"]

OF_STATEMENTS, OF_STEPS = 60, 30
"""How many mutants are drawn of a claim's statements, and how many steps."""

FEW_POINTS, POINTS, MANY_POINTS = 6, 24, 60


class Mutant(NamedTuple):
    """A statement with one thing changed.

    Attributes
    ----------
    kind : str
        What is changed.
    sequent : Sequent
        The changed statement.
    accepted : bool
        Whether the kernel takes it.
    """

    kind: str
    sequent: Sequent
    accepted: bool

    def __str__(self) -> str:
        return f"{self.kind}: {self.sequent}"


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
    counted = {"refuted": 0, "equivalent": 0, "open": 0}
    both: list[str] = []
    for mutant in mutants(claim, theorems, seed):
        verdict = _verdict(mutant, seed)
        if mutant.accepted and verdict in ("refuted", "error"):
            both.append(f"{verdict}: {mutant}")
        elif mutant.accepted:
            counted["equivalent" if verdict == "held" else "open"] += 1
        else:
            counted["refuted" if verdict == "refuted" else "open"] += 1
    return MutantCount(made=sum(counted.values()) + len(both), both=tuple(both), **counted)


def _verdict(mutant: Mutant, seed: int) -> str:
    if mutant.accepted:
        return examine(*mutant.sequent, seed=seed, points=MANY_POINTS).verdict
    first = examine(*mutant.sequent, seed=seed, points=FEW_POINTS).verdict
    return first if first == "refuted" else examine(*mutant.sequent, seed=seed, points=POINTS).verdict


def mutants(claim: Claim, theorems: Sequence[Theorem], seed: int) -> Iterator[Mutant]:
    """Yield mutants of a claim, each once: of its statements, then of steps drawn at random."""
    rng = random.Random(f"{claim.id} {seed}")
    derivation = steps(*theorems)
    seen = {*claim.states, *(step.sequent for step in derivation)}
    for mutant in (*_of_statements(claim, derivation, rng), *_of_steps(derivation, rng)):
        if mutant.sequent not in seen:
            seen.add(mutant.sequent)
            yield mutant


def _of_statements(
    claim: Claim, derivation: Sequence[Theorem], rng: random.Random
) -> Iterator[Mutant]:
    share = -(-OF_STATEMENTS // len(claim.states))
    for sequent in claim.states:
        for kind, made in _made(sequent_changes(sequent), rng, share):
            yield Mutant(kind, made, any(proves(step, made) for step in derivation))


def _of_steps(derivation: Sequence[Theorem], rng: random.Random) -> Iterator[Mutant]:
    changed = [step for step in derivation if step.rule not in ("assume", "cite")]
    for step in rng.sample(changed, min(OF_STEPS, len(changed))):
        yield from _of_conclusion(step, rng)
        call = recovered(step)
        if call is not None:
            yield from _of_premises(step, call, rng)
            yield from _of_argument(step, call, rng)
        elif step.rule == "instantiate":
            yield from _instances(step, rng)


def _of_conclusion(step: Theorem, rng: random.Random, count: int = 4) -> Iterator[Mutant]:
    for kind, made in _made(statement_changes(step.conclusion, _pool(step)), rng, count):
        yield Mutant(kind, Sequent(step.hypotheses, made), accepts(step, made))


def _of_premises(
    step: Theorem, call: Call, rng: random.Random, count: int = 1
) -> Iterator[Mutant]:
    for place, premise in enumerate(step.premises):
        without = step.premises[:place] + step.premises[place + 1 :]
        yield from _made_of("premise dropped", call, without)
        for kind, made in _made(statement_changes(premise.conclusion, _pool(step)), rng, count):
            changed = _assumed(made, premise)
            if changed is not None:
                premises = (*step.premises[:place], changed, *step.premises[place + 1 :])
                yield from _under(step, f"premise, {kind}", call, premises)


def _under(step: Theorem, kind: str, call: Call, premises: Sequence[Theorem]) -> Iterator[Mutant]:
    """Yield what a rule makes of changed premises, and the old conclusion if that is another."""
    given = frozenset[Statement]().union(*(premise.hypotheses for premise in premises))
    wanted = Sequent(given, step.conclusion)
    made = attempt(call, tuple(premises))
    if made is not None:
        yield Mutant(kind, made.sequent, accepted=True)
    if made is None or not proves(made, wanted):
        yield Mutant(kind, wanted, accepted=False)


def _made_of(kind: str, call: Call, premises: Sequence[Theorem]) -> Iterator[Mutant]:
    try:
        made = attempt(call, tuple(premises))
    except (IndexError, TypeError):
        # The rule cannot be called with so few.
        return
    if made is not None:
        yield Mutant(kind, made.sequent, accepted=True)


def _assumed(statement: Statement, premise: Theorem) -> Theorem | None:
    """Assume a statement in the place of a premise, if need be under the same hypotheses."""
    for under in ((), premise.hypotheses):
        try:
            return assume(statement, because=map(assume, sorted(under, key=str)))
        except Rejected:
            pass
    return None


def _of_argument(
    step: Theorem, call: Call, rng: random.Random, count: int = 2
) -> Iterator[Mutant]:
    if not isinstance(call.argument, sp.Expr):
        return
    for kind, argument in _made(changes(call.argument, _pool(step)), rng, count):
        yield from _made_of(f"argument, {kind}", call._replace(argument=argument), step.premises)


def _instances(step: Theorem, rng: random.Random, count: int = 4) -> Iterator[Mutant]:
    """Yield other instances of what a step is an instance of."""
    general, *because = step.premises
    pool = _pool(step)
    for name in rng.sample(sorted(_pool(general), key=str), k=len(_pool(general)))[:count]:
        made = attempt(
            Call(lambda p, by, old=name: instantiate(p[0], {old: by}, p[1:]), rng.choice(_others(name, pool))),
            (general, *because),
        )
        if made is not None:
            yield Mutant("instance", made.sequent, accepted=True)
