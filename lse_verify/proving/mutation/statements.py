"""Statements and sequents with one thing changed; most of them are false."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import sympy as sp

from lse_verify.proving.falsifier.vocabulary import Name, expressions, statement_names
from lse_verify.proving.mutation.trees import Change, Pool, changes, is_sound, ranges, ready
from lse_verify.proving.mutation.turns import by_turns
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Relation,
    Sequent,
    Slope,
    Statement,
    Supremum,
)

_RELATIONS: Any = ("=", "<=", "<", "!=")
_POINTS = (sp.oo, sp.S.NegativeInfinity, sp.Integer(0))


def mutated(statement: Statement, pool: Iterable[Name] = ()) -> Iterator[tuple[str, Statement]]:
    """Yield every statement that differs in one thing, and what that is.

    Parameters
    ----------
    statement : Statement
        Stays out, and so does what SymPy cannot build or evaluates to an infinity.
    pool : iterable of Symbol and IndexedBase, optional
        Names that may stand in for its own, besides its own.

    Examples
    --------
    >>> a = sp.Symbol("a", real=True)
    >>> [str(s) for kind, s in mutated(Relation(a, "<=", a + 1)) if kind == "relation"]
    ['a = a + 1', 'a < a + 1', 'a != a + 1']
    """
    return _distinct(statement_changes(statement, pool), statement)


def mutated_sequent(sequent: Sequent) -> Iterator[tuple[str, Sequent]]:
    """Yield every sequent that differs in one thing, and what that is.

    The conclusion is changed, or a hypothesis is dropped, weakened or changed.
    """
    return _distinct(sequent_changes(sequent), sequent)


def _distinct(found: Iterable[Change], original: Any) -> Iterator[tuple[str, Any]]:
    seen = {original}
    for change in found:
        made = built(change)
        if made is not None and made not in seen:
            seen.add(made)
            yield change.kind, made


def built(change: Change) -> Any:
    """Return the changed expression, statement or sequent; None where there is none."""
    try:
        made = change.made()
    except (TypeError, ValueError, ZeroDivisionError):
        # SymPy's own refusals, such as an entry at an index that is no integer.
        return None
    return made if _is_sound(made) else None


def _is_sound(made: Any) -> bool:
    if isinstance(made, sp.Basic):
        return is_sound(made)
    statements = (*made.hypotheses, made.conclusion) if isinstance(made, Sequent) else (made,)
    spoken = (e for s in statements for e in expressions(s))
    return all(e in _POINTS or is_sound(e) for e in spoken) and not any(
        isinstance(s, Relation) and {s.lhs, s.rhs} & set(_POINTS[:2]) for s in statements
    )


def drawn(found: Iterable[Change], rng: random.Random, count: int) -> Iterator[tuple[str, Any]]:
    """Draw and make a few of many changes, of as many kinds as there are."""
    made = ((c.kind, built(c)) for c in by_turns(found, lambda change: change.kind, rng))
    yield from islice(((kind, thing) for kind, thing in made if thing is not None), count)


def statement_changes(statement: Statement, pool: Iterable[Name] = ()) -> Iterator[Change]:
    """Yield every single change of a statement."""
    every = statement_names(statement).union(pool)
    for kind, within in _CHANGES:
        if isinstance(statement, kind):
            yield from within(statement, every)


def sequent_changes(sequent: Sequent) -> Iterator[Change]:
    """Yield every single change of a conclusion and of its hypotheses."""
    given = sorted(sequent.hypotheses, key=str)
    pool = frozenset[Any]().union(*map(statement_names, (*given, sequent.conclusion)))
    for change in statement_changes(sequent.conclusion, pool):
        yield Change(change.kind, _with(sequent, "conclusion", change.made))
    for hypothesis in given:
        others = sequent.hypotheses - {hypothesis}
        yield Change("hypothesis dropped", ready(sequent._replace(hypotheses=others)))
        for change in statement_changes(hypothesis, pool):
            yield Change(
                "relation of a hypothesis" if change.kind == "relation" else "hypothesis changed",
                _assuming(sequent, others, change.made),
            )


class _Part(NamedTuple):
    """A field of a statement that holds an expression."""

    field: str
    pool: Pool


def _in_parts(statement: Any, *parts: _Part) -> Iterator[Change]:
    for field, pool in parts:
        for change in changes(getattr(statement, field), pool):
            yield Change(change.kind, _with(statement, field, change.made))


def _with(statement: Any, field: str, made: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: statement._replace(**{field: made()})


def _assuming(
    sequent: Sequent, others: frozenset[Statement], made: Callable[[], Any]
) -> Callable[[], Any]:
    return lambda: sequent._replace(hypotheses=others | {made()})


def _among(
    before: tuple[Any, ...], made: Callable[[], Any], after: tuple[Any, ...]
) -> Callable[[], Any]:
    return lambda: (*before, made(), *after)


def _of_relation(relation: Relation, pool: Pool) -> Iterator[Change]:
    for op in _RELATIONS:
        yield Change("relation", ready(relation._replace(op=op)))
    if relation.op in ("<=", "<"):
        turned = Relation(relation.rhs, relation.op, relation.lhs)
        yield Change("sides swapped", ready(turned))
    yield from _in_parts(relation, _Part("lhs", pool), _Part("rhs", pool))


def _of_forall(statement: Forall, pool: Pool) -> Iterator[Change]:
    for low, high in ranges(statement.low, statement.high):
        yield Change("range", ready(statement._replace(low=low, high=high)))
    for change in statement_changes(statement.body, pool | {statement.index}):
        yield Change(change.kind, _with(statement, "body", change.made))


def _of_slope(slope: Slope, pool: Pool) -> Iterator[Change]:
    for change in changes(slope.variable, pool):
        if change.kind in ("index", "row", "name"):
            yield Change("variable of a slope", _with(slope, "variable", change.made))
    yield Change("value of a slope", ready(slope._replace(value=sp.Integer(0))))
    yield from _in_parts(slope, _Part("expression", pool), _Part("value", pool))


def _of_limit(limit: Limit, pool: Pool) -> Iterator[Change]:
    for point in _POINTS:
        if point != limit.point:
            yield Change("point of a limit", ready(limit._replace(point=point)))
    for value in (*_POINTS, limit.value + 1, limit.value - 1, -limit.value):
        yield Change("value of a limit", ready(limit._replace(value=value)))
    inside = pool | {limit.variable}
    yield from _in_parts(limit, _Part("expression", inside), _Part("value", pool))


def _of_supremum(supremum: Supremum, pool: Pool) -> Iterator[Change]:
    value = supremum.value
    for other in (sp.oo, sp.Integer(0), value + 1, value - 1, -value):
        yield Change("value of a supremum", ready(supremum._replace(value=other)))
    subject = supremum.subject
    for place, condition in enumerate(subject):
        before, after = subject[:place], subject[place + 1 :]
        without = supremum._replace(subject=before + after)
        yield Change("condition dropped", ready(without))
        for change in statement_changes(condition, pool | {supremum.over}):
            made = _among(before, change.made, after)
            yield Change("condition changed", _with(supremum, "subject", made))
    inside = pool | {supremum.over}
    yield from _in_parts(supremum, _Part("expression", inside), _Part("value", pool))


_CHANGES: tuple[tuple[Any, Callable[[Any, Pool], Iterator[Change]]], ...] = (
    (Relation, _of_relation),
    (Forall, _of_forall),
    (Slope, _of_slope),
    (Limit, _of_limit),
    (Supremum, _of_supremum),
)
