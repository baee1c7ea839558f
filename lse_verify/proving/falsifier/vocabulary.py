"""Which names a statement is about: its free symbols, rows and undefined functions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from lse_verify.theory.statements import Forall, Limit, Relation, Slope, Statement, Supremum

Name: TypeAlias = Any
"""A ``Symbol``, an ``IndexedBase`` or an undefined function."""

Names: TypeAlias = frozenset[Any]

_NONE: Names = frozenset()


@lru_cache(maxsize=1 << 16)
def names(expression: sp.Basic) -> Names:
    """Return the free names of an expression; a row is not one of its own label's symbols.

    Examples
    --------
    >>> x, i, n = sp.IndexedBase("x"), sp.Symbol("i"), sp.Symbol("n")
    >>> sorted(map(str, names(sp.Sum(sp.exp(x[i]), (i, 1, n)))))
    ['n', 'x']
    """
    if isinstance(expression, sp.Symbol):
        return frozenset({expression})
    if isinstance(expression, sp.Indexed):
        return _NONE.union({expression.base}, *map(names, expression.indices))
    if isinstance(expression, AppliedUndef):
        return _NONE.union({expression.func}, *map(names, expression.args))
    if isinstance(expression, sp.Sum | sp.Product):
        return _without_indices(names(expression.function), expression.limits)
    return _NONE.union(*map(names, expression.args))


def _without_indices(inside: Names, limits: tuple[sp.Tuple, ...]) -> Names:
    for index, *bounds in limits:
        inside = (inside - {index}).union(*map(names, bounds))
    return inside


@lru_cache(maxsize=1 << 14)
def statement_names(statement: Statement) -> Names:
    """Return the free names of a statement."""
    match statement:
        case Relation(lhs, _, rhs):
            return names(lhs) | names(rhs)
        case Forall(index, low, high, body):
            return (statement_names(body) - {index}) | names(low) | names(high)
        case Slope(expression, variable, value):
            return names(expression) | names(variable) | names(value)
        case Limit(expression, variable, _, value):
            return (names(expression) - {variable}) | names(value)
        case Supremum(expression, over, subject, value):
            inside = names(expression).union(*map(statement_names, subject))
            return (inside - {over}) | names(value)


def applications(expression: sp.Basic, name: Name) -> list[sp.Expr]:
    """Return every place where a name stands: the symbol, or the entries and values taken."""
    if expression == name:
        return [expression]
    if isinstance(expression, sp.Indexed):
        own = [expression] if expression.base == name else []
        return own + [a for index in expression.indices for a in applications(index, name)]
    own = [expression] if isinstance(expression, AppliedUndef) and expression.func == name else []
    return own + [a for arg in expression.args for a in applications(arg, name)]


def entry_of(place: sp.Expr) -> tuple[Name, sp.Expr] | None:
    """Return the row or undefined function and the index of a place with one index."""
    if isinstance(place, sp.Indexed) and len(place.indices) == 1:
        return place.base, place.indices[0]
    if isinstance(place, AppliedUndef) and len(place.args) == 1:
        return place.func, place.args[0]
    return None


@lru_cache(maxsize=1 << 14)
def nesting(expression: sp.Basic) -> int:
    """Return how many sums and products stand inside one another at most."""
    inside = max(map(nesting, expression.args), default=0)
    if isinstance(expression, sp.Sum | sp.Product):
        return inside + len(expression.limits)
    return inside


def statement_nesting(statement: Statement) -> int:
    """Return how many ranges stand inside one another at most."""
    match statement:
        case Forall(_, _, _, body):
            return 1 + statement_nesting(body)
        case Supremum(expression, _, subject, value):
            return max(nesting(expression), nesting(value), *map(statement_nesting, subject), 0)
        case Relation(lhs, _, rhs):
            return max(nesting(lhs), nesting(rhs))
        case Slope() | Limit():
            return max(nesting(statement.expression), nesting(statement.value))


def expressions(statement: Statement) -> list[sp.Expr]:
    """Return every expression of a statement, those of its parts included."""
    match statement:
        case Relation(lhs, _, rhs):
            return [lhs, rhs]
        case Forall(_, low, high, body):
            return [low, high, *expressions(body)]
        case Slope(expression, variable, value):
            return [expression, variable, value]
        case Limit(expression, _, _, value):
            return [expression, value]
        case Supremum(expression, _, subject, value):
            return [expression, value, *(e for s in subject for e in expressions(s))]
