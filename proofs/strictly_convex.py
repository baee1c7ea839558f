"""LSE0⁺(x) = LSE(0, x₁, …, xₙ) is strictly convex, and its Hessian positive definite.

With the fixed argument 0 the all-ones direction is gone: two different points differ in LSE0⁺ or in
a normalised entry, and exp is strictly convex there. The Hessian's form is the variance of (0, v)
under n + 1 probabilities, positive unless v = 0.
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
    derivative,
    instantiate,
    monotone,
    rearrange,
    scale,
    sign,
    sum_over,
)
from lse_verify.theory.statements import (
    Slope,
    eq,
    given,
    le,
    lt,
    ne,
)
from lse_verify.theory.vocabulary import (
    a,
    b,
    for_each,
    i,
    index_of,
    k,
    l,
    lse0,
    lse0_of,
    s,
    softmax0,
    total,
    v,
    within,
    x,
    y,
)

from . import tangent

# Both weights are positive here: at λ = 0 nothing is strict.
lam, mu = sp.symbols("lambda mu", positive=True)
SUM_TO_ONE = eq(lam + mu, 1)
MIXED = lam * x[i] + mu * y[i]
MEAN_VALUE = lam * lse0(x) + mu * lse0(y)
MEAN = total(softmax0(i) * v[i])
FORM = total(softmax0(i) * v[i] ** 2) - MEAN**2


def rest_probability(row: sp.IndexedBase = x) -> sp.Expr:
    """Return the probability of the fixed argument 0."""
    return 1 / (1 + total(sp.exp(row[i])))


def _lam_is_rest() -> Theorem:
    return rearrange(assume(SUM_TO_ONE), eq(lam, 1 - mu))


def exp_convex(strictly: bool) -> Theorem:
    """λ + μ = 1 ⊢ exp(λa + μb) ≤ λ·exp a + μ·exp b, strictly if a ≠ b."""
    centre, op = lam * a + mu * b, lt if strictly else le
    left, right = (_tangent_at(end, centre, strictly) for end in (a, b))
    together = rearrange(
        add(scale(left, lam), scale(right, mu)),
        op(1, lam * sp.exp(a - centre) + mu * sp.exp(b - centre)),
        using=[_lam_is_rest()],
    )
    goal = op(sp.exp(centre), lam * sp.exp(a) + mu * sp.exp(b))
    return rearrange(scale(together, sp.exp(centre)), goal)


def _tangent_at(end: sp.Expr, centre: sp.Expr, strictly: bool) -> Theorem:
    if not strictly:
        return instantiate(tangent.weak(), {s: end - centre})
    weight = mu if end == a else lam
    apart = rearrange(scale(assume(ne(a, b)), weight), ne(weight * (a - b), 0))
    away = rearrange(apart, ne(end - centre, 0), using=[_lam_is_rest()])
    return cut(instantiate(tangent.strict(), {s: end - centre}), away)


def strictly_convex() -> Theorem:
    """λ + μ = 1, x_l ≠ y_l ⊢ LSE0⁺(λx + μy) < λ·LSE0⁺(x) + μ·LSE0⁺(y)."""
    fixed = {a: -lse0(x), b: -lse0(y)}
    entry = {a: x[i] - lse0(x), b: y[i] - lse0(y)}
    terms = for_each(instantiate(exp_convex(False), entry))
    same_value = eq(lse0(x), lse0(y))

    values_differ = rearrange(assume(ne(lse0(x), lse0(y))), ne(-lse0(x), -lse0(y)))
    first = cut(instantiate(exp_convex(True), fixed), values_differ)
    if_values_differ = _below_mean(add(first, sum_over(terms)))

    shifted_apart = rearrange(
        assume(ne(x[l], y[l])),
        ne(x[l] - lse0(x), y[l] - lse0(y)),
        using=[assume(same_value)],
    )
    at = instantiate(exp_convex(True), {a: x[l] - lse0(x), b: y[l] - lse0(y)})
    strict = cut(at, shifted_apart)
    rest = sum_over(terms, strict_at=l, strict=strict, because=within(l))
    if_values_agree = _below_mean(add(instantiate(exp_convex(False), fixed), rest))
    return cases(same_value, if_values_agree, if_values_differ)


def _below_mean(terms: Theorem) -> Theorem:
    """Take the logarithm of: the normalised terms sum to less than λ + μ = 1."""
    shifted = sp.exp(-MEAN_VALUE) * (1 + total(sp.exp(MIXED)))
    below_one = rearrange(terms, lt(shifted, 1), using=[_lam_is_rest()])
    return rearrange(monotone("log", below_one), lt(lse0_of(MIXED), MEAN_VALUE))


def gradient() -> Theorem:
    """∂LSE0⁺/∂x_k = exp(x_k)/(1 + Σ exp(x_j))."""
    return derivative(Slope(lse0(), x[k], softmax0(k)), because=within(k))


def hessian_off_diagonal() -> Theorem:
    """k ≠ l ⊢ ∂p_k/∂x_l = −p_k p_l."""
    slope = Slope(softmax0(k), x[l], -softmax0(k) * softmax0(l))
    return derivative(slope, because=[*within(l), assume(ne(k, l))])


def hessian_diagonal() -> Theorem:
    """∂p_k/∂x_k = p_k − p_k²."""
    slope = Slope(softmax0(k), x[k], softmax0(k) - softmax0(k) ** 2)
    return derivative(slope, because=within(k))


def positive_definite() -> Theorem:
    """v_l ≠ 0 ⊢ 0 < vᵀHv: the mean differs from 0, or the entry v_l differs from the mean 0."""
    deviation = softmax0(i) * (v[i] - MEAN) ** 2
    deviations = sum_over(for_each(sign(le(0, deviation))))
    mean_apart = assume(ne(MEAN, 0))
    square = sign(lt(0, rest_probability() * MEAN**2), because=[mean_apart])
    if_mean_differs = rearrange(add(deviations, square), lt(0, FORM))

    entry = assume(ne(v[l], 0))
    strict = sign(lt(0, softmax0(l) * v[l] ** 2), because=[entry])
    squares = for_each(sign(le(0, softmax0(i) * v[i] ** 2)))
    summed = sum_over(squares, strict_at=l, strict=strict, because=within(l))
    if_mean_zero = rearrange(summed, lt(0, FORM), using=[assume(eq(MEAN, 0))])
    return cases(eq(MEAN, 0), if_mean_zero, if_mean_differs)


CLAIMS = (
    Claim(
        id="lse0.strictly_convex",
        sentence="LSE₀⁺(x₁, …, xₙ) = LSE(0, x₁, …, xₙ) is strictly convex; its Hessian is positive "
        "definite.",
        states=(
            given(SUM_TO_ONE, *index_of(l), ne(x[l], y[l]), then=lt(lse0_of(MIXED), MEAN_VALUE)),
            given(
                *index_of(l),
                ne(k, l),
                then=Slope(softmax0(k), x[l], -softmax0(k) * softmax0(l)),
            ),
            given(*index_of(k), then=Slope(softmax0(k), x[k], softmax0(k) - softmax0(k) ** 2)),
            given(*index_of(l), ne(v[l], 0), then=lt(0, FORM)),
        ),
        prove=lambda: (
            strictly_convex(),
            hessian_off_diagonal(),
            hessian_diagonal(),
            positive_definite(),
        ),
        argument="Two different points differ in LSE0⁺ itself or in a normalised entry; at that "
        "term exp is strictly convex. The form vᵀHv is the variance of (0, v).",
        variants=(
            Variant(
                "strict for equal points",
                given(SUM_TO_ONE, then=lt(lse0_of(MIXED), MEAN_VALUE)),
            ),
            Variant("definite at v = 0", given(*index_of(l), then=lt(0, FORM))),
        ),
    ),
)
