"""Gradients, Hessian, conjugate, Bregman divergence and cumulant, each with its theorem.

Everything is for symbolic n, or for a given n with its sums written out. What needs a proof of its
own takes it from the project's proofs; nothing is stated here that a theorem does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from lse_verify.errors import BadInput, UnknownName
from lse_verify.theory.calculus import slope
from lse_verify.theory.definitions import definitions
from lse_verify.theory.kernel import Theorem, differentiate, equal, instantiate
from lse_verify.theory.shelf import proof_file
from lse_verify.theory.statements import Relation, Slope, Supremum
from lse_verify.theory.vocabulary import k, l, lse, lse0, n, x

_FUNCTIONS = {"logsumexp": lse, "logsumexp0": lse0}


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived object and what shows it.

    Attributes
    ----------
    expression : Expr or Matrix
        A matrix where a length was given and the object is a vector or a matrix; otherwise in the
        free indices k and l where it has entries.
    theorems : tuple of Theorem
        One for each distinct entry.
    """

    expression: Any
    theorems: tuple[Theorem, ...]


def gradient(function: str = "logsumexp", n_terms: int | None = None) -> Derived:
    """Derive the gradient: ∂f/∂x_k.

    Parameters
    ----------
    function : {'logsumexp', 'logsumexp0'}
        f.
    n_terms : int, optional
        The length; symbolic by default.

    Returns
    -------
    Derived
        An expression in the index k, or a column of `n_terms` entries.

    Raises
    ------
    UnknownName
        If there is no such function.
    BadInput
        If the length is not positive.

    Examples
    --------
    >>> gradient().expression
    exp(x[k])/Sum(exp(x[i]), (i, 1, n))
    >>> gradient(n_terms=2).expression
    Matrix([
    [exp(x[1])/(exp(x[1]) + exp(x[2]))],
    [exp(x[2])/(exp(x[1]) + exp(x[2]))]])
    """
    whole = _function(function, n_terms)
    if n_terms is None:
        theorem = slope(whole, x[k])
        return Derived(_slope_in(theorem), (theorem,))
    theorems = tuple(differentiate(whole, x[at]) for at in range(1, n_terms + 1))
    return Derived(sp.ImmutableMatrix([_slope_in(t) for t in theorems]), theorems)


def hessian(function: str = "logsumexp", n_terms: int | None = None) -> Derived:
    """Derive the Hessian: ∂²f/∂x_k∂x_l.

    Parameters
    ----------
    function, n_terms
        As for `gradient`.

    Returns
    -------
    Derived
        An expression in the indices k and l, its theorems for k ≠ l and for k = l; or a matrix.

    Examples
    --------
    >>> hessian(n_terms=1).expression
    Matrix([[0]])
    """
    first = gradient(function, n_terms)
    if n_terms is None:
        off, diagonal = slope(first.expression, x[l], k), slope(first.expression, x[k])
        both = _slope_in(off) + sp.KroneckerDelta(k, l) * first.expression
        same_index = _slope_in(off).xreplace({l: k}) + first.expression
        # The two theorems are one formula: diag(p) − ppᵀ, entry by entry.
        joined = equal(_slope_in(diagonal), same_index, because=[diagonal])
        return Derived(both, (off, diagonal, joined))
    entries = range(1, n_terms + 1)
    theorems = tuple(
        differentiate(first.expression[row - 1], x[column]) for row in entries for column in entries
    )
    values = [_slope_in(theorem) for theorem in theorems]
    return Derived(sp.ImmutableMatrix(n_terms, n_terms, values), theorems)


def log_softmax_gradient(n_terms: int | None = None) -> Derived:
    """Derive the gradient of the first entry of log_softmax: ∂(x_1 − LSE(x))/∂x_k.

    Parameters
    ----------
    n_terms : int, optional
        The length; symbolic by default.

    Returns
    -------
    Derived
        An expression in the index k, its theorems for k = 1 and for k ≠ 1; or a column.

    Raises
    ------
    BadInput
        If the length is not positive.

    Examples
    --------
    >>> log_softmax_gradient().expression
    -exp(x[k])/Sum(exp(x[i]), (i, 1, n)) + KroneckerDelta(1, k)
    """
    whole = _function("logsumexp", n_terms)
    if n_terms is not None:
        theorems = tuple(differentiate(x[1] - whole, x[at]) for at in range(1, n_terms + 1))
        return Derived(sp.ImmutableMatrix([_slope_in(t) for t in theorems]), theorems)
    # Of any entry l, for it is not known of n that 1 is one of its indices.
    entry, first = x[l] - whole, {l: sp.Integer(1)}
    own, other = (instantiate(t, first) for t in (slope(entry, x[l]), slope(entry, x[k], l)))
    elsewhere = _slope_in(other)
    jump = _slope_in(own) - elsewhere.xreplace({k: sp.Integer(1)})
    return Derived(elsewhere + sp.KroneckerDelta(k, 1) * jump, (own, other))


