"""Each definition is what MATHEMATICS, section 1, says, and what follows from it.

Expected values are written out from the specification's formulas: symbolically as explicit
sums for n = 1 to 5, and numerically with mpmath to 50 digits.
"""

from __future__ import annotations

import pytest
import sympy as sp

from lse_verify.theory.definitions import (
    a,
    b,
    definitions,
    p,
    t,
    theta,
    trials,
    weighted_slopes,
    weights,
    x,
    x2,
)
from lse_verify.theory.vocabulary import k, n

LENGTHS = (1, 2, 3, 4, 5)
ROW_FUNCTIONS = ("softmax", "log_softmax", "log_softmax_gradient")


def total_of_exp(row: sp.IndexedBase, length: int, factor: sp.Expr = sp.S.One) -> sp.Expr:
    return sp.Add(*(sp.exp(factor * row[index]) for index in range(1, length + 1)))


def of_specification(name: str, length: int, place: int) -> sp.Expr:
    """Write out the table of MATHEMATICS, section 1, for one length; `place` is k."""
    places = range(1, length + 1)
    lse = sp.log(total_of_exp(x, length))
    lse0 = sp.log(1 + total_of_exp(x, length))
    total2 = 1 + total_of_exp(x2, length)
    linear = sp.Add(*((x[at] - x2[at]) * sp.exp(x2[at]) / total2 for at in places))
    return {
        "logsumexp": lse,
        "weighted_logsumexp": sp.log(sp.Add(*(weights[at] * sp.exp(x[at]) for at in places))),
        "logaddexp": sp.log(sp.exp(a) + sp.exp(b)),
        "logaddexp2": sp.log((2**a + 2**b).rewrite(sp.exp)) / sp.log(2),
        "smoothmax": sp.log(total_of_exp(x, length, t)) / t,
        "smoothmin": -sp.log(total_of_exp(x, length, -t)) / t,
        "softmax": sp.exp(x[place]) / total_of_exp(x, length),
        "log_softmax": x[place] - lse,
        "log_softmax_gradient": (x[1] - lse).diff(x[place]),
        "logsumexp0": lse0,
        "softplus": sp.log(1 + sp.exp(theta)),
        "logistic": 1 - 1 / (1 + sp.exp(theta)),
        "negentropy": sp.Add(*(p[at] * sp.log(p[at]) for at in places)),
        "bregman": lse0 - sp.log(total2) - linear,
        "binomial_cumulant": trials * sp.log(1 + sp.exp(theta)),
        "multinomial_cumulant": trials * lse0,
    }[name]


def at_length(expression: sp.Expr, length: int, place: int) -> sp.Expr:
    return expression.subs(k, place).subs(n, length).doit()


def some_values(length: int) -> dict[sp.Basic, sp.Rational]:
    values: dict[sp.Basic, sp.Rational] = {
        a: sp.Rational(-7, 3),
        b: sp.Rational(5, 4),
        theta: sp.Rational(-11, 8),
        t: sp.Rational(3, 2),
        trials: sp.Integer(7),
    }
    for at in range(1, length + 1):
        values[x[at]] = sp.Rational((-1) ** at * (2 * at + 1), 3)
        values[x2[at]] = sp.Rational(5 - 3 * at, 4)
        values[p[at]] = sp.Rational(at, 11)
        # Of either sign, and the sum of the terms is positive for every length.
        values[weights[at]] = sp.Rational((-1 if at % 3 == 0 else 1) * (at + 1), 3)
    return values


ALL = sorted(definitions())


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", ALL)
def test_the_definition_is_the_formula_of_the_specification(name: str, length: int) -> None:
    for place in range(1, length + 1 if name in ROW_FUNCTIONS else 2):
        stated = at_length(definitions()[name].expression, length, place)
        difference = sp.expand(stated - of_specification(name, length, place))
        assert sp.cancel(difference) == 0


def test_every_function_of_the_table_is_defined_and_no_other() -> None:
    of_rows = {"logsumexp", "logsumexp0", "negentropy", *ROW_FUNCTIONS}
    of_two_rows = {"bregman", "weighted_logsumexp"}
    of_values = {"logaddexp", "logaddexp2", "softplus", "logistic"}
    with_parameter = {"smoothmax", "smoothmin", "binomial_cumulant", "multinomial_cumulant"}
    assert set(ALL) == of_rows | of_two_rows | of_values | with_parameter


def test_only_the_weighted_one_is_not_defined_everywhere() -> None:
    (positive,) = definitions()["weighted_logsumexp"].given
    assert positive.lhs == 0
    assert positive.op == "<"
    assert sp.log(positive.rhs) == definitions()["weighted_logsumexp"].expression
    assert not any(definitions()[name].given for name in ALL if name != "weighted_logsumexp")


