"""Every function of the family as a SymPy expression: the only place where it is written.

What can be derived is derived: softmax is the gradient of LogSumExp, log_softmax its
logarithm, whose first entry has the gradient that automatic differentiation is graded by,
negentropy its convex conjugate, the logistic function the derivative of softplus, the Bregman
divergence and the cumulants come from the strictly convex variant, and every condition number from
the derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp

from lse_verify.theory.calculus import (
    conjugate_at_gradient,
    derivative,
    diagonal_and_off_diagonal,
    partial,
    summed,
)
from lse_verify.theory.statements import Relation, lt
from lse_verify.theory.vocabulary import i, j, k, n

x = sp.IndexedBase("x", real=True)
x2 = sp.IndexedBase("x2", real=True)
p = sp.IndexedBase("p", positive=True)
weights = sp.IndexedBase("b", real=True)
a, b, theta = sp.symbols("a b theta", real=True)
t, trials = sp.symbols("t trials", positive=True)

Argument = Any
"""A ``Symbol`` for a value or parameter, an ``IndexedBase`` for a row; SymPy ships no types."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of the family as an expression.

    Attributes
    ----------
    arguments : tuple of Symbol or IndexedBase
        In the order in which an implementation takes them.
    expression : Expr
        The value; with the free index k where the function returns a row.
    given : tuple of Relation
        Where it is defined, if not everywhere.
    """

    arguments: tuple[Argument, ...]
    expression: sp.Expr
    given: tuple[Relation, ...] = ()

    @property
    def returns_row(self) -> bool:
        """Whether the value has an entry for each entry of the argument."""
        return k in self.expression.free_symbols


def _lse(row: sp.IndexedBase, factor: sp.Expr = sp.S.One) -> sp.Expr:
    return sp.log(sp.Sum(sp.exp(factor * row[i]), (i, 1, n)))


def _weighted_sum(row: sp.IndexedBase, factors: sp.IndexedBase) -> sp.Expr:
    return sp.Sum(factors[i] * sp.exp(row[i]), (i, 1, n))


def _weighted_lse() -> Definition:
    """Weights have either sign, and the logarithm is of a sum that is positive."""
    total = _weighted_sum(x, weights)
    return Definition((x, weights), sp.log(total), (lt(0, total),))


def _lse0(row: sp.IndexedBase) -> sp.Expr:
    return sp.log(1 + sp.Sum(sp.exp(row[i]), (i, 1, n)))


def _log_softmax(row: sp.IndexedBase) -> sp.Expr:
    return row[k] - _lse(row)


def _gradient_of_first(expression: sp.Expr, row: sp.IndexedBase) -> sp.Expr:
    """Derive ∂expression₁/∂row[k] of a function that returns a row: at k = 1, and elsewhere."""
    diagonal, off = diagonal_and_off_diagonal(expression, row)
    elsewhere = off.xreplace({k: sp.Integer(1)}).xreplace({j: k})
    return elsewhere + sp.KroneckerDelta(k, 1) * (diagonal - elsewhere)


def _bregman() -> sp.Expr:
    """F(x) − F(x′) − ⟨x − x′, ∇F(x′)⟩ with F the strictly convex variant."""
    slope = partial(_lse0(x2), x2, j)
    return _lse0(x) - _lse0(x2) - summed((x[j] - x2[j]) * slope, j)


def _to_base_2(expression: sp.Expr, *arguments: sp.Symbol) -> sp.Expr:
    """Return f of the arguments times log 2, over log 2."""
    scaled = {argument: argument * sp.log(2) for argument in arguments}
    return expression.subs(scaled, simultaneous=True) / sp.log(2)


def _softplus(argument: sp.Symbol) -> sp.Expr:
    """Return `logsumexp0` at n = 1, its one entry named."""
    return _lse0(x).subs(n, 1).doit().subs(x[1], argument)


@cache
def definitions() -> dict[str, Definition]:
    """Return all definitions by name, derived on the first call of a process."""
    log_domain_sum = _lse(x).subs(n, 2).doit().subs({x[1]: a, x[2]: b})
    negentropy = conjugate_at_gradient(_lse(x), x, p, sp.Lambda(i, sp.log(p[i])))
    return {
        "logsumexp": Definition((x,), _lse(x)),
        "weighted_logsumexp": _weighted_lse(),
        "logaddexp": Definition((a, b), log_domain_sum),
        "logaddexp2": Definition((a, b), _to_base_2(log_domain_sum, a, b)),
        "softplus": Definition((theta,), _softplus(theta)),
        "logistic": Definition((theta,), derivative(_softplus(theta), theta)),
        "logsumexp0": Definition((x,), _lse0(x)),
        "smoothmax": Definition((x, t), _lse(x, t) / t),
        "smoothmin": Definition((x, t), -_lse(x, -t) / t),
        "softmax": Definition((x,), partial(_lse(x), x)),
        "log_softmax": Definition((x,), _log_softmax(x)),
        "log_softmax_gradient": Definition((x,), _gradient_of_first(_log_softmax(x), x)),
        "negentropy": Definition((p,), negentropy),
        "bregman": Definition((x, x2), _bregman()),
        "binomial_cumulant": Definition((theta, trials), trials * _softplus(theta)),
        "multinomial_cumulant": Definition((x, trials), trials * _lse0(x)),
    }


@cache
def weighted_slopes(name: str) -> sp.Expr:
    """Derive Σ |argument · ∂f/∂argument|: what the relative condition number divides by |f|.

    The sum runs over the entries of rows and over values; a parameter (t, the number of
    trials) counts as exact. For softmax this is κ·|p_k|.

    Examples
    --------
    >>> weighted_slopes("logsumexp")
    Sum(exp(x[j])*Abs(x[j]), (j, 1, n))/Sum(exp(x[i]), (i, 1, n))
    """
    definition = definitions()[name]
    total = sp.Integer(0)
    for argument in definition.arguments:
        if argument in (t, trials):
            continue
        total += _weighted_slope(definition, argument)
    return total


def _weighted_slope(definition: Definition, argument: Argument) -> sp.Expr:
    expression = definition.expression
    if isinstance(argument, sp.Symbol):
        return sp.Abs(argument * expression.diff(argument))
    if not definition.returns_row:
        slope_of_entry = partial(expression, argument, j, definition.given)
        return summed(sp.Abs(argument[j] * slope_of_entry), j)
    # What depends on k alone is a number to the kernel, which has no rule for it.
    fixed = {delta: sp.Dummy(real=True) for delta in expression.atoms(sp.KroneckerDelta)}
    diagonal, off = diagonal_and_off_diagonal(expression.xreplace(fixed), argument)
    others = summed(sp.Abs(argument[j] * off), j) - sp.Abs(argument[k] * off.subs(j, k))
    return sp.Abs(argument[k] * diagonal) + others
