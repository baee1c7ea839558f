"""The Hessian of LSE is diag(p) − ppᵀ with p = softmax(x), and positive semidefinite.

Differentiate softmax. Along a direction v the second derivative is the variance of v under p,
Σ p_i v_i² − (Σ p_i v_i)² = ½ Σ Σ p_i p_j (v_i − v_j)², a sum of squares; it is 0 only if all
entries of v are equal.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    cases,
    derivative,
    equal,
    rearrange,
    sign,
    sum_over,
)
from lse_verify.theory.statements import Relation, Slope, eq, given, le, lt, ne
from lse_verify.theory.vocabulary import (
    c,
    for_each,
    i,
    index_of,
    j,
    k,
    l,
    lse_of,
    n,
    s,
    softmax,
    total,
    v,
    within,
    x,
)

MEAN = total(softmax(i) * v[i])
VARIANCE = total(softmax(i) * v[i] ** 2) - MEAN**2
PAIRS = sp.Sum(softmax(i) * softmax(j) * (v[i] - v[j]) ** 2, (j, 1, n), (i, 1, n)) / 2
ALONG = lse_of(x[i] + s * v[i])


def _mean_along(power: int) -> sp.Expr:
    """Return Σ p_i v_i**power with p the softmax of x + s·v."""
    moved = sp.exp(x[i] + s * v[i])
    return total(moved * v[i] ** power) / total(moved)


def hessian_off_diagonal() -> Theorem:
    """k ≠ l ⊢ ∂softmax_k/∂x_l = −p_k p_l."""
    slope = Slope(softmax(k), x[l], -softmax(k) * softmax(l))
    return derivative(slope, because=[*within(l), assume(ne(k, l))])


def hessian_diagonal() -> Theorem:
    """∂softmax_k/∂x_k = p_k − p_k²."""
    return derivative(Slope(softmax(k), x[k], softmax(k) - softmax(k) ** 2), because=within(k))


def first_along() -> Theorem:
    """The derivative of LSE(x + s·v) by s is Σ p_i v_i."""
    return derivative(Slope(ALONG, s, _mean_along(1)))


def second_along() -> Theorem:
    """Its second derivative is Σ p_i v_i² − (Σ p_i v_i)²."""
    return derivative(Slope(_mean_along(1), s, _mean_along(2) - _mean_along(1) ** 2))


def sum_of_squares() -> Theorem:
    """vᵀHv = ½ Σ Σ p_i p_j (v_i − v_j)²."""
    return equal(VARIANCE, PAIRS)


def semidefinite() -> Theorem:
    """vᵀHv ≥ 0."""
    return rearrange(sign(le(0, PAIRS)), le(0, VARIANCE), using=[])


def _deviations() -> Theorem:
    """0 ≤ p_i (v_i − mean)² for all i."""
    return for_each(sign(le(0, softmax(i) * (v[i] - MEAN) ** 2)))


def definite_elsewhere() -> Theorem:
    """v_k ≠ v_l ⊢ vᵀHv > 0: one of the two differs from the mean."""

    def away(which: sp.Symbol, apart: Theorem) -> Theorem:
        square = sign(lt(0, softmax(which) * (v[which] - MEAN) ** 2), because=[apart])
        summed = sum_over(_deviations(), strict_at=which, strict=square, because=within(which))
        return rearrange(summed, lt(0, VARIANCE))

    at_mean: Relation = eq(v[k], MEAN)
    other = rearrange(assume(ne(v[k], v[l])), ne(v[l], MEAN), using=[assume(at_mean)])
    return cases(at_mean, away(l, other), away(k, assume(ne(v[k], MEAN))))


def flat_along_ones() -> Theorem:
    """v_i = c for all i ⊢ vᵀHv = 0, stated with c in the place of v_i."""
    constant = total(softmax(i) * c**2) - total(softmax(i) * c) ** 2
    return equal(constant, 0)


CLAIMS = (
    Claim(
        id="hessian.psd",
        sentence="The Hessian is diag(p) − ppᵀ with p = softmax(x), and positive semidefinite: "
        "vᵀHv = ½ Σᵢⱼ pᵢpⱼ(vᵢ − vⱼ)² ≥ 0.",
        states=(
            given(
                *index_of(l),
                ne(k, l),
                then=Slope(softmax(k), x[l], -softmax(k) * softmax(l)),
            ),
            given(*index_of(k), then=Slope(softmax(k), x[k], softmax(k) - softmax(k) ** 2)),
            given(then=Slope(ALONG, s, _mean_along(1))),
            given(then=Slope(_mean_along(1), s, _mean_along(2) - _mean_along(1) ** 2)),
            given(then=eq(VARIANCE, PAIRS)),
            given(then=le(0, VARIANCE)),
            given(*index_of(k), *index_of(l), ne(v[k], v[l]), then=lt(0, VARIANCE)),
            given(then=eq(total(softmax(i) * c**2) - total(softmax(i) * c) ** 2, 0)),
        ),
        prove=lambda: (
            hessian_off_diagonal(),
            hessian_diagonal(),
            first_along(),
            second_along(),
            sum_of_squares(),
            semidefinite(),
            definite_elsewhere(),
            flat_along_ones(),
        ),
        argument="Along v the second derivative is the variance of v under p: half the weighted "
        "sum of all squared differences. It vanishes only if v is constant.",
        caveats=("Not positive definite: vᵀHv = 0 along the all-ones direction, and only there.",),
        variants=(
            Variant(
                "Hessian without −ppᵀ",
                given(*index_of(k), then=Slope(softmax(k), x[k], softmax(k))),
            ),
            Variant("the sum of squares without ½", given(then=eq(VARIANCE, 2 * PAIRS))),
            Variant(
                "positive definite",
                given(*index_of(l), ne(v[l], 0), then=lt(0, VARIANCE)),
            ),
        ),
    ),
)