@pytest.mark.parametrize("length", LENGTHS)
def test_with_weights_of_one_it_is_logsumexp(length: int) -> None:
    weighted = at_length(definitions()["weighted_logsumexp"].expression, length, 1)
    ones = {weights[at]: sp.Integer(1) for at in range(1, length + 1)}
    logsumexp = at_length(definitions()["logsumexp"].expression, length, 1)
    assert weighted.subs(ones) == logsumexp


@pytest.mark.parametrize("name", ALL)
def test_only_softmax_log_softmax_and_its_gradient_return_a_row(name: str) -> None:
    assert definitions()[name].returns_row == (name in ROW_FUNCTIONS)


@pytest.mark.parametrize("length", LENGTHS)
def test_softmax_is_the_gradient_of_logsumexp(length: int) -> None:
    lse = at_length(definitions()["logsumexp"].expression, length, 1)
    for place in range(1, length + 1):
        softmax = at_length(definitions()["softmax"].expression, length, place)
        assert sp.simplify(softmax - lse.diff(x[place])) == 0


@pytest.mark.parametrize("length", LENGTHS)
def test_the_gradient_of_log_softmax_is_the_share_of_the_others_and_each_turned(
    length: int,
) -> None:
    shares = [sp.exp(x[at]) / total_of_exp(x, length) for at in range(1, length + 1)]
    expected = [sp.Add(*shares[1:]), *(-share for share in shares[1:])]
    for place in range(1, length + 1):
        stated = at_length(definitions()["log_softmax_gradient"].expression, length, place)
        assert sp.simplify(stated - expected[place - 1]) == 0


def test_logistic_is_the_derivative_of_softplus_and_a_share_of_softmax() -> None:
    logistic = definitions()["logistic"].expression
    assert sp.simplify(logistic - definitions()["softplus"].expression.diff(theta)) == 0
    share = at_length(definitions()["softmax"].expression, 2, 1).subs({x[1]: theta, x[2]: 0})
    assert sp.simplify(logistic - share) == 0


@pytest.mark.parametrize("length", LENGTHS[:4])
def test_bregman_is_kullback_leibler_with_its_arguments_swapped(length: int) -> None:
    values = some_values(length)
    x_full = [sp.Integer(0), *(values[x[at]] for at in range(1, length + 1))]
    x2_full = [sp.Integer(0), *(values[x2[at]] for at in range(1, length + 1))]
    total = sum(sp.exp(entry) for entry in x_full)
    total2 = sum(sp.exp(entry) for entry in x2_full)
    divergence = sum(
        (sp.exp(e2) / total2) * sp.log((sp.exp(e2) / total2) / (sp.exp(e) / total))
        for e, e2 in zip(x_full, x2_full, strict=True)
    )
    stated = at_length(definitions()["bregman"].expression, length, 1).subs(values)
    assert abs(sp.N(stated - divergence, 50)) < 1e-45


@pytest.mark.parametrize("length", LENGTHS[:4])
@pytest.mark.parametrize("name", ALL)
def test_weighted_slopes_are_the_sum_of_argument_times_slope(name: str, length: int) -> None:
    values = some_values(length)
    for place in range(1, length + 1 if name in ROW_FUNCTIONS else 2):
        formula = of_specification(name, length, place)
        variables = formula.atoms(sp.Indexed) | (formula.free_symbols & {a, b, theta})
        explicit = sum(
            (sp.Abs(sp.N((v * formula.diff(v)).subs(values), 60)) for v in variables),
            sp.Integer(0),
        )
        derived = at_length(weighted_slopes(name), length, place).subs(values)
        assert abs(sp.N(derived, 60) - explicit) < 1e-48


def test_the_conjugate_is_never_below_the_pairing_minus_the_function() -> None:
    # Fenchel–Young at points other than the one where the supremum is attained.
    shares = {p[1]: sp.Rational(1, 6), p[2]: sp.Rational(1, 3), p[3]: sp.Rational(1, 2)}
    conjugate = sp.N(at_length(definitions()["negentropy"].expression, 3, 1).subs(shares), 30)
    for point in ((0, 0, 0), (1, -2, 3), (-5, 0, 5), (7, 7, 7)):
        at_point = {x[at]: point[at - 1] for at in (1, 2, 3)}
        lse = of_specification("logsumexp", 3, 1).subs(at_point)
        pairing = sum(shares[p[at]] * at_point[x[at]] for at in (1, 2, 3))
        assert conjugate > sp.N(pairing - lse, 30)
