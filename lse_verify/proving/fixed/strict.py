"""The strictly convex variant, log(1 + Σ eˣ): its conjugate and its divergence, at fixed n.

Every argument with a default is a formula of the claim; the tests pass wrong ones, which must
come out False.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import sympy as sp

from lse_verify.proving.fixed.calculus import chances, strictly_convex
from lse_verify.proving.fixed.duality import maximum_on_simplex
from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    in_exponentials,
    is_above_zero,
    is_zero,
    lse0,
    negentropy,
    total,
)
from lse_verify.proving.fixed.suprema import (
    EXCESS,
    FAR,
    approached,
    maximum,
    normalised,
    unbounded,
)


def negentropy0(eta: Entries) -> sp.Expr:
    """Return Σ ηᵢ log ηᵢ + (1 − Ση) log(1 − Ση), where 0·log 0 = 0."""
    return negentropy((sp.cancel(1 - total(eta)), *eta))


def conjugate0(n: int, claimed: Formula = negentropy0) -> bool:
    """Show LSE0+* where η ≥ 0 and Ση ≤ 1: inside, on each face, and +∞ elsewhere."""
    return (
        _maximum_inside(n, claimed)
        and all(_supremum_with_rest(n, size, claimed) for size in range(n))
        and all(_supremum_without_rest(n, size, claimed) for size in range(1, n + 1))
        and infinite_outside(n)
    )


def _inside(n: int, size: int) -> Entries:
    """Return n entries, the first `size` positive and of a sum below 1, the others 0."""
    rest, *weights = entries("w", size + 1, positive=True)
    some = tuple(w / (rest + total(weights)) for w in weights)
    return (*some, *(sp.S.Zero,) * (n - size))


@cache
def _maximum_inside(n: int, claimed: Formula) -> bool:
    """Show max ⟨η, x⟩ − LSE0+(x) = claimed(η) where η > 0 and Ση < 1."""
    free = entries("x", n, real=True)
    convex = n == 0 or strictly_convex(n)
    return convex and maximum(lse0, _inside(n, n), free, claimed(_inside(n, n)))


def _supremum_with_rest(n: int, size: int, claimed: Formula) -> bool:
    """Show the supremum where Ση < 1 and only the first `size` < n entries are not 0.

    At most that of `size` entries, since the logarithm grows with every further term; and
    approached at xᵢ = log(ηᵢ/η₀) and xᵢ = −s for the others.
    """
    powers, eta = entries("u", n, positive=True), _inside(n, size)
    left = sp.cancel(1 - total(eta))
    approach = (*(sp.log(entry / left) for entry in eta[:size]), *(-FAR,) * (n - size))
    alone = _maximum_inside(size, claimed)
    fewer_is_less = is_above_zero((1 + total(powers)) / (1 + total(powers[:size])) - 1)
    return alone and fewer_is_less and approached(lse0, eta, approach, claimed(eta))


def _supremum_without_rest(n: int, size: int, claimed: Formula) -> bool:
    """Show the supremum where Ση = 1 and only the first `size` entries are not 0.

    At most that of LSE over those entries, since LSE0+ has more terms; and approached at
    xᵢ = s + log ηᵢ and xᵢ = 0 for the others.
    """
    powers = entries("u", n, positive=True)
    some = normalised(entries("w", size, positive=True))
    eta = (*some, *(sp.S.Zero,) * (n - size))
    approach = (*(FAR + sp.log(entry) for entry in some), *(sp.S.Zero,) * (n - size))
    alone = maximum_on_simplex(size, claimed)
    fewer_is_less = is_above_zero((1 + total(powers)) / total(powers[:size]) - 1)
    return alone and fewer_is_less and approached(lse0, eta, approach, claimed(eta))


def infinite_outside(n: int, function: Formula = lse0) -> bool:
    """Show rays to +∞ where Ση = 1 + ε, and where η₁ = −ε."""
    others = entries("p", n - 1, real=True)
    too_much = (1 + EXCESS - total(others), *others)
    ray = (-FAR, *(sp.S.Zero,) * (n - 1))
    return unbounded(function, too_much, (FAR,) * n) and unbounded(
        function, (-EXCESS, *others), ray
    )


def kl(p: Entries, q: Entries) -> sp.Expr:
    """Return Σ pᵢ log(pᵢ/qᵢ)."""
    return total(a * sp.log(a / b) for a, b in zip(p, q, strict=True))


def bregman_is_kl(
    n: int,
    divergence: Callable[[Entries, Entries], Any] = lambda p, p_other: kl(p_other, p),
) -> bool:
    """Show that the divergence of LSE0+ from x to x′ is KL(p′ ‖ p), logarithm by logarithm."""
    row, other = entries("x", n, real=True), entries("y", n, real=True)
    powers, other_powers = entries("u", n, positive=True), entries("v", n, positive=True)
    value = lse0(other)
    steps = total((a - b) * sp.diff(value, b) for a, b in zip(row, other, strict=True))
    generated = in_exponentials(lse0(row) - value - steps, row + other, powers + other_powers)
    return is_zero(generated - divergence(chances(powers), chances(other_powers)))
