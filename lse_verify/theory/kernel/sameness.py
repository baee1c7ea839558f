"""When two statements say the same: part by part, in canonical form, bound names aside."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical, same
from lse_verify.theory.kernel.substitution import substitute, substitute_in
from lse_verify.theory.kernel.theorem import (
    Rejected,
    Theorem,
    require_theorems,
    require_well_formed,
)
from lse_verify.theory.statements import Forall, Limit, Relation, Sequent, Slope, Statement


def same_statement(one: Statement, other: Statement) -> bool:
    """Return whether two statements are equal part by part, in canonical form.

    Bound names do not matter.
    """
    try:
        return type(one) is type(other) and _same_parts(one, other)
    except (NotCanonical, ValueError):
        return False


def _same_parts(one: Any, other: Any) -> bool:
    if isinstance(one, Relation):
        return one.op == other.op and same(one.lhs, other.lhs) and same(one.rhs, other.rhs)
    if isinstance(one, Forall):
        if one.index.assumptions0 != other.index.assumptions0:
            return False
        index = sp.Dummy(**one.index.assumptions0)
        bodies = (substitute_in(s.body, {s.index: index}) for s in (one, other))
        return same(one.low, other.low) and same(one.high, other.high) and same_statement(*bodies)
    if isinstance(one, Slope):
        return all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Limit):
        if one.variable.assumptions0 != other.variable.assumptions0 or one.point != other.point:
            return False
        variable = sp.Dummy(**one.variable.assumptions0)
        inside = [substitute(s.expression, {s.variable: variable}) for s in (one, other)]
        return same(*inside) and same(one.value, other.value)
    values_agree = one.value == other.value or (
        sp.oo not in (one.value, other.value) and same(one.value, other.value)
    )
    return (
        values_agree
        and one.over == other.over
        and len(one.subject) == len(other.subject)
        and all(map(same_statement, one.subject, other.subject))
        and same(one.expression, other.expression)
    )


def proves(theorem: Theorem, sequent: Sequent) -> bool:
    """Return whether a theorem says what a sequent says, under no more hypotheses.

    All parts of the sequent must be certain to be defined, by its hypotheses or by what the
    theorem rests on: (x² + x)/(x + 1) = x is not said by x = x.
    """
    require_theorems((theorem,))
    under = theorem.hypotheses | sequent.hypotheses
    try:
        require_well_formed((*sequent.hypotheses, sequent.conclusion), (theorem,), under)
    except Rejected:
        return False
    return same_statement(theorem.conclusion, sequent.conclusion) and all(
        any(same_statement(needed, given) for given in sequent.hypotheses)
        for needed in theorem.hypotheses
    )
