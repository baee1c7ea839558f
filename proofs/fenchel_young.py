"""Fenchel and Young's inequality ⟨p, x⟩ ≤ LSE(x) + Σ p log p, and LSE** = LSE from it.

With q = softmax(x), term by term w·s − w log w ≤ exp(s) − w at w = p_i, s = x_i − LSE(x); the right
sides sum to Σq − Σp = 0. It is strict if some p_i ≠ q_i, and an equality at p = q: there the
supremum over the simplex of ⟨p, x⟩ − Σ p log p is attained, and is LSE(x).
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cut,
    equal,
    instantiate,
    rearrange,
    sum_over,
    supremum,
)
from lse_verify.theory.statements import Supremum, eq, given, le, lt, ne, xlogx
from lse_verify.theory.vocabulary import (
    each,
    for_each,
    i,
    index_of,
    l,
    lse,
    negentropy,
    p,
    s,
    softmax,
    total,
    within,
    x,
)

from . import tangent
from .tangent import w

ON_SIMPLEX = eq(total(p[i]), 1)
PAIRING = total(p[i] * x[i])


def sum_is_one() -> Theorem:
    """Σp = 1 ⊢ Σp = 1."""
    return assume(ON_SIMPLEX)


def _terms() -> Theorem:
    """p_i (x_i − LSE) − p_i log p_i ≤ exp(x_i − LSE) − p_i for all i."""
    return for_each(instantiate(tangent.young(), {w: p[i], s: x[i] - lse()}))


def fenchel_young() -> Theorem:
    """Σp = 1 ⊢ ⟨p, x⟩ ≤ LSE(x) + Σ p log p."""
    return rearrange(sum_over(_terms()), le(PAIRING, lse() + negentropy()), using=[sum_is_one()])


def fenchel_young_strict() -> Theorem:
    """Σp = 1, p_l ≠ softmax_l ⊢ ⟨p, x⟩ < LSE(x) + Σ p log p."""
    apart = assume(ne(p[l], softmax(l)))
    at = instantiate(tangent.young_strict(), {w: p[l], s: x[l] - lse()})
    strict = cut(at, apart)
    terms = sum_over(_terms(), strict_at=l, strict=strict, because=within(l))
    return rearrange(terms, lt(PAIRING, lse() + negentropy()), using=[sum_is_one()])


def fenchel_young_equality() -> Theorem:
    """⟨p, x⟩ = LSE(x) + Σ p log p at p = softmax(x)."""
    return equal(total(softmax(i) * x[i]), lse() + total(xlogx(softmax(i))))


def biconjugate() -> Theorem:
    """The supremum over the simplex of ⟨p, x⟩ − Σ p log p is LSE(x)."""
    objective = PAIRING - negentropy()
    reach = rearrange(
        fenchel_young_equality(),
        eq(total(softmax(i) * x[i]) - total(xlogx(softmax(i))), lse()),
    )
    return supremum(
        Supremum(objective, p, (ON_SIMPLEX,), lse()),
        reach,
        sp.Lambda(i, softmax(i)),
        because=[equal(total(softmax(i)), 1)],
        upper=rearrange(fenchel_young(), le(objective, lse())),
    )


CLAIMS = (
    Claim(
        id="conjugate.fenchel_young",
        sentence="⟨p, x⟩ ≤ LSE(x) + LSE*(p), with equality exactly at p = softmax(x).",
        states=(
            given(ON_SIMPLEX, then=le(PAIRING, lse() + negentropy())),
            given(
                ON_SIMPLEX,
                *index_of(l),
                ne(p[l], softmax(l)),
                then=lt(PAIRING, lse() + negentropy()),
            ),
            given(then=eq(total(softmax(i) * x[i]), lse() + total(xlogx(softmax(i))))),
        ),
        prove=lambda: (fenchel_young(), fenchel_young_strict(), fenchel_young_equality()),
        argument="Term by term w·s − w log w ≤ exp(s) − w, and equality only at w = exp(s).",
        variants=(
            Variant("off the simplex", given(then=le(PAIRING, lse() + negentropy()))),
            Variant(
                "strict everywhere",
                given(each(eq(p[i], softmax(i))), then=lt(PAIRING, lse() + negentropy())),
            ),
        ),
    ),
    Claim(
        id="conjugate.biconjugate",
        sentence="LogSumExp is the convex conjugate of its conjugate: LSE** = LSE.",
        states=(given(then=Supremum(PAIRING - negentropy(), p, (ON_SIMPLEX,), lse())),),
        prove=lambda: (biconjugate(),),
        argument="Fenchel and Young's inequality again, attained at p = softmax(x).",
        caveats=("Off the simplex LSE* is +∞, so only points of it can be the supremum.",),
        variants=(
            Variant(
                "over all p ≥ 0, not only the simplex",
                given(then=Supremum(PAIRING - negentropy(), p, (), lse())),
            ),
        ),
    ),
)
