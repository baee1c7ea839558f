"""The conjugate of LSE, Fenchel–Young and the biconjugate, at a fixed number of entries.

Every argument with a default is a formula of the claim; the tests pass wrong ones, which must
come out False.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import sympy as sp

from lse_verify.proving.fixed.calculus import strictly_convex
from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    in_exponentials,
    inner,
    is_above_zero,
    is_positive_definite,
    is_zero,
    lse,
    negentropy,
    softmax,
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


@cache
def maximum_on_simplex(n: int, claimed: Formula) -> bool:
    """Show max ⟨p, x⟩ − LSE(x) = claimed(p) for p in the open simplex.

    A shift of x changes nothing when Σp = 1, so x₁ = 0. What is left is strictly concave in the
    others (the Hessian of LSE0+ is positive definite), so a stationary point is the maximum.
    """
    p = normalised(entries("w", n, positive=True))
    free = (sp.S.Zero, *entries("x", n - 1, real=True))
    return (n == 1 or strictly_convex(n - 1)) and maximum(lse, p, free, claimed(p))


def _supremum_on_face(n: int, size: int, claimed: Formula) -> bool:
    """Show the supremum where only the first `size` < n entries of p are not 0.

    It is at most that over those entries alone, since log Σ grows with every further term; and
    it is approached at xᵢ = log pᵢ, and xᵢ = −s for the others, as s → ∞.
    """
    powers = entries("u", n, positive=True)
    inside = normalised(entries("w", size, positive=True))
    n_outside = n - size
    p = (*inside, *(sp.S.Zero,) * n_outside)
    approach = (*map(sp.log, inside), *(-FAR,) * n_outside)
    return is_above_zero(total(powers) / total(powers[:size]) - 1) and approached(
        lse, p, approach, claimed(p)
    )


def infinite_off_simplex(n: int, function: Formula = lse) -> bool:
    """Show rays to +∞ where Σp is 1 + ε or 1 − ε, and where p₁ = −ε and Σp = 1."""
    others = entries("p", n - 1, real=True)
    too_much = (1 + EXCESS - total(others), *others)
    too_little = (1 - EXCESS - total(others), *others)
    # The remaining mass 1 + ε may stand anywhere: it meets zeros of x only.
    negative = (-EXCESS, *others)
    return (
        unbounded(function, too_much, (FAR,) * n)
        and unbounded(function, too_little, (-FAR,) * n)
        and (n == 1 or unbounded(function, negative, (-FAR, *(sp.S.Zero,) * (n - 1))))
    )


def conjugate(n: int, claimed: Formula = negentropy) -> bool:
    """Show LSE* on the open simplex, on each of its faces, and +∞ elsewhere."""
    return (
        all(maximum_on_simplex(size, claimed) for size in range(1, n + 1))
        and all(_supremum_on_face(n, size, claimed) for size in range(1, n))
        and infinite_off_simplex(n)
    )


def fenchel_young(
    n: int,
    on_simplex: bool = True,
    conjugated: Formula = negentropy,
    touches: Callable[[Entries], Entries] = softmax,
) -> bool:
    """Show LSE(x) + Σ p log p − ⟨p, x⟩ ≥ 0 on the simplex, and = 0 at p = softmax(x) alone.

    For fixed x it is strictly convex in p > 0 (leading minors; p₁ is what the others leave of
    1), continuous up to the faces, and stationary at softmax(x) with value 0. A second zero, even
    on a face, would make zeros of all points between the two. With `on_simplex` False all
    entries of p are free, and the claim is False.
    """
    p, row = entries("p", n, positive=True), entries("x", n, real=True)
    powers = entries("u", n, positive=True)
    gap = lse(row) + conjugated(p) - inner(p, row)
    free = p[1:] if on_simplex else p

    def slope(value: Any, entry: Any) -> Any:
        return sp.diff(value, entry) - (sp.diff(value, p[0]) if on_simplex else 0)

    bent = sp.Matrix(len(free), len(free), lambda i, j: slope(slope(gap, free[i]), free[j]))
    at = dict(zip(p, touches(row), strict=True))
    vanishing = [gap, *(slope(gap, entry) for entry in free)]
    convex = is_positive_definite(bent) and _continuous_at_zero(conjugated)
    return convex and all(
        is_zero(in_exponentials(value.subs(at), row, powers)) for value in vanishing
    )


def _continuous_at_zero(conjugated: Formula) -> bool:
    """Show that the term of one entry tends to 0, its value there, as the entry does."""
    entry = sp.Symbol("p", positive=True)
    return bool(sp.limit(conjugated((entry,)), entry, 0, "+") == 0)


def biconjugate(n: int, conjugated: Formula = negentropy, claimed: Formula = lse) -> bool:
    """Show max over the simplex of ⟨p, x⟩ − Σ p log p = LSE(x), by a Lagrange multiplier.

    With λ fixed the Lagrangian is strictly concave in p (it has a negative diagonal Hessian)
    and continuous up to the faces, so that its stationary point is its only maximum; on the
    simplex it is the objective.
    """
    p, row = entries("p", n, positive=True), entries("x", n, real=True)
    powers, c = entries("u", n, positive=True), sp.Symbol("c", positive=True)
    objective = inner(p, row) - conjugated(p)
    # λ = −log c, and x = log u.
    lagrangian = in_exponentials(objective, row, powers) + sp.log(c) * (total(p) - 1)
    stationary = [
        sp.solve(sp.diff(lagrangian, entry), entry, simplify=False, check=False) for entry in p
    ]
    if any(len(solutions) != 1 for solutions in stationary):
        return False
    point = tuple(solutions[0] for solutions in stationary)
    multipliers = sp.solve(total(point) - 1, c, simplify=False, check=False)
    concave = is_positive_definite(-sp.hessian(lagrangian, p))
    if len(multipliers) != 1 or not (concave and _continuous_at_zero(conjugated)):
        return False
    there = {a: b.subs(c, multipliers[0]) for a, b in zip(p, point, strict=True)}
    there[c] = multipliers[0]
    slopes = [sp.diff(lagrangian, variable).subs(there) for variable in (*p, c)]
    attained = lagrangian.subs(there) - in_exponentials(claimed(row), row, powers)
    return all(is_zero(value) for value in (*slopes, attained))
