"""LSE is strictly increasing in every argument.

A larger argument makes one term larger and none smaller.
"""

from __future__ import annotations

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    monotone,
    sum_over,
)
from lse_verify.theory.statements import given, le, lt
from lse_verify.theory.vocabulary import (
    at_each,
    each,
    for_each,
    i,
    index_of,
    l,
    lse,
    within,
    x,
    y,
)


def increasing() -> Theorem:
    """x_i ≤ y_i for all i, x_l < y_l for one ⊢ LSE(x) < LSE(y)."""
    terms = for_each(monotone("exp", at_each(le(x[i], y[i]))))
    larger = monotone("exp", assume(lt(x[l], y[l])))
    return monotone("log", sum_over(terms, strict_at=l, strict=larger, because=within(l)))


CLAIMS = (
    Claim(
        id="increasing",
        sentence="The LogSumExp function is strictly increasing everywhere in its domain, in every "
        "argument.",
        states=(
            given(each(le(x[i], y[i])), *index_of(l), lt(x[l], y[l]), then=lt(lse(x), lse(y))),
        ),
        prove=lambda: (increasing(),),
        argument="Raising one argument raises one term and lowers none.",
        variants=(
            Variant(
                "strict without a raised entry",
                given(each(le(x[i], y[i])), then=lt(lse(x), lse(y))),
            ),
            Variant(
                "one raised, the others free",
                given(*index_of(l), lt(x[l], y[l]), then=lt(lse(x), lse(y))),
            ),
        ),
    ),
)
