"""The Bregman divergence that LSE0⁺ generates is Kullback and Leibler's, arguments swapped.

With p(x) the n + 1 probabilities at x, log p_i(y) − log p_i(x) = y_i − x_i + F(x) − F(y); weighted
by p(y) and summed that is F(x) − F(y) − ⟨x − y, ∇F(y)⟩.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    equal,
)
from lse_verify.theory.statements import (
    Slope,
    eq,
    given,
)
from lse_verify.theory.vocabulary import (
    i,
    index_of,
    k,
    lse0,
    softmax0,
    total,
    x,
    y,
)

from .strictly_convex import gradient, rest_probability

DIVERGENCE = lse0(x) - lse0(y) - total((x[i] - y[i]) * softmax0(i, y))
KULLBACK_LEIBLER = rest_probability(y) * sp.log(rest_probability(y) / rest_probability(x)) + total(
    softmax0(i, y) * sp.log(softmax0(i, y) / softmax0(i, x))
)
SWAPPED = rest_probability(x) * sp.log(rest_probability(x) / rest_probability(y)) + total(
    softmax0(i, x) * sp.log(softmax0(i, x) / softmax0(i, y))
)


def bregman_is_kl() -> Theorem:
    """F(x) − F(y) − ⟨x − y, ∇F(y)⟩ = KL(p(y) ‖ p(x))."""
    return equal(DIVERGENCE, KULLBACK_LEIBLER)


CLAIMS = (
    Claim(
        id="lse0.bregman_is_kl",
        sentence="The Bregman divergence that LSE₀⁺ generates is the Kullback–Leibler divergence "
        "of the two categorical distributions, arguments swapped.",
        states=(
            given(*index_of(k), then=Slope(lse0(), x[k], softmax0(k))),
            given(then=eq(DIVERGENCE, KULLBACK_LEIBLER)),
        ),
        prove=lambda: (gradient(), bregman_is_kl()),
        argument="log p_i(y) − log p_i(x) = y_i − x_i + F(x) − F(y); weighted by p(y) and summed "
        "that is the divergence.",
        variants=(
            Variant("KL with its arguments not swapped", given(then=eq(DIVERGENCE, SWAPPED))),
        ),
    ),
)
