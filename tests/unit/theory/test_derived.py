"""What ``lse_verify.theory`` derives, held against plain SymPy at fixed n and against theorems."""

from __future__ import annotations

import pickle
from typing import Literal

import pytest
import sympy as sp

from lse_verify.errors import BadInput, UnknownName
from lse_verify.theory import (
    bregman,
    conjugate,
    cumulant,
    gradient,
    hessian,
    log_softmax_gradient,
    weighted_gradient,
)
from lse_verify.theory.definitions import definitions, weights
from lse_verify.theory.kernel import Rejected, Theorem
from lse_verify.theory.statements import Slope, Supremum, lt, xlogx
from lse_verify.theory.vocabulary import k, l, lse, n, p, v, x, y

LENGTHS = (1, 2, 3, 4)
CONSTANT = {"logsumexp": 0, "logsumexp0": 1}


def written_out(function: str, length: int, row: sp.IndexedBase = x) -> sp.Expr:
    terms = (sp.exp(row[index]) for index in range(1, length + 1))
    return sp.log(CONSTANT[function] + sp.Add(*terms))


@pytest.mark.parametrize("function", CONSTANT)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_gradient_of_a_given_length_is_sympys_own(function: str, length: int) -> None:
    derived = gradient(function, length)
    for index in range(1, length + 1):
        expected = written_out(function, length).diff(x[index])
        assert sp.simplify(derived.expression[index - 1] - expected) == 0


@pytest.mark.parametrize("function", CONSTANT)
@pytest.mark.parametrize("length", LENGTHS[:3])
def test_the_symbolic_gradient_at_a_length_is_the_given_one(function: str, length: int) -> None:
    symbolic = gradient(function).expression
    for index in range(1, length + 1):
        at = symbolic.subs(k, index).subs(n, length).doit()
        assert sp.simplify(at - gradient(function, length).expression[index - 1]) == 0


@pytest.mark.parametrize("function", CONSTANT)
@pytest.mark.parametrize("length", LENGTHS[:3])
def test_the_hessian_of_a_given_length_is_sympys_own(function: str, length: int) -> None:
    derived = hessian(function, length).expression
    symbolic = hessian(function).expression
    for row in range(1, length + 1):
        for column in range(1, length + 1):
            expected = written_out(function, length).diff(x[row], x[column])
            assert sp.simplify(derived[row - 1, column - 1] - expected) == 0
            at = symbolic.subs({k: row, l: column}).subs(n, length).doit()
            assert sp.simplify(at - expected) == 0


def test_every_object_comes_with_theorems_that_speak_of_it() -> None:
    of_weights = (weighted_gradient("x"), weighted_gradient("b"))
    of_gradients = (gradient(), log_softmax_gradient(), *of_weights, hessian())
    for derived in (*of_gradients, conjugate(), bregman(), cumulant()):
        assert derived.theorems
        assert all(isinstance(theorem, Theorem) for theorem in derived.theorems)
    conclusion = gradient().theorems[0].conclusion
    assert isinstance(conclusion, Slope)
    assert conclusion.value == gradient().expression


def test_the_gradient_that_grades_softmax_is_the_derived_one() -> None:
    assert definitions()["softmax"].expression == gradient().expression


def test_the_gradient_that_grades_that_of_log_softmax_is_the_derived_one() -> None:
    graded = definitions()["log_softmax_gradient"].expression
    assert graded == log_softmax_gradient().expression


@pytest.mark.parametrize("length", LENGTHS)
def test_the_gradient_of_log_softmax_of_a_given_length_is_sympys_own(length: int) -> None:
    derived = log_softmax_gradient(length).expression
    symbolic = log_softmax_gradient().expression
    for index in range(1, length + 1):
        expected = (x[1] - written_out("logsumexp", length)).diff(x[index])
        assert sp.simplify(derived[index - 1] - expected) == 0
        at = symbolic.subs(k, index).subs(n, length).doit()
        assert sp.simplify(at - expected) == 0


