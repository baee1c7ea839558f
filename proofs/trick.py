"""The shift that avoids overflow: LSE(x) = c + LSE(x − c).

exp(x_i) = exp(c)·exp(x_i − c), and exp(c) stands before the sum. With c the maximum no exponent is
positive.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    equal,
    monotone,
    rearrange,
)
from lse_verify.theory.statements import eq, given, le
from lse_verify.theory.vocabulary import (
    at_each,
    c,
    each,
    for_each,
    i,
    lse,
    lse_of,
    m,
    peak,
    x,
)


def shift() -> Theorem:
    """LSE(x) = c + LSE(x − c)."""
    return equal(lse(), c + lse_of(x[i] - c))


def no_overflow() -> Theorem:
    """m = max x ⊢ exp(x_i − m) ≤ 1 for all i."""
    return for_each(monotone("exp", rearrange(at_each(le(x[i], m)), le(x[i] - m, 0))))


CLAIMS = (
    Claim(
        id="trick",
        sentence="LSE(x) = c + LSE(x − c) for every c; with c = max{xᵢ} no exponential exceeds 1.",
        states=(
            given(then=eq(lse(), c + lse_of(x[i] - c))),
            given(*peak(), then=each(le(sp.exp(x[i] - m), 1))),
        ),
        prove=lambda: (shift(), no_overflow()),
        argument="exp(x_i) = exp(c)·exp(x_i − c), and exp(c) stands before the sum.",
        variants=(
            Variant("c with the wrong sign", given(then=eq(lse(), c + lse_of(x[i] + c)))),
            Variant("below 1 for any c", given(then=each(le(sp.exp(x[i] - c), 1)))),
        ),
    ),
)
