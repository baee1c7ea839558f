"""Suprema of ⟨p, x⟩ − f(x), found as one finds them by hand, at a fixed number of entries.

The stationary point from `solve`, put in again; its being the maximum from second derivatives;
the boundary from one row that runs away, and +∞ from another, by SymPy's limit.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    in_exponentials,
    inner,
    is_above_zero,
    is_zero,
    total,
)

FAR = sp.Symbol("s", positive=True)
"""How far along a row of entries: s → ∞."""

EXCESS = sp.Symbol("epsilon", positive=True)
"""By how much a constraint is missed."""


def normalised(weights: Entries) -> Entries:
    """Return w/Σw: all points of the open simplex, as w runs through the positive weights."""
    return tuple(w / total(weights) for w in weights)


def _stationary(objective: sp.Expr, row: Entries, at: dict[Any, Any]) -> Entries | None:
    """Solve for the uᵢ = exp(xᵢ) > 0 where all derivatives vanish, and put them in to see.

    None if `solve` gives no point, several, one that is not positive, or a wrong one.
    """
    powers = entries("u", len(row), positive=True)
    slopes = [in_exponentials(sp.diff(objective, x), row, powers) for x in row]
    numerators = [sp.fraction(sp.together(slope))[0] for slope in slopes]
    solutions = sp.solve(numerators, powers, dict=True) if row else [{}]
    if len(solutions) != 1 or set(solutions[0]) != set(powers):
        return None
    point = tuple(sp.cancel(solutions[0][u].subs(at)) for u in powers)
    there = {**at, **dict(zip(powers, point, strict=True))}
    found = all(is_above_zero(u) for u in point) and all(
        is_zero(slope.subs(there)) for slope in slopes
    )
    return point if found else None


def maximum(function: Formula, p: Entries, free: Entries, claimed: sp.Expr) -> bool:
    """Show max ⟨p, x⟩ − f(x) = claimed at the one stationary point, f being strictly convex."""
    symbols = entries("p", len(p), real=True)
    objective = inner(symbols, free) - function(free)
    unknown = tuple(x for x in free if x.is_Symbol)
    at = dict(zip(symbols, p, strict=True))
    point = _stationary(objective, unknown, at)
    if point is None:
        return False
    attained = in_exponentials(objective.subs(at), unknown, point)
    return is_zero(attained - claimed)


def approached(function: Formula, p: Entries, row: Entries, claimed: sp.Expr) -> bool:
    """Show that ⟨p, x⟩ − f(x) tends to claimed along a row in s, as s → ∞."""
    pairing = sp.expand(inner(p, row))
    rate = sp.cancel(pairing.coeff(FAR))
    weight = sp.cancel(sp.expand(sp.exp(function(row)) * sp.exp(-rate * FAR)))
    rest = sp.limit(sp.log(weight), FAR, sp.oo)
    return is_zero(pairing.subs(FAR, 0) - rest - claimed)


def unbounded(function: Formula, p: Entries, row: Entries) -> bool:
    """Show that ⟨p, x⟩ − f(x) tends to +∞ along a row in s, as s → ∞."""
    along = sp.expand_log(sp.expand(inner(p, row) - function(row)))
    return bool(sp.limit(along, FAR, sp.oo) == sp.oo)
