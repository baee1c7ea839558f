"""With a ⊕ b = log(eᵃ + eᵇ) for addition and + for multiplication, ℝ and −∞ are a semiring.

exp turns ⊕ into + and + into ·, and ⊕ inherits their laws. −∞ is no real number: that it is neutral
is a limit.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    equal,
    limit,
    monotone,
)
from lse_verify.theory.statements import Limit, eq, given
from lse_verify.theory.vocabulary import (
    a,
    b,
    c,
)

from .logdomain import plus

d, h = sp.symbols("d h", real=True)
z = sp.Symbol("z", nonnegative=True)
SUMS = (eq(d, plus(a, b)), eq(h, plus(b, c)))


def associative() -> Theorem:
    """d = a ⊕ b, h = b ⊕ c ⊢ d ⊕ c = a ⊕ h."""
    known = [monotone("exp", assume(equation)) for equation in SUMS]
    return equal(plus(d, c), plus(a, h), using=known)


def commutative() -> Theorem:
    """a ⊕ b = b ⊕ a."""
    return equal(plus(a, b), plus(b, a))


def neutral() -> Theorem:
    """a ⊕ b → a as b → −∞."""
    return limit(Limit(plus(a, b), b, -sp.oo, a), sp.Lambda(z, sp.log(sp.exp(a) + z)))


def distributive() -> Theorem:
    """c + (a ⊕ b) = (c + a) ⊕ (c + b)."""
    return equal(c + plus(a, b), plus(c + a, c + b))


CLAIMS = (
    Claim(
        id="semiring",
        sentence="LogSumExp is the addition ⊕ of the log semiring: associative, commutative, with "
        "−∞ as neutral element; + distributes over it.",
        states=(
            given(*SUMS, then=eq(plus(d, c), plus(a, h))),
            given(then=eq(plus(a, b), plus(b, a))),
            given(then=Limit(plus(a, b), b, -sp.oo, a)),
            given(then=eq(c + plus(a, b), plus(c + a, c + b))),
        ),
        prove=lambda: (associative(), commutative(), neutral(), distributive()),
        argument="exp turns ⊕ into + and + into ·, whose laws it inherits; exp(b) → 0 as b → −∞.",
        holds_for="two and three arguments",
        caveats=("−∞ is not a real number: that it is neutral is a limit.",),
        variants=(
            Variant("⊕ idempotent", given(then=eq(plus(a, a), a))),
            Variant("0 neutral for ⊕", given(then=eq(plus(a, sp.Integer(0)), a))),
            Variant(
                "⊕ distributes over +", given(then=eq(plus(c, a + b), plus(c, a) + plus(c, b)))
            ),
        ),
    ),
)
