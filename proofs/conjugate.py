"""The convex conjugate of LSE is the negative entropy on the simplex, and +∞ elsewhere.

Fenchel and Young's inequality bounds ⟨p, x⟩ − LSE(x) by Σ p log p, and the bound is approached at
x_i = log(p_i + e), e → 0, whether or not some p_i are 0. Where Σp ≠ 1, equal entries make
⟨p, x⟩ − LSE(x) any number; where p_k < 0, the entries −c·max(−p_i, 0) do, for large c.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    add,
    assume,
    cases,
    cut,
    equal,
    instantiate,
    limit,
    maximum,
    rearrange,
    scale,
    sign,
    squeeze,
    sum_over,
    supremum,
)
from lse_verify.theory.statements import Limit, Supremum, eq, given, le, lt, ne
from lse_verify.theory.vocabulary import (
    a,
    each,
    for_each,
    i,
    index_of,
    k,
    lse,
    lse_of,
    m,
    n,
    negentropy,
    p,
    s,
    softmax,
    total,
    within,
    x,
)

from . import bounds, tangent
from .fenchel_young import ON_SIMPLEX, PAIRING, fenchel_young, sum_is_one
from .tangent import e, w

r = sp.IndexedBase("r", real=True)
height = sp.Symbol("M", real=True)
z = sp.Symbol("z", nonnegative=True)
rate = sp.Symbol("c", positive=True)


def upper() -> Theorem:
    """Σp = 1 ⊢ ⟨p, x⟩ − LSE(x) ≤ Σ p log p."""
    return rearrange(fenchel_young(), le(PAIRING - lse(), negentropy()))


def on_simplex() -> Theorem:
    """Σp = 1 ⊢ sup over x of ⟨p, x⟩ − LSE(x) = Σ p log p."""
    nearby = sp.Lambda(i, sp.log(p[i] + e))
    there = total(p[i] * sp.log(p[i] + e)) - lse_of(sp.log(p[i] + e))
    raised = for_each(instantiate(tangent.raised_weight(), {w: p[i]}))
    least = negentropy() - sp.log(1 + n * e)
    above = rearrange(sum_over(raised), le(least, there), using=[sum_is_one()])
    below = instantiate(upper(), {x: nearby})
    shrinking = limit(
        Limit(least, e, sp.Integer(0), negentropy()),
        sp.Lambda(z, negentropy() - sp.log(1 + n * z)),
    )
    constant = limit(
        Limit(negentropy(), e, sp.Integer(0), negentropy()), sp.Lambda(z, negentropy())
    )
    reach = squeeze(above, below, shrinking, constant)
    statement = Supremum(PAIRING - lse(), x, (), negentropy())
    return supremum(statement, reach, nearby, upper=upper())


def off_simplex() -> Theorem:
    """Σr ≠ 1 ⊢ sup over x of ⟨r, x⟩ − LSE(x) = ∞: take all entries equal."""
    level = (height + sp.log(n)) / (total(r[i]) - 1)
    value = total(r[i] * level) - lse_of(level)
    apart = rearrange(assume(ne(total(r[i]), 1)), ne(total(r[i]) - 1, 0))
    reach = equal(height, value, because=[apart])
    statement = Supremum(total(r[i] * x[i]) - lse(), x, (), sp.oo)
    return supremum(statement, reach, sp.Lambda(i, level), because=[apart])


def negative_part(of: sp.Expr) -> sp.Expr:
    """Return max(−of, 0)."""
    return sp.Max(-of, 0)


def _is_itself() -> Theorem:
    """0 < −a ⊢ max(−a, 0) = −a."""
    return cut(maximum(0, -a), rearrange(assume(lt(0, -a)), le(0, -a)))


def negative_part_nonnegative() -> Theorem:
    """0 ≤ max(−a, 0)."""
    goal = le(0, negative_part(a))
    zero = rearrange(equal(0, 0), goal, using=[maximum(-a, 0)])
    return cases(le(-a, 0), zero, rearrange(assume(lt(0, -a)), goal, using=[_is_itself()]))


def gain() -> Theorem:
    """0 ≤ −a·max(−a, 0)."""
    goal = le(0, -a * negative_part(a))
    zero = rearrange(equal(0, 0), goal, using=[maximum(-a, 0)])
    return cases(le(-a, 0), zero, rearrange(sign(le(0, a**2)), goal, using=[_is_itself()]))


def gain_at_negative() -> Theorem:
    """0 < −a ⊢ 0 < −a·max(−a, 0)."""
    square = sign(lt(0, a**2), because=[assume(lt(0, -a))])
    return rearrange(square, lt(0, -a * negative_part(a)), using=[_is_itself()])


GAIN = total(-r[i] * negative_part(r[i]))


def total_gain() -> Theorem:
    """r_k < 0 ⊢ 0 < Σ −r_i·max(−r_i, 0)."""
    at = cut(
        instantiate(gain_at_negative(), {a: r[k]}),
        rearrange(assume(lt(r[k], 0)), lt(0, -r[k])),
    )
    each_gain = for_each(instantiate(gain(), {a: r[i]}))
    return rearrange(sum_over(each_gain, strict_at=k, strict=at, because=within(k)), lt(0, GAIN))


def bounded_below_zero() -> Theorem:
    """LSE ≤ log n where x_i = −c·max(−r_i, 0) for all i."""
    entry = -rate * negative_part(r[i])
    lowered = scale(instantiate(negative_part_nonnegative(), {a: r[i]}), rate)
    below = for_each(rearrange(lowered, le(entry, 0)))
    return cut(instantiate(bounds.upper(), {x: sp.Lambda(i, entry), m: sp.Integer(0)}), below)


def square_above() -> Theorem:
    """M ≤ M² + 1."""
    completed = (height - sp.Rational(1, 2)) ** 2 + sp.Rational(3, 4)
    return rearrange(sign(le(0, completed)), le(height, height**2 + 1))


def with_negative_entry() -> Theorem:
    """r_k < 0 ⊢ sup over x of ⟨r, x⟩ − LSE(x) = ∞: lower the entries where r is negative."""
    chosen = (height**2 + n) / GAIN
    gained = total_gain()
    at = instantiate(
        bounded_below_zero(), {rate: chosen}, because=[gained, sign(lt(0, height**2 + n))]
    )
    entry = -chosen * negative_part(r[i])
    value = total(r[i] * entry) - lse_of(entry)
    log_below = rearrange(instantiate(tangent.weak(), {s: sp.log(n)}), le(sp.log(n), n - 1))
    reach = rearrange(add(square_above(), log_below, at), le(height, value))
    statement = Supremum(total(r[i] * x[i]) - lse(), x, (), sp.oo)
    return supremum(statement, reach, sp.Lambda(i, entry), because=[gained])


CONJUGATE = Supremum(PAIRING - lse(), x, (), negentropy())
CONJUGATE_ELSEWHERE = Supremum(total(r[i] * x[i]) - lse(), x, (), sp.oo)


CLAIMS = (
    Claim(
        id="conjugate.negentropy",
        sentence="The convex conjugate of LogSumExp is the negative entropy on the probability "
        "simplex, and +∞ elsewhere.",
        states=(
            given(ON_SIMPLEX, then=CONJUGATE),
            given(ne(total(r[i]), 1), then=CONJUGATE_ELSEWHERE),
            given(*index_of(k), lt(r[k], 0), then=CONJUGATE_ELSEWHERE),
        ),
        prove=lambda: (on_simplex(), off_simplex(), with_negative_entry()),
        argument="Fenchel and Young's inequality bounds it, x_i = log(p_i + e) approaches the "
        "bound; elsewhere a family of points makes it arbitrarily large.",
        caveats=(
            "The supremum is attained only if all pᵢ > 0; where some pᵢ = 0 it is a limit.",
            "0 · log 0 is 0.",
        ),
        variants=(
            Variant(
                "+entropy for −entropy",
                given(each(eq(p[i], softmax(i))), then=eq(PAIRING - lse(), -negentropy())),
            ),
            Variant(
                "finite off the simplex", given(then=Supremum(PAIRING - lse(), x, (), negentropy()))
            ),
        ),
    ),
)
