"""The convex conjugate of LSE0⁺ is the negative entropy of (1 − Σp, p), and +∞ elsewhere.

The proof for LSE, with the fixed argument 0 as one more term of weight p_0 = 1 − Σp.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    add,
    assume,
    instantiate,
    limit,
    monotone,
    rearrange,
    scale,
    sign,
    squeeze,
    sum_over,
    supremum,
)
from lse_verify.theory.statements import (
    Limit,
    Supremum,
    eq,
    given,
    le,
    lt,
    xlogx,
)
from lse_verify.theory.vocabulary import (
    a,
    each,
    for_each,
    i,
    index_of,
    k,
    lse0,
    lse0_of,
    n,
    p,
    s,
    softmax0,
    total,
    x,
)

from . import conjugate, tangent
from .conjugate import r
from .tangent import e, w

z = sp.Symbol("z", nonnegative=True)
p0 = sp.Symbol("p_0", nonnegative=True)
PAIRING = total(p[i] * x[i])
ENTROPY = total(xlogx(p[i])) + xlogx(p0)
ON_SIMPLEX = eq(p0 + total(p[i]), 1)


def _rest_is() -> Theorem:
    return rearrange(assume(ON_SIMPLEX), eq(p0, 1 - total(p[i])))


def upper() -> Theorem:
    """p_0 + Σp = 1 ⊢ ⟨p, x⟩ − LSE0⁺(x) ≤ p_0 log p_0 + Σ p log p."""
    entry = instantiate(tangent.young(), {w: p[i], s: x[i] - lse0()})
    fixed = instantiate(tangent.young(), {w: p0, s: -lse0()})
    terms = add(sum_over(for_each(entry)), fixed)
    total_is = rearrange(assume(ON_SIMPLEX), eq(total(p[i]), 1 - p0))
    return rearrange(terms, le(PAIRING - lse0(), ENTROPY), using=[total_is])


def inside() -> Theorem:
    """p_0 + Σp = 1 ⊢ sup over x of ⟨p, x⟩ − LSE0⁺(x) = p_0 log p_0 + Σ p log p."""
    entry = sp.log(p[i] + e) - sp.log(p0 + e)
    nearby = sp.Lambda(i, entry)
    there = total(p[i] * entry) - lse0_of(entry)
    raised = instantiate(tangent.raised_weight(), {w: p[i]})
    terms = add(sum_over(for_each(raised)), instantiate(tangent.raised_weight(), {w: p0}))
    least = ENTROPY - sp.log(1 + (n + 1) * e)
    total_is = rearrange(assume(ON_SIMPLEX), eq(total(p[i]), 1 - p0))
    above = rearrange(terms, le(least, there), using=[total_is])
    below = instantiate(upper(), {x: nearby})
    shrinking = limit(
        Limit(least, e, sp.Integer(0), ENTROPY),
        sp.Lambda(z, ENTROPY - sp.log(1 + (n + 1) * z)),
    )
    constant = limit(Limit(ENTROPY, e, sp.Integer(0), ENTROPY), sp.Lambda(z, ENTROPY))
    reach = squeeze(above, below, shrinking, constant)
    return supremum(CONJUGATE, reach, nearby, upper=upper())


def beyond() -> Theorem:
    """1 < Σr ⊢ sup over x of ⟨r, x⟩ − LSE0⁺(x) = ∞: raise all entries alike."""
    excess = rearrange(assume(lt(1, total(r[i]))), lt(0, total(r[i]) - 1))
    level = (conjugate.height**2 + 1 + n) / (total(r[i]) - 1)
    rate = conjugate.rate
    # log(1 + n exp(c)) ≤ log((1 + n) exp(c)) for c ≥ 0.
    one_below = rearrange(monotone("exp", sign(le(0, rate))), le(1, sp.exp(rate)))
    summed = rearrange(one_below, le(1 + n * sp.exp(rate), (1 + n) * sp.exp(rate)))
    raised = instantiate(
        rearrange(monotone("log", summed), le(lse0_of(rate), rate + sp.log(1 + n))),
        {rate: level},
        because=[excess, sign(lt(0, conjugate.height**2 + 1 + n))],
    )
    value = total(r[i] * level) - lse0_of(level)
    reach = rearrange(
        add(conjugate.square_above(), _log_below(), raised), le(conjugate.height, value)
    )
    return supremum(ELSEWHERE, reach, sp.Lambda(i, level), because=[excess])


def _log_below() -> Theorem:
    """log(1 + n) ≤ n."""
    at = instantiate(tangent.weak(), {s: sp.log(1 + n)})
    return rearrange(at, le(sp.log(1 + n), n))


def with_negative_entry() -> Theorem:
    """r_k < 0 ⊢ sup over x of ⟨r, x⟩ − LSE0⁺(x) = ∞: lower the entries where r is negative."""
    chosen = (conjugate.height**2 + 1 + n) / conjugate.GAIN
    gained = conjugate.total_gain()
    rate, entry = conjugate.rate, -conjugate.rate * conjugate.negative_part(r[i])
    lowered = scale(instantiate(conjugate.negative_part_nonnegative(), {a: r[i]}), rate)
    terms = sum_over(for_each(monotone("exp", rearrange(lowered, le(entry, 0)))))
    with_rest = rearrange(terms, le(1 + total(sp.exp(entry)), 1 + n))
    at = instantiate(
        monotone("log", with_rest),
        {rate: chosen},
        because=[gained, sign(lt(0, conjugate.height**2 + 1 + n))],
    )
    entry = -chosen * conjugate.negative_part(r[i])
    value = total(r[i] * entry) - lse0_of(entry)
    reach = rearrange(add(conjugate.square_above(), _log_below(), at), le(conjugate.height, value))
    return supremum(ELSEWHERE, reach, sp.Lambda(i, entry), because=[gained])


CONJUGATE = Supremum(PAIRING - lse0(), x, (), ENTROPY)
ELSEWHERE = Supremum(total(r[i] * x[i]) - lse0(), x, (), sp.oo)


CLAIMS = (
    Claim(
        id="lse0.conjugate",
        sentence="The convex conjugate of LSE₀⁺ is Σ pᵢ log pᵢ + (1 − Σp) log(1 − Σp) where all "
        "pᵢ ≥ 0 and Σp ≤ 1, and +∞ elsewhere.",
        states=(
            given(ON_SIMPLEX, then=CONJUGATE),
            given(lt(1, total(r[i])), then=ELSEWHERE),
            given(*index_of(k), lt(r[k], 0), then=ELSEWHERE),
        ),
        prove=lambda: (inside(), beyond(), with_negative_entry()),
        argument="The proof for LSE with the fixed argument as one more term of weight p_0.",
        caveats=("p₀ = 1 − Σp is the weight of the fixed argument 0.",),
        variants=(
            Variant(
                "without the weight of the fixed argument",
                given(each(eq(p[i], softmax0(i))), then=eq(PAIRING - lse0(), total(xlogx(p[i])))),
            ),
        ),
    ),
)
