"""Explicit rows x1, …, xn, and the few certificates that the second method rests on.

Nothing here knows sums of symbolic length. With u = eˣ an expression of the family becomes a
rational function of positive symbols, and its sign is read off the signs of its coefficients:
a polynomial in positive symbols without a negative coefficient is not negative. All
certificates err on one side: True is a proof, False only says that there was none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations
from typing import Any, TypeAlias

import sympy as sp
from sympy.polys.matrices import DomainMatrix

Entries: TypeAlias = tuple[Any, ...]
"""SymPy expressions, one for each entry of a row; SymPy ships no types."""

Formula: TypeAlias = Callable[[Entries], Any]
"""A function of a row, as a SymPy expression."""


def entries(name: str, n: int, **assumptions: bool) -> Entries:
    """Return the symbols name1, …, name<n>.

    Examples
    --------
    >>> entries("x", 3, real=True)
    (x1, x2, x3)
    """
    return tuple(sp.Symbol(f"{name}{i}", **assumptions) for i in range(1, n + 1))


def total(terms: Iterable[Any]) -> sp.Expr:
    """Return the sum of the terms, 0 if there are none."""
    return sp.Add(*terms)


def lse(row: Entries) -> sp.Expr:
    """Return log Σ exp(xᵢ), written out."""
    return sp.log(total(sp.exp(x) for x in row))


def lse0(row: Entries) -> sp.Expr:
    """Return log(1 + Σ exp(xᵢ)), the strictly convex variant, written out."""
    return sp.log(1 + total(sp.exp(x) for x in row))


def softmax(row: Entries) -> Entries:
    """Return exp(xᵢ)/Σ exp(xⱼ) for each i, written out."""
    return tuple(sp.exp(x) / total(sp.exp(other) for other in row) for x in row)


def negentropy(p: Entries) -> sp.Expr:
    """Return Σ pᵢ log pᵢ, where 0·log 0 = 0."""
    return total(entry * sp.log(entry) for entry in p if entry != 0)


def inner(p: Entries, row: Entries) -> sp.Expr:
    """Return ⟨p, x⟩."""
    return total(a * b for a, b in zip(p, row, strict=True))


def in_exponentials(expression: sp.Expr, row: Entries, powers: Entries) -> sp.Expr:
    """Substitute xᵢ = log uᵢ: onto all reals as uᵢ runs through all positive ones."""
    return expression.xreplace({x: sp.log(u) for x, u in zip(row, powers, strict=True)})


def is_zero(expression: sp.Expr) -> bool:
    """Whether the expression is 0, its logarithms and exponentials taken for independent.

    Logarithms are split at their factors first, as far as the factors are known to be positive.

    Examples
    --------
    >>> a, b = entries("a", 2, positive=True)
    >>> is_zero(sp.log(a / b + 1) - sp.log(a + b) + sp.log(b))
    True
    """
    factored = expression.replace(sp.log, lambda u: sp.log(sp.factor(sp.together(u))))
    split = sp.expand_log(factored)
    named = split.xreplace({term: sp.Dummy() for term in split.atoms(sp.log, sp.exp)})
    numerator, _ = sp.fraction(sp.together(named))
    return bool(sp.expand(numerator) == 0)


def is_at_least_zero(expression: sp.Expr) -> bool:
    """Whether numerator and denominator have no negative coefficient, and the latter is not 0.

    Examples
    --------
    >>> s, t = entries("s", 2, nonnegative=True)
    >>> is_at_least_zero(s / (1 + t)), is_at_least_zero(s - t)
    (True, False)
    """
    numerator, denominator = _quotient(expression)
    return _no_negative_term(numerator) and _above_zero(denominator)


def is_above_zero(expression: sp.Expr) -> bool:
    """Whether, moreover, some term of the numerator is a product of positive symbols alone."""
    numerator, denominator = _quotient(expression)
    return _above_zero(numerator) and _above_zero(denominator)


def is_zero_only_at_zero(expression: sp.Expr, symbols: Entries) -> bool:
    """Whether it is never negative, and 0 exactly where all the given symbols are 0."""
    numerator, _ = _quotient(expression)
    alone = [
        _above_zero_if_positive(numerator, symbol, [s for s in symbols if s != symbol])
        for symbol in symbols
    ]
    return (
        is_at_least_zero(expression)
        and all(alone)
        and bool(sp.expand(expression.subs(dict.fromkeys(symbols, 0))) == 0)
    )


def _above_zero_if_positive(
    polynomial: sp.Poly | None, symbol: sp.Symbol, others: list[sp.Symbol]
) -> bool:
    """Whether the polynomial is positive as soon as one symbol is, the others being 0."""
    if polynomial is None:
        return False
    positive = sp.Dummy(positive=True)
    on_axis = polynomial.as_expr().subs(dict.fromkeys(others, 0)).subs(symbol, positive)
    return _above_zero(_polynomial(on_axis))


def _quotient(expression: sp.Expr) -> tuple[sp.Poly | None, sp.Poly | None]:
    numerator, denominator = sp.fraction(sp.together(expression))
    return _polynomial(numerator), _polynomial(denominator)


def _polynomial(expression: sp.Expr) -> sp.Poly | None:
    """Return the expression as a polynomial in all its symbols, None if it is none."""
    symbols = sorted(expression.free_symbols, key=str) or [sp.Dummy(positive=True)]
    return sp.sympify(expression).as_poly(*symbols)


def _no_negative_term(polynomial: sp.Poly | None) -> bool:
    return polynomial is not None and (
        all(symbol.is_nonnegative for symbol in polynomial.gens)
        and all(coefficient.is_nonnegative for coefficient in polynomial.coeffs())
    )


def _above_zero(polynomial: sp.Poly | None) -> bool:
    if polynomial is None or not _no_negative_term(polynomial):
        return False
    return any(
        coefficient.is_positive
        and all(s.is_positive for s, power in zip(polynomial.gens, powers, strict=True) if power)
        for powers, coefficient in polynomial.terms()
    )


@cache
def hessian(function: Formula, n: int) -> tuple[sp.ImmutableMatrix, Entries]:
    """Return all second derivatives of a function of n entries, and the uᵢ = exp(xᵢ) in them."""
    row, powers = entries("x", n, real=True), entries("u", n, positive=True)
    value = function(row)
    slopes = [sp.diff(value, x) for x in row]

    def second(i: int, j: int) -> Any:
        return in_exponentials(sp.diff(slopes[i], row[j]), row, powers)

    return sp.ImmutableMatrix(n, n, second), powers


def is_zero_matrix(matrix: sp.Matrix) -> bool:
    """Whether all entries, which must be rational functions, are 0."""
    # Not DomainMatrix.from_Matrix: in 1.14 it stores zeros, and finds the matrix not zero.
    return bool(sp.Matrix(matrix).to_DM(field=True).is_zero_matrix)


def is_zero_quotient(expression: sp.Expr) -> bool:
    """Whether a rational function is 0; quicker than `is_zero`, which takes logarithms too."""
    return is_zero_matrix(sp.Matrix([expression]))


def _without_denominators(matrix: sp.Matrix) -> DomainMatrix:
    """Multiply a matrix of rational functions by a positive one, so that all are polynomials.

    Raises
    ------
    ArithmeticError
        If the common denominator is not shown to be positive.
    """
    symbols = sorted(matrix.free_symbols, key=str) or [sp.Dummy(positive=True)]
    common, cleared = sp.Matrix(matrix).to_DM(field=True).clear_denoms(convert=True)
    denominator = common.to_sympy()
    if not is_above_zero(denominator):
        raise ArithmeticError(f"the denominator {denominator} is not shown to be positive")
    return cleared.convert_to(sp.ZZ[tuple(symbols)])


def _characteristic(matrix: DomainMatrix) -> list[sp.Poly]:
    """Return the coefficients of det(λ − M), that of the highest power of λ first."""
    ring = matrix.domain
    return [
        sp.Poly.from_dict(dict(coefficient), *ring.symbols, domain=ring.domain)
        for coefficient in matrix.charpoly()
    ]


def _minor(matrix: DomainMatrix, kept: Iterable[int]) -> sp.Poly:
    """Return the determinant of the rows and columns that are kept, found without a division."""
    chosen = list(kept)
    return (-1) ** len(chosen) * _characteristic(matrix.extract(chosen, chosen))[-1]


def is_positive_definite(matrix: sp.Matrix) -> bool:
    """Whether a symmetric matrix has positive leading minors only (Sylvester)."""
    cleared = _without_denominators(matrix)
    return bool(matrix.is_symmetric()) and all(
        _above_zero(_minor(cleared, range(k))) for k in range(1, matrix.rows + 1)
    )


def is_positive_semidefinite(matrix: sp.Matrix) -> bool:
    """Whether a symmetric matrix has no negative principal minor, leading or not."""
    cleared = _without_denominators(matrix)
    return bool(matrix.is_symmetric()) and all(
        _no_negative_term(_minor(cleared, kept))
        for size in range(1, matrix.rows + 1)
        for kept in combinations(range(matrix.rows), size)
    )


def has_no_negative_eigenvalue(matrix: sp.Matrix) -> bool:
    """Whether the coefficients of det(λ − M) of a symmetric matrix alternate in sign, or vanish.

    Its eigenvalues are real, and with such signs no λ < 0 is a root.
    """
    coefficients = _characteristic(_without_denominators(matrix))
    return bool(matrix.is_symmetric()) and all(
        _no_negative_term((-1) ** j * coefficient) for j, coefficient in enumerate(coefficients)
    )
