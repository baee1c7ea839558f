"""Limits: what jumps, what hides the variable, what has no limit, and what lies between."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    assume,
    cut,
    derivative,
    least,
    limit,
    maximum,
    rearrange,
    sign,
    squeeze,
)
from lse_verify.theory.kernel.canonical import NotCanonical
from lse_verify.theory.statements import Limit, Slope, eq, le, lt, ne, xlogx

a, b, s = sp.symbols("a b s", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, n = sp.symbols("i n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
x = sp.IndexedBase("x", real=True)
ZERO, ONE = sp.Integer(0), sp.Integer(1)
oo = sp.oo


def to_infinity(expression: Any, value: Any) -> Limit:
    return Limit(sp.sympify(expression), t, oo, sp.sympify(value))


# Accepted


@pytest.mark.parametrize(
    ("statement", "through"),
    [
        (to_infinity(1 / t, 0), z + 0),
        (to_infinity(a + b / t**2, a), a + b * z**2),
        (to_infinity(sp.exp(-t), 0), z + 0),
        (to_infinity((t + 1) / t, 1), 1 + z),
        (to_infinity(sp.Max(a, 1 / t), sp.Max(a, 0)), sp.Max(a, z)),
        (Limit(sp.exp(s), s, -oo, ZERO), z + 0),
        (Limit(sp.log(1 + sp.exp(s)), s, -oo, ZERO), sp.log(1 + z)),
        (Limit(xlogx(t), t, ZERO, ZERO), xlogx(z)),
        (Limit(sp.sqrt(t), t, ZERO, ZERO), sp.sqrt(z)),
        (Limit(sp.Sum(x[i] * t, (i, 1, n)), t, ZERO, ZERO), z * sp.Sum(x[i], (i, 1, n))),
    ],
    ids=lambda case: str(case),
)
def test_limits_of_what_is_continuous(statement: Limit, through: Any) -> None:
    body = sp.Lambda(z, through) if through != z else sp.Lambda(z, sp.Add(z, 0, evaluate=False))
    assert limit(statement, body).conclusion == statement


# Refused


@pytest.mark.parametrize(
    ("statement", "through"),
    [
        (to_infinity(1 / t, 1), z + 1),
        (to_infinity(1 / t, 5), 5 + z * 0),
        (to_infinity(t, 0), 1 / z),
        (to_infinity(t / t**2, 1), sp.sqrt(z)),
        (to_infinity(sp.log(t), 0), -sp.log(z)),
        (Limit(sp.log(t), t, ZERO, sp.log(b)), sp.log(z)),
        (Limit(t * sp.log(t), t, ZERO, ZERO), z * sp.log(z)),
        (Limit(1 / t, t, ZERO, ZERO), 1 / z),
        (Limit(t**t, t, ZERO, ONE), z**z),
        (Limit(s, s, oo, ZERO), 1 / (1 + z)),
        (Limit(sp.exp(-s), s, oo, ZERO), 1 + z),
        (Limit(s, s, ZERO, ZERO), 1 + z),
        (Limit(1 / (a + t), t, ZERO, 1 / a), 1 / (a + z)),
        (Limit(sp.sqrt(a + t), t, ZERO, sp.sqrt(a)), sp.sqrt(a + z)),
        (to_infinity(a**t, 0), a + z),
    ],
    ids=lambda case: str(case),
)
def test_limits_that_are_wrong_or_may_not_exist(statement: Limit, through: Any) -> None:
    with pytest.raises((Rejected, NotCanonical)):
        limit(statement, sp.Lambda(z, sp.sympify(through)))


def test_the_variable_is_not_hidden_in_what_the_limit_goes_through() -> None:
    for hidden in (t * z, t, x[1] * t, sp.exp(t)):
        with pytest.raises(Rejected, match="speaks of"):
            limit(to_infinity(1 / t, 0), sp.Lambda(z, z + hidden))


@pytest.mark.parametrize(
    "jumping",
    [
        sp.Function("f")(z),
        sp.Function("f")(z + 1) * 0 + sp.Function("f")(z),
        sp.floor(z),
        sp.Heaviside(z),
        sp.sign(z),
        sp.Piecewise((0, z > 0), (1, True)),
        sp.KroneckerDelta(z, 0),
        sp.Sum(x[i], (i, 1, z)),
        x[z],
        sp.binomial(z, 0, evaluate=False),
    ],
    ids=str,
)
def test_no_limit_through_what_jumps_or_may(jumping: Any) -> None:
    value, at = jumping.subs(z, 0), jumping.subs(z, t)
    with pytest.raises((Rejected, AttributeError)):
        limit(Limit(at, t, ZERO, value), sp.Lambda(z, jumping))


def test_the_variable_must_be_able_to_get_there() -> None:
    # sqrt(t²) is t for positive t, and −t on the way to −∞.
    root = sp.exp(sp.Pow(t**2, sp.Rational(1, 2), evaluate=False))
    with pytest.raises(Rejected):
        limit(Limit(1 + root, t, -oo, ONE), sp.Lambda(z, 1 + z))
    negative = sp.Symbol("w", negative=True)
    for variable, point in ((negative, oo), (negative, ZERO), (N, oo), (n, oo), (z, oo), (s, oo)):
        with pytest.raises(Rejected):
            limit(Limit(1 / (1 + variable), variable, point, ZERO), sp.Lambda(z, z / (1 + z)))


@pytest.mark.parametrize("parameter", [s, t, n, N, sp.Symbol("w", negative=True)])
def test_the_parameter_runs_from_nought(parameter: Any) -> None:
    with pytest.raises(Rejected):
        limit(to_infinity(1 + 1 / t, 1), sp.Lambda(parameter, 1 + parameter))


def test_a_limit_holds_for_all_values_of_its_parameters() -> None:
    # exp(−a·t) → 0 only for a > 0: it is no function of exp(−t) that is defined from 0 on.
    with pytest.raises(Rejected):
        limit(to_infinity(sp.exp(-a * t), 0), sp.Lambda(z, z**a))
    limit(to_infinity(sp.exp(-2 * t), 0), sp.Lambda(z, z**2))


# Squeezing


BELOW = limit(to_infinity(a, a), sp.Lambda(z, a))
ABOVE = limit(to_infinity(a + 1 / t, a), sp.Lambda(z, a + z))
MIDDLE = a + sp.exp(-t) / (t + sp.exp(-t))


def test_a_squeeze_needs_bounds_that_tend_to_one_value() -> None:
    upper = assume(le(b, a + 1 / t))
    elsewhere = limit(to_infinity(a + 1 + 1 / t, a + 1), sp.Lambda(z, a + 1 + z))
    with pytest.raises(Rejected, match="do not lie"):
        squeeze(assume(le(a, b)), upper, BELOW, elsewhere)
    with pytest.raises(Rejected, match="two limits"):
        squeeze(assume(le(a, b)), upper, BELOW, assume(le(a, b)))


def test_a_squeeze_needs_bounds_for_every_value_of_the_variable() -> None:
    lower, upper = assume(le(a, MIDDLE)), assume(le(MIDDLE, a + 1 / t))
    with pytest.raises(Rejected, match="arbitrary"):
        squeeze(lower, upper, BELOW, ABOVE)


def test_a_squeeze_needs_bounds_on_both_sides() -> None:
    rising = rearrange(sign(lt(0, 1 / t)), lt(a, a + 1 / t))
    theorem = squeeze(rising, rearrange(ABOVE_ITSELF, le(a + 1 / t, a + 1 / t)), BELOW, ABOVE)
    assert theorem.conclusion == to_infinity(a + 1 / t, a)
    with pytest.raises(Rejected, match="do not lie"):
        squeeze(rising, rising, BELOW, ABOVE)
    with pytest.raises(Rejected, match="do not lie"):
        squeeze(rearrange(rising, ne(a, a + 1 / t)), ABOVE_ITSELF, BELOW, ABOVE)


ABOVE_ITSELF = sign(le(a + 1 / t, a + 1 / t))


def test_limits_by_two_variables_do_not_squeeze() -> None:
    r = sp.Symbol("r", positive=True)
    other = limit(Limit(a + 1 / r, r, oo, a), sp.Lambda(z, a + z))
    rising = rearrange(sign(lt(0, 1 / t)), lt(a, a + 1 / t))
    with pytest.raises(Rejected, match="do not lie"):
        squeeze(rising, ABOVE_ITSELF, BELOW, other)


# The least value


def _slope() -> Any:
    return derivative(Slope((s - a) ** 2, s, 2 * (s - a)))


def test_the_least_value_is_where_the_slope_changes_its_sign() -> None:
    falling = sign(lt(2 * (s - a), 0), because=[assume(lt(s, a))])
    rising = sign(lt(0, 2 * (s - a)), because=[assume(lt(a, s))])
    theorem = least(_slope(), a, falling, rising)
    assert theorem.conclusion == lt(0, (s - a) ** 2)
    assert len(theorem.hypotheses) == 1
    for at in (b, ZERO, a + 1):
        with pytest.raises(Rejected):
            least(_slope(), at, falling, rising)
    with pytest.raises(Rejected):
        least(_slope(), a, rising, falling)
    with pytest.raises(Rejected):
        least(_slope(), s, falling, rising)


# The maximum of two


def test_the_maximum_of_two_keeps_its_condition() -> None:
    theorem = maximum(a, b)
    assert theorem.hypotheses == {le(a, b)}
    assert theorem.conclusion == eq(sp.Max(a, b), b)
    assert not cut(maximum(0, t), sign(le(0, t))).hypotheses
