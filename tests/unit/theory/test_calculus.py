"""The derivations for symbolic n, held against plain SymPy at fixed n.

Expected values come from SymPy's ``diff`` on sums written out, which shares no code with the
detours of theory/calculus.py.
"""

from __future__ import annotations

import pytest
import sympy as sp

from lse_verify.theory.calculus import (
    closed_sums,
    conjugate_at_gradient,
    diagonal_and_off_diagonal,
    partial,
    summed,
)
from lse_verify.theory.vocabulary import i, j, k, n

x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)
LSE = sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n)))
LENGTHS = (1, 2, 3, 4, 5)


def written_out(length: int) -> sp.Expr:
    return sp.log(sp.Add(*(sp.exp(x[index]) for index in range(1, length + 1))))


@pytest.mark.parametrize("length", LENGTHS)
def test_partial_is_the_derivative_of_the_sum_written_out(length: int) -> None:
    derived = partial(LSE, x)
    for index in range(1, length + 1):
        at_index = derived.subs(k, index).subs(n, length).doit()
        assert sp.simplify(at_index - written_out(length).diff(x[index])) == 0


@pytest.mark.parametrize("length", LENGTHS[1:4])
def test_diagonal_and_off_diagonal_are_the_hessian_of_the_sum_written_out(length: int) -> None:
    diagonal, off = diagonal_and_off_diagonal(partial(LSE, x), x)
    for row in range(1, length + 1):
        for column in range(1, length + 1):
            derived = diagonal if row == column else off.subs(j, column)
            entry = derived.subs(k, row).subs(n, length).doit()
            expected = written_out(length).diff(x[row], x[column])
            assert sp.simplify(entry - expected) == 0


@pytest.mark.parametrize("length", LENGTHS[1:4])
def test_rows_of_the_hessian_sum_to_zero(length: int) -> None:
    diagonal, off = diagonal_and_off_diagonal(partial(LSE, x), x)
    row = 1
    others = (off.subs({k: row, j: column}) for column in range(2, length + 1))
    total = diagonal.subs(k, row) + sp.Add(*others)
    assert sp.simplify(total.subs(n, length).doit()) == 0


def test_closed_sums_put_back_in_their_places_give_the_expression_again() -> None:
    lse = sp.Sum(sp.exp(x[i]), (i, 1, n))
    nested = sp.Sum(x[j] * lse, (j, 1, n)) / lse + sp.log(1 + lse)
    stages, rest = closed_sums(nested)
    for name, stage in reversed(stages):
        rest = rest.xreplace({name: stage})
    assert rest == nested


def test_a_sum_with_the_index_of_a_sum_around_it_is_not_taken_out() -> None:
    inner = sp.Sum(x[i] * x[j], (i, 1, n))
    outer = sp.Sum(sp.exp(inner), (j, 1, n))
    stages, rest = closed_sums(outer)
    assert [stage for _, stage in stages] == [outer]
    assert rest == stages[0][0]


def test_a_closed_sum_is_named_before_the_sum_that_it_stands_in() -> None:
    inner = sp.Sum(sp.exp(x[i]), (i, 1, n))
    stages, _ = closed_sums(sp.Sum(x[j] / inner, (j, 1, n)))
    (first, _), (_, second) = stages
    assert second.has(first)
    assert not second.has(inner)


def test_summed_takes_out_what_does_not_depend_on_the_index() -> None:
    total = sp.Sum(sp.exp(x[i]), (i, 1, n))
    assert summed(sp.exp(x[j]) / total, j) == sp.Sum(sp.exp(x[j]), (j, 1, n)) / total


def test_the_conjugate_where_it_is_attained_is_the_pairing_minus_the_function() -> None:
    conjugate = conjugate_at_gradient(LSE, x, p, sp.Lambda(i, sp.log(p[i])))
    simplex = {p[1]: sp.Rational(1, 7), p[2]: sp.Rational(2, 7), p[3]: sp.Rational(4, 7)}
    at_point = {x[index]: sp.log(simplex[p[index]]) for index in (1, 2, 3)}
    pairing = sp.Add(*(simplex[p[index]] * at_point[x[index]] for index in (1, 2, 3)))
    expected = pairing - written_out(3).subs(at_point)
    assert abs(sp.N(conjugate.subs(n, 3).doit().subs(simplex) - expected, 50)) < 1e-45


@pytest.mark.parametrize(
    "wrong",
    [
        sp.Lambda(i, 2 * sp.log(p[i])),
        sp.Lambda(i, -sp.log(p[i])),
        sp.Lambda(i, p[i]),
        sp.Lambda(i, sp.log(p[i]) + i),
    ],
)
def test_a_wrong_inverse_of_the_gradient_is_refused(wrong: sp.Lambda) -> None:
    with pytest.raises(ArithmeticError, match="the gradient at the claimed point"):
        conjugate_at_gradient(LSE, x, p, wrong)


def test_an_inverse_shifted_by_a_constant_is_accepted_and_changes_nothing() -> None:
    # LSE is flat along the all-ones direction: the supremum is attained on a line.
    plain = conjugate_at_gradient(LSE, x, p, sp.Lambda(i, sp.log(p[i])))
    simplex = {p[1]: sp.Rational(1, 3), p[2]: sp.Rational(2, 3)}
    expected = sp.log(sp.Rational(1, 3)) / 3 + 2 * sp.log(sp.Rational(2, 3)) / 3
    assert abs(sp.N(plain.subs(n, 2).doit().subs(simplex) - expected, 50)) < 1e-45
