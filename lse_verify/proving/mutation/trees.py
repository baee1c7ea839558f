"""Expressions with one thing changed: a sign, a term, a constant, a range, an index, a name.

A change is named by its kind and made only when it is asked for, so that a few can be drawn from
many. Trees are rebuilt with the functions that made them; SymPy evaluates as it does for anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import sympy as sp

from lse_verify.proving.falsifier.vocabulary import Name, names
from lse_verify.theory.statements import xlogx

ONE, TWO = sp.Integer(1), sp.Integer(2)


class Change(NamedTuple):
    """One change of an expression.

    Attributes
    ----------
    kind : str
        What is changed, in a few words.
    made : callable
        Returns the changed expression, or raises what SymPy raises.
    """

    kind: str
    made: Callable[[], Any]


def ready(changed: Any) -> Callable[[], Any]:
    """Return a function of nothing for what is made already."""
    return lambda: changed


Pool = frozenset[Name]
"""The names that may stand in for others."""


def changes(expression: sp.Expr, pool: Iterable[Name] = ()) -> Iterator[Change]:
    """Yield every single change of an expression.

    Parameters
    ----------
    expression : Expr
        A SymPy tree.
    pool : iterable of Symbol and IndexedBase, optional
        Names that may stand in for its own, besides its own.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> sorted({str(change.made()) for change in changes(a - 2 * b) if "term" in change.kind})
    ['-2*b', '-a - 2*b', 'a', 'a + 2*b']
    """
    every = names(expression).union(pool)
    if not isinstance(expression, sp.Add):
        yield _signed(expression)
    yield from _changes(expression, every)


def _changes(expression: Any, pool: Pool) -> Iterator[Change]:
    for kind, local in _LOCAL:
        if isinstance(expression, kind):
            yield from local(expression, pool)
    if isinstance(expression, sp.Sum):
        yield from _in_sum(expression, pool)
    elif not isinstance(expression, sp.Indexed):
        for place, argument in enumerate(expression.args):
            for change in _changes(argument, pool):
                yield Change(change.kind, _put(expression, place, change.made))


def _put(expression: sp.Expr, place: int, made: Callable[[], Any]) -> Callable[[], Any]:
    def build() -> Any:
        arguments = list(expression.args)
        arguments[place] = made()
        return expression.func(*arguments)

    return build


def _signed(expression: sp.Expr) -> Change:
    return Change("sign of a whole", lambda: -expression)


def _of_add(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    terms = expression.args
    for place, term in enumerate(terms):
        others = terms[:place] + terms[place + 1 :]
        yield Change("sign of a term", partial(sp.Add, *others, -term))
        yield Change("term dropped", partial(sp.Add, *others))


def _of_mul(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    factors = expression.args
    for place, factor in enumerate(factors):
        others = factors[:place] + factors[place + 1 :]
        yield Change("factor dropped", partial(sp.Mul, *others))
        yield Change("factor doubled", partial(sp.Mul, *factors, factor))


def _of_rational(number: sp.Expr, pool: Pool) -> Iterator[Change]:
    others = {number + 1, number - 1, -number, sp.Integer(0), ONE} - {number}
    for other in sorted(others, key=str):
        yield Change("constant", ready(other))


def _of_symbol(symbol: sp.Expr, pool: Pool) -> Iterator[Change]:
    if symbol.is_integer:
        yield Change("n ± 1", lambda: symbol - 1)
        yield Change("n ± 1", lambda: symbol + 1)
    for other in _alike(symbol, pool):
        yield Change("name", ready(other))


def _of_entry(entry: sp.Expr, pool: Pool) -> Iterator[Change]:
    (index,) = entry.indices
    for other in _alike(entry.base, pool):
        yield Change("row", partial(_entry, other, index))
    for other in _alike(index if index.is_Symbol else ONE, pool):
        yield Change("index", partial(_entry, entry.base, other))
    for other in (ONE, index + 1, index - 1):
        yield Change("index", partial(_entry, entry.base, other))


def _alike(name: Any, pool: Pool) -> list[Any]:
    """Return other names of the pool that could stand in the same place."""
    if isinstance(name, sp.IndexedBase):
        found = [other for other in pool if isinstance(other, sp.IndexedBase)]
    else:
        symbols = [other for other in pool if isinstance(other, sp.Symbol)]
        found = [other for other in symbols if bool(other.is_integer) == bool(name.is_integer)]
    return sorted((other for other in found if other != name), key=str)


def _of_exp(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    (inside,) = expression.args
    yield Change("sign of an exponent", lambda: sp.exp(-inside))
    yield Change("log for exp", lambda: sp.log(inside))
    yield Change("function dropped", lambda: inside)


def _of_log(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    (inside,) = expression.args
    yield Change("exp for log", lambda: sp.exp(inside))
    yield Change("function dropped", lambda: inside)


def _of_xlogx(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    (inside,) = expression.args
    yield Change("function dropped", lambda: inside)


def _of_choice(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    for argument in expression.args:
        yield Change("function dropped", ready(argument))
    if len(expression.args) > 1:
        yield Change("min for max", lambda: -sp.Max(*(-a for a in expression.args)))


def _of_two(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    first, second = expression.args
    yield Change("arguments swapped", lambda: expression.func(second, first))


def _in_sum(expression: sp.Expr, pool: Pool) -> Iterator[Change]:
    body, *limits = expression.args
    scope = pool.union(index for index, *_ in limits)
    inside = () if isinstance(body, sp.Add) else (_signed(body),)
    for change in (*inside, *_changes(body, scope)):
        yield Change(change.kind, _around(change.made, limits))
    for place, (index, low, high) in enumerate(limits):
        for first, last in ranges(low, high):
            changed = [*limits]
            changed[place] = (index, first, last)
            yield Change("range", partial(sp.Sum, body, *changed))
        one_index = partial(_at_one_index, body, {index: low})
        yield Change("dependence dropped", _around(one_index, limits))


def _around(made: Callable[[], Any], limits: Sequence[Any]) -> Callable[[], Any]:
    return lambda: sp.Sum(made(), *limits)


def _entry(row: Any, index: Any) -> Any:
    return row[index]


def ranges(low: sp.Expr, high: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """Return the ranges that begin or end one earlier or later."""
    return [(low - 1, high), (low + 1, high), (low, high - 1), (low, high + 1)]


def _at_one_index(expression: Any, fixed: dict[Any, Any]) -> Any:
    """Take every entry at one fixed index, and leave everything else that speaks of it."""
    if isinstance(expression, sp.Indexed):
        return expression.base[fixed.get(expression.indices[0], expression.indices[0])]
    if not expression.args or isinstance(expression, sp.Symbol):
        return expression
    if isinstance(expression, sp.Sum):
        body, *limits = expression.args
        left = {index: at for index, at in fixed.items() if index not in {r[0] for r in limits}}
        return sp.Sum(_at_one_index(body, left), *limits)
    return expression.func(*(_at_one_index(a, fixed) for a in expression.args))


_Local = Callable[[Any, Pool], Iterator[Change]]

_LOCAL: tuple[tuple[Any, _Local], ...] = (
    (sp.Add, _of_add),
    (sp.Mul, _of_mul),
    (sp.Rational, _of_rational),
    (sp.Symbol, _of_symbol),
    (sp.Indexed, _of_entry),
    (sp.exp, _of_exp),
    (sp.log, _of_log),
    (xlogx, _of_xlogx),
    ((sp.Max, sp.Abs, sp.erf), _of_choice),
    (sp.binomial, _of_two),
)

_NO_REAL = (sp.zoo, sp.nan, sp.oo, sp.S.NegativeInfinity, sp.I)


def is_sound(expression: Any) -> bool:
    """Return whether an expression is one that a statement could speak of: nothing infinite."""
    return isinstance(expression, sp.Expr) and not expression.has(*_NO_REAL)
