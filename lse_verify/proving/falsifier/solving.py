"""Solve an equation for one of its names.

A name that stands there once is laid bare by undoing one operation after another. An entry of
a row on which both sides depend affinely is found from the difference of the sides at 0 and
at 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Number, exponential, logarithm, reciprocal
from lse_verify.proving.falsifier.evaluate import MEMO, Closure, Environment, compiled
from lse_verify.proving.falsifier.vocabulary import Name, Names, names
from lse_verify.theory.statements import Relation


def occurrences(expression: sp.Basic, target: sp.Expr) -> int:
    """Return how often a symbol or an entry stands in an expression."""
    if expression == target:
        return 1
    if isinstance(expression, sp.Indexed):
        return sum(occurrences(index, target) for index in expression.indices)
    return sum(occurrences(arg, target) for arg in expression.args)


def solved(relation: Relation, target: sp.Expr, scope: Names) -> Closure | None:
    """Return the value of the target at which both sides are equal, from the other names.

    None if the target does not stand there exactly once, or beneath something that is not
    undone here.

    Examples
    --------
    >>> from lse_verify.proving.falsifier.evaluate import environment
    >>> from lse_verify.theory.statements import eq
    >>> a, b = sp.symbols("a b")
    >>> value = solved(eq(1 - 2 * a, b), a, frozenset())
    >>> value(environment({b: 3}))
    -1
    """
    left, right = occurrences(relation.lhs, target), occurrences(relation.rhs, target)
    if left + right != 1:
        return None
    inside, outside = (relation.lhs, relation.rhs) if left else (relation.rhs, relation.lhs)
    return _undone(inside, target, compiled(outside, scope), scope)


def _undone(tree: sp.Expr, target: sp.Expr, equals: Closure, scope: Names) -> Closure | None:
    """Return the target's value from that of the tree."""
    if tree == target:
        return equals
    holding = [arg for arg in tree.args if occurrences(arg, target)]
    if len(holding) != 1:
        return None
    (inner,) = holding

    def others() -> list[Closure]:
        return [compiled(arg, scope) for arg in tree.args if arg is not inner]

    if isinstance(tree, sp.Add):
        equals = _minus(equals, others())
    elif isinstance(tree, sp.Mul):
        equals = _over(equals, others())
    elif isinstance(tree, sp.exp):
        equals = _log_of(equals)
    elif isinstance(tree, sp.log) and len(tree.args) == 1:
        equals = _exp_of(equals)
    elif isinstance(tree, sp.Pow) and inner is tree.base and tree.exp == -1:
        equals = _over(lambda env: 1, [equals])
    else:
        return None
    return _undone(inner, target, equals, scope)


def _minus(equals: Closure, others: Sequence[Closure]) -> Closure:
    return lambda env: equals(env) - sum(other(env) for other in others)


def _over(equals: Closure, others: Sequence[Closure]) -> Closure:
    def quotient(env: Environment) -> Number:
        value = equals(env)
        for other in others:
            value = value * reciprocal(other(env))
        return value

    return quotient


def _log_of(equals: Closure) -> Closure:
    return lambda env: logarithm(equals(env))


def _exp_of(equals: Closure) -> Closure:
    return lambda env: exponential(equals(env))


def is_affine(expression: sp.Expr, row: Name) -> bool:
    """Return whether an expression visibly has degree 1 at most in the entries of a row.

    Examples
    --------
    >>> v, i, n = sp.IndexedBase("v"), sp.Symbol("i"), sp.Symbol("n")
    >>> is_affine(sp.Sum(sp.exp(i) * v[i], (i, 1, n)) - v[2], v), is_affine(v[1] * v[2], v)
    (True, False)
    """
    if row not in names(expression):
        return True
    if isinstance(expression, sp.Indexed):
        return bool(expression.base == row)
    if isinstance(expression, sp.Sum):
        bounds = [bound for limit in expression.limits for bound in limit[1:]]
        return is_affine(expression.function, row) and not any(row in names(b) for b in bounds)
    holding = [arg for arg in expression.args if row in names(arg)]
    if isinstance(expression, sp.Add) or (isinstance(expression, sp.Mul) and len(holding) == 1):
        return all(is_affine(arg, row) for arg in holding)
    return False


def balanced(relation: Relation, row: Name, index: int) -> Closure:
    """Return the value of one entry at which both sides, affine in it, are equal."""
    left, right = compiled(relation.lhs), compiled(relation.rhs)

    def value(env: Environment) -> Number:
        differences = []
        for trial in (0, 1):
            env[row][index] = trial
            env[MEMO].clear()
            differences.append(left(env) - right(env))
        at_0, at_1 = differences
        return at_0 * reciprocal(at_0 - at_1)

    return value
