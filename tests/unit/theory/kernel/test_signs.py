"""Signs and facts: a set of signs holds the sign of every value; no relation says too much."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import Rejected, Theorem, assume, equal, rearrange, same, sign
from lse_verify.theory.kernel.canonical import canonical
from lse_verify.theory.kernel.facts import Facts
from lse_verify.theory.kernel.signs import (
    ANY,
    POSITIVE,
    add_signs,
    assumed,
    multiply_signs,
    power_signs,
    signs_of,
    sum_signs,
)
from lse_verify.theory.statements import Relation, eq, le, lt, ne

a, b, c = sp.symbols("a b c", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, k, n = sp.symbols("i k n", integer=True, positive=True)
g, m = sp.symbols("g m", integer=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)

SETS = [frozenset(s) for r in (1, 2, 3) for s in itertools.combinations((-1, 0, 1), r)]
NUMBERS = [Fraction(v, 2) for v in range(-4, 5)]


def _of(number: Fraction) -> int:
    return (number > 0) - (number < 0)


# The tables, against numbers


@pytest.mark.parametrize("one", SETS)
@pytest.mark.parametrize("other", SETS)
def test_sums_and_products_have_no_other_signs(one: Any, other: Any) -> None:
    pairs = [(u, v) for u in NUMBERS for v in NUMBERS if _of(u) in one and _of(v) in other]
    assert add_signs([one, other]) == {_of(u + v) for u, v in pairs}
    assert multiply_signs([one, other]) == {_of(u * v) for u, v in pairs}


@pytest.mark.parametrize("base", SETS)
@pytest.mark.parametrize("exponent", range(-3, 4))
def test_powers_have_no_other_signs(base: Any, exponent: int) -> None:
    signs = {_of(u**exponent) for u in NUMBERS if _of(u) in base and (u or exponent >= 0)}
    assert signs <= power_signs(base, Fraction(exponent))


def test_roots_have_no_other_signs() -> None:
    assert power_signs(ANY, Fraction(1, 2)) == {0, 1}
    assert power_signs(POSITIVE, Fraction(-1, 2)) == {1}


@pytest.mark.parametrize("body", SETS)
@pytest.mark.parametrize("terms", [frozenset({0}), frozenset({0, 1}), POSITIVE, ANY])
def test_finite_sums_have_no_other_signs(body: Any, terms: Any) -> None:
    values = [u for u in NUMBERS if _of(u) in body]
    lengths = [length for length in range(4) if _of(Fraction(length)) in terms]
    signs = {
        _of(Fraction(sum(chosen)))
        for length in lengths
        for chosen in itertools.combinations_with_replacement(values, length)
    }
    assert signs <= sum_signs(body, terms)


@pytest.mark.parametrize(
    "words",
    [
        {"real": True},
        {"positive": True},
        {"negative": True},
        {"nonnegative": True},
        {"nonpositive": True},
        {"zero": True},
        {"nonzero": True, "real": True},
        {"integer": True, "positive": True},
    ],
    ids=str,
)
def test_assumptions_have_no_other_signs(words: dict[str, bool]) -> None:
    name = sp.Symbol("w", **words)
    for sign_, value in ((-1, sp.Integer(-1)), (0, sp.Integer(0)), (1, sp.Integer(1))):
        fits = all(getattr(value, f"is_{word}") for word in words)
        assert not fits or sign_ in assumed(name)


# Structure


@pytest.mark.parametrize(
    ("expression", "signs"),
    [
        (sp.exp(a) - 1, ANY),
        (a**2 - 2 * a + 1, ANY),
        (a**2 + 1, POSITIVE),
        (sp.log(1 + t), POSITIVE),
        (sp.log(t), ANY),
        (sp.log(1 + z), frozenset({0, 1})),
        (sp.Abs(a), frozenset({0, 1})),
        (sp.Max(a, 1), ANY),
        (-t - z, frozenset({-1})),
        (sp.Sum(sp.exp(x[i]), (i, 1, n)), POSITIVE),
        (sp.Sum(sp.exp(x[i]), (i, 1, N)), frozenset({0, 1})),
        (sp.Sum(x[i] ** 2, (i, 1, n)), frozenset({0, 1})),
        (sp.Sum(-p[i], (i, 1, n)), frozenset({-1})),
        (sp.Sum(x[i], (i, 1, n)), ANY),
        (sp.Sum(g, (g, -3, 1)), frozenset({-1})),
        (sp.Sum(g + 1, (g, 0, N)), POSITIVE),
        (sp.pi - 3, ANY),
    ],
    ids=str,
)
def test_signs_from_structure(expression: Any, signs: Any) -> None:
    assert signs_of(canonical(expression)) == signs


def test_squares_count_as_squares_before_they_are_multiplied_out() -> None:
    assert Facts([]).signs_of_tree((a - b) ** 2) == {0, 1}
    assert Facts([]).signs_of_tree((a - b) ** 2 * (a + b) ** 2 + t) == {1}
    assert Facts([]).signs_of_tree((a - b) ** 3) == ANY


# Facts


def _shown(relation: Relation, *facts: Relation) -> Theorem:
    return sign(relation, because=[assume(fact) for fact in facts])


@pytest.mark.parametrize(
    ("relation", "facts"),
    [
        (le(a, b), [le(b, a)]),
        (lt(a, b), [le(a, b)]),
        (lt(a, b), [ne(a, b)]),
        (le(a, b), [ne(a, b)]),
        (eq(a, b), [le(a, b)]),
        (eq(a, b), [le(a, b), le(b, a + 1)]),
        (ne(a, b), [le(a, b)]),
        (le(a, c), [le(a, b), le(c, b)]),
        (le(-a, -b), [le(a, b)]),
        (le(2 * a, b), [le(a, b)]),
        (le(a**2, b**2), [le(a, b)]),
        (lt(0, a * b), [lt(0, a + b)]),
        (le(x[i], b), [le(x[k], b)]),
        (le(sp.Sum(x[i], (i, 1, n)), n * b), [le(x[i], b)]),
        (le(a + 1, b), [lt(a, b)]),
        (le(g + 1, b), [lt(g, b)]),
        (le(g + 1, sp.Integer(2) * m), [lt(g, sp.Rational(1, 2) * m)]),
        (lt(g, m), [lt(g - 1, m)]),
        (le(g + 2, m), [lt(g, m)]),
    ],
    ids=str,
)
def test_a_relation_that_does_not_follow_is_not_shown(
    relation: Relation, facts: list[Relation]
) -> None:
    with pytest.raises(Rejected):
        _shown(relation, *facts)


@pytest.mark.parametrize(
    ("relation", "facts"),
    [
        (le(a, b), [lt(a, b)]),
        (ne(a, b), [lt(a, b)]),
        (le(a, b), [eq(a, b)]),
        (le(a, c), [le(a, b), le(b, c)]),
        (lt(a, c), [le(a, b), lt(b, c)]),
        (eq(a, b), [le(a, b), le(b, a)]),
        (le(-b, -a), [le(a, b)]),
        (le(-2 * b, -2 * a), [le(a, b)]),
        (le(g + 1, m), [lt(g, m)]),
        (lt(g, m), [le(g + 1, m)]),
        (lt(0, a * t), [lt(0, a)]),
        (lt(0, a**2), [ne(a, 0)]),
        (lt(0, a**-2), [lt(a, 0)]),
    ],
    ids=str,
)
def test_a_relation_that_follows_is_shown_with_what_it_follows_from(
    relation: Relation, facts: list[Relation]
) -> None:
    assert _shown(relation, *facts).hypotheses == set(facts)


@pytest.mark.parametrize(
    ("relation", "weaker"),
    [
        (lt(a, b), [lt(a, b), le(a, b), ne(a, b), ne(b, a)]),
        (le(a, b), [le(a, b), le(-b, -a)]),
        (eq(a, b), [eq(a, b), eq(b, a), le(a, b)]),
        (ne(a, b), [ne(a, b), ne(b, a)]),
    ],
)
def test_rearranging_only_weakens(relation: Relation, weaker: list[Relation]) -> None:
    sides = (a, b), (b, a), (-b, -a), (2 * a, 2 * b), (a + 1, b), (a**2, b**2)
    ops: tuple[Any, ...] = ("=", "<=", "<", "!=")
    for op in ops:
        for lhs, rhs in sides:
            other = Relation(lhs, op, rhs)
            if other in weaker or (op in ("=", "<=") and relation.op == "=" and lhs != 2 * a):
                continue
            if same(rhs - lhs, b - a) and Relation(a, op, b) in weaker:
                rearrange(assume(relation), other)
                continue
            with pytest.raises(Rejected):
                rearrange(assume(relation), other)


def test_integers_are_certain_to_be_integers() -> None:
    # a < b does not make a + 1 ≤ b for what is not made of integers by + and ·.
    for half in (g / 2, sp.Rational(1, 2), sp.Abs(g), 2**n, sp.Max(g, m)):
        with pytest.raises(Rejected):
            _shown(le(half + 1, m), lt(half, m))


def test_contradictory_facts_stay_hypotheses() -> None:
    absurd = _shown(lt(a, -1), lt(a, 0), lt(0, a))
    assert absurd.hypotheses == {lt(a, 0), lt(0, a)}


def test_an_equation_is_used_only_for_the_one_thing_on_its_left() -> None:
    for equation in (eq(a * b, 1), eq(a + b, 1), eq(a**2, 1), eq(1, a), eq(a * c, c)):
        with pytest.raises(Rejected, match="one thing"):
            equal(a, 1, using=[assume(equation)])
    with pytest.raises(Rejected, match="one thing"):
        equal(a, b, using=[assume(le(a, b))])
    by_exp = eq(sp.exp(c) * a, b)
    assert equal(a, b * sp.exp(-c), using=[assume(by_exp)]).hypotheses == {by_exp}