def weighted_gradient(by: Literal["x", "b"] = "x", n_terms: int | None = None) -> Derived:
    """Derive the gradient of log Σ b_i exp(x_i) by its entries or by its weights.

    Parameters
    ----------
    by : {'x', 'b'}
        Whether ∂/∂x_k or ∂/∂b_k.
    n_terms : int, optional
        The length; symbolic by default.

    Returns
    -------
    Derived
        An expression in the index k, or a column. Its theorems hold where the sum is positive.

    Raises
    ------
    BadInput
        If the length is not positive.

    Examples
    --------
    >>> weighted_gradient("b").expression
    exp(x[k])/Sum(exp(x[i])*b[i], (i, 1, n))
    """
    _require_length(n_terms)
    definition = definitions()["weighted_logsumexp"]
    row = dict(zip(("x", "b"), definition.arguments, strict=True))[by]
    theorem = slope(definition.expression, row[k], given=definition.given)
    if n_terms is None:
        return Derived(_slope_in(theorem), (theorem,))
    # Not of the sum written out: of one term the kernel would have to take its weight from it.
    entry = _of_length(theorem, n_terms)
    theorems = tuple(instantiate(entry, {k: sp.Integer(at)}) for at in range(1, n_terms + 1))
    column = [_written_out(_slope_in(t), n_terms) for t in theorems]
    return Derived(sp.ImmutableMatrix(column), theorems)


def conjugate(function: str = "logsumexp", n_terms: int | None = None) -> Derived:
    """Derive the convex conjugate where it is finite: on the probability simplex.

    Parameters
    ----------
    function, n_terms
        As for `gradient`. For `logsumexp0` the weight of its fixed argument is p_0 = 1 − Σp.

    Returns
    -------
    Derived
        Its theorem says that this is the supremum of ⟨p, x⟩ − f(x) over all x.

    Examples
    --------
    >>> conjugate().expression
    Sum(xlogx(p[i]), (i, 1, n))
    """
    _function(function, n_terms)
    theorem: Theorem = (
        proof_file("conjugate").on_simplex()
        if function == "logsumexp"
        else proof_file("strict_conjugate").inside()
    )
    theorem = _of_length(theorem, n_terms)
    conclusion = theorem.conclusion
    assert isinstance(conclusion, Supremum)
    return Derived(_written_out(conclusion.value, n_terms), (theorem,))


def bregman(n_terms: int | None = None) -> Derived:
    """Derive the Bregman divergence of LSE0⁺ between x and y: a Kullback–Leibler divergence.

    Returns
    -------
    Derived
        The divergence F(x) − F(y) − ⟨x − y, ∇F(y)⟩, equal to KL(p(y) ‖ p(x)) by its theorem.
    """
    _function("logsumexp0", n_terms)
    theorem = _of_length(proof_file("divergence").bregman_is_kl(), n_terms)
    return Derived(_written_out(_equation(theorem).lhs, n_terms), (theorem,))


def cumulant(n_terms: int | None = None) -> Derived:
    """Derive the cumulant generating function of N multinomial trials: N·(F(x + v) − F(x)).

    Returns
    -------
    Derived
        In the symbols N, x (the natural parameters) and v; F is `logsumexp0`, so that a length of 1
        is the binomial.
    """
    _function("logsumexp0", n_terms)
    theorem = _of_length(proof_file("cumulants").multinomial(), n_terms)
    return Derived(_written_out(_equation(theorem).rhs, n_terms), (theorem,))


def _function(name: str, n_terms: int | None) -> sp.Expr:
    if name not in _FUNCTIONS:
        raise UnknownName("function", name, _FUNCTIONS)
    _require_length(n_terms)
    return _written_out(_FUNCTIONS[name](), n_terms)


def _require_length(n_terms: int | None) -> None:
    if n_terms is not None and (not isinstance(n_terms, int) or n_terms < 1):
        raise BadInput(f"{n_terms} terms; give a length of at least 1, or none for symbolic n")


def _written_out(expression: sp.Expr, n_terms: int | None) -> sp.Expr:
    return expression if n_terms is None else expression.subs(n, n_terms).doit()


def _of_length(theorem: Theorem, n_terms: int | None) -> Theorem:
    return theorem if n_terms is None else instantiate(theorem, {n: sp.Integer(n_terms)})


def _slope_in(theorem: Theorem) -> sp.Expr:
    conclusion = theorem.conclusion
    assert isinstance(conclusion, Slope)
    return conclusion.value


def _equation(theorem: Theorem) -> Relation:
    conclusion = theorem.conclusion
    assert isinstance(conclusion, Relation)
    return conclusion
