"""max ≤ LSE ≤ max + log n, and when they are strict.

Below: the largest term alone is at most the sum of all, exp(x_k) ≤ Σ exp(x_i), and log increases.
It is strict when there is another term, n ≥ 2. Above: each of the n terms is at most exp(max), so
the sum is at most n·exp(max); strict as soon as one argument lies below the maximum.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cases,
    equal,
    monotone,
    rearrange,
    sign,
    split,
    sum_over,
)
from lse_verify.theory.statements import Relation, eq, given, le, lt
from lse_verify.theory.vocabulary import (
    at_each,
    each,
    for_each,
    i,
    index_of,
    k,
    l,
    lse,
    m,
    n,
    peak,
    total,
    within,
    x,
)

TERM = sp.exp(x[i])


def _others() -> sp.Expr:
    return sp.Sum(TERM, (i, 1, k - 1)) + sp.Sum(TERM, (i, k + 1, n))


def lower() -> Theorem:
    """m = max x ⊢ m ≤ LSE(x)."""
    parts = split(total(TERM), k, because=within(k))
    rest = sign(le(0, _others()), because=within(k))
    term = rearrange(rest, le(sp.exp(x[k]), total(TERM)), using=[parts])
    return rearrange(monotone("log", term), le(m, lse()), using=[assume(eq(x[k], m))])


def lower_strict() -> Theorem:
    """n ≥ 2, m = max x ⊢ m < LSE(x): there is a term after k, or k = n ≥ 2 and one before."""
    parts = split(total(TERM), k, because=within(k))

    def below(somewhere: Relation, *more: Relation) -> Theorem:
        because = [*within(k), assume(somewhere), *map(assume, more)]
        rest = sign(lt(0, _others()), because=because)
        term = rearrange(rest, lt(sp.exp(x[k]), total(TERM)), using=[parts])
        return rearrange(monotone("log", term), lt(m, lse()), using=[assume(eq(x[k], m))])

    return cases(le(k + 1, n), below(le(k + 1, n)), below(lt(n, k + 1), le(2, n)))


def lower_equality() -> Theorem:
    """n = 1 ⊢ LSE(x) = x_1."""
    return equal(lse().xreplace({n: sp.Integer(1)}), x[1])


def _each_term() -> Theorem:
    return for_each(monotone("exp", at_each(le(x[i], m))))


def upper() -> Theorem:
    """x_i ≤ m for all i ⊢ LSE(x) ≤ m + log n."""
    return rearrange(monotone("log", sum_over(_each_term())), le(lse(), m + sp.log(n)))


def upper_strict() -> Theorem:
    """x_i ≤ m for all i, x_l < m for one ⊢ LSE(x) < m + log n."""
    smaller = monotone("exp", assume(lt(x[l], m)))
    terms = sum_over(_each_term(), strict_at=l, strict=smaller, because=within(l))
    return rearrange(monotone("log", terms), lt(lse(), m + sp.log(n)))


def upper_equality() -> Theorem:
    """x_i = m for all i ⊢ LSE(x) = m + log n."""
    terms = sum_over(for_each(monotone("exp", at_each(eq(x[i], m)))))
    return rearrange(monotone("log", terms), eq(lse(), m + sp.log(n)))


def _at(length: int, row: Any = x) -> sp.Expr:
    return sp.log(sp.Sum(sp.exp(row[i]), (i, 1, length)))


CLAIMS = (
    Claim(
        id="bounds.lower",
        sentence="The LogSumExp is at least the maximum: max{x₁, …, xₙ} ≤ LSE(x₁, …, xₙ).",
        states=(given(*peak(), then=le(m, lse())),),
        prove=lambda: (lower(),),
        argument="The largest term alone is at most the sum of all terms; log increases.",
        variants=(
            Variant("min for max", given(*index_of(k), then=le(lse(), x[k]))),
            Variant("max + 1", given(*peak(), then=le(m + 1, lse()))),
        ),
    ),
    Claim(
        id="bounds.lower.strict",
        sentence="The first inequality is strict unless n = 1.",
        states=(
            given(le(2, n), *peak(), then=lt(m, lse())),
            given(then=eq(_at(1), x[1])),
        ),
        prove=lambda: (lower_strict(), lower_equality()),
        argument="With n ≥ 2 there is a term beside the largest, and it is positive; "
        "with n = 1 the sum is one term.",
        holds_for="every n ≥ 2; equality at n = 1",
        variants=(Variant("strict at n = 1 too", given(*peak(), then=lt(m, lse()))),),
    ),
    Claim(
        id="bounds.upper",
        sentence="The LogSumExp exceeds the maximum by at most log n: "
        "LSE(x₁, …, xₙ) ≤ max{x₁, …, xₙ} + log(n).",
        states=(given(*peak(), then=le(lse(), m + sp.log(n))),),
        prove=lambda: (upper(),),
        argument="Each of the n terms is at most exp(max).",
        variants=(
            Variant(
                "max + log(n − 1)",
                given(le(2, n), *peak(), then=le(lse(), m + sp.log(n - 1))),
            ),
            Variant("max alone", given(*peak(), then=le(lse(), m))),
        ),
    ),
    Claim(
        id="bounds.upper.strict",
        sentence="The second inequality is strict unless all arguments are equal.",
        states=(
            given(*peak(), *index_of(l), lt(x[l], m), then=lt(lse(), m + sp.log(n))),
            given(each(eq(x[i], m)), then=eq(lse(), m + sp.log(n))),
        ),
        prove=lambda: (upper_strict(), upper_equality()),
        argument="One argument below the maximum makes one term smaller, and the sum; equal "
        "arguments make n equal terms.",
        variants=(
            Variant("strict when all are equal", given(*peak(), then=lt(lse(), m + sp.log(n)))),
        ),
    ),
)
