"""Read hypotheses once: which define a name, and how the others can be made to hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from lse_verify.proving.falsifier.draws import Kind, kind_of
from lse_verify.proving.falsifier.evaluate import Closure, compiled
from lse_verify.proving.falsifier.judgement import Rule, rule_of
from lse_verify.proving.falsifier.moves import Move, mass, moves
from lse_verify.proving.falsifier.point import Definition
from lse_verify.proving.falsifier.solving import balanced, is_affine, solved
from lse_verify.proving.falsifier.vocabulary import (
    Name,
    Names,
    applications,
    entry_of,
    expressions,
    names,
    statement_names,
)
from lse_verify.theory.statements import Forall, Relation, Statement

Bound: TypeAlias = tuple[sp.Symbol, sp.Expr, sp.Expr]


class Constraint(NamedTuple):
    """A hypothesis to be checked: ranges, and a rule at each place with ways to mend it.

    One that defines a name holds by construction, up to rounding.
    """

    ranges: tuple[tuple[sp.Symbol, Closure, Closure], ...]
    rule: Rule
    moves: tuple[Move, ...]
    defines: bool


class Plan(NamedTuple):
    """How to draw points for hypotheses.

    Attributes
    ----------
    kinds : tuple of (name, Kind)
        Of every name to be drawn or defined, in a fixed order.
    definitions : tuple of Definition
        Each after those it depends on.
    constraints : tuple of Constraint
        One for every hypothesis.
    """

    kinds: tuple[tuple[Name, Kind], ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]


@lru_cache(maxsize=1 << 12)
def plan_for(hypotheses: frozenset[Statement], wanted: frozenset[tuple[Name, Kind]]) -> Plan:
    """Return how to draw values of the wanted names at which the hypotheses hold.

    Any other name in the hypotheses is taken as it is.
    """
    ordered = tuple(sorted(wanted, key=lambda pair: (str(pair[0]), str(pair[1]))))
    given = sorted(hypotheses, key=str)
    chosen = _chosen(given, dict(ordered))
    free = {name: kind for name, kind in ordered if name not in chosen}
    defining = {candidate.statement for candidate in chosen.values()}
    constraints = tuple(_constraint(s, free, defines=s in defining) for s in given)
    return Plan(ordered, _in_order(chosen), constraints)


def kinds_in(statements: Iterable[Statement]) -> frozenset[tuple[Name, Kind]]:
    """Return the free names of statements with their kinds."""
    found: set[tuple[Name, Kind]] = set()
    for statement in statements:
        found |= _kinds(statement)
    return frozenset(found)


@lru_cache(maxsize=1 << 14)
def _kinds(statement: Statement) -> frozenset[tuple[Name, Kind]]:
    shown: dict[Name, sp.Expr] = {}
    for expression in expressions(statement):
        for value in expression.atoms(AppliedUndef):
            shown[value.func] = value
    return frozenset((n, kind_of(n, shown.get(n, n))) for n in statement_names(statement))


def _core(statement: Statement) -> tuple[tuple[Bound, ...], Statement]:
    """Return the ranges around a statement, the outermost first, and what is inside."""
    ranges: list[Bound] = []
    while isinstance(statement, Forall):
        ranges.append((statement.index, statement.low, statement.high))
        statement = statement.body
    return tuple(ranges), statement


def _constraint(statement: Statement, kinds: dict[Name, Kind], *, defines: bool) -> Constraint:
    ranges, inside = _core(statement)
    scope: Names = frozenset(index for index, _, _ in ranges)
    repairs = moves(inside, scope, kinds) if isinstance(inside, Relation) else ()
    bounds = tuple((i, compiled(low, scope), compiled(high, scope)) for i, low, high in ranges)
    return Constraint(bounds, rule_of(inside, scope), repairs, defines)


class _Candidate(NamedTuple):
    statement: Statement
    definition: Definition
    needs: Names


def _chosen(given: list[Statement], kinds: dict[Name, Kind]) -> dict[Name, _Candidate]:
    """Return at most one definition a name and a statement, none in a circle."""
    chosen: dict[Name, _Candidate] = {}
    for statement in given:
        for candidate in _candidates(statement, kinds):
            name = candidate.definition.name
            if name not in chosen and name not in _all_needs(candidate.needs, chosen):
                chosen[name] = candidate
                break
    return chosen


def _in_order(chosen: dict[Name, _Candidate]) -> tuple[Definition, ...]:
    ordered: list[Definition] = []
    for name in chosen:
        _append(name, chosen, ordered)
    return tuple(ordered)


def _all_needs(needs: Names, chosen: dict[Name, _Candidate]) -> Names:
    """Return the needs with everything that they need in turn."""
    seen: Names = frozenset()
    while needs - seen:
        seen |= needs
        needs = needs.union(*(chosen[name].needs for name in needs if name in chosen))
    return seen


def _append(name: Name, chosen: dict[Name, _Candidate], ordered: list[Definition]) -> None:
    _, definition, needs = chosen[name]
    if definition in ordered:
        return
    for needed in sorted(needs & chosen.keys(), key=str):
        _append(needed, chosen, ordered)
    ordered.append(definition)


def _candidates(statement: Statement, kinds: dict[Name, Kind]) -> list[_Candidate]:
    """Return the definitions that an equality can be read as, the most natural first."""
    ranges, inside = _core(statement)
    if not isinstance(inside, Relation) or inside.op != "=" or len(ranges) > 1:
        return []
    scope: Names = frozenset(index for index, _, _ in ranges)
    if mass(inside, scope, kinds) is not None:
        return []
    found = [_definition(inside, place, ranges) for place in _places(inside, ranges, kinds)]
    found += [] if ranges else _balances(inside, kinds)
    return [_Candidate(statement, *pair) for pair in found if pair is not None]


def _places(
    relation: Relation, ranges: tuple[Bound, ...], kinds: dict[Name, Kind]
) -> list[sp.Expr]:
    used = (names(relation.lhs) | names(relation.rhs)) & kinds.keys()
    places: set[sp.Expr] = set()
    for name in used:
        stands = applications(relation.lhs, name) + applications(relation.rhs, name)
        if len(stands) == 1 and _is_defined_by(stands[0], ranges):
            places.add(stands[0])

    def natural(place: sp.Expr) -> tuple[bool, bool, bool, str]:
        bare = place in (relation.lhs, relation.rhs)
        return not bare, not isinstance(place, sp.Symbol), place != relation.lhs, str(place)

    return sorted(places, key=natural)


def _is_defined_by(place: sp.Expr, ranges: tuple[Bound, ...]) -> bool:
    if isinstance(place, sp.Symbol):
        return not ranges
    entry = entry_of(place)
    return entry is not None and (not ranges or entry[1] == ranges[0][0])


def _definition(
    relation: Relation, place: sp.Expr, ranges: tuple[Bound, ...]
) -> tuple[Definition, Names] | None:
    """Return the definition of what stands at a place, and the names that it needs."""
    scope: Names = frozenset(index for index, _, _ in ranges)
    value = solved(relation, place, scope)
    if value is None:
        return None
    entry = entry_of(place)
    name = place if entry is None else entry[0]
    index = None if entry is None else compiled(entry[1], scope)
    bound = None
    needs = (names(relation.lhs) | names(relation.rhs)) - {name}
    for variable, low, high in ranges:
        bound = variable, compiled(low, scope), compiled(high, scope)
        needs = needs - {variable} | names(low) | names(high)
    return None if name in needs else (Definition(name, index, bound, value), needs)


def _balances(relation: Relation, kinds: dict[Name, Kind]) -> list[tuple[Definition, Names] | None]:
    """Return the definitions of a first entry, for rows on which both sides depend affinely."""
    used = names(relation.lhs) | names(relation.rhs)
    rows = [name for name in used & kinds.keys() if isinstance(name, sp.IndexedBase)]
    found: list[tuple[Definition, Names] | None] = []
    # A row of any sign first: what is found may have either.
    for row in sorted(rows, key=lambda name: (not kinds[name].may_be_negative, str(name))):
        if is_affine(relation.lhs, row) and is_affine(relation.rhs, row):
            value = balanced(relation, row, 1)
            found.append((Definition(row, lambda env: 1, None, value), used - {row}))
    return found
