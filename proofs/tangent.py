"""The one analytic lemma: 1 + s ≤ exp(s), strictly unless s = 0.

The derivative of exp(s) − 1 − s is exp(s) − 1, negative for s < 0 and positive for s > 0 because
exp increases; so the least value is the one at s = 0, and that is 0. Every inequality of the
article comes from this one, from sums of squares, and from exp and log being increasing.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.kernel import (
    Theorem,
    antisymmetry,
    assume,
    cases,
    cut,
    derivative,
    equal,
    instantiate,
    least,
    monotone,
    rearrange,
    scale,
    sign,
)
from lse_verify.theory.statements import Slope, eq, le, lt, ne, xlogx
from lse_verify.theory.vocabulary import s

q = sp.Symbol("q", positive=True)
w = sp.Symbol("w", nonnegative=True)
e = sp.Symbol("e", positive=True)


def strict() -> Theorem:
    """s ≠ 0 ⊢ 1 + s < exp(s)."""
    slope = derivative(Slope(sp.exp(s) - 1 - s, s, sp.exp(s) - 1))
    falling = rearrange(monotone("exp", assume(lt(s, 0))), lt(sp.exp(s) - 1, 0))
    rising = rearrange(monotone("exp", assume(lt(0, s))), lt(0, sp.exp(s) - 1))
    return rearrange(least(slope, 0, falling, rising), lt(1 + s, sp.exp(s)))


def weak() -> Theorem:
    """1 + s ≤ exp(s)."""
    away = rearrange(strict(), le(1 + s, sp.exp(s)))
    zero = assume(eq(s, 0))
    touching = rearrange(equal(1, 1), le(1 + s, sp.exp(s)), using=[zero])
    return cases(eq(s, 0), touching, away)


def young() -> Theorem:
    """w·s − w log w ≤ exp(s) − w for w ≥ 0: the tangent at log w, scaled by w."""
    goal = le(w * s - xlogx(w), sp.exp(s) - w)
    inside = instantiate(weak(), {s: s - sp.log(q)})
    positive = rearrange(scale(inside, q), le(q * s - xlogx(q), sp.exp(s) - q))
    above = instantiate(positive, {q: w}, because=[assume(lt(0, w))])
    zero = antisymmetry(assume(le(w, 0)), sign(le(0, w)))
    at_zero = rearrange(sign(le(0, sp.exp(s))), goal, using=[zero])
    return cases(le(w, 0), at_zero, above)


def young_strict() -> Theorem:
    """w ≠ exp(s) ⊢ w·s − w log w < exp(s) − w for w ≥ 0."""
    apart = monotone("log", assume(ne(q, sp.exp(s))))
    inside = instantiate(strict(), {s: s - sp.log(q)})
    inside = cut(inside, rearrange(apart, ne(s - sp.log(q), 0)))
    positive = rearrange(scale(inside, q), lt(q * s - xlogx(q), sp.exp(s) - q))
    above = instantiate(positive, {q: w}, because=[assume(lt(0, w))])
    zero = antisymmetry(assume(le(w, 0)), sign(le(0, w)))
    goal = lt(w * s - xlogx(w), sp.exp(s) - w)
    return cases(le(w, 0), rearrange(sign(lt(0, sp.exp(s))), goal, using=[zero]), above)


def raised_weight() -> Theorem:
    """w log w ≤ w log(w + e) for w ≥ 0 and e > 0."""
    goal = le(xlogx(w), w * sp.log(w + e))
    higher = scale(monotone("log", sign(lt(q, q + e))), q)
    positive = rearrange(higher, le(xlogx(q), q * sp.log(q + e)))
    above = instantiate(positive, {q: w}, because=[assume(lt(0, w))])
    zero = antisymmetry(assume(le(w, 0)), sign(le(0, w)))
    return cases(le(w, 0), rearrange(equal(0, 0), goal, using=[zero]), above)
