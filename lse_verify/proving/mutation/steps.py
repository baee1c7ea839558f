"""Steps with one thing changed: their conclusions, their premises, and what their rules were told.

The kernel accepts a changed conclusion if the rule of the step shows it from the same premises.
Where a premise or an argument is changed, whatever the rule makes of it is accepted, and must be
true under the changed premise.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sympy as sp

from lse_verify.proving.falsifier.vocabulary import statement_names
from lse_verify.proving.mutation.instances import drawn_instances
from lse_verify.proving.mutation.reruns import Call, accepts, attempt, recovered, says
from lse_verify.proving.mutation.statements import drawn, statement_changes
from lse_verify.proving.mutation.trees import changes
from lse_verify.theory.kernel import Rejected, Theorem, assume, instantiate
from lse_verify.theory.statements import Relation, Sequent, Statement


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


def mutants_of_step(step: Theorem, rng: random.Random, count: int) -> Iterator[Mutant]:
    """Yield mutants of one step.

    Parameters
    ----------
    step : Theorem
        Of any rule.
    rng : random.Random
        Consumed.
    count : int
        How many of its conclusion; there are about as many others.
    """
    yield from _of_conclusion(step, rng, count)
    call = recovered(step)
    if call is not None:
        yield from _of_premises(step, call, rng)
        yield from _of_argument(step, call, rng)
    elif step.rule == "instantiate":
        yield from _instances(step, rng)


def _of_conclusion(step: Theorem, rng: random.Random, count: int) -> Iterator[Mutant]:
    for kind, made in drawn(statement_changes(step.conclusion, _pool(step)), rng, count):
        yield Mutant(kind, Sequent(step.hypotheses, made), accepts(step, made))


def _of_premises(step: Theorem, call: Call, rng: random.Random, count: int = 1) -> Iterator[Mutant]:
    for place, premise in enumerate(step.premises):
        without = step.premises[:place] + step.premises[place + 1 :]
        yield from _made_of("premise dropped", call, without)
        for kind, made in drawn(statement_changes(premise.conclusion, _pool(step)), rng, count):
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
    if made is None or not says(made, wanted):
        yield Mutant(kind, wanted, accepted=False)


def _made_of(kind: str, call: Call, premises: Sequence[Theorem]) -> Iterator[Mutant]:
    try:
        made = attempt(call, tuple(premises))
    except (IndexError, TypeError, ValueError):
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


def _of_argument(step: Theorem, call: Call, rng: random.Random, count: int = 3) -> Iterator[Mutant]:
    told = call.argument
    if isinstance(told, sp.Expr):
        found = changes(told, _pool(step))
    elif isinstance(told, Relation) and told != step.conclusion:
        found = statement_changes(told, _pool(step))
    else:
        return
    for kind, argument in drawn(found, rng, count):
        yield from _made_of(f"argument, {kind}", call._replace(argument=argument), step.premises)


def _instances(step: Theorem, rng: random.Random, count: int = 8) -> Iterator[Mutant]:
    """Yield other instances of what a step is an instance of."""
    general, *because = step.premises
    for replaced in drawn_instances(general, _pool(step), rng, count):
        call = Call(lambda p, by: instantiate(p[0], by, p[1:]), replaced)
        yield from _made_of("instance", call, (general, *because))


def _pool(theorem: Theorem) -> frozenset[Any]:
    """Return the free names of a theorem."""
    every = (theorem.conclusion, *theorem.hypotheses)
    return frozenset[Any]().union(*map(statement_names, every))
