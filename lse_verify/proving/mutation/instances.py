"""Replacements for the names of a theorem: instances that a careless substitution would get wrong.

Among them are entries at an index that a sum inside the theorem binds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sympy as sp

from lse_verify.proving.falsifier.vocabulary import Name, expressions, statement_names
from lse_verify.proving.mutation.turns import by_turns
from lse_verify.theory.kernel import Theorem
from lse_verify.theory.statements import Forall, Statement

_AT = sp.Symbol("at", integer=True, positive=True)


def drawn_instances(
    theorem: Theorem, pool: Iterable[Name], rng: random.Random, count: int
) -> Iterator[dict[Any, Any]]:
    """Yield replacements for one name at a time.

    Parameters
    ----------
    theorem : Theorem
        Whose free names are replaced.
    pool : iterable of Symbol and IndexedBase
        Names to replace them by, besides its own.
    rng : random.Random
        Consumed.
    count : int
        How many.
    """
    every = (theorem.conclusion, *theorem.hypotheses)
    own = frozenset[Any]().union(*map(statement_names, every))
    known = sorted({*own, *pool}, key=str)
    bound = sorted(frozenset[Any]().union(*map(_bound, every)), key=str)
    found = [(name, by) for name in sorted(own, key=str) for by in _instead(name, known, bound)]

    def kind(replaced: tuple[Any, Any]) -> str:
        name, by = replaced
        captured = not set(bound).isdisjoint(by.free_symbols - own)
        return f"{name} {captured}"

    for name, by in islice(by_turns(found, kind, rng), count):
        yield {name: by}


def _bound(statement: Statement) -> frozenset[Any]:
    """Return the indices that the sums and ranges of a statement bind."""
    inside = statement.body if isinstance(statement, Forall) else None
    outer = frozenset({statement.index}) if isinstance(statement, Forall) else frozenset[Any]()
    sums = {total for e in expressions(statement) for total in e.atoms(sp.Sum)}
    found = outer.union(limits[0] for total in sums for limits in total.limits)
    return found if inside is None else found | _bound(inside)


def _instead(name: Any, known: list[Any], bound: list[Any]) -> list[Any]:
    rows = [other for other in known if isinstance(other, sp.IndexedBase)]
    symbols = [other for other in known if isinstance(other, sp.Symbol)]
    integers = [s for s in symbols if s.is_integer]
    reals = [s for s in symbols if not s.is_integer]
    indices = dict.fromkeys((*integers, *bound, sp.Integer(1)))
    if isinstance(name, sp.IndexedBase):
        entries = [row[_AT] for row in rows if row != name]
        entries += [-name[_AT], name[_AT] + 1, 2 * name[_AT], name[_AT + 1], sp.Integer(0)]
        entries += [name[_AT] ** 2, *(row[at] for row in rows for at in indices), *reals]
        return [sp.Lambda(_AT, entry) for entry in entries]
    if not isinstance(name, sp.Symbol):
        return []
    if name.is_integer:
        numbers = [sp.Integer(0), sp.Integer(1), sp.Integer(2), name + 1, name - 1, 2 * name]
        return [*numbers, *(other for other in (*integers, *bound) if other != name)]
    entries = [row[at] for row in rows for at in indices]
    values = [-name, name + 1, name - 1, name**2, 2 * name, sp.Integer(0)]
    return [*values, sp.Integer(1), *entries, *(other for other in reals if other != name)]
