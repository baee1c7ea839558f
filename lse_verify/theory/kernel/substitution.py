"""Substitution that captures nothing: what is free stays free, what is bound stays bound.

SymPy's own ``subs`` puts ``v[i]`` into ``Sum(c*p[i], (i, 1, n))`` for c and thereby under the sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.theory.statements import Forall, Limit, Relation, Slope, Statement, Supremum

Replacements: TypeAlias = Mapping[Any, Any]
"""A symbol ↦ an expression; a row ↦ a ``Lambda`` of the index."""


def free_names(thing: Any) -> frozenset[Any]:
    """Return the symbols and rows that an expression or a statement speaks of.

    Examples
    --------
    >>> x = sp.IndexedBase("x", real=True)
    >>> i, n = sp.symbols("i n", integer=True)
    >>> sorted(map(str, free_names(sp.Sum(x[i], (i, 1, n)))))
    ['n', 'x']
    """
    if isinstance(thing, Forall):
        inside = free_names(thing.body) - {thing.index}
        return inside | free_names(thing.low) | free_names(thing.high)
    if isinstance(thing, Limit):
        return free_names(thing.expression) - {thing.variable} | free_names(thing.value)
    if isinstance(thing, Supremum):
        inside = free_names(thing.expression).union(*map(free_names, thing.subject))
        return inside - {thing.over} | free_names(thing.value)
    if isinstance(thing, (Relation, Slope)):
        parts = [part for part in thing if not isinstance(part, str)]
        return frozenset().union(*map(free_names, parts))
    if isinstance(thing, sp.Symbol):
        return frozenset({thing})
    if isinstance(thing, sp.Lambda):
        return free_names(thing.expr) - set(thing.variables)
    if isinstance(thing, sp.Indexed):
        return frozenset({thing.base}).union(*map(free_names, thing.indices))
    if isinstance(thing, sp.Sum):
        *inner, (index, low, high) = thing.limits
        body = thing.func(thing.function, *inner) if inner else thing.function
        return free_names(body) - {index} | free_names(low) | free_names(high)
    return frozenset().union(*map(free_names, thing.args))


def substitute(expression: sp.Expr, replaced: Replacements) -> sp.Expr:
    """Return the expression with symbols and rows replaced, all at once.

    An index of a sum that stands free in a replacement is renamed first.

    Examples
    --------
    >>> p, v = (sp.IndexedBase(name, real=True) for name in "pv")
    >>> i, n = sp.symbols("i n", integer=True)
    >>> c = sp.Symbol("c", real=True)
    >>> substitute(sp.Sum(c * p[i], (i, 1, n)), {c: v[i]}).limits
    ((_i, 1, n),)
    """
    if not replaced or not free_names(expression) & replaced.keys():
        return expression
    if isinstance(expression, sp.Symbol):
        return replaced[expression]
    if isinstance(expression, sp.Indexed):
        return _replaced_entry(expression, replaced)
    if isinstance(expression, sp.Sum):
        return _replaced_sum(expression, replaced)
    return expression.func(*(substitute(argument, replaced) for argument in expression.args))


def _replaced_entry(entry: sp.Indexed, replaced: Replacements) -> sp.Expr:
    (index,) = entry.indices
    index = substitute(index, replaced)
    if entry.base not in replaced:
        return entry.base[index]
    by = replaced[entry.base]
    return substitute(by.expr, {by.variables[0]: index})


def _replaced_sum(expression: sp.Sum, replaced: Replacements) -> sp.Expr:
    *inner, (index, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    inside = {old: by for old, by in replaced.items() if old in free_names(body) - {index}}
    if any(index in free_names(by) for by in inside.values()):
        index, body = renamed(index, body)
    range_ = (index, substitute(low, replaced), substitute(high, replaced))
    return sp.Sum(substitute(body, inside), range_)


def renamed(index: sp.Symbol, body: Any) -> tuple[sp.Symbol, Any]:
    """Return a fresh index with the same assumptions, and the body that speaks of it."""
    fresh = sp.Dummy(index.name, **index.assumptions0)
    exchange = substitute if isinstance(body, sp.Expr) else substitute_in
    return fresh, exchange(body, {index: fresh})


def substitute_in(statement: Statement, replaced: Replacements) -> Statement:
    """Return the statement with symbols and rows replaced, all at once, capturing nothing.

    Raises
    ------
    ValueError
        If a derivative's variable would become anything but a symbol or an entry.
    """
    replaced = {old: by for old, by in replaced.items() if old in free_names(statement)}
    coming = frozenset().union(*map(free_names, replaced.values()))
    if isinstance(statement, Relation):
        lhs, rhs = (substitute(side, replaced) for side in (statement.lhs, statement.rhs))
        return Relation(lhs, statement.op, rhs)
    if isinstance(statement, Forall):
        index, body = statement.index, statement.body
        if index in coming:
            index, body = renamed(index, body)
        low, high = substitute(statement.low, replaced), substitute(statement.high, replaced)
        inside = {old: by for old, by in replaced.items() if old != index}
        return Forall(index, low, high, substitute_in(body, inside))
    if isinstance(statement, Limit):
        variable, expression = statement.variable, statement.expression
        if variable in coming:
            variable, expression = renamed(variable, expression)
        inside = {old: by for old, by in replaced.items() if old != variable}
        value = substitute(statement.value, replaced)
        return Limit(substitute(expression, inside), variable, statement.point, value)
    if isinstance(statement, Supremum):
        if statement.over in coming | replaced.keys():
            raise ValueError(f"{statement.over} is bound in {statement}; rename it first")
        subject: Any = tuple(substitute_in(s, replaced) for s in statement.subject)
        inside = substitute(statement.expression, replaced)
        return Supremum(inside, statement.over, subject, substitute(statement.value, replaced))
    return _replaced_slope(statement, replaced)


def _replaced_slope(statement: Slope, replaced: Replacements) -> Slope:
    # Substituting first and differentiating then is another thing than the reverse, unless the
    # variable stays a variable that the replacements do not speak of.
    variable = statement.variable
    kept = variable if isinstance(variable, sp.Symbol) else variable.base
    if kept in replaced or any(kept in free_names(by) for by in replaced.values()):
        raise ValueError(f"{variable} is what {statement} differentiates by; it must stay")
    return Slope(
        substitute(statement.expression, replaced),
        substitute(variable, replaced),
        substitute(statement.value, replaced),
    )