def test_the_gradient_of_log_softmax_has_a_theorem_for_its_first_place_and_one_elsewhere() -> None:
    own, other = (theorem.conclusion for theorem in log_softmax_gradient().theorems)
    assert isinstance(own, Slope)
    assert isinstance(other, Slope)
    assert (own.variable, other.variable) == (x[1], x[k])
    assert own.expression == other.expression == x[1] - lse()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("by", "row"), [("x", x), ("b", weights)])
def test_the_weighted_gradients_of_a_given_length_are_sympys_own(
    by: Literal["x", "b"], row: sp.IndexedBase, length: int
) -> None:
    derived = weighted_gradient(by, length).expression
    symbolic = weighted_gradient(by).expression
    whole = sp.log(sp.Add(*(weights[at] * sp.exp(x[at]) for at in range(1, length + 1))))
    for index in range(1, length + 1):
        expected = whole.diff(row[index])
        assert sp.simplify(derived[index - 1] - expected) == 0
        at = symbolic.subs(k, index).subs(n, length).doit()
        assert sp.simplify(at - expected) == 0


@pytest.mark.parametrize(("by", "row"), [("x", x), ("b", weights)])
def test_the_weighted_gradients_hold_where_the_sum_is_positive(
    by: Literal["x", "b"], row: sp.IndexedBase
) -> None:
    (theorem,) = weighted_gradient(by).theorems
    conclusion = theorem.conclusion
    assert isinstance(conclusion, Slope)
    assert conclusion.variable == row[k]
    assert conclusion.expression == definitions()["weighted_logsumexp"].expression
    assert lt(0, conclusion.expression.args[0]) in theorem.hypotheses


def test_the_negative_entropy_that_is_graded_is_the_derived_conjugate() -> None:
    positive = sp.IndexedBase("p", positive=True)
    graded = definitions()["negentropy"].expression
    derived = conjugate().expression.xreplace({p: positive}).replace(xlogx, lambda u: u * sp.log(u))
    assert str(derived) == str(graded)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_conjugate_of_a_given_length_is_written_out(length: int) -> None:
    expected = sp.Add(*(xlogx(p[index]) for index in range(1, length + 1)))
    derived = conjugate(n_terms=length)
    assert derived.expression == expected
    assert isinstance(derived.theorems[0].conclusion, Supremum)


def test_the_conjugate_of_the_strictly_convex_one_counts_the_fixed_argument() -> None:
    p0 = sp.Symbol("p_0", nonnegative=True)
    assert conjugate("logsumexp0", 1).expression == xlogx(p[1]) + xlogx(p0)


@pytest.mark.parametrize("length", LENGTHS[:3])
def test_the_bregman_divergence_is_what_the_definition_says(length: int) -> None:
    slopes = [written_out("logsumexp0", length, y).diff(y[i]) for i in range(1, length + 1)]
    expected = (
        written_out("logsumexp0", length)
        - written_out("logsumexp0", length, y)
        - sum((x[i] - y[i]) * slopes[i - 1] for i in range(1, length + 1))
    )
    assert sp.simplify(bregman(length).expression - expected) == 0


def test_the_cumulant_at_length_one_is_the_binomial() -> None:
    trials = sp.Symbol("N", integer=True, nonnegative=True)
    expected = trials * (sp.log(1 + sp.exp(x[1] + v[1])) - sp.log(1 + sp.exp(x[1])))
    assert sp.simplify(cumulant(1).expression - expected) == 0


def test_an_unknown_function_is_one_line_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="did you mean 'logsumexp'"):
        gradient("logsumex")


@pytest.mark.parametrize("length", [0, -1])
def test_a_length_below_one_is_refused(length: int) -> None:
    with pytest.raises(BadInput, match="at least 1"):
        gradient(n_terms=length)
    with pytest.raises(BadInput, match="at least 1"):
        weighted_gradient(n_terms=length)


def test_a_theorem_does_not_leave_its_process() -> None:
    with pytest.raises(Rejected, match="derive it again"):
        pickle.dumps(gradient().theorems[0])
