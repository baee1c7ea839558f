"""Suprema: at rows that are not allowed, without a bound, not reached, or of the wrong value."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    Theorem,
    assume,
    equal,
    instantiate,
    limit,
    rearrange,
    sign,
    supremum,
)
from lse_verify.theory.statements import Forall, Limit, Supremum, eq, le, lt, ne

a, b, M = sp.symbols("a b M", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, n = sp.symbols("i n", integer=True, positive=True)
x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)
d = sp.IndexedBase("d", integer=True)
ZERO, ONE = sp.Integer(0), sp.Integer(1)

NOUGHT = equal(ZERO, ZERO)


def everywhere(value: Any) -> Any:
    return sp.Lambda(i, sp.sympify(value))


def test_a_supremum_is_attained_where_it_is_said_to_be() -> None:
    upper = rearrange(sign(le(0, x[1] ** 2)), le(1 - x[1] ** 2, 1))
    statement = Supremum(1 - x[1] ** 2, x, (), ONE)
    theorem = supremum(statement, equal(1, 1), everywhere(0), upper=upper)
    assert theorem.conclusion == statement
    assert not theorem.hypotheses
    for at in (1, a, t):
        with pytest.raises(Rejected):
            supremum(statement, equal(1, 1), everywhere(at), upper=upper)


def test_a_bound_that_is_not_reached_is_no_supremum() -> None:
    upper = rearrange(sign(le(0, 1 + x[1] ** 2)), le(1 - x[1] ** 2, 2))
    statement = Supremum(1 - x[1] ** 2, x, (), sp.Integer(2))
    for reach in (equal(2, 2), equal(1, 1), sign(le(1, 2)), sign(lt(1, 2))):
        with pytest.raises(Rejected):
            supremum(statement, reach, everywhere(0), upper=upper)


def test_a_finite_supremum_needs_an_upper_bound() -> None:
    with pytest.raises(Rejected, match="upper bound"):
        supremum(Supremum(x[1], x, (), a), equal(a, a), everywhere(a))
    with pytest.raises(Rejected):
        supremum(Supremum(x[1], x, (), a), equal(a, a), everywhere(a), upper=assume(le(a, x[1])))


def test_a_supremum_may_be_approached() -> None:
    statement = Supremum(-sp.exp(x[1]), x, (), ZERO)
    upper = rearrange(sign(lt(0, sp.exp(x[1]))), le(-sp.exp(x[1]), 0))
    reach = limit(Limit(-1 / t, t, sp.oo, ZERO), sp.Lambda(z, -z))
    theorem = supremum(statement, reach, everywhere(-sp.log(t)), upper=upper)
    assert theorem.conclusion == statement
    with pytest.raises(Rejected):
        supremum(statement, reach, everywhere(sp.log(t)), upper=upper)
    with pytest.raises(Rejected):
        supremum(statement, reach, everywhere(a), upper=upper)


def test_the_way_there_is_in_no_hypothesis() -> None:
    statement = Supremum(-sp.exp(x[1]), x, (le(x[1], b),), ZERO)
    upper = rearrange(sign(lt(0, sp.exp(x[1]))), le(-sp.exp(x[1]), 0))
    reach = limit(Limit(-1 / t, t, sp.oo, ZERO), sp.Lambda(z, -z))
    allowed = assume(le(-sp.log(t), b))
    with pytest.raises(Rejected, match="arbitrary"):
        supremum(statement, reach, everywhere(-sp.log(t)), because=[allowed], upper=upper)


@pytest.mark.parametrize("entry", [ZERO, -ONE, a, x[i], sp.Integer(-1) * t, a**2])
def test_a_row_has_the_sign_it_is_declared_with(entry: Any) -> None:
    upper = rearrange(sign(lt(0, p[1])), le(-p[1], 0))
    with pytest.raises(Rejected):
        supremum(Supremum(-p[1], p, (), ZERO), NOUGHT, everywhere(entry), upper=upper)


def test_a_row_of_integers_is_reached_by_integers() -> None:
    half = sp.Rational(1, 2)
    upper = assume(le(d[1], half))
    with pytest.raises(Rejected, match="integer"):
        supremum(Supremum(d[1], d, (), half), equal(half, half), everywhere(half), upper=upper)


def test_a_row_satisfies_every_condition() -> None:
    conditions = (le(x[1], 3), Forall(i, ONE, n, le(x[i], 5)))
    statement = Supremum(x[1], x, conditions, sp.Integer(3))
    upper = assume(le(x[1], 3))
    reach = equal(3, 3)
    with pytest.raises(Rejected, match="nothing shows"):
        supremum(statement, reach, everywhere(3), upper=upper)
    with pytest.raises(Rejected, match="nothing shows"):
        supremum(statement, reach, everywhere(3), because=[sign(le(3, 3))], upper=upper)
    with pytest.raises(Rejected, match="nothing shows"):
        supremum(
            statement, reach, everywhere(3), upper=upper, because=[sign(le(3, 3)), sign(le(3, 5))]
        )


def test_a_condition_of_the_upper_bound_that_is_none_of_the_supremum_stays_refused() -> None:
    # x ≤ 3 under x ≤ 3; but the supremum is over all x.
    with pytest.raises(Rejected, match="arbitrary"):
        supremum(
            Supremum(x[1], x, (), sp.Integer(3)),
            equal(3, 3),
            everywhere(3),
            upper=assume(le(x[1], 3)),
        )


# Without a bound


@pytest.mark.parametrize(
    "reach",
    [
        sign(le(0, t)),
        assume(le(M, a)),
        assume(eq(M, a)),
        rearrange(sign(lt(0, t)), lt(M, M + t)),
        equal(t, t),
        equal(M + 1, M + 1),
        assume(ne(M, a)),
        sign(ne(M, M + t)),
    ],
    ids=str,
)
def test_an_unbounded_supremum_is_above_any_number(reach: Theorem) -> None:
    for row in (a, t, b):
        with pytest.raises(Rejected):
            supremum(Supremum(x[1], x, (), sp.oo), reach, everywhere(row))


def test_an_unbounded_supremum() -> None:
    statement = Supremum(x[1] - b, x, (), sp.oo)
    theorem = supremum(statement, equal(M, M + b - b), everywhere(M + b))
    assert not theorem.hypotheses
    moved: Any = instantiate(theorem, {b: M}).conclusion
    assert moved == Supremum(x[1] - M, x, (), sp.oo)


def test_the_height_is_not_in_the_statement() -> None:
    statement = Supremum(x[1] + M, x, (), sp.oo)
    with pytest.raises(Rejected, match="arbitrary"):
        supremum(statement, equal(M, M + 0 * a), everywhere(0))


@pytest.mark.parametrize("height", [t, z, sp.Symbol("M", integer=True), n])
def test_the_height_is_any_real_number(height: Any) -> None:
    with pytest.raises(Rejected, match="arbitrary number"):
        supremum(Supremum(x[1], x, (), sp.oo), equal(height, height), everywhere(height))


# What becomes of a supremum


def test_the_row_of_a_supremum_is_not_replaced_nor_captured() -> None:
    theorem = supremum(Supremum(x[1] - b, x, (), sp.oo), equal(M, M), everywhere(M + b))
    with pytest.raises(Rejected, match="bound"):
        instantiate(theorem, {b: x[1]})
    assert instantiate(theorem, {x: everywhere(0)}).conclusion == theorem.conclusion
