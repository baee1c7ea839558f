"""The gradient of LSE is softmax, whose entries sum to 1.

Differentiate log Σ exp(x_i) by x_k: only the term at i = k speaks of x_k, and the logarithm divides
by the sum.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    derivative,
    equal,
)
from lse_verify.theory.statements import Slope, eq, given
from lse_verify.theory.vocabulary import (
    i,
    index_of,
    j,
    k,
    lse,
    softmax,
    total,
    within,
    x,
)


def gradient() -> Theorem:
    """∂LSE/∂x_k = softmax_k."""
    return derivative(Slope(lse(), x[k], softmax(k)), because=within(k))


def sums_to_one() -> Theorem:
    """Σ softmax_i = 1."""
    return equal(total(softmax(i)), 1)


CLAIMS = (
    Claim(
        id="gradient.softmax",
        sentence="The gradient of LogSumExp is the softmax function: "
        "∂LSE(x)/∂xₖ = exp(xₖ) / Σⱼ exp(xⱼ).",
        states=(
            given(*index_of(k), then=Slope(lse(), x[k], softmax(k))),
            given(then=eq(total(softmax(i)), 1)),
        ),
        prove=lambda: (gradient(), sums_to_one()),
        argument="Only the term at i = k speaks of x_k; the logarithm divides by the sum.",
        variants=(
            Variant(
                "softmax with the sign turned",
                given(
                    *index_of(k),
                    then=Slope(lse(), x[k], sp.exp(-x[k]) / total(sp.exp(-x[j]), j)),
                ),
            ),
            Variant(
                "not divided by the sum", given(*index_of(k), then=Slope(lse(), x[k], sp.exp(x[k])))
            ),
        ),
    ),
)
