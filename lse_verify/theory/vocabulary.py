"""The names in which theorems are stated: indices, rows, and the functions of the article."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.kernel import Theorem, assume, generalise, specialise
from lse_verify.theory.statements import Forall, Relation, Row, eq, le, xlogx

i, j, k, l, n = sp.symbols("i j k l n", integer=True, positive=True)  # noqa: E741
"""Running indices i and j, given ones k and l, and the length n ≥ 1."""

x, y, v = (sp.IndexedBase(name, real=True) for name in "xyv")
"""Points of ℝⁿ, and a direction v."""

p = sp.IndexedBase("p", nonnegative=True)
"""Weights; probabilities where they sum to 1."""

a, b, c, m, s = sp.symbols("a b c m s", real=True)
t = sp.Symbol("t", positive=True)


def total(body: Any, index: sp.Symbol = i) -> sp.Sum:
    """Return Σ body over index = 1…n."""
    return sp.Sum(body, (index, 1, n))


def lse_of(entry: sp.Expr) -> sp.Expr:
    """Return log Σ exp(entry), where the entry speaks of i."""
    return sp.log(total(sp.exp(entry)))


def lse(row: Row = x) -> sp.Expr:
    """Return log Σ exp(row_i)."""
    return lse_of(row[i])


def lse0_of(entry: sp.Expr) -> sp.Expr:
    """Return log(1 + Σ exp(entry)), where the entry speaks of i."""
    return sp.log(1 + total(sp.exp(entry)))


def lse0(row: Row = x) -> sp.Expr:
    """Return log(1 + Σ exp(row_i)), the strictly convex LogSumExp."""
    return lse0_of(row[i])


def within(which: sp.Symbol) -> tuple[Theorem, ...]:
    """Assume 1 ≤ which and which ≤ n."""
    return tuple(assume(end) for end in index_of(which))


def for_each(theorem: Theorem) -> Theorem:
    """From φ(i) under 1 ≤ i ≤ n: φ for every index."""
    return generalise(theorem, i, 1, n)


def at_each(statement: Relation) -> Theorem:
    """Assume a relation for every index, and take it at an index i."""
    return specialise(assume(each(statement)), i, because=within(i))


def softmax(index: Any, row: Row = x) -> sp.Expr:
    """Return exp(row_index) / Σ exp(row_j)."""
    return sp.exp(row[index]) / total(sp.exp(row[j]), j)


def softmax0(index: Any, row: Row = x) -> sp.Expr:
    """Return exp(row_index) / (1 + Σ exp(row_j))."""
    return sp.exp(row[index]) / (1 + total(sp.exp(row[j]), j))


def negentropy(row: Row = p) -> sp.Expr:
    """Return Σ row_i log row_i, with 0 log 0 = 0."""
    return total(xlogx(row[i]))


def each(body: Any, index: sp.Symbol = i) -> Forall:
    """Return: the body holds for every index from 1 to n."""
    return Forall(index, sp.Integer(1), n, body)


def index_of(which: sp.Symbol) -> tuple[Relation, Relation]:
    """Return 1 ≤ which ≤ n."""
    return le(1, which), le(which, n)


def peak(row: Row = x, top: Any = m, at: sp.Symbol = k) -> tuple[Any, ...]:
    """Return: `top` is the maximum of the row, attained at the index `at`."""
    return (*index_of(at), each(le(row[i], top)), eq(row[at], top))


def trough(row: Row = x, bottom: Any = m, at: sp.Symbol = k) -> tuple[Any, ...]:
    """Return: `bottom` is the minimum of the row, attained at the index `at`."""
    return (*index_of(at), each(le(bottom, row[i])), eq(row[at], bottom))
