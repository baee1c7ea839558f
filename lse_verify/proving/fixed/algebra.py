"""The algebra of the log domain, at a fixed number of entries.

Equalities between exponentials are expanded; those between logarithms follow from equal
derivatives and equality at one point. Every argument with a default is a formula of the claim;
the tests pass wrong ones, which must come out False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, permutations
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    is_at_least_zero,
    is_zero,
    lse,
    total,
)
from lse_verify.proving.fixed.order import largest


def shifted_lse(row: Entries, c: Any) -> Any:
    """Return c + LSE(x − c)."""
    return c + lse(tuple(x - c for x in row))


def trick(
    n: int,
    shifted: Callable[[Entries, Any], Any] = shifted_lse,
    centre: Formula = largest,
) -> bool:
    """Show LSE(x) = c + LSE(x − c) by expansion, and that at c = max each exponent is ≤ 0."""
    row, c = entries("x", n, real=True), sp.Symbol("c", real=True)
    peak, spread = sp.Symbol("m", real=True), entries("d", n, nonnegative=True)
    holds = is_zero(sp.expand(sp.exp(sp.expand(shifted(row, c))) - sp.exp(lse(row))))
    for k in range(n):
        below = tuple(peak if i == k else peak - spread[i] for i in range(n))
        exponents = (sp.expand(x - centre(below)) for x in below)
        holds = holds and all(is_at_least_zero(-exponent) for exponent in exponents)
    return holds


def log_of_product(n: int, combine: Formula = lambda factors: sp.Mul(*factors)) -> bool:
    """Show log Πaᵢ = Σ log aᵢ: equal derivatives by each aᵢ > 0, and equal where all are 1."""
    factors = entries("a", n, positive=True)
    difference = sp.log(combine(factors)) - total(sp.log(a) for a in factors)
    return is_zero(difference.subs(dict.fromkeys(factors, 1))) and all(
        sp.cancel(sp.diff(difference, a)) == 0 for a in factors
    )


def log_of_sum(n: int, combine: Formula = lse) -> bool:
    """Show log Σaᵢ = LSE(log a₁, …): equal derivatives, and equal where all are 1."""
    terms = entries("a", n, positive=True)
    difference = sp.log(total(terms)) - combine(tuple(sp.log(a) for a in terms))
    return is_zero(difference.subs(dict.fromkeys(terms, 1))) and all(
        sp.cancel(sp.diff(difference, a)) == 0 for a in terms
    )


Operation: TypeAlias = Callable[[Any, Any], Any]
"""A binary operation on two expressions."""


def oplus(a: Any, b: Any) -> Any:
    """Return log(eᵃ + eᵇ)."""
    return lse((a, b))


def _same_exponential(left: sp.Expr, right: sp.Expr) -> bool:
    return is_zero(sp.expand(sp.exp(left)) - sp.expand(sp.exp(right)))


def _bracketings(row: Entries, operation: Operation) -> Iterator[Any]:
    """Yield the value of every way to put brackets around n operands in their order."""
    if len(row) == 1:
        yield row[0]
    for cut in range(1, len(row)):
        for left in _bracketings(row[:cut], operation):
            for right in _bracketings(row[cut:], operation):
                yield operation(left, right)


def associative(n: int, operation: Operation = oplus) -> bool:
    """Show that all bracketings of n operands agree."""
    values = list(_bracketings(entries("x", n, real=True), operation))
    return all(_same_exponential(a, b) for a, b in pairwise(values))


def commutative(n: int, operation: Operation = oplus) -> bool:
    """Show that two operands may be swapped, and n folded in the order of any rotation."""
    row = entries("x", n, real=True)
    orders = permutations(row) if n <= 3 else (row[k:] + row[:k] for k in range(n))
    folds = [next(_bracketings(order, operation)) for order in orders]
    return _same_exponential(operation(row[0], row[1]), operation(row[1], row[0])) and all(
        _same_exponential(a, b) for a, b in pairwise(folds)
    )


def neutral(operation: Operation = oplus, element: Any = -sp.oo) -> bool:
    """Show that a ⊕ b tends to a as b tends to the neutral element, from either side."""
    a, b = sp.symbols("a b", real=True)
    return all(sp.limit(value, b, element) == a for value in (operation(a, b), operation(b, a)))


def distributive(n: int, operation: Operation = oplus) -> bool:
    """Show c + (x₁ ⊕ … ⊕ xₙ) = (c + x₁) ⊕ … ⊕ (c + xₙ)."""
    row, c = entries("x", n, real=True), sp.Symbol("c", real=True)
    outside = c + next(_bracketings(row, operation))
    return _same_exponential(outside, next(_bracketings(tuple(c + x for x in row), operation)))


def semiring(n: int, operation: Operation = oplus) -> bool:
    """Show that ⊕ is associative and commutative, −∞ neutral, and that + distributes over ⊕."""
    return (
        associative(n, operation)
        and commutative(n, operation)
        and neutral(operation)
        and distributive(n, operation)
    )
