"""LSE maps ℝⁿ into ℝ, and onto ℝ.

The sum of exponentials is positive, so its logarithm is a real number. And every real c is a value:
n equal arguments c − log n have LogSumExp c.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    monotone,
    rearrange,
    sign,
    sum_over,
)
from lse_verify.theory.statements import eq, given, lt
from lse_verify.theory.vocabulary import at_each, c, each, for_each, i, lse, n, total, x


def positive() -> Theorem:
    """0 < Σ exp(x_i)."""
    return sign(lt(0, total(sp.exp(x[i]))))


def onto() -> Theorem:
    """x_i = c − log n for all i ⊢ LSE(x) = c."""
    terms = sum_over(for_each(monotone("exp", at_each(eq(x[i], c - sp.log(n))))))
    return rearrange(monotone("log", terms), eq(lse(), c))


CLAIMS = (
    Claim(
        id="domain",
        sentence="The domain of LogSumExp is ℝⁿ, and its codomain is ℝ.",
        states=(
            given(then=lt(0, total(sp.exp(x[i])))),
            given(each(eq(x[i], c - sp.log(n))), then=eq(lse(), c)),
        ),
        prove=lambda: (positive(), onto()),
        argument="The argument of the logarithm is a sum of n ≥ 1 positive numbers; and every real "
        "c is attained, at the point with all entries c − log n.",
        caveats=("−∞ lies outside ℝⁿ; it enters only as a limit.",),
        variants=(
            Variant(
                "attained at c + log n", given(each(eq(x[i], c + sp.log(n))), then=eq(lse(), c))
            ),
        ),
    ),
)
