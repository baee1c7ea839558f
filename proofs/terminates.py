"""Why raising the precision ends: LSE of algebraic numbers is transcendental.

Let v be the distinct values among the arguments and c_i how often v_i occurs, so that
LSE = log Σ c_i exp(v_i). If it were an algebraic number q, then Σ c_i exp(v_i) − exp(q) = 0 would
be a linear relation between exponentials of distinct algebraic numbers: where q is none of the v_i
its last coefficient is −1; where q = v_l the coefficient of exp(v_l) is c_l − 1 and the others are
c_i, so one is not 0 as soon as n ≥ 2. By the theorem of Lindemann and Weierstrass there is no such
relation. What is derived here is that the relation is never trivial; the theorem is cited.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cases,
    cite,
    cut,
    empty,
    equal,
    generalise,
    instantiate,
    monotone,
    rearrange,
    scale,
    sign,
    specialise,
    split,
    sum_over,
)
from lse_verify.theory.statements import Forall, eq, given, le, lt, ne
from lse_verify.theory.vocabulary import each, i, index_of, j, l, n, total, within

SOURCE = "Lindemann–Weierstrass (A. Baker, Transcendental Number Theory, Theorem 1.4)"
value = sp.IndexedBase("v", algebraic=True, real=True)
coefficient = sp.IndexedBase("b", algebraic=True, real=True)
times = sp.IndexedBase("c", integer=True, positive=True)
q, last = sp.symbols("q b_0", algebraic=True, real=True)
alpha = sp.Symbol("alpha", algebraic=True, positive=True)
DISTINCT = each(Forall(j, i + 1, n, ne(value[i], value[j])))
OTHER = each(ne(value[i], q))
RELATION = total(coefficient[i] * sp.exp(value[i]))
SUM = total(times[i] * sp.exp(value[i]))


def no_relation() -> Theorem:
    """Cited: distinct v, b_l ≠ 0 ⊢ Σ b_i exp(v_i) ≠ 0."""
    return cite(given(DISTINCT, *index_of(l), ne(coefficient[l], 0), then=ne(RELATION, 0)), SOURCE)


def no_relation_with_last() -> Theorem:
    """Cited, with one more term apart: b_0 ≠ 0 ⊢ Σ b_i exp(v_i) + b_0 exp(q) ≠ 0."""
    return cite(
        given(DISTINCT, OTHER, ne(last, 0), then=ne(RELATION + last * sp.exp(q), 0)), SOURCE
    )


def not_a_new_number() -> Theorem:
    """Distinct v, q none of them ⊢ log Σ c_i exp(v_i) ≠ q."""
    at = instantiate(
        no_relation_with_last(),
        {coefficient: sp.Lambda(i, times[i]), last: sp.Integer(-1)},
    )
    relation = cut(at, sign(ne(-1, 0)))
    return monotone("log", rearrange(relation, ne(SUM, sp.exp(q))))


def _merged(of: sp.Expr, at_l: sp.Expr) -> tuple[Any, ...]:
    """Return: b_i is `of` (an expression of i), except b_l."""
    return (
        *index_of(l),
        Forall(i, sp.Integer(1), l - 1, eq(coefficient[i], of)),
        Forall(i, l + 1, n, eq(coefficient[i], of)),
        eq(coefficient[l], at_l),
    )


def _merged_sum(of: sp.Expr, at_l: sp.Expr) -> Theorem:
    """Show Σ b_i exp(v_i) = Σ of_i exp(v_i) + (b_l − of_l) exp(v_l)."""
    before, after, at = _merged(of, at_l)[2:]
    parts = []
    for part in (before, after):
        ends = [assume(le(part.low, i)), assume(le(i, part.high))]
        one = specialise(assume(part, because=within(l)), i, because=ends)
        term = equal(coefficient[i] * sp.exp(value[i]), of * sp.exp(value[i]), using=[one])
        parts.append(sum_over(generalise(term, i, part.low, part.high)))
    whole = total(of * sp.exp(value[i]))
    of_l = of.xreplace({times[i]: times[l]})
    known = split(SUM, l, because=within(l))
    return equal(
        RELATION,
        whole + (at_l - of_l) * sp.exp(value[l]),
        using=[split(RELATION, l, because=within(l)), *parts, assume(at), known],
    )


COUNTED = _merged(times[i], times[l] - 1)


def _not_value(nonzero: Theorem) -> Theorem:
    relation = rearrange(
        nonzero, ne(SUM, sp.exp(value[l])), using=[_merged_sum(times[i], times[l] - 1)]
    )
    return monotone("log", relation)


def not_a_repeated_value() -> Theorem:
    """c_l ≥ 2, b the coefficients with exp(v_l) taken off ⊢ log Σ c_i exp(v_i) ≠ v_l."""
    positive = sign(lt(0, times[l] - 1), because=[assume(le(2, times[l]))])
    nonzero = rearrange(
        positive, ne(coefficient[l], 0), using=[assume(eq(coefficient[l], times[l] - 1))]
    )
    return _not_value(cut(no_relation(), nonzero))


def not_one_of_two() -> Theorem:
    """n ≥ 2, b the coefficients with exp(v_l) taken off ⊢ log Σ c_i exp(v_i) ≠ v_l."""
    return _not_value(_some_other(times[i], times[l] - 1, sign(ne(times[i], 0))))


def _some_other(of: sp.Expr, at_l: sp.Expr, nonzero: Theorem) -> Theorem:
    """n ≥ 2 ⊢ Σ b_i exp(v_i) ≠ 0, since the coefficient after l, or the one before, is not 0."""
    before, after = _merged(of, at_l)[2:4]
    two = assume(le(2, n))

    def at(part: Any, which: sp.Expr, because: list[Theorem]) -> Theorem:
        one = specialise(assume(part, because=within(l)), which, because=[*because])
        other = instantiate(nonzero, {i: which}, because=because)
        there = rearrange(other, ne(coefficient[which], 0), using=[one])
        lemma = instantiate(no_relation(), {l: which}, because=because)
        inside = [sign(le(1, which), because=because), sign(le(which, n), because=because)]
        return cut(lemma, there, *inside)

    has_next = le(l + 1, n)
    if_next = at(after, l + 1, [*within(l), assume(has_next)])
    if_last = at(before, l - 1, [*within(l), assume(lt(n, l + 1)), two])
    return cases(has_next, if_next, if_last)


def softmax_not_algebraic() -> Theorem:
    """n ≥ 2, b_i = −q·c_i except b_l = 1 − q·c_l ⊢ exp(v_l)/Σ c_i exp(v_i) ≠ q."""
    of, at_l = -q * times[i], 1 - q * times[l]
    equation = _merged_sum(of, at_l)
    target = ne(sp.exp(value[l]) - q * SUM, 0)
    if_other = rearrange(
        _some_other(of, at_l, sign(ne(-q * times[i], 0), because=[assume(ne(q, 0))])),
        target,
        using=[equation],
    )
    if_zero = rearrange(sign(ne(sp.exp(value[l]), 0)), target, using=[assume(eq(q, 0))])
    nonzero = cases(eq(q, 0), if_zero, if_other)
    return rearrange(scale(nonzero, 1 / SUM), ne(sp.exp(value[l]) / SUM, q))


def logarithm_not_algebraic() -> Theorem:
    """alpha ≠ 1 ⊢ log alpha ≠ q: exp(q) − alpha·exp(0) = 0 is a relation unless q = 0."""
    at = instantiate(
        no_relation_with_last(),
        {
            n: sp.Integer(1),
            value: sp.Lambda(i, sp.Integer(0)),
            coefficient: sp.Lambda(i, -alpha),
            last: sp.Integer(1),
        },
    )
    # One value is distinct from all the others: there is no j with i < j ≤ 1.
    inner = empty(Forall(j, i + 1, sp.Integer(1), ne(0, 0)), because=[assume(le(1, i))])
    distinct = generalise(inner, i, 1, 1)
    nonzero = assume(ne(q, 0))
    relation = cut(at, distinct, generalise(rearrange(nonzero, ne(0, q)), i, 1, 1), sign(ne(1, 0)))
    if_nonzero = monotone("log", rearrange(relation, ne(alpha, sp.exp(q))))
    at_one = monotone("log", assume(ne(alpha, 1)))
    if_zero = rearrange(at_one, ne(sp.log(alpha), q), using=[assume(eq(q, 0))])
    return cases(eq(q, 0), if_zero, if_nonzero)


CLAIMS = (
    Claim(
        id="oracle.terminates",
        sentence="For n ≥ 2 and algebraic (so for float) arguments LSE(x) is transcendental, hence "
        "never a float nor halfway between two: raising the precision always ends.",
        states=(
            given(DISTINCT, OTHER, then=ne(sp.log(SUM), q)),
            given(DISTINCT, *COUNTED, le(2, times[l]), then=ne(sp.log(SUM), value[l])),
            given(DISTINCT, *COUNTED, le(2, n), then=ne(sp.log(SUM), value[l])),
            given(
                DISTINCT,
                *_merged(-q * times[i], 1 - q * times[l]),
                le(2, n),
                then=ne(sp.exp(value[l]) / SUM, q),
            ),
            given(ne(alpha, 1), then=ne(sp.log(alpha), q)),
        ),
        prove=lambda: (
            not_a_new_number(),
            not_a_repeated_value(),
            not_one_of_two(),
            softmax_not_algebraic(),
            logarithm_not_algebraic(),
        ),
        argument="An algebraic value would be a linear relation between exponentials of distinct "
        "algebraic numbers, in which some coefficient is not 0. Derived: that some coefficient is "
        "not 0, in every case. Quoted: that there is no such relation.",
        holds_for="n ≥ 2 arguments, equal or not; softmax of two different ones",
        caveats=(
            "v are the distinct arguments, c how often each occurs, b the coefficients of the "
            "relation after equal exponents are merged.",
            "LSE₀⁺ and softplus are LSE with an argument 0; smoothmax and smoothmin are LSE at "
            "t·x, divided by t; log_softmax is x_k − LSE. Negentropy of rational p is the "
            "logarithm of the algebraic number Π pᵢ^pᵢ.",
            "No such theorem is at hand for the Bregman divergence.",
        ),
        quoted=(SOURCE,),
        variants=(
            Variant(
                "for n = 1 too",
                given(DISTINCT, *index_of(l), then=ne(sp.log(SUM), value[l])),
            ),
            Variant("log 1 too", given(then=ne(sp.log(alpha), q))),
        ),
    ),
)
