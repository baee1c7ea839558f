"""Ranges: empty, negative, shifted, and indices that their declaration does not allow."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    assume,
    derivative,
    empty,
    equal,
    generalise,
    instantiate,
    same,
    sign,
    specialise,
    split,
    sum_over,
)
from lse_verify.theory.statements import Forall, Slope, eq, le, lt, ne

a, b, c = sp.symbols("a b c", real=True)
i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
g, m = sp.symbols("g m", integer=True)
x = sp.IndexedBase("x", real=True)
ONE = sp.Integer(1)
HALF = sp.Rational(1, 2)


# How many terms


@pytest.mark.parametrize(
    ("low", "high"), [(1, m), (1, n - 2), (1, N - 1), (2, n), (k, n), (m, 1), (1, -3), (3, 1)]
)
def test_a_sum_may_not_have_a_negative_number_of_terms(low: Any, high: Any) -> None:
    total = sp.Sum(1, (g, low, high))
    with pytest.raises(Rejected, match=r"number of terms|terms"):
        equal(total, total)


@pytest.mark.parametrize(
    ("low", "high", "terms"),
    [(1, n, n), (1, N, N), (2, N + 1, N), (0, n, n + 1), (-2, N, N + 3), (5, 4, 0)],
)
def test_a_sum_has_high_minus_low_plus_one_terms(low: Any, high: Any, terms: Any) -> None:
    equal(sp.Sum(1, (g, low, high)), terms)


def test_a_sum_of_no_terms_is_nought() -> None:
    equal(sp.Sum(x[i], (i, 1, 0)), 0)
    equal(sp.Sum(x[i], (i, 1, n - 1)).xreplace({n: ONE}), 0)


@pytest.mark.parametrize("end", [n / 2, a, sp.sqrt(n), sp.exp(n), HALF, x[1]])
def test_ranges_end_at_integers(end: Any) -> None:
    for limits in ((g, 1, end), (g, end, 1), (g, end, end), (g, end, end + 1)):
        with pytest.raises(Rejected):
            equal(sp.Sum(a, limits), sp.Sum(a, limits))


def test_a_sum_is_strict_only_if_it_is_certain_to_have_a_term() -> None:
    each_less = generalise(sign(lt(0, sp.exp(x[i]))), i, 1, N)
    perhaps_empty: Any = sum_over(each_less).conclusion
    assert perhaps_empty.op == "<="
    with pytest.raises(Rejected):
        sign(lt(0, sp.Sum(sp.exp(x[i]), (i, 1, N))))
    sign(le(0, sp.Sum(sp.exp(x[i]), (i, 1, N))))
    sign(lt(0, sp.Sum(sp.exp(x[i]), (i, 1, n))))
    sign(lt(0, sp.Sum(sp.exp(x[g]), (g, 0, N))))
    strict: Any = sum_over(each_less, because=[assume(le(1, N))]).conclusion
    assert strict.op == "<"


def test_a_strict_sum_needs_an_index_of_its_range() -> None:
    each_at_most = generalise(sign(le(0, x[i] ** 2)), i, 1, n)
    positive = assume(lt(0, x[k] ** 2))
    with pytest.raises(Rejected, match="certain to be an index"):
        sum_over(each_at_most, strict_at=k, strict=positive)
    within = [assume(le(1, k)), assume(le(k, n))]
    summed: Any = sum_over(each_at_most, strict_at=k, strict=positive, because=within)
    assert summed.conclusion.op == "<"
    assert {le(1, k), le(k, n), lt(0, x[k] ** 2)} <= summed.hypotheses
    with pytest.raises(Rejected, match="is not"):
        sum_over(
            each_at_most, strict_at=j, strict=positive, because=[assume(le(1, j)), assume(le(j, n))]
        )


def test_different_from_is_not_added() -> None:
    with pytest.raises(Rejected, match="added"):
        sum_over(generalise(sign(ne(0, sp.exp(x[i]))), i, 1, n))


def test_nothing_is_said_of_a_range_that_may_not_be_empty() -> None:
    absurd = Forall(g, ONE, m, eq(0, 1))
    with pytest.raises(Rejected, match="may have an index"):
        empty(absurd)
    vacuous = empty(absurd, because=[assume(le(m, 0))])
    assert vacuous.hypotheses == {le(m, 0)}
    with pytest.raises(Rejected):
        specialise(vacuous, 1)


# Splitting


@pytest.mark.parametrize("at", [k, 0, n + 1, a, HALF, g])
def test_a_sum_is_split_at_an_index_of_its_range(at: Any) -> None:
    with pytest.raises(Rejected):
        split(sp.Sum(x[i], (i, 1, n)), at)


def test_a_sum_is_split_at_a_free_symbol_of_its_indexs_name() -> None:
    total = sp.Sum(x[i], (i, 1, n))
    parts: Any = split(total, i, because=[assume(le(1, i)), assume(le(i, n))]).conclusion
    assert same(parts.rhs, sp.Sum(x[j], (j, 1, i - 1)) + x[i] + sp.Sum(x[j], (j, i + 1, n)))


# What an index is declared to be


NONZERO = sp.Symbol("i", integer=True, nonzero=True)
NEGATIVE = sp.Symbol("i", integer=True, negative=True)


@pytest.mark.parametrize(
    ("index", "low"),
    [(NONZERO, -3), (NEGATIVE, -3), (i, 0), (i, -1), (i, m), (i, N), (N, -1), (N, m), (a, 1)],
)
def test_an_index_runs_over_what_it_is_declared_to_be(index: Any, low: Any) -> None:
    with pytest.raises(Rejected):
        assume(Forall(index, sp.sympify(low), sp.Integer(3), le(a, b)))
    with pytest.raises(Rejected):
        equal(sp.Sum(a, (index, low, 3)), sp.Sum(a, (index, low, 3)))


def test_for_all_does_not_run_over_what_its_index_cannot_be() -> None:
    # i ≠ 0 by declaration, and 0 would be in the range.
    with pytest.raises(Rejected, match="declared"):
        generalise(sign(ne(NONZERO, 0)), NONZERO, -3, 3)
    with pytest.raises(Rejected, match="declared"):
        generalise(sign(lt(0, i)), i, -3, 3)


def test_no_sum_runs_over_what_its_index_cannot_be() -> None:
    # Renaming i builds the summand again, and SymPy takes sqrt(i**2) for i if i is positive.
    root = sp.Pow(i**2, HALF, evaluate=False)
    with pytest.raises(Rejected, match="declared"):
        equal(sp.Sum(c + root, (i, -3, -1)), 3 * c + 6)
    anything = sp.Pow(g**2, HALF, evaluate=False)
    theorem = equal(sp.Sum(c + anything, (g, -3, -1)), 3 * c + 6)
    conclusion: Any = instantiate(theorem, {c: g}).conclusion
    assert same(conclusion.lhs, 3 * g + 6)


@pytest.mark.parametrize("index", [x[1], sp.Function("f")(a), sp.Idx("i", 4)])
def test_the_index_of_a_sum_is_a_symbol(index: Any) -> None:
    # SymPy allows Sum(x[1], (x[1], 1, 3)), and means 6.
    total = sp.Sum(index, (index, 1, 3))
    with pytest.raises((Rejected, AttributeError)):
        equal(total, 3 * index)


# Entries of rows


@pytest.mark.parametrize("index", [n / 2, a, HALF, sp.sqrt(n), x[1], sp.Abs(g), sp.Max(g, 1)])
def test_an_entry_has_an_integer_index(index: Any) -> None:
    with pytest.raises(Rejected):
        equal(x[index], x[index])


def test_entries_at_equal_indices_are_equal_and_others_are_not() -> None:
    assert same(x[n + 1 - i], x[1 - i + n])
    assert not same(x[i], x[j])
    assert not same(x[2 * i], x[i])
    assert same(sp.Sum(x[n + 1 - i], (i, 1, n)), sp.Sum(x[n - j], (j, 0, n - 1)))
    assert not same(sp.Sum(x[n + 1 - i], (i, 1, n)), sp.Sum(x[n - j], (j, 1, n)))


# Derivatives and ranges: see test_derivatives for the rest


def test_a_derivative_needs_the_index_in_the_range() -> None:
    total = sp.Sum(x[i], (i, 1, n))
    for because in ([], [assume(le(1, k))], [assume(le(k, n))], [assume(lt(n, k))]):
        with pytest.raises(Rejected, match="certain to lie"):
            derivative(Slope(total, x[k], ONE), because=because)
    derivative(Slope(total, x[k], ONE), because=[assume(le(1, k)), assume(le(k, n))])
