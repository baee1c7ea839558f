"""What is free stays free, what is bound stays bound, and odd assumptions are refused."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    assume,
    cases,
    cut,
    derivative,
    equal,
    generalise,
    induction,
    instantiate,
    least,
    limit,
    proves,
    rearrange,
    same_statement,
    sign,
    specialise,
    sum_over,
    supremum,
)
from lse_verify.theory.kernel.canonical import same
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Slope,
    Supremum,
    eq,
    given,
    le,
    lt,
    ne,
)

a, b, c, y = sp.symbols("a b c y", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
x, v = (sp.IndexedBase(name, real=True) for name in "xv")
ONE = sp.Integer(1)


# Capture by instantiate


def test_a_free_index_is_not_captured_by_a_sum() -> None:
    theorem = equal(sp.Sum(c * x[i], (i, 1, n)), c * sp.Sum(x[i], (i, 1, n)))
    conclusion: Any = instantiate(theorem, {c: v[i]}).conclusion
    assert same(conclusion.lhs, v[i] * sp.Sum(x[j], (j, 1, n)))
    assert not same(conclusion.lhs, sp.Sum(v[i] * x[i], (i, 1, n)))


def test_a_free_index_is_not_captured_by_for_all() -> None:
    all_at_most_b = assume(Forall(i, ONE, n, le(x[i], b)))
    conclusion: Any = instantiate(all_at_most_b, {b: x[i]}).conclusion
    assert conclusion.index != i
    assert same_statement(conclusion, Forall(j, ONE, n, le(x[j], x[i])))
    assert not same_statement(conclusion, Forall(j, ONE, n, le(x[j], x[j])))


def test_a_free_symbol_is_not_captured_by_a_limit() -> None:
    theorem = limit(Limit(b + 1 / t, t, sp.oo, b), sp.Lambda(z, b + z))
    conclusion: Any = instantiate(theorem, {b: t}).conclusion
    assert conclusion.variable != t
    assert conclusion.value == t


def test_a_row_that_speaks_of_a_bound_index_is_not_captured() -> None:
    theorem = equal(sp.Sum(x[i], (i, 1, n)), sp.Sum(x[j], (j, 1, n)))
    conclusion: Any = instantiate(theorem, {x: sp.Lambda(k, v[i] * v[k])}).conclusion
    assert same(conclusion.lhs, v[i] * sp.Sum(v[j], (j, 1, n)))


def test_a_sum_in_a_row_keeps_its_own_index() -> None:
    theorem = equal(sp.Sum(x[i], (i, 1, n)), sp.Sum(x[k], (k, 1, n)))
    row = sp.Lambda(k, sp.Sum(v[i + k], (i, 1, n)))
    conclusion: Any = instantiate(theorem, {x: row}).conclusion
    expected = sp.Sum(v[i + j], (i, 1, n), (j, 1, n))
    assert same(conclusion.lhs, expected)
    assert same(conclusion.rhs, expected)


def test_replacements_are_made_at_once() -> None:
    conclusion: Any = instantiate(assume(le(a, b)), {a: b, b: a}).conclusion
    assert conclusion == le(b, a)


def test_a_symbol_and_a_row_of_the_same_name_are_two_things() -> None:
    symbol = sp.Symbol("x", real=True)
    conclusion: Any = instantiate(assume(le(symbol, x[k])), {symbol: a}).conclusion
    assert conclusion == le(a, x[k])
    assert not same(symbol, x[1])


def test_names_with_other_assumptions_are_two_things() -> None:
    positive = sp.Symbol("a", positive=True)
    assert not same(a, positive)
    with pytest.raises(Rejected):
        sign(lt(0, a), because=[sign(lt(0, positive))])


def test_rows_of_one_label_and_other_assumptions_are_two_things() -> None:
    label = sp.Symbol("q")
    positive, real = sp.IndexedBase(label, positive=True), sp.IndexedBase(label, real=True)
    assert not same_statement(lt(0, positive[k]), lt(0, real[k]))
    theorem = sign(lt(0, positive[k]))
    assert instantiate(theorem, {real: sp.Lambda(i, -ONE)}).conclusion == theorem.conclusion


def test_dummies_of_one_name_are_two_things() -> None:
    assert not same(sp.Dummy("d", real=True), sp.Dummy("d", real=True))


# Capture in sums


def test_sums_inside_sums_may_share_the_name_of_an_index() -> None:
    inner = sp.Sum(x[i], (i, 1, n))
    assert same(sp.Sum(x[i] * inner, (i, 1, n)), inner**2)
    assert same(sp.Sum(inner, (i, 1, n)), n * inner)


def test_an_inner_range_may_depend_on_an_outer_index_of_any_name() -> None:
    one = sp.Sum(x[j], (j, 1, i), (i, 1, n))
    assert same(one, sp.Sum(x[i], (i, 1, j), (j, 1, n)))
    assert same(one, sp.Sum(sp.Sum(x[i], (i, 1, i)), (i, 1, n)))
    assert not same(one, sp.Sum(x[i], (j, 1, i), (i, 1, n)))


def test_an_index_that_is_free_outside_is_not_the_bound_one() -> None:
    assert not same(x[i] + sp.Sum(x[i], (i, 1, 20)), x[j] + sp.Sum(x[j], (j, 1, 20)))
    assert not same(sp.Sum(x[i], (i, 1, i)), sp.Sum(x[j], (j, 1, n)))


def test_heights_tell_three_nested_indices_apart() -> None:
    def triple(first: Any, second: Any, third: Any, body: Any) -> Any:
        return sp.Sum(body, (third, 1, second), (second, 1, first), (first, 1, n))

    body = sp.exp(x[i] - 2 * x[j] + 3 * x[k])
    assert same(triple(i, j, k, body), triple(k, i, j, sp.exp(x[k] - 2 * x[i] + 3 * x[j])))
    assert not same(triple(i, j, k, body), triple(j, i, k, body))


# Hypotheses with free variables


def test_generalise_refuses_an_index_that_a_hypothesis_speaks_of() -> None:
    with pytest.raises(Rejected, match="arbitrary"):
        generalise(assume(le(x[i], b)), i, 1, n)
    with pytest.raises(Rejected, match="arbitrary"):
        generalise(assume(le(1, i)), i, 2, n)


def test_generalise_refuses_an_index_in_its_own_range() -> None:
    with pytest.raises(Rejected, match="own range"):
        generalise(sign(le(0, t)), i, 1, i)


@pytest.mark.parametrize(("low", "high"), [(ONE, i), (i, n), (i, i), (i + 1, i)])
def test_no_statement_has_an_index_in_its_own_range(low: Any, high: Any) -> None:
    with pytest.raises(Rejected, match=r"own range|declared"):
        assume(Forall(i, low, high, le(a, b)))


def test_induction_refuses_what_speaks_of_the_variable() -> None:
    statement, after = le(0, N + a), le(0, N + 1 + a)
    base = assume(le(0, a))
    step = sign(after, because=[assume(statement)])
    assert induction(base, step, N, statement).hypotheses == {le(0, a)}
    with pytest.raises(Rejected, match="arbitrary"):
        induction(base, assume(after), N, statement)
    with pytest.raises(Rejected, match="is not 0 <= a"):
        induction(assume(le(0, b)), step, N, statement)


def test_induction_needs_the_step_from_this_statement() -> None:
    # From N ≤ a alone N + 1 ≤ a does not follow; it is no step of the induction for N ≤ a.
    too_much = assume(le(N + 1, a))
    with pytest.raises(Rejected, match="arbitrary"):
        induction(assume(le(0, a)), too_much, N, le(N, a))


@pytest.mark.parametrize(
    "variable", [n, i, a, z, sp.Symbol("g", integer=True), sp.IndexedBase("r")[1]]
)
def test_induction_is_on_a_natural_number(variable: Any) -> None:
    with pytest.raises(Rejected, match="non-negative integer"):
        induction(sign(le(0, 0)), sign(le(0, t)), variable, le(0, t))


def test_least_refuses_what_speaks_of_the_variable() -> None:
    s = sp.Symbol("s", real=True)
    slope = derivative(Slope(s**2, s, 2 * s))
    falling = sign(lt(2 * s, 0), because=[assume(lt(s, 0)), assume(le(s, b))])
    falling = cut(falling, rearrange(assume(lt(s, 0)), lt(s, 0)))
    rising = sign(lt(0, 2 * s), because=[assume(lt(0, s))])
    proved = least(slope, 0, sign(lt(2 * s, 0), because=[assume(lt(s, 0))]), rising)
    assert proves(proved, given(ne(s, 0), then=lt(0, s**2)))
    with pytest.raises(Rejected, match="every"):
        least(slope, 0, falling, rising)


def test_least_is_over_the_whole_line() -> None:
    slope = derivative(Slope(t**2, t, 2 * t))
    with pytest.raises(Rejected, match="nothing else"):
        least(slope, 1, sign(lt(0, t)), sign(lt(0, t)))


# Definitions


def test_contradictory_definitions_stay_hypotheses() -> None:
    one, two = assume(eq(y, 1)), assume(eq(y, 2))
    impossible = rearrange(equal(y, 1, using=[one]), eq(1, 2), using=[two])
    assert impossible.hypotheses == {eq(y, 1), eq(y, 2)}
    assert not proves(impossible, given(then=eq(1, 2)))
    assert not proves(impossible, given(eq(y, 1), then=eq(1, 2)))


def test_a_circular_definition_stays_a_hypothesis() -> None:
    circular = assume(eq(y, y + 1))
    impossible = rearrange(circular, eq(0, 1))
    assert impossible.hypotheses == {eq(y, y + 1)}
    assert not proves(impossible, given(then=eq(0, 1)))


def test_cutting_in_a_circle_keeps_what_the_lemmas_assume() -> None:
    both = sign(le(0, a + b), because=[assume(le(0, a)), assume(le(0, b))])
    from_b = cut(rearrange(assume(le(0, a)), le(0, a)), assume(le(0, a)))
    assert from_b.hypotheses == {le(0, a)}
    assert cut(both, assume(le(0, a)), assume(le(0, b))).hypotheses == both.hypotheses


def test_cut_drops_only_what_is_proved() -> None:
    with pytest.raises(Rejected, match="no hypothesis"):
        cut(assume(le(a, b)), sign(le(0, t)))
    with pytest.raises(Rejected, match="no hypothesis"):
        cut(assume(le(a, b)), assume(lt(a, b)))


# Cases


@pytest.mark.parametrize(
    ("on", "not_its_opposite"),
    [
        (le(a, b), lt(a, b)),
        (le(a, b), le(b, a)),
        (lt(a, b), lt(b, a)),
        (eq(a, b), lt(a, b)),
        (ne(a, b), le(a, b)),
    ],
)
def test_cases_need_the_very_opposite(on: Any, not_its_opposite: Any) -> None:
    goal = le(0, t)
    first = rearrange(sign(goal, because=[assume(on)]), goal)
    second = rearrange(sign(goal, because=[assume(not_its_opposite)]), goal)
    assert not_its_opposite in cases(on, first, second).hypotheses


@pytest.mark.parametrize(
    ("on", "opposite"),
    [
        (le(a, b), lt(b, a)),
        (lt(a, b), le(b, a)),
        (eq(a, b), ne(a, b)),
        (ne(a, b), eq(a, b)),
    ],
)
def test_cases_drop_both_sides(on: Any, opposite: Any) -> None:
    goal = le(0, t)
    first, second = sign(goal, because=[assume(on)]), sign(goal, because=[assume(opposite)])
    assert not cases(on, first, second).hypotheses


def test_cases_need_one_conclusion() -> None:
    with pytest.raises(Rejected, match="two conclusions"):
        cases(le(a, b), assume(le(a, b)), assume(lt(b, a)))


# Names that are refused


@pytest.mark.parametrize(
    "odd",
    [
        {"prime": True},
        {"even": True},
        {"odd": True},
        {"composite": True},
        {"imaginary": True},
        {"complex": True},
        {"extended_real": True},
        {"extended_positive": True},
        {"infinite": True},
        {"rational": True},
        {"irrational": True},
        {"real": True, "integer": False},
        {"real": True, "algebraic": False},
        {"real": True, "transcendental": True},
        {"hermitian": True},
        {},
    ],
    ids=str,
)
def test_a_name_with_odd_assumptions_is_refused_wherever_it_stands(odd: dict[str, bool]) -> None:
    name = sp.Symbol("w", **odd)
    row = sp.IndexedBase("w", **odd)
    for relation in (eq(name, name), eq(row[1], row[1]), le(0, sp.Abs(name))):
        with pytest.raises(Rejected):
            assume(relation)
    with pytest.raises(Rejected):
        equal(sp.Sum(a, (name, 1, n)), sp.Sum(a, (name, 1, n)))
    with pytest.raises(Rejected):
        assume(Forall(name, ONE, n, le(a, b)))


def test_what_is_declared_not_to_be_an_integer_is_not_replaced_by_one() -> None:
    w = sp.Symbol("w", real=True, integer=False)  # SymPy concludes that it is not 0
    with pytest.raises(Rejected, match="no assumptions but"):
        instantiate(sign(ne(w, 0)), {w: sp.Integer(0)})


def test_an_algebraic_symbol_is_replaced_by_algebraic_numbers_only() -> None:
    alpha = sp.Symbol("alpha", algebraic=True, real=True)
    theorem = assume(ne(alpha, b))
    assert instantiate(theorem, {alpha: sp.sqrt(2)}).conclusion == ne(sp.sqrt(2), b)
    for value in (sp.pi, sp.E, sp.log(2), sp.exp(1), a, t, x[1], sp.exp(alpha)):
        with pytest.raises(Rejected, match="algebraic"):
            instantiate(theorem, {alpha: value})


# Instantiation against the assumptions


@pytest.mark.parametrize("value", [0, -1, N, n - 1, n / 2, sp.Rational(3, 2), t, sp.sqrt(n), -n])
def test_a_positive_integer_is_replaced_by_positive_integers_only(value: Any) -> None:
    theorem = sign(lt(0, sp.Sum(sp.exp(x[i]), (i, 1, n))))
    with pytest.raises(Rejected):
        instantiate(theorem, {n: sp.sympify(value)})


@pytest.mark.parametrize("value", [1, n + 1, 2 * n, n * k, N + 1, n + N])
def test_a_positive_integer_is_replaced_by_positive_integers(value: Any) -> None:
    theorem = sign(lt(0, sp.Sum(sp.exp(x[i]), (i, 1, n))))
    instantiate(theorem, {n: sp.sympify(value)})


def test_the_sign_of_a_replacement_may_follow_from_a_reason() -> None:
    theorem = sign(lt(0, t))
    with pytest.raises(Rejected):
        instantiate(theorem, {t: a})
    reason = assume(lt(0, a))
    assert instantiate(theorem, {t: a}, because=[reason]).hypotheses == {lt(0, a)}


def test_a_positive_row_is_replaced_entry_by_entry_whatever_the_index() -> None:
    p = sp.IndexedBase("p", positive=True)
    theorem = sign(lt(0, p[k]))
    assert instantiate(theorem, {p: sp.Lambda(i, sp.exp(x[i]))}).conclusion == lt(0, sp.exp(x[k]))
    for entry in (i, x[i], x[i] ** 2, sp.log(i), 1 / i):
        with pytest.raises(Rejected):
            instantiate(theorem, {p: sp.Lambda(i, entry)})


# Specialise and suprema


@pytest.mark.parametrize("at", [0, n + 1, k, n - 1, sp.Rational(3, 2), a, -1])
def test_specialise_needs_an_index_in_the_range(at: Any) -> None:
    with pytest.raises(Rejected):
        specialise(assume(Forall(i, ONE, n, le(x[i], b))), at)


@pytest.mark.parametrize("at", [1, n])
def test_specialise_at_the_ends(at: Any) -> None:
    not_empty = assume(le(1, n))
    theorem = specialise(assume(Forall(i, ONE, n, le(x[i], b))), at, because=[not_empty])
    assert theorem.conclusion == le(x[at], b)


def test_specialise_captures_nothing() -> None:
    double = assume(Forall(i, ONE, n, Forall(j, ONE, n, le(x[i], v[j]))))
    conclusion: Any = specialise(double, j, because=[assume(le(1, j)), assume(le(j, n))]).conclusion
    assert same_statement(conclusion, Forall(k, ONE, n, le(x[j], v[k])))
    assert not same_statement(conclusion, Forall(k, ONE, n, le(x[k], v[k])))


def test_sum_over_captures_nothing() -> None:
    inner = sp.Sum(x[i] * x[j], (j, 1, n))
    everywhere = generalise(sign(le(0, inner**2)), i, 1, n)
    assert sum_over(everywhere).conclusion == le(sp.Sum(0, (i, 1, n)), sp.Sum(inner**2, (i, 1, n)))


def test_an_arbitrary_height_is_in_no_hypothesis() -> None:
    statement = Supremum(x[1], x, (), sp.oo)
    row = sp.Lambda(i, b)
    with pytest.raises(Rejected, match="arbitrary"):
        supremum(statement, assume(le(a, b)), row)
    assert supremum(statement, equal(a, a), sp.Lambda(i, a)).conclusion == statement


def test_the_row_of_a_supremum_is_in_no_hypothesis() -> None:
    statement = Supremum(x[1], x, (), b)
    reach = equal(b, b)
    with pytest.raises(Rejected, match="arbitrary"):
        supremum(statement, reach, sp.Lambda(i, b), upper=assume(le(x[1], b)))


def test_a_supremum_does_not_depend_on_its_row() -> None:
    statement = Supremum(x[1], x, (), x[2])
    with pytest.raises(Rejected, match="depend"):
        supremum(statement, equal(a, a), sp.Lambda(i, a), upper=assume(le(x[1], x[2])))
