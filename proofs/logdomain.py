"""Arithmetic in the log domain: products become sums, and sums become LogSumExp.

log(f·g) = log f + log g is a law of the logarithm; log(f + g) = LSE(log f, log g) because
exp(log f) = f.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    equal,
    monotone,
    rearrange,
)
from lse_verify.theory.statements import eq, given
from lse_verify.theory.vocabulary import (
    a,
    b,
)

f, g = sp.symbols("f g", positive=True)


def plus(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    """Return left ⊕ right."""
    return sp.log(sp.exp(left) + sp.exp(right))


def product() -> Theorem:
    """log(f·g) = log f + log g."""
    return equal(sp.log(f * g), sp.log(f) + sp.log(g))


LOGARITHMS = (eq(a, sp.log(f)), eq(b, sp.log(g)))


def logsum() -> Theorem:
    """a = log f, b = log g ⊢ log(f + g) = a ⊕ b."""
    left, right = (
        rearrange(monotone("exp", assume(equation)), eq(positive, sp.exp(equation.lhs)))
        for equation, positive in zip(LOGARITHMS, (f, g), strict=True)
    )
    return equal(sp.log(f + g), plus(a, b), using=[left, right])


CLAIMS = (
    Claim(
        id="logdomain.product",
        sentence="In the log domain multiplication becomes addition: log(a·b) = log a + log b.",
        states=(given(then=eq(sp.log(f * g), sp.log(f) + sp.log(g))),),
        prove=lambda: (product(),),
        argument="The law of the logarithm for positive factors.",
        holds_for="all positive numbers",
        variants=(
            Variant("product of logarithms", given(then=eq(sp.log(f * g), sp.log(f) * sp.log(g)))),
        ),
    ),
    Claim(
        id="logdomain.sum",
        sentence="In the log domain addition becomes LogSumExp: log(a + b) = LSE(log a, log b).",
        states=(given(*LOGARITHMS, then=eq(sp.log(f + g), plus(a, b))),),
        prove=lambda: (logsum(),),
        argument="exp(log f) = f and exp(log g) = g.",
        holds_for="all positive numbers",
        variants=(
            Variant(
                "of the numbers themselves",
                given(*LOGARITHMS, then=eq(sp.log(f + g), plus(f, g))),
            ),
        ),
    ),
)
