"""Random expressions with sums inside sums, to try the canonical form on.

Names are few, so that they clash: an index is bound twice, or bound inside and free outside. Every
expression is defined at nearly every point: logs, roots and quotients are of what is positive.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import flint
import sympy as sp

from lse_verify.proving.falsifier.evaluate import Environment, environment
from lse_verify.proving.falsifier.point import Entries
from lse_verify.theory.statements import xlogx

DEPTH = 4
"""How many sums stand inside one another at most."""

a, b = REALS = sp.symbols("a b", real=True)
t = sp.Symbol("t", positive=True)
n, m = LENGTHS = sp.symbols("n m", integer=True, positive=True)
COUNTED = sp.symbols("i j k", integer=True, positive=True)
"""Indices that are declared as positive: their ranges start at 1 or later."""
SHIFTED = sp.symbols("g h", integer=True)
"""Indices that may be anything."""
INDICES = (*COUNTED, *SHIFTED)
x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)
q = sp.IndexedBase("q", nonnegative=True)
ROWS = (x, p, q)

_LARGEST_LENGTH = 3
_LEVELS = 6
_DENOMINATORS = (1, 2, 3, 4)


class NestedSums:
    """A source of random expressions.

    Parameters
    ----------
    rng : random.Random
        What it draws from; the same draws give the same expressions.

    Examples
    --------
    >>> NestedSums(random.Random(3)).expression() == NestedSums(random.Random(3)).expression()
    True
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._scope: list[sp.Symbol] = []
        self._nodes_left = 0

    def expression(self, nodes: int = 16) -> sp.Expr:
        """Return an expression of about so many operations at most."""
        while True:
            self._scope, self._nodes_left = [], nodes
            try:
                return sp.Add(*(self._real(_LEVELS) for _ in range(self._rng.randint(1, 2))))
            except ValueError:
                # SymPy could not order the numbers in a Max: draw another.
                continue

    def _chosen(self, makers: tuple[Callable[[int], sp.Expr], ...], level: int) -> sp.Expr:
        self._nodes_left -= 1
        return self._rng.choice(makers)(level - 1)

    def _exhausted(self, level: int) -> bool:
        return level <= 0 or self._nodes_left <= 0

    # Real

    def _real(self, level: int) -> sp.Expr:
        if self._exhausted(level):
            return self._leaf()
        makers = (
            *[self._sum] * 4,
            self._product_of_sums,
            lambda d: self._real(d) + self._real(d),
            lambda d: self._real(d) * self._real(d),
            lambda d: self._real(d) - self._leaf(),
            lambda d: sp.log(self._positive(d)),
            lambda d: self._real(d) / self._positive(d),
            lambda d: sp.Max(self._real(d), self._leaf(), evaluate=False),
            lambda d: xlogx(self._nonnegative(d)),
            lambda d: sp.Abs(self._real(d)),
            lambda d: sp.erf(self._leaf()),
            self._positive,
            self._nonnegative,
        )
        return self._chosen(makers, level)

    def _leaf(self) -> sp.Expr:
        rng = self._rng
        draws = (
            lambda: rng.choice(ROWS)[self.index()],
            lambda: rng.choice(ROWS)[self.index()],
            lambda: rng.choice((*REALS, t, n)),
            lambda: rng.choice((*self._scope, rng.choice(INDICES))),
            lambda: sp.Rational(rng.randint(-3, 3), rng.choice(_DENOMINATORS)),
        )
        return rng.choice(draws)()

    def index(self) -> sp.Expr:
        """Return the index of an entry: one of those in scope, a free one, or a number."""
        rng = self._rng
        draws = (
            self._in_scope,
            self._in_scope,
            lambda: self._in_scope() + rng.randint(-2, 2),
            lambda: n + 1 - self._in_scope(),
            lambda: 2 * self._in_scope(),
            lambda: self._in_scope() + self._in_scope(),
            lambda: sp.Integer(rng.randint(1, 3)),
        )
        return rng.choice(draws)()

    def _in_scope(self) -> sp.Symbol:
        return self._rng.choice(self._scope) if self._scope else self._rng.choice(INDICES)

    # Positive, and not negative

    def _positive(self, level: int) -> sp.Expr:
        if self._exhausted(level):
            return self._rng.choice((t, p[self.index()], sp.exp(self._leaf()), sp.Integer(2)))
        makers = (
            lambda d: sp.exp(self._real(d)),
            lambda d: sp.exp(self._leaf() - self._leaf()),
            lambda d: self._positive(d) * self._positive(d),
            lambda d: self._positive(d) + self._nonnegative(d),
            lambda d: self._positive(d) / self._positive(d),
            lambda d: self._positive(d) ** self._exponent(),
            lambda d: self._positive(d) ** self._leaf(),
            lambda d: 1 + self._sum(d, self._nonnegative),
        )
        return self._chosen(makers, level)

    def _exponent(self) -> sp.Rational:
        return sp.Rational(self._rng.choice((-3, -2, -1, 1, 2, 3)), self._rng.choice((1, 2, 3)))

    def _nonnegative(self, level: int) -> sp.Expr:
        if self._exhausted(level):
            return self._rng.choice((t, q[self.index()], p[self.index()], sp.Integer(1)))
        makers = (
            lambda d: self._sum(d, self._nonnegative),
            lambda d: self._sum(d, self._positive),
            lambda d: self._real(d) ** 2,
            lambda d: sp.sqrt(self._nonnegative(d)),
            self._positive,
        )
        return self._chosen(makers, level)

    # Sums

    def _product_of_sums(self, level: int) -> sp.Expr:
        return self._sum(level) * self._sum(level)

    def _sum(self, level: int, body: Callable[[int], sp.Expr] | None = None) -> sp.Expr:
        if len(self._scope) == DEPTH:
            return self._leaf() if body is None else q[self.index()]
        index = self._rng.choice(INDICES)
        low, high = self._rng.choice(
            self._counted_ranges() if index in COUNTED else self._shifted_ranges()
        )
        self._scope.append(index)
        inside = (body or self._real)(level)
        self._scope.pop()
        return sp.Sum(inside, (index, low, high))

    def _counted_ranges(self) -> tuple[tuple[Any, Any], ...]:
        positive = [index for index in self._scope if index in COUNTED]
        outer = self._rng.choice(positive) if positive else n
        return (
            *[(1, n)] * 4,
            (1, m),
            (1, 3),
            (2, n + 1),
            (n, n + m),
            (1, n - 1),
            (2, 1),
            (1, outer),
            (outer, outer + 1),
            (outer + 1, n + outer),
        )

    def _shifted_ranges(self) -> tuple[tuple[Any, Any], ...]:
        outer = self._in_scope() if self._scope else m
        return (
            (0, n),
            (0, n - 1),
            (-1, 1),
            (-2, n - 3),
            (-n, m),
            (0, -1),
            (outer - 1, outer + 1),
            (outer, outer + n - 1),
        )


def random_point(rng: random.Random) -> Environment:
    """Return exact values for every name that the expressions have."""
    values: dict[Any, Any] = {name: _rational(rng, -3) for name in REALS}
    values[t] = _rational(rng, 1)
    for name in (*LENGTHS, *COUNTED):
        values[name] = rng.randint(1, _LARGEST_LENGTH)
    for name in SHIFTED:
        values[name] = rng.randint(-2, 2)
    for row, lowest in ((x, -3), (p, 1), (q, 0)):
        values[row] = Entries(_filling(rng.getrandbits(30), lowest), {})
    return environment(values)


def _rational(rng: random.Random, lowest: int) -> flint.fmpq:
    return flint.fmpq(rng.randint(lowest, 4), rng.choice(_DENOMINATORS))


def _filling(seed: int, lowest: int) -> Callable[[Any], flint.fmpq]:
    return lambda index: _rational(random.Random(f"{seed} {index}"), lowest)
