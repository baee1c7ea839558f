"""Derivatives of sums of symbolic length, as theorems of the kernel, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from lse_verify.theory.kernel import Theorem, assume, differentiate
from lse_verify.theory.statements import Relation, Slope, ne
from lse_verify.theory.vocabulary import i, j, k, n, within


def slope(
    expression: sp.Expr, variable: Any, *apart: sp.Symbol, given: Iterable[Relation] = ()
) -> Theorem:
    """Derive ∂expression/∂variable.

    Parameters
    ----------
    expression : Expr
        Of symbols and rows; its sums may have symbolic length.
    variable : Symbol or Indexed
        A symbol, or the entry of a row at an index taken to be one of 1…n.
    *apart : Symbol
        Indices taken to differ from the variable's.
    given : iterable of Relation
        What is taken to hold, where the expression is not defined everywhere.

    Returns
    -------
    Theorem
        Its conclusion is a `Slope`.

    Examples
    --------
    >>> x = sp.IndexedBase("x", real=True)
    >>> slope(sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n))), x[k]).conclusion.value
    exp(x[k])/Sum(exp(x[i]), (i, 1, n))
    """
    because = [assume(relation) for relation in given]
    if isinstance(variable, sp.Indexed):
        (index,) = variable.indices
        if isinstance(index, sp.Symbol):
            because += [*within(index), *(assume(ne(index, other)) for other in apart)]
    return differentiate(expression, variable, because)


def partial(
    expression: sp.Expr,
    row: sp.IndexedBase,
    index: sp.Symbol = k,
    given: Iterable[Relation] = (),
) -> sp.Expr:
    """Return ∂expression/∂row[index] for symbolic n and an index that is one of 1…n.

    `given` is as in `slope`.

    Examples
    --------
    >>> x = sp.IndexedBase("x", real=True)
    >>> partial(sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n))), x)
    exp(x[k])/Sum(exp(x[i]), (i, 1, n))
    """
    return _value(slope(expression, row[index], given=given))


def derivative(expression: sp.Expr, variable: Any) -> sp.Expr:
    """Return ∂expression/∂variable, the value that the theorem of `slope` states.

    Examples
    --------
    >>> t = sp.Symbol("t", real=True)
    >>> derivative(sp.log(1 + sp.exp(t)), t)
    exp(t)/(exp(t) + 1)
    """
    return _value(slope(expression, variable))


def _value(theorem: Theorem) -> sp.Expr:
    conclusion = theorem.conclusion
    assert isinstance(conclusion, Slope)
    return conclusion.value


def summed(term: sp.Expr, index: sp.Symbol) -> sp.Expr:
    """Return Σ term over index = 1…n with the factors that do not depend on it in front.

    Evaluating a Bregman divergence or a condition number is O(n) this way and not O(n²).
    """
    outside, inside = term.as_independent(index, as_Add=False)
    return outside * sp.Sum(inside, (index, 1, n))


def diagonal_and_off_diagonal(expression: sp.Expr, row: sp.IndexedBase) -> tuple[sp.Expr, sp.Expr]:
    """Derive ∂expression_k/∂row[k], and ∂expression_k/∂row[j] for j ≠ k.

    `expression` has the free index k. The second result has the free indices k and j.
    """
    return _value(slope(expression, row[k])), _value(slope(expression, row[j], k))


def substitute_row(expression: sp.Expr, row: sp.IndexedBase, entry: sp.Lambda) -> sp.Expr:
    """Replace every row[index] in an expression by ``entry(index)``, bound indices included."""
    return expression.replace(
        lambda e: isinstance(e, sp.Indexed) and e.base == row, lambda e: entry(e.indices[0])
    )


def conjugate_at_gradient(
    expression: sp.Expr, row: sp.IndexedBase, dual: sp.IndexedBase, inverse: sp.Lambda
) -> sp.Expr:
    """Derive the convex conjugate where the supremum is attained: ⟨p, x⟩ − f(x) at ∇f(x) = p.

    Parameters
    ----------
    expression : Expr
        f, a function of `row`.
    row, dual : IndexedBase
        x and p; Σp = 1 is assumed.
    inverse : Lambda
        An x with ∇f(x) = p, entry by entry. It is checked, not believed.

    Raises
    ------
    ArithmeticError
        If `inverse` does not satisfy ∇f(x) = p when Σp = 1.
    """
    on_simplex = {sp.Sum(dual[i], (i, 1, n)): sp.Integer(1)}
    slope = substitute_row(partial(expression, row), row, inverse).subs(on_simplex)
    if sp.expand(slope - dual[k]) != 0:
        raise ArithmeticError(f"the gradient at the claimed point is {slope}, not {dual[k]}")
    pairing = sp.Sum(dual[i] * row[i], (i, 1, n))
    return substitute_row(pairing - expression, row, inverse).subs(on_simplex)


def closed_sums(expression: sp.Expr) -> tuple[list[tuple[sp.Symbol, sp.Expr]], sp.Expr]:
    """Name every sum that depends on no index of a sum around it, the innermost first.

    Evaluated in that order each is computed once, where a sum inside a summand would be
    computed again for every term: a condition number is O(n) this way and not O(n²).

    Returns
    -------
    stages : list of (Symbol, Expr)
        A name and its sum, in which earlier names may stand.
    rest : Expr
        The expression with the names in it.

    Examples
    --------
    >>> x = sp.IndexedBase("x", real=True)
    >>> total = sp.Sum(x[i], (i, 1, n))
    >>> stages, rest = closed_sums(sp.Sum(x[j] * total, (j, 1, n)))
    >>> [stage for _, stage in stages], rest
    ([Sum(x[i], (i, 1, n)), Sum(sum_0*x[j], (j, 1, n))], sum_1)
    """
    closed = [s for s in expression.atoms(sp.Sum) if not s.free_symbols & {i, j}]
    names: dict[sp.Expr, sp.Symbol] = {}
    stages = []
    for number, found in enumerate(sorted(closed, key=lambda s: (s.count_ops(), str(s)))):
        name = sp.Symbol(f"sum_{number}", real=True)
        stages.append((name, found.xreplace(names)))
        names[found] = name
    return stages, expression.xreplace(names)
