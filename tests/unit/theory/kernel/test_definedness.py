"""No log, root, quotient or power that may not be defined is in a theorem, nor cancels before."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    add,
    assume,
    cases,
    chain,
    equal,
    generalise,
    instantiate,
    monotone,
    pascal,
    proves,
    rearrange,
    scale,
    sign,
    supremum,
)
from lse_verify.theory.statements import Forall, Supremum, eq, given, le, lt, ne, xlogx

a, b, y = sp.symbols("a b y", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, k, n = sp.symbols("i k n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
g = sp.Symbol("g", integer=True)
x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", nonnegative=True)
ONE = sp.Integer(1)
HALF = sp.Rational(1, 2)
NEGATIVE = -1 - y**2


def unevaluated(base: Any, exponent: Any) -> Any:
    return sp.Pow(base, exponent, evaluate=False)


# What stands in a theorem


@pytest.mark.parametrize(
    "undefined",
    [
        sp.log(a),
        sp.log(z),
        sp.log(a**2),
        sp.log(p[i]),
        sp.log(sp.Sum(p[i], (i, 1, n))),
        sp.log(sp.Sum(sp.exp(x[i]), (i, 1, N))),
        sp.log(sp.exp(a) - sp.exp(b)),
        1 / a,
        a**-2,
        1 / z,
        1 / (1 - sp.exp(a)),
        1 / sp.Sum(x[i], (i, 1, n)),
        1 / sp.Abs(a),
        sp.sqrt(a),
        a ** sp.Rational(1, 3),
        sp.sqrt(x[k]),
        z ** (-HALF),
        unevaluated(a, a),
        unevaluated(z, a),
        unevaluated(sp.Integer(0), a),
        unevaluated(sp.Integer(-1), n),
        unevaluated(sp.Integer(0), sp.Integer(-1)),
        xlogx(a),
        xlogx(x[k]),
        sp.binomial(g, 2, evaluate=False),
        sp.binomial(n, g, evaluate=False),
        sp.binomial(a, 2, evaluate=False),
        sp.binomial(n, -1, evaluate=False),
        sp.Sum(1 / x[i], (i, 1, n)),
        sp.Sum(sp.log(g), (g, 0, n)),
        sp.Sum(1 / g, (g, -1, 1)),
        sp.Sum(1 / (i - 2), (i, 1, 3)),
        sp.exp(1 / a),
        sp.Abs(sp.log(a)),
        sp.Max(1 / a, 0, evaluate=False),
    ],
    ids=str,
)
def test_what_may_not_be_defined_is_not_equal_to_itself(undefined: Any) -> None:
    with pytest.raises(Rejected):
        equal(undefined, undefined)
    with pytest.raises(Rejected):
        assume(le(undefined, b))
    with pytest.raises(Rejected):
        assume(Forall(k, ONE, n, le(b, undefined)))


@pytest.mark.parametrize(
    "cancelled",
    [
        sp.Mul(0, 1 / a, evaluate=False),
        sp.Mul(a, 1 / a, evaluate=False),
        sp.Add(sp.log(a), -sp.log(a), evaluate=False),
        sp.exp(sp.log(a), evaluate=False),
        unevaluated(1 / a, sp.Integer(0)),
        unevaluated(sp.sqrt(a), sp.Integer(2)),
        sp.Sum(sp.Mul(a, 1 / a, evaluate=False), (i, 1, 0)),
        sp.Mul(a + 1, 1 / (a + 1), evaluate=False),
        sp.log(sp.Mul(a, 1 / a, evaluate=False), evaluate=False),
    ],
    ids=str,
)
def test_what_cancels_must_have_been_defined(cancelled: Any) -> None:
    for value in (0, 1, a):
        with pytest.raises(Rejected):
            equal(cancelled, value)


def test_what_is_certainly_defined_is_accepted() -> None:
    for expression in (
        sp.log(t),
        sp.log(1 + a**2),
        sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n))),
        sp.sqrt(z),
        z ** sp.Rational(3, 2),
        1 / (1 + sp.Sum(p[i], (i, 1, n))),
        xlogx(p[k]),
        t**a,
        sp.Sum(1 / i, (i, 1, n)),
        sp.binomial(n + N, N),
        unevaluated(a, sp.Integer(0)),
    ):
        equal(expression, expression)


def test_what_a_hypothesis_makes_defined_is_accepted_with_it() -> None:
    positive = assume(lt(0, a))
    theorem = equal(sp.log(a), sp.log(a), because=[positive])
    assert theorem.hypotheses == {lt(0, a)}
    assert monotone("exp", theorem).hypotheses == {lt(0, a)}


def test_a_hypothesis_makes_defined_only_what_it_says() -> None:
    for reason in (ne(a, 0), le(0, a), lt(a, 0), lt(0, b), lt(0, a + 1), lt(0, a**2)):
        with pytest.raises(Rejected):
            equal(sp.log(a), sp.log(a), because=[assume(reason)])


# Zero to the power of zero


def test_zero_to_the_power_of_zero_is_one() -> None:
    power = unevaluated(sp.Integer(0), sp.Integer(0))
    assert sign(lt(0, power)).conclusion == lt(0, power)
    assert equal(power, 1).conclusion == eq(power, 1)
    with pytest.raises(Rejected):
        chain(equal(1, power), sign(eq(power, 0)))


# Scaling


def test_no_scaling_by_what_may_not_be_defined() -> None:
    # SymPy cancels (a − 1)/(a − 1) and 0/(a − 1): a = 1 would prove 1 = 0.
    with pytest.raises(Rejected, match="needs"):
        scale(assume(eq(a - 1, 0)), 1 / (a - 1))
    with pytest.raises(Rejected, match="needs"):
        scale(assume(le(a**2, 0)), 1 / a**2)
    with pytest.raises(Rejected, match="needs"):
        scale(equal(0, 0), sp.log(a))


def test_no_scaling_by_what_may_have_another_sign() -> None:
    with pytest.raises(Rejected, match="sign"):
        scale(assume(le(a, b)), y)
    with pytest.raises(Rejected, match="sign"):
        scale(assume(lt(a, b)), z)
    with pytest.raises(Rejected, match="sign"):
        scale(assume(ne(a, b)), z)
    with pytest.raises(Rejected, match="sign"):
        scale(assume(le(a, b)), -t)
    with pytest.raises(Rejected, match="sign"):
        scale(assume(lt(a, b)), 0)
    assert scale(assume(le(a, b)), 0).conclusion == le(0, 0)


# Instantiation: SymPy takes sqrt(y)**2 for y and exp(log(y)) for y


@pytest.mark.parametrize(
    ("old", "undefined"),
    [
        (z, sp.sqrt(y)),
        (z, sp.sqrt(NEGATIVE)),
        (z, xlogx(y) ** 2),
        (a, sp.log(y)),
        (a, sp.log(NEGATIVE)),
        (a, 1 / y),
        (t, sp.sqrt(NEGATIVE)),
        (t, sp.exp(sp.sqrt(y))),
        (t, 1 / y**2),
    ],
)
def test_no_symbol_is_replaced_by_what_may_not_be_defined(old: Any, undefined: Any) -> None:
    for theorem in (sign(le(0, old**2)), sign(lt(0, sp.exp(old))), equal(old, old)):
        with pytest.raises(Rejected):
            instantiate(theorem, {old: undefined})


def test_no_row_is_replaced_by_what_may_not_be_defined() -> None:
    for entry in (sp.sqrt(x[i]), sp.sqrt(NEGATIVE), sp.log(y), 1 / x[i], 1 / i, sp.log(i)):
        with pytest.raises(Rejected):
            instantiate(sign(le(0, x[1] ** 2)), {x: sp.Lambda(i, entry)})


def test_a_replacement_may_be_defined_by_a_reason() -> None:
    theorem = instantiate(sign(lt(0, sp.exp(a))), {a: sp.log(y)}, because=[assume(lt(0, y))])
    assert theorem.conclusion == lt(0, y)
    assert theorem.hypotheses == {lt(0, y)}


def test_no_supremum_at_a_row_that_may_not_be_defined() -> None:
    # −x² would be 1 + y² at x = sqrt(−1 − y²).
    value = 1 + y**2
    upper = rearrange(sign(le(0, value + x[1] ** 2)), le(-(x[1] ** 2), value))
    with pytest.raises(Rejected, match="needs"):
        supremum(
            Supremum(-(x[1] ** 2), x, (), value),
            equal(value, value),
            sp.Lambda(i, sp.sqrt(NEGATIVE)),
            upper=upper,
        )


# Functions of monotony


def test_no_logarithm_of_what_may_not_be_positive() -> None:
    for relation in (le(a, b), eq(a, b), ne(a, b), le(z, t), lt(-t, 0)):
        with pytest.raises(Rejected):
            monotone("log", assume(relation))
    with pytest.raises(Rejected, match="is not one of"):
        monotone("sqrt", assume(le(a, b)))


def test_a_logarithm_of_what_a_premise_makes_positive() -> None:
    theorem = monotone("log", assume(le(t, a)))
    assert theorem.conclusion == le(sp.log(t), sp.log(a))


def test_pascal_is_for_natural_numbers() -> None:
    pascal(N, N)
    pascal(n + N, 0)
    for trials, chosen in ((g, N), (N, g), (a, N), (N, a), (N, -1), (-1, 0), (n - 2, N), (N, HALF)):
        with pytest.raises(Rejected):
            pascal(trials, chosen)


# Claims


def test_a_sequent_that_is_not_defined_is_not_proved() -> None:
    identity = equal(a, a)
    assert proves(identity, given(then=eq(a, a)))
    assert not proves(identity, given(then=eq((a**2 + a) / (a + 1), a)))
    assert proves(identity, given(lt(0, a), then=eq((a**2 + a) / (a + 1), a)))


def test_a_sequent_may_be_defined_by_what_the_theorem_rests_on() -> None:
    square = rearrange(sign(le(0, (a - b) ** 2)), le(2 * a * b, a**2 + b**2))
    positive = rearrange(add(square, sign(lt(0, t))), lt(0, a**2 - 2 * a * b + b**2 + t))
    logarithm = sp.log(a**2 - 2 * a * b + b**2 + t)
    shown = equal(logarithm, logarithm, because=[positive])
    assert proves(shown, given(then=eq(logarithm, logarithm)))


def test_hypotheses_do_not_define_each_other_in_a_circle() -> None:
    with pytest.raises(Rejected):
        assume(lt(0, sp.log(a)))
    with pytest.raises(Rejected):
        assume(lt(0, sp.sqrt(a)))
    with pytest.raises(Rejected):
        assume(eq(sp.log(a), sp.log(b)), because=[])


def test_cases_do_not_forget_where_their_condition_is_defined() -> None:
    inverse_positive, goal = lt(0, 1 / a), le(0, t)
    apart = assume(ne(a, 0))
    first = sign(goal, because=[assume(inverse_positive, because=[apart])])
    second = sign(goal, because=[assume(le(1 / a, 0), because=[apart])])
    assert cases(inverse_positive, first, second).hypotheses == {ne(a, 0)}


def test_for_all_is_defined_within_its_range_only() -> None:
    # log(n − i + 1) is defined for i ≤ n.
    within = generalise(
        sign(le(0, sp.log(n - i + 1) ** 2), because=[assume(le(1, i)), assume(le(i, n))]), i, 1, n
    )
    assert not within.hypotheses
    with pytest.raises(Rejected):
        sign(le(0, sp.log(n - i + 1) ** 2))
