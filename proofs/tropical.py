"""(1/t)·log(e^{ta} + e^{tb}) → max(a, b): the log semiring becomes the tropical one.

The larger of the two terms is at most their sum, and their sum at most twice the larger: the
function lies between max(a, b) and max(a, b) + log(2)/t.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cases,
    cut,
    instantiate,
    limit,
    maximum,
    monotone,
    rearrange,
    scale,
    sign,
    squeeze,
)
from lse_verify.theory.statements import Limit, Relation, given, le, lt
from lse_verify.theory.vocabulary import a, b, t

z = sp.Symbol("z", nonnegative=True)
TROPICAL = sp.log(sp.exp(t * a) + sp.exp(t * b)) / t
LARGER = sp.Max(a, b)


def _either(goal: Relation, when_b_larger: Theorem) -> Theorem:
    """Prove a goal that is symmetric in a and b from the case a ≤ b."""
    turned = instantiate(when_b_larger, {a: b, b: a})
    other = cut(turned, rearrange(assume(lt(b, a)), le(b, a)))
    return cases(le(a, b), rearrange(when_b_larger, goal), rearrange(other, goal))


def lower() -> Theorem:
    """max(a, b) ≤ (1/t)·log(e^{ta} + e^{tb})."""
    goal = le(LARGER, TROPICAL)
    term = rearrange(sign(le(0, sp.exp(t * a))), le(sp.exp(t * b), sp.exp(t * a) + sp.exp(t * b)))
    scaled = scale(monotone("log", term), 1 / t)
    return _either(goal, rearrange(scaled, goal, using=[maximum(a, b)]))


def upper() -> Theorem:
    """(1/t)·log(e^{ta} + e^{tb}) ≤ max(a, b) + log(2)/t."""
    goal = le(TROPICAL, LARGER + sp.log(2) / t)
    smaller = monotone("exp", scale(assume(le(a, b)), t))
    twice = rearrange(smaller, le(sp.exp(t * a) + sp.exp(t * b), 2 * sp.exp(t * b)))
    scaled = scale(monotone("log", twice), 1 / t)
    return _either(goal, rearrange(scaled, goal, using=[maximum(a, b)]))


def tends_to_larger() -> Theorem:
    """(1/t)·log(e^{ta} + e^{tb}) → max(a, b) as t → ∞."""
    constant = limit(Limit(LARGER, t, sp.oo, LARGER), sp.Lambda(z, LARGER))
    shrinking = limit(
        Limit(LARGER + sp.log(2) / t, t, sp.oo, LARGER), sp.Lambda(z, LARGER + z * sp.log(2))
    )
    return squeeze(lower(), upper(), constant, shrinking)


CLAIMS = (
    Claim(
        id="tropical.limit",
        sentence="(1/t)·log(e^{ta} + e^{tb}) → max(a, b) as t → ∞: the tropical semiring is the "
        "limit of the log semirings.",
        states=(given(then=Limit(TROPICAL, t, sp.oo, LARGER)),),
        prove=lambda: (tends_to_larger(),),
        argument="It lies between max(a, b) and max(a, b) + log(2)/t.",
        holds_for="two arguments; for every n see scaled.limit",
        variants=(
            Variant("min for max", given(then=Limit(TROPICAL, t, sp.oo, sp.Min(a, b)))),
            Variant("not divided by t", given(then=Limit(TROPICAL * t, t, sp.oo, LARGER))),
        ),
    ),
)
