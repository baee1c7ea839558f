"""LSE is convex, and flat along the all-ones direction.

For weights λ + μ = 1 the tangent of exp at λa + μb gives exp(λa + μb) ≤ λ·exp a + μ·exp b. With
a = x_i − LSE(x) and b = y_i − LSE(y), whose exponentials sum to 1 each, the sum over i is at most
λ + μ = 1, and its logarithm at most 0. Flat: LSE(x + c) = LSE(x) + c.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    add,
    assume,
    equal,
    instantiate,
    monotone,
    rearrange,
    scale,
    sum_over,
)
from lse_verify.theory.statements import eq, given, le, lt, ne
from lse_verify.theory.vocabulary import (
    a,
    b,
    c,
    for_each,
    i,
    index_of,
    l,
    lse,
    lse_of,
    s,
    total,
    x,
    y,
)

from . import tangent

lam, mu = sp.symbols("lambda mu", nonnegative=True)
SUM_TO_ONE = eq(lam + mu, 1)
MIXED = lam * x[i] + mu * y[i]


def lam_is_rest() -> Theorem:
    """λ + μ = 1 ⊢ λ = 1 − μ."""
    return rearrange(assume(SUM_TO_ONE), eq(lam, 1 - mu))


def exp_convex() -> Theorem:
    """λ + μ = 1 ⊢ exp(λa + μb) ≤ λ·exp a + μ·exp b, from the tangent at λa + μb."""
    centre = lam * a + mu * b
    left = scale(instantiate(tangent.weak(), {s: a - centre}), lam)
    right = scale(instantiate(tangent.weak(), {s: b - centre}), mu)
    relation = le(1, lam * sp.exp(a - centre) + mu * sp.exp(b - centre))
    together = rearrange(add(left, right), relation, using=[lam_is_rest()])
    return rearrange(
        scale(together, sp.exp(centre)), le(sp.exp(centre), lam * sp.exp(a) + mu * sp.exp(b))
    )


def convex() -> Theorem:
    """λ + μ = 1 ⊢ LSE(λx + μy) ≤ λ·LSE(x) + μ·LSE(y)."""
    term = instantiate(exp_convex(), {a: x[i] - lse(x), b: y[i] - lse(y)})
    mean = lam * lse(x) + mu * lse(y)
    shifted = total(sp.exp(MIXED - mean))
    at_most_one = rearrange(sum_over(for_each(term)), le(shifted, 1), using=[lam_is_rest()])
    return rearrange(monotone("log", at_most_one), le(lse_of(MIXED), mean))


def flat() -> Theorem:
    """LSE(x + c) = LSE(x) + c."""
    return equal(lse_of(x[i] + c), lse() + c)


def affine_segment() -> Theorem:
    """λ + μ = 1 ⊢ LSE(λx + μ(x + c)) = λ·LSE(x) + μ·LSE(x + c)."""
    return equal(
        lse_of(lam * x[i] + mu * (x[i] + c)),
        lam * lse() + mu * lse_of(x[i] + c),
        using=[lam_is_rest()],
    )


CLAIMS = (
    Claim(
        id="convex",
        sentence="The LogSumExp function is convex.",
        states=(given(SUM_TO_ONE, then=le(lse_of(MIXED), lam * lse(x) + mu * lse(y))),),
        prove=lambda: (convex(),),
        argument="The tangent of exp at λa + μb, at every term of the normalised sums.",
        variants=(
            Variant(
                "concave",
                given(SUM_TO_ONE, then=le(lam * lse(x) + mu * lse(y), lse_of(MIXED))),
            ),
            Variant(
                "weights that do not sum to 1",
                given(then=le(lse_of(MIXED), lam * lse(x) + mu * lse(y))),
            ),
        ),
    ),
    Claim(
        id="convex.not_strict",
        sentence="It is not strictly convex: it is affine along the all-ones direction.",
        states=(
            given(then=eq(lse_of(x[i] + c), lse() + c)),
            given(
                SUM_TO_ONE,
                then=eq(
                    lse_of(lam * x[i] + mu * (x[i] + c)),
                    lam * lse() + mu * lse_of(x[i] + c),
                ),
            ),
        ),
        prove=lambda: (flat(), affine_segment()),
        argument="Adding c to every entry adds c to LSE, so it is affine on that line.",
        variants=(
            Variant(
                "strictly convex",
                given(
                    SUM_TO_ONE,
                    lt(0, lam),
                    lt(0, mu),
                    *index_of(l),
                    ne(x[l], y[l]),
                    then=lt(lse_of(MIXED), lam * lse(x) + mu * lse(y)),
                ),
            ),
        ),
    ),
)
