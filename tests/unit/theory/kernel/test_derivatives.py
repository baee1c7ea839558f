"""Derivatives: kinks, ends of the domain, sums that do not reach the entry, names that leak."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import Rejected, Theorem, assume, derivative, instantiate, steps
from lse_verify.theory.kernel.canonical import same
from lse_verify.theory.statements import Slope, eq, le, lt, ne, xlogx

a, b, c = sp.symbols("a b c", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, j, k, l, n = sp.symbols("i j k l n", integer=True, positive=True)  # noqa: E741
g = sp.Symbol("g", integer=True)
x, y = (sp.IndexedBase(name, real=True) for name in "xy")
q = sp.IndexedBase("q", nonnegative=True)
d = sp.IndexedBase("d", integer=True, positive=True)
ONE, ZERO = sp.Integer(1), sp.Integer(0)
HALF = sp.Rational(1, 2)


def within(index: Any, low: Any = 1, high: Any = n) -> list[Theorem]:
    return [assume(le(low, index)), assume(le(index, high))]


# What is known of a free index is not known of a bound one


def test_what_is_known_of_a_free_index_is_not_known_of_a_bound_one() -> None:
    shifted = sp.Sum(x[i + 1], (i, 1, n))
    with pytest.raises(Rejected, match="not known whether"):
        derivative(Slope(shifted, x[k], ZERO), because=[assume(ne(i + 1, k))])
    with pytest.raises(Rejected, match="not known whether"):
        derivative(Slope(shifted, x[k], n), because=[assume(eq(i + 1, k))])


@pytest.mark.parametrize("index", [2 * i, n + 1 - i, i + 1, i - 1, i + j, g * i], ids=str)
def test_an_entry_at_any_other_index_may_be_the_variable(index: Any) -> None:
    with pytest.raises(Rejected):
        derivative(Slope(sp.Sum(x[index], (i, 1, n)), x[k], ZERO), because=within(k))


def test_an_entry_beyond_the_row_is_not_the_variable() -> None:
    derivative(Slope(sp.Sum(x[i + n], (i, 1, n)), x[k], ZERO), because=within(k))
    with pytest.raises(Rejected, match="not known whether"):
        derivative(Slope(sp.Sum(x[i + n], (i, 1, n)), x[k], ZERO), because=within(k, 1, n + 1))


def test_an_entry_that_is_certainly_another_is_constant() -> None:
    with pytest.raises(Rejected, match="not known whether"):
        derivative(Slope(x[j] ** 2, x[k], ZERO))
    slope = derivative(Slope(x[j] ** 2, x[k], ZERO), because=[assume(ne(j, k))])
    assert slope.hypotheses == {ne(j, k)}
    derivative(Slope(x[k + 1] ** 2, x[k], ZERO))


def test_the_variable_may_have_the_name_of_the_index() -> None:
    total = sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n)))
    value = sp.exp(x[i]) / sp.Sum(sp.exp(x[j]), (j, 1, n))
    derivative(Slope(total, x[i], value), because=within(i))
    with pytest.raises(Rejected):
        derivative(Slope(total, x[i], ONE), because=within(i))


def test_nested_sums_over_one_row() -> None:
    total = sp.Sum(x[i], (i, 1, n))
    slope = Slope(sp.Sum(x[i] * total, (i, 1, n)), x[k], 2 * total)
    derivative(slope, because=within(k))
    below = sp.Sum(x[i] * x[j], (j, 1, i), (i, 1, n))
    with pytest.raises(Rejected, match="certain to lie"):
        derivative(Slope(below, x[k], ZERO), because=within(k))


# The range


def test_no_derivative_by_what_stands_in_a_range() -> None:
    for total in (sp.Sum(1, (i, 1, d[k])), sp.Sum(x[i], (i, 1, d[k]))):
        with pytest.raises(Rejected):
            derivative(Slope(total, d[k], ZERO), because=within(k))
    with pytest.raises(Rejected):
        derivative(Slope(sp.Sum(x[i], (i, 1, n)), n, ZERO))


@pytest.mark.parametrize("variable", [n, g, d[1], sp.Symbol("w", zero=True)])
def test_no_derivative_by_what_has_no_interval_of_values(variable: Any) -> None:
    with pytest.raises(Rejected, match="interval"):
        derivative(Slope(variable**2, variable, 2 * variable))


@pytest.mark.parametrize("variable", [a + 1, 2 * a, sp.exp(a), ONE, sp.Integer(0), x])
def test_no_derivative_by_what_is_not_a_name(variable: Any) -> None:
    with pytest.raises((Rejected, AttributeError)):
        derivative(Slope(a, variable, ONE))


# Kinks and ends


@pytest.mark.parametrize(
    ("function", "value"),
    [
        (sp.Abs(a), ONE),
        (sp.Max(a, 0), ZERO),
        (sp.sqrt(a), ZERO),
        (sp.Pow(a**2, HALF, evaluate=False), a / sp.sqrt(a**2)),
        (a * sp.Pow(a**2, HALF, evaluate=False), 2 * sp.Pow(a**2, HALF, evaluate=False)),
        (xlogx(a), sp.log(a) + 1),
        (xlogx(a**2), 2 * a * (sp.log(a**2) + 1)),
        (a ** sp.Rational(3, 2), sp.Rational(3, 2) * sp.sqrt(a)),
        (z ** sp.Rational(3, 2), sp.Rational(3, 2) * sp.sqrt(z)),
        (xlogx(z), sp.log(z) + 1),
        (1 / a, -(a**-2)),
        (sp.log(a), 1 / a),
    ],
    ids=str,
)
def test_no_derivative_where_there_may_be_none(function: Any, value: Any) -> None:
    variable = z if z in function.free_symbols else a
    for because in ([], [assume(le(0, variable))]):
        with pytest.raises(Rejected):
            derivative(Slope(function, variable, value), because=because)


def test_no_derivative_at_the_only_point_where_a_root_is_defined() -> None:
    base = sp.Mul(-1, (a - b) ** 2, evaluate=False)
    cubed = sp.Pow(base, sp.Rational(3, 2), evaluate=False)
    with pytest.raises(Rejected, match="only where"):
        derivative(Slope(cubed, a, ZERO), because=[assume(eq(a, b))])


def test_no_derivative_of_what_cancels_but_has_none() -> None:
    root = sp.Pow(a**2, HALF, evaluate=False)
    nothing = sp.Add(root, sp.Mul(-1, root, evaluate=False), evaluate=False)
    with pytest.raises(Rejected):
        derivative(Slope(nothing, a, ZERO))


def test_derivatives_inside_the_domain() -> None:
    derivative(Slope(sp.sqrt(t), t, 1 / (2 * sp.sqrt(t))))
    derivative(Slope(xlogx(t), t, sp.log(t) + 1))
    derivative(Slope(sp.log(a), a, 1 / a), because=[assume(lt(0, a))])
    derivative(Slope(t**a, a, t**a * sp.log(t)))
    derivative(Slope(t**a, t, a * t ** (a - 1)))
    derivative(Slope(sp.erf(a), a, 2 * sp.exp(-(a**2)) / sp.sqrt(sp.pi)))
    derivative(Slope(sp.Sum(c * x[i], (i, 1, n)), c, sp.Sum(x[i], (i, 1, n))))
    # A power of a constant that may be 0 is a constant.
    derivative(Slope(a * sp.sqrt(z) + xlogx(z), a, sp.sqrt(z)))


@pytest.mark.parametrize("wrong", [ZERO, -ONE, 2 * a, -2 * sp.exp(a**2) * a, sp.exp(a**2)], ids=str)
def test_a_wrong_value_is_refused(wrong: Any) -> None:
    with pytest.raises(Rejected, match="derivative is"):
        derivative(Slope(sp.exp(a**2), a, wrong))


# What becomes of a derivative


@pytest.mark.parametrize(
    "replaced", [{a: b}, {a: ONE}, {b: a}, {b: sp.exp(a)}, {a: a + 1}], ids=str
)
def test_the_variable_of_a_derivative_stays(replaced: Any) -> None:
    slope = derivative(Slope(a**2 * b, a, 2 * a * b))
    with pytest.raises(Rejected, match="stay"):
        instantiate(slope, replaced)


def test_the_row_of_a_derivative_stays() -> None:
    slope = derivative(Slope(x[k] * b, x[k], b))
    for by in ({b: x[1]}, {x: sp.Lambda(i, y[i])}, {b: sp.Sum(x[i], (i, 1, n))}):
        with pytest.raises(Rejected, match="stay"):
            instantiate(slope, by)
    moved: Any = instantiate(slope, {k: l, b: y[1]}).conclusion
    assert moved.variable == x[l]
    assert same(moved.value, y[1])


def test_a_derivative_keeps_what_it_assumed_of_indices() -> None:
    slope = derivative(Slope(x[j] + x[k], x[k], ONE), because=[assume(ne(j, k))])
    moved = instantiate(slope, {j: k})
    assert moved.hypotheses == {ne(k, k)}
    assert len(steps(moved)) == 3
