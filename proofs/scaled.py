"""max < LSE(t·x)/t ≤ max + log(n)/t, the limit for t → ∞, and the same for min.

The bounds of LSE at t·x, whose maximum is t·max, divided by t > 0. Both ends tend to max, and what
lies between them does too. With −x for x, the maximum becomes minus the minimum.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cut,
    instantiate,
    limit,
    rearrange,
    scale,
    squeeze,
)
from lse_verify.theory.statements import Limit, eq, given, le, lt
from lse_verify.theory.vocabulary import (
    at_each,
    for_each,
    i,
    index_of,
    k,
    lse_of,
    m,
    n,
    peak,
    t,
    trough,
    x,
)

from . import bounds

z = sp.Symbol("z", nonnegative=True)
SMOOTH = lse_of(t * x[i]) / t
SMOOTH_MIN = -lse_of(-t * x[i]) / t
BY_T = {x: sp.Lambda(i, t * x[i]), m: t * m}
NEGATED = {x: sp.Lambda(i, -x[i]), m: -m}


def _attained() -> Theorem:
    return rearrange(scale(assume(eq(x[k], m)), t), eq(t * x[k], t * m))


def lower() -> Theorem:
    """m = max x ⊢ m ≤ LSE(t·x)/t."""
    at = cut(instantiate(bounds.lower(), BY_T), _attained())
    return rearrange(scale(at, 1 / t), le(m, SMOOTH))


def lower_strict() -> Theorem:
    """n ≥ 2, m = max x ⊢ m < LSE(t·x)/t."""
    at = cut(instantiate(bounds.lower_strict(), BY_T), _attained())
    return rearrange(scale(at, 1 / t), lt(m, SMOOTH))


def upper() -> Theorem:
    """x_i ≤ m for all i ⊢ LSE(t·x)/t ≤ m + log(n)/t."""
    largest = for_each(rearrange(scale(at_each(le(x[i], m)), t), le(t * x[i], t * m)))
    at = cut(instantiate(bounds.upper(), BY_T), largest)
    return rearrange(scale(at, 1 / t), le(SMOOTH, m + sp.log(n) / t))


def tends_to_max() -> Theorem:
    """m = max x ⊢ LSE(t·x)/t → m as t → ∞."""
    constant = limit(Limit(m, t, sp.oo, m), sp.Lambda(z, m))
    shrinking = limit(Limit(m + sp.log(n) / t, t, sp.oo, m), sp.Lambda(z, m + z * sp.log(n)))
    return squeeze(lower(), upper(), constant, shrinking)


def _of_min(theorem: Theorem) -> Theorem:
    """Put −x and −m into a theorem, and discharge what it then assumes."""
    smallest = for_each(rearrange(at_each(le(m, x[i])), le(-x[i], -m)))
    attained = rearrange(assume(eq(x[k], m)), eq(-x[k], -m))
    at = instantiate(theorem, NEGATED)
    needed = [lemma for lemma in (smallest, attained) if lemma.conclusion in at.hypotheses]
    return cut(at, *needed)


def min_upper() -> Theorem:
    """n ≥ 2, m = min x ⊢ −LSE(−t·x)/t < m."""
    return rearrange(_of_min(lower_strict()), lt(SMOOTH_MIN, m))


def min_upper_weak() -> Theorem:
    """m = min x ⊢ −LSE(−t·x)/t ≤ m."""
    return rearrange(_of_min(lower()), le(SMOOTH_MIN, m))


def min_lower() -> Theorem:
    """M ≤ x_i for all i ⊢ m − log(n)/t ≤ −LSE(−t·x)/t."""
    return rearrange(_of_min(upper()), le(m - sp.log(n) / t, SMOOTH_MIN))


def tends_to_min() -> Theorem:
    """m = min x ⊢ −LSE(−t·x)/t → m as t → ∞."""
    constant = limit(Limit(m, t, sp.oo, m), sp.Lambda(z, m))
    shrinking = limit(Limit(m - sp.log(n) / t, t, sp.oo, m), sp.Lambda(z, m - z * sp.log(n)))
    return squeeze(min_lower(), min_upper_weak(), shrinking, constant)


_ONE_TERM = (
    "At n = 1 the strict inequality fails: LSE(t·x)/t is the maximum itself. The article does not "
    "say so."
)

CLAIMS = (
    Claim(
        id="scaled.bounds",
        sentence="For t > 0, applying the bounds to t·x: "
        "max{xᵢ} < (1/t)·LSE(t·x) ≤ max{xᵢ} + log(n)/t.",
        states=(
            given(le(2, n), *peak(), then=lt(m, SMOOTH)),
            given(*peak(), then=le(m, SMOOTH)),
            given(*peak(), then=le(SMOOTH, m + sp.log(n) / t)),
        ),
        prove=lambda: (lower_strict(), lower(), upper()),
        argument="The maximum of t·x is t·max; divide the bounds of LSE by t.",
        holds_for="every n ≥ 1; the strict one for n ≥ 2",
        caveats=(_ONE_TERM,),
        variants=(
            Variant("strict at n = 1 too", given(*peak(), then=lt(m, SMOOTH))),
            Variant(
                "log(n) without 1/t",
                given(*peak(), then=le(SMOOTH, m + sp.log(n) * t)),
            ),
        ),
    ),
    Claim(
        id="scaled.limit",
        sentence="As t → ∞ the smooth maximum (1/t)·LSE(t·x) tends to max{xᵢ}.",
        states=(given(*peak(), then=Limit(SMOOTH, t, sp.oo, m)),),
        prove=lambda: (tends_to_max(),),
        argument="It lies between max and max + log(n)/t, and log(n)/t → 0.",
        variants=(
            Variant(
                "the unscaled function",
                given(*peak(), then=Limit(lse_of(t * x[i]), t, sp.oo, m)),
            ),
            Variant("to some entry", given(*index_of(k), then=Limit(SMOOTH, t, sp.oo, x[k]))),
        ),
    ),
    Claim(
        id="min.bounds",
        sentence="With a negative multiplier the same gives the minimum: "
        "min{xᵢ} − log(n)/t ≤ −(1/t)·LSE(−t·x) < min{xᵢ}.",
        states=(
            given(le(2, n), *trough(), then=lt(SMOOTH_MIN, m)),
            given(*trough(), then=le(SMOOTH_MIN, m)),
            given(*trough(), then=le(m - sp.log(n) / t, SMOOTH_MIN)),
            given(*trough(), then=Limit(SMOOTH_MIN, t, sp.oo, m)),
        ),
        prove=lambda: (min_upper(), min_upper_weak(), min_lower(), tends_to_min()),
        argument="The maximum of −x is minus the minimum of x.",
        holds_for="every n ≥ 1; the strict one for n ≥ 2",
        caveats=(_ONE_TERM.replace("maximum", "minimum").replace("(t·x)", "(−t·x)"),),
        variants=(
            Variant("strict at n = 1 too", given(*trough(), then=lt(SMOOTH_MIN, m))),
            Variant(
                "min + log(n)/t below",
                given(*trough(), then=le(m + sp.log(n) / t, SMOOTH_MIN)),
            ),
        ),
    ),
)
