"""Compile an expression to nested closures that compute its value at a point.

The tree is walked once and never rewritten: no ``simplify``, ``expand``, ``doit``, ``subs``,
``diff`` or ``evalf``, so that what the kernel gets wrong is not got wrong here a second time.
A sum whose value does not depend on the index of a sum around it is computed once a point.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import flint
import sympy as sp
from sympy.core.function import AppliedUndef

from lse_verify.proving.falsifier.arithmetic import (
    Number,
    Undefined,
    absolute,
    error_function,
    exponential,
    integer,
    is_exact,
    largest,
    logarithm,
    negative,
    positive,
    power,
    smallest,
    x_log_x,
)
from lse_verify.proving.falsifier.vocabulary import Name, Names, names
from lse_verify.theory.statements import xlogx

MEMO = "memo"
"""The key under which an environment remembers the sums computed in it."""

Environment: TypeAlias = dict[Any, Any]
"""Numbers by symbol, entries by row and by undefined function, and the memo."""

Closure: TypeAlias = Callable[[Environment], Number]

_NO_SCOPE: Names = frozenset()


class UnknownNode(TypeError):
    """An expression that this evaluator does not know how to compute."""


def environment(values: dict[Name, Any]) -> Environment:
    """Return an environment with these values and nothing remembered."""
    return {**values, MEMO: {}}


@lru_cache(maxsize=1 << 16)
def compiled(expression: sp.Expr, scope: Names = _NO_SCOPE) -> Closure:
    """Return a function from an environment to the value of an expression.

    Parameters
    ----------
    expression : Expr
        A SymPy tree.
    scope : frozenset of Symbol, optional
        The indices of the ranges around it, whose values change between calls.

    Raises
    ------
    UnknownNode
        Naming the node.

    Examples
    --------
    >>> x, i, n = sp.IndexedBase("x"), sp.Symbol("i"), sp.Symbol("n")
    >>> total = compiled(sp.Sum(x[i] / 2, (i, 1, n)))
    >>> total(environment({n: 3, x: {1: 1, 2: 2, 3: 4}}))
    7/2
    """
    leaf = _leaf(expression)
    if leaf is not None:
        return leaf
    if isinstance(expression, sp.Sum | sp.Product):
        return _range(expression, scope)
    parts = [compiled(arg, scope) for arg in _operands(expression)]
    if isinstance(expression, sp.Indexed):
        return _lookup(expression.base, parts)
    if isinstance(expression, AppliedUndef):
        return _lookup(expression.func, parts)
    for kind, combine in _NODES.items():
        if isinstance(expression, kind):
            return combine(parts)
    raise UnknownNode(f"cannot evaluate {type(expression).__name__}: {expression}")


def _operands(expression: sp.Expr) -> tuple[sp.Expr, ...]:
    if isinstance(expression, sp.Indexed):
        return tuple(expression.indices)
    known = isinstance(expression, (AppliedUndef, *_NODES))
    return tuple(expression.args) if known else ()


def _leaf(expression: sp.Expr) -> Closure | None:
    if isinstance(expression, sp.Symbol):
        return lambda env: env[expression]
    if isinstance(expression, sp.Integer):
        return _constant(int(expression.p))
    if isinstance(expression, sp.Rational):
        return _constant(flint.fmpq(int(expression.p), int(expression.q)))
    if isinstance(expression, sp.Float):
        return _constant(_binary(expression))
    if expression is sp.pi:
        return lambda env: flint.arb.pi()
    if expression is sp.E:
        return lambda env: flint.arb(1).exp()
    return None


def _constant(value: Number) -> Closure:
    return lambda env: value


def _binary(expression: sp.Float) -> Number:
    sign, mantissa, exponent, _ = expression._mpf_
    if not mantissa and exponent:
        raise UnknownNode(f"cannot evaluate {expression}")
    return (-1) ** int(sign) * int(mantissa) * flint.fmpq(2) ** int(exponent)


def _lookup(name: Name, indices: Sequence[Closure]) -> Closure:
    if len(indices) == 1:
        (index,) = indices

        def entry(env: Environment) -> Number:
            at = index(env)
            return env[name][at if type(at) is int else _key(at)]

        return entry
    return lambda env: env[name][tuple(_key(index(env)) for index in indices)]


def _key(value: Number) -> Any:
    if not is_exact(value):
        raise Undefined("an index or argument of an undefined function that is not rational")
    return value


def _range(expression: sp.Sum | sp.Product, scope: Names) -> Closure:
    """Compile Σ or Π; its first limit is the innermost."""
    step, start = (operator.add, 0) if isinstance(expression, sp.Sum) else (operator.mul, 1)
    limits = list(expression.limits)
    if any(len(limit) != 3 for limit in limits):
        raise UnknownNode(f"cannot evaluate {expression}: a range without bounds")
    inner = scope | {limit[0] for limit in limits}
    body = compiled(expression.function, inner)
    for index, low, high in limits:
        limit = index, compiled(low, inner), compiled(high, inner)
        body = _folded(step, start, limit, body)
    # The indices in scope on which the value depends; at the same ones it is the same.
    varying = tuple(sorted(names(expression) & scope, key=str))

    def remembered(env: Environment) -> Number:
        memo = env[MEMO]
        key = (expression, *[env[index] for index in varying])
        value = memo.get(key)
        if value is None:
            value = memo[key] = body(env)
        return value

    return remembered


def span(env: Environment, low: Closure, high: Closure) -> range:
    """Return the integers from low to high; none if high is less."""
    return range(integer(low(env)), integer(high(env)) + 1)


def _summed_span(env: Environment, low: Closure, high: Closure) -> range:
    """Return the indices of a sum or product.

    Raises
    ------
    Undefined
        If the range ends more than one before it starts: Karr's convention is not used.
    """
    indices = span(env, low, high)
    if indices.stop < indices.start:
        raise Undefined(f"a range from {indices.start} to {indices.stop - 1}")
    return indices


def _folded(
    step: Callable[[Number, Number], Number],
    start: int,
    limit: tuple[sp.Symbol, Closure, Closure],
    body: Closure,
) -> Closure:
    index, low, high = limit

    def total(env: Environment) -> Number:
        value: Number = start
        indices = _summed_span(env, low, high)
        shadowed = env.get(index)
        try:
            for env[index] in indices:
                value = step(value, body(env))
        finally:
            restore(env, index, shadowed)
        return value

    return total


def restore(env: Environment, index: sp.Symbol, shadowed: Number | None) -> None:
    """Give an index of a range back the value that it had outside."""
    if shadowed is None:
        env.pop(index, None)
    else:
        env[index] = shadowed


def _add(parts: Sequence[Closure]) -> Closure:
    first, *rest = parts
    if len(rest) == 1:
        second = rest[0]
        return lambda env: first(env) + second(env)

    def total(env: Environment) -> Number:
        value = first(env)
        for part in rest:
            value = value + part(env)
        return value

    return total


def _mul(parts: Sequence[Closure]) -> Closure:
    first, *rest = parts
    if len(rest) == 1:
        second = rest[0]
        return lambda env: first(env) * second(env)

    def product(env: Environment) -> Number:
        value = first(env)
        for part in rest:
            value = value * part(env)
        return value

    return product


def _pow(parts: Sequence[Closure]) -> Closure:
    base, exponent = parts
    return lambda env: power(base(env), exponent(env))


def _unary(function: Callable[[Number], Number]) -> Callable[[Sequence[Closure]], Closure]:
    def combine(parts: Sequence[Closure]) -> Closure:
        (part,) = parts
        return lambda env: function(part(env))

    return combine


def _several(
    function: Callable[[Sequence[Number]], Number],
) -> Callable[[Sequence[Closure]], Closure]:
    return lambda parts: lambda env: function([part(env) for part in parts])


def _log(values: Sequence[Number]) -> Number:
    if len(values) != 1:
        raise UnknownNode("cannot evaluate a logarithm to a base")
    return logarithm(values[0])


def _binomial(values: Sequence[Number]) -> int:
    above, below = map(integer, values)
    if above < 0 or below < 0:
        raise Undefined(f"binomial({above}, {below})")
    return math.comb(above, below)


def _factorial(value: Number) -> int:
    if integer(value) < 0:
        raise Undefined(f"factorial({value})")
    return math.factorial(integer(value))


def _kronecker(values: Sequence[Number]) -> int:
    first, second = values[0], values[1]
    if is_exact(first) and is_exact(second):
        return int(first == second)
    if positive(first - second) or negative(first - second):
        return 0
    raise Undefined("KroneckerDelta of numbers that may be equal")


_NODES: dict[Any, Callable[[Sequence[Closure]], Closure]] = {
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    sp.exp: _unary(exponential),
    sp.log: _several(_log),
    xlogx: _unary(x_log_x),
    sp.Abs: _unary(absolute),
    sp.Max: _several(largest),
    sp.Min: _several(smallest),
    sp.erf: _unary(error_function),
    sp.binomial: _several(_binomial),
    sp.factorial: _unary(_factorial),
    sp.KroneckerDelta: _several(_kronecker),
}
