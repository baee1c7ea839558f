"""The evaluator of the falsifier, against mpmath and exact fractions.

Expected values are formulas in mpmath or Python integers, written beside each tree; no SymPy
evaluation is used.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import (
    Number,
    Undefined,
    absolute,
    exact,
    largest,
    power,
    smallest,
    working_precision,
    x_log_x,
)
from lse_verify.proving.falsifier.evaluate import UnknownNode, compiled, environment
from lse_verify.proving.falsifier.judgement import plus_epsilon
from lse_verify.theory.statements import xlogx

a, b = sp.symbols("a b", real=True)
n = sp.Symbol("n", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
x = sp.IndexedBase("x", real=True)
M = sp.Function("M")

ROW = {1: exact(Fraction(1, 3)), 2: -2, 3: exact(Fraction(5, 4))}


def value(expression: sp.Expr, **given: Any) -> Number:
    by_name = {"a": a, "b": b, "n": n, "k": k, "x": x, "M": M}
    env = {by_name[name]: v for name, v in given.items()}
    with working_precision(512):
        return compiled(expression)(environment(env))


def assert_near(got: Number, expected: Any) -> None:
    """Hold a ball of 512 bits against a value of 700 bits."""
    with mpmath.workprec(700):
        text = mpmath.nstr(mpmath.mpf(expected), 190)
    with working_precision(800):
        gap = abs(flint.arb(got) - flint.arb(text))
        assert gap < (1 + abs(flint.arb(text))) * flint.arb(2) ** -480


A_POSITIVE: list[tuple[sp.Expr, Callable[[Any, Any], Any]]] = [
    (a + 2 * b - 3, lambda u, v: u + 2 * v - 3),
    (a * b / 7, lambda u, v: u * v / 7),
    (a**5, lambda u, v: u**5),
    (a**-3, lambda u, v: u**-3),
    (a ** sp.Rational(2, 3), lambda u, v: mpmath.exp(mpmath.log(u) * 2 / 3)),
    (sp.sqrt(a), lambda u, v: mpmath.sqrt(u)),
    (a**b, lambda u, v: mpmath.exp(v * mpmath.log(u))),
    (sp.exp(b), lambda u, v: mpmath.exp(v)),
    (sp.exp(b) ** 3, lambda u, v: mpmath.exp(3 * v)),
    (sp.log(a), lambda u, v: mpmath.log(u)),
    (xlogx(a), lambda u, v: u * mpmath.log(u)),
    (sp.Abs(b), lambda u, v: abs(v)),
    (sp.Abs(sp.exp(b) - 1), lambda u, v: abs(mpmath.exp(v) - 1)),
    (sp.Max(a, b, sp.log(a)), lambda u, v: max(u, v, mpmath.log(u))),
    (sp.Min(a, b, sp.log(a)), lambda u, v: min(u, v, mpmath.log(u))),
    (sp.erf(b), lambda u, v: mpmath.erf(v)),
    (sp.pi * a, lambda u, v: mpmath.pi * u),
    (sp.E * a, lambda u, v: mpmath.e * u),
    (sp.exp(sp.exp(b / 64)), lambda u, v: mpmath.exp(mpmath.exp(v / 64))),
    (sp.Float("0.1", 20) * a, lambda u, v: mpmath.mpf(sp.Float("0.1", 20)._mpf_) * u),
]


@pytest.mark.parametrize(("tree", "formula"), A_POSITIVE, ids=[str(case[0]) for case in A_POSITIVE])
def test_every_node_agrees_with_mpmath_at_random_rationals(
    tree: sp.Expr, formula: Callable[[Any, Any], Any]
) -> None:
    rng = random.Random(3)
    for _ in range(12):
        first = Fraction(rng.randint(1, 400), rng.randint(1, 60))
        second = Fraction(rng.randint(-400, 400), rng.randint(1, 60))
        with mpmath.workprec(700):
            u = mpmath.mpf(first.numerator) / first.denominator
            v = mpmath.mpf(second.numerator) / second.denominator
            expected = formula(u, v)
        assert_near(value(tree, a=exact(first), b=exact(second)), expected)


def test_rationals_stay_exact_through_arithmetic_and_exact_points_of_functions() -> None:
    tree = (a - sp.Rational(1, 3)) * 6 + sp.exp(b) + sp.log(b + 1) + sp.erf(b) + xlogx(b)
    assert value(tree, a=exact(Fraction(1, 2)), b=0) == 2
    assert value(sp.Float(0.1) * a, a=1) == exact(Fraction(0.1))


def test_sums_and_products_over_a_row_agree_with_mpmath() -> None:
    with mpmath.workprec(700):
        entries = [mpmath.mpf(1) / 3, mpmath.mpf(-2), mpmath.mpf(5) / 4]
        lse = mpmath.log(sum(mpmath.exp(entry) for entry in entries))
        pairs = sum(mpmath.exp(u) * (u - v) ** 2 for u in entries for v in entries)
        powers = entries[0] * entries[1] ** 2 * entries[2] ** 3
    assert_near(value(sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n))), n=3, x=ROW), lse)
    nested = sp.Sum(sp.Sum(sp.exp(x[i]) * (x[i] - x[j]) ** 2, (j, 1, n)), (i, 1, n))
    assert_near(value(nested, n=3, x=ROW), pairs)
    assert_near(value(sp.Product(x[i] ** i, (i, 1, n)), n=3, x=ROW), powers)


def test_the_first_limit_of_a_sum_is_the_innermost_and_may_use_the_later_index() -> None:
    triangle = sp.Sum(i * 10**j, (i, 1, j), (j, 1, n))
    assert value(triangle, n=3) == 1 * 10 + (1 + 2) * 100 + (1 + 2 + 3) * 1000


def test_an_inner_index_of_the_same_name_shadows_the_outer_one() -> None:
    inner = sp.Sum(i, (i, 1, 2))
    shadowed = sp.Sum(sp.Mul(i, inner, evaluate=False), (i, 1, n))
    assert value(shadowed, n=3) == 3 * (1 + 2 + 3)


def test_a_sum_inside_a_sum_is_remembered_only_where_it_is_the_same() -> None:
    tree = sp.Sum(x[j] * sp.Sum(x[i] * j, (i, 1, n)) * sp.Sum(x[i], (i, 1, n)), (j, 1, n))
    row = {1: 2, 2: 3, 3: 5}
    assert value(tree, n=3, x=row) == sum(row[m] * m for m in row) * 10 * 10


def test_an_empty_sum_is_0_and_an_empty_product_1() -> None:
    assert value(sp.Sum(x[i], (i, 2, n)), n=1, x={}) == 0
    assert value(sp.Product(x[i], (i, 2, n)), n=1, x={}) == 1


def test_a_range_that_ends_two_before_it_starts_is_undefined_and_not_karrs_sum() -> None:
    with pytest.raises(Undefined, match="a range from 3 to 1"):
        value(sp.Sum(x[i], (i, 3, n)), n=1, x=ROW)


def test_entries_are_found_at_computed_indices_and_functions_at_their_arguments() -> None:
    assert value(x[2 * k + 1] * M(n) + M(n + 1), k=1, n=4, x=ROW, M={4: 8, 5: 1}) == 11
    with pytest.raises(KeyError):
        value(x[k], k=9, x=ROW)
    with pytest.raises(Undefined, match="not rational"):
        value(M(sp.exp(a)), a=1, M={})


def test_zero_to_the_power_zero_is_1_and_to_a_negative_power_undefined() -> None:
    assert value(sp.Pow(a, b), a=0, b=0) == 1
    assert value(sp.Pow(a, b), a=0, b=2) == 0
    for tree in (a**-1, a**-2, a**b):
        with pytest.raises(Undefined):
            value(tree, a=0, b=-1)


def test_a_negative_number_has_integer_powers_only() -> None:
    assert value(a**b, a=-2, b=3) == -8
    for exponent in (exact(Fraction(1, 2)), exact(Fraction(1, 3))):
        with pytest.raises(Undefined):
            value(a**b, a=-8, b=exponent)


def test_an_integer_power_of_a_ball_around_0_is_a_ball_and_not_a_nan() -> None:
    with working_precision(512):
        ball = flint.arb(0, 1)
        assert power(ball, 2).is_finite()
        assert power(ball, 3).contains(flint.arb(-1))
        with pytest.raises(Undefined):
            power(ball, -2)


@pytest.mark.parametrize("argument", [0, -1, exact(Fraction(-1, 3))])
def test_log_of_what_is_not_positive_is_undefined(argument: Number) -> None:
    with pytest.raises(Undefined, match="not certainly positive"):
        value(sp.log(a), a=argument)


def test_log_of_a_ball_that_is_not_certainly_positive_is_undefined() -> None:
    with pytest.raises(Undefined):
        value(sp.log(a), a=flint.arb(0, 2.0**-500))
    with pytest.raises(Undefined):
        value(sp.log(sp.exp(a) - sp.exp(a + b)), a=1, b=0)


def test_a_value_too_large_for_any_ball_is_undefined() -> None:
    with pytest.raises(Undefined, match="finite"):
        value(sp.exp(sp.exp(sp.exp(a))), a=300)


def test_xlogx_is_0_at_0_and_undefined_below() -> None:
    assert value(xlogx(a), a=0) == 0
    for below in (-1, exact(Fraction(-1, 10**9))):
        with pytest.raises(Undefined):
            value(xlogx(a), a=below)


@pytest.mark.parametrize("end", ["1e-150", "0.2", "0.5", "0.99", "3"])
def test_xlogx_of_a_ball_from_0_up_encloses_every_value(end: str) -> None:
    with working_precision(512):
        upper = flint.arb(end)
        ball = flint.arb(0).union(upper)
        enclosure = x_log_x(ball if not ball.lower() < 0 else ball.nonnegative_part())
        for share in range(1, 65):
            inside = upper * share / 64
            assert enclosure.overlaps(inside * inside.log())
        assert enclosure.contains(flint.arb(0))
        assert enclosure.abs_upper() < 4


def test_binomials_and_factorials_are_exact_integers() -> None:
    assert value(sp.binomial(n, k), n=30, k=7) == math.comb(30, 7)
    assert value(sp.binomial(n, k), n=3, k=7) == 0
    assert value(sp.factorial(n), n=25) == math.factorial(25)
    for tree in (sp.binomial(a, b), sp.factorial(b)):
        with pytest.raises(Undefined):
            value(tree, a=5, b=-1)
        with pytest.raises(Undefined):
            value(tree, a=5, b=exact(Fraction(1, 2)))


def test_kronecker_delta_compares_exactly() -> None:
    assert value(sp.KroneckerDelta(n, k), n=3, k=3) == 1
    assert value(sp.KroneckerDelta(n, k), n=3, k=2) == 0
    with pytest.raises(Undefined):
        value(sp.KroneckerDelta(a, b), a=flint.arb(1, 0.5), b=1)


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        (sp.sin(a), "sin"),
        (sp.Piecewise((a, a > 0), (0, True)), "Piecewise"),
        (sp.Derivative(sp.exp(a), a), "Derivative"),
        (sp.Integral(sp.exp(a), a), "Integral"),
        (sp.oo + 0 * a, "Infinity"),
        (sp.zoo, "ComplexInfinity"),
        (sp.nan, "NaN"),
        (sp.I, "ImaginaryUnit"),
        (sp.Sum(x[i], (i, 1, sp.oo)), "Infinity"),
        (sp.gamma(a), "gamma"),
    ],
)
def test_an_unknown_node_is_an_error_that_names_it(tree: sp.Expr, name: str) -> None:
    with pytest.raises(UnknownNode, match=name):
        compiled(tree)


def test_the_precision_of_the_process_is_restored_after_an_error() -> None:
    before = flint.ctx.prec
    with pytest.raises(Undefined), working_precision(77):
        compiled(sp.log(a))(environment({a: -1}))
    assert flint.ctx.prec == before


SMOOTH: list[tuple[sp.Expr, Callable[[Any], Any]]] = [
    (3 * a**4 - a / 2 + 1, lambda u: 3 * u**4 - u / 2 + 1),
    (a**-2, lambda u: u**-2),
    (a ** sp.Rational(3, 2), lambda u: u ** mpmath.mpf("1.5")),
    (a**a, lambda u: u**u),
    (2**a, lambda u: mpmath.mpf(2) ** u),
    (sp.exp(a**2), lambda u: mpmath.exp(u**2)),
    (sp.log(a) ** 2, lambda u: mpmath.log(u) ** 2),
    (xlogx(a), lambda u: u * mpmath.log(u)),
    (sp.erf(a), lambda u: mpmath.erf(u)),
    (sp.Abs(a - 7), lambda u: abs(u - 7)),
    (sp.Max(a, 1 / a), lambda u: max(u, 1 / u)),
    (sp.Min(a, 1 / a), lambda u: min(u, 1 / u)),
    (1 / (1 + sp.exp(-a)), lambda u: 1 / (1 + mpmath.exp(-u))),
    (sp.Sum(a**i / i, (i, 1, 5)), lambda u: sum(u**m / m for m in range(1, 6))),
    (sp.Product(a + i, (i, 1, 4)), lambda u: (u + 1) * (u + 2) * (u + 3) * (u + 4)),
]


@pytest.mark.parametrize(("tree", "formula"), SMOOTH, ids=[str(tree) for tree, _ in SMOOTH])
def test_the_series_carries_the_derivatives_that_mpmath_finds(
    tree: sp.Expr, formula: Callable[[Any], Any]
) -> None:
    for at in ("0.75", "2.5", "5.25"):
        with working_precision(256):
            series = compiled(tree)(environment({a: plus_epsilon(exact(Fraction(at)), order=2)}))
            coefficients = [float(series[order].mid()) for order in range(3)]
        with mpmath.workprec(200):
            expected = [float(c) for c in mpmath.taylor(formula, mpmath.mpf(at), 2)]
        assert coefficients == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_series_has_no_slope_at_a_kink() -> None:
    with working_precision(128):
        at_0, at_1 = plus_epsilon(0), plus_epsilon(1)
        with pytest.raises(Undefined, match="Abs"):
            absolute(at_0)
        for extreme in (largest, smallest):
            with pytest.raises(Undefined, match="changes hands"):
                extreme([at_0, 0])
        assert largest([at_1, 5]) == 5
        assert smallest([at_1, 5])[0] == 1
        with pytest.raises(Undefined):
            x_log_x(at_0)
