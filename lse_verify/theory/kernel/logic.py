"""The rules of hypotheses, names, indices and cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical
from lse_verify.theory.kernel.facts import is_integer
from lse_verify.theory.kernel.sameness import same_statement
from lse_verify.theory.kernel.signs import assumed
from lse_verify.theory.kernel.substitution import (
    Replacements,
    free_names,
    substitute,
    substitute_in,
)
from lse_verify.theory.kernel.theorem import (
    Rejected,
    Theorem,
    facts_of,
    known_from,
    make,
    require_defined,
)
from lse_verify.theory.kernel.trees import is_function_of_one, is_row, is_symbol
from lse_verify.theory.statements import Forall, Relation, Sequent, Statement


def assume(statement: Statement, because: Iterable[Theorem] = ()) -> Theorem:
    """Show φ ⊢ φ. A definition is a hypothesis ``name = expression``.

    Parameters
    ----------
    statement : Statement
        φ.
    because : iterable of Theorem
        What makes φ defined, where its structure does not.
    """
    because = tuple(because)
    under = {statement}.union(*(theorem.hypotheses for theorem in because))
    return make("assume", because, statement, under)


def cite(sequent: Sequent, source: str) -> Theorem:
    """Take a theorem from elsewhere; all that rests on it carries its source."""
    if not source:
        raise Rejected("what is cited needs a source")
    return make("cite", (), sequent.conclusion, sequent.hypotheses, source)


def cut(theorem: Theorem, *proved: Theorem) -> Theorem:
    """Drop the hypotheses that other theorems prove: discharge."""
    left = set(theorem.hypotheses)
    for lemma in proved:
        dropped = {h for h in left if same_statement(h, lemma.conclusion)}
        if not dropped:
            raise Rejected(f"{lemma.conclusion} is no hypothesis of {theorem.sequent}")
        left -= dropped
    left = left.union(*(lemma.hypotheses for lemma in proved))
    return make("discharge", (theorem, *proved), theorem.conclusion, left)


def instantiate(
    theorem: Theorem, replaced: Replacements, because: Iterable[Theorem] = ()
) -> Theorem:
    """Put expressions for free symbols, and ``Lambda`` of the index for rows.

    The assumptions of what is replaced must hold of what replaces it.
    """
    because, replaced = tuple(because), dict(replaced)
    for old, new in replaced.items():
        require_fits(old, new, because)
    try:
        conclusion = substitute_in(theorem.conclusion, replaced)
        hypotheses = {substitute_in(h, replaced) for h in theorem.hypotheses}
    except ValueError as why:
        raise Rejected(str(why)) from why
    hypotheses = hypotheses.union(*(reason.hypotheses for reason in because))
    return make("instantiate", (theorem, *because), conclusion, hypotheses)


def require_fits(old: Any, new: Any, because: Iterable[Theorem]) -> None:
    """Refuse what may not be defined, or not have the assumptions of what it replaces."""
    if is_row(old):
        if not is_function_of_one(new):
            raise Rejected(f"the row {old} is replaced by a Lambda of its index, not by {new}")
        index = sp.Dummy(integer=True)
        value = substitute(new.expr, {new.variables[0]: index})
    elif is_symbol(old):
        value = new
    else:
        raise Rejected(f"only symbols and rows can be replaced, not {old}")
    # Here, for the conclusion may hide what is not defined: SymPy takes sqrt(y)**2 for y.
    require_defined((value,), known_from(because))
    facts = facts_of(because)
    if old.is_integer and not is_integer(value):
        raise Rejected(f"{old} is an integer, and {value} is not certain to be one")
    if old.is_algebraic and not value.is_algebraic:
        raise Rejected(f"{old} is algebraic, and {value} is not certain to be")
    try:
        fits = facts.signs_of_tree(value) <= assumed(old)
    except NotCanonical as why:
        raise Rejected(str(why)) from why
    if not fits:
        raise Rejected(f"{value} is not certain to have the sign that {old} is declared with")


def generalise(theorem: Theorem, index: sp.Symbol, low: Any, high: Any) -> Theorem:
    """From φ(i) under low ≤ i ≤ high, for all i from low to high: φ(i)."""
    low, high = sp.sympify(low), sp.sympify(high)
    ends = (Relation(low, "<=", index), Relation(index, "<=", high))
    left = frozenset(
        h for h in theorem.hypotheses if not any(same_statement(h, end) for end in ends)
    )
    if not isinstance(index, sp.Symbol) or not index.is_integer:
        raise Rejected(f"{index} is not declared as an integer")
    if any(index in free_names(h) for h in left):
        raise Rejected(f"{index} is spoken of in a hypothesis, so it is not arbitrary")
    if index in free_names(low) | free_names(high):
        raise Rejected(f"{index} cannot bound its own range")
    return make("generalise", (theorem,), Forall(index, low, high, theorem.conclusion), left)


def specialise(theorem: Theorem, at: Any, because: Iterable[Theorem] = ()) -> Theorem:
    """From φ(i) for all i from low to high, φ(at)."""
    because, at = tuple(because), sp.sympify(at)
    conclusion = theorem.conclusion
    if not isinstance(conclusion, Forall):
        raise Rejected(f"{conclusion} does not speak of all indices")
    require_between(conclusion.low, at, conclusion.high, because)
    body = substitute_in(conclusion.body, {conclusion.index: at})
    return make("specialise", (theorem, *because), body)


def require_between(low: Any, at: Any, high: Any, because: Iterable[Theorem]) -> None:
    """Refuse what may not be an index of a range."""
    facts = facts_of(because)
    ends = Relation(low, "<=", at), Relation(at, "<=", high)
    if not is_integer(at) or not all(facts.of_relation(end) for end in ends):
        raise Rejected(f"{at} is not certain to be an index from {low} to {high}")


def cases(on: Relation, first: Theorem, second: Theorem) -> Theorem:
    """From A, Γ ⊢ φ and not A, Δ ⊢ φ: Γ, Δ ⊢ φ.

    Parameters
    ----------
    on : Relation
        A. Not a ≤ b is b < a, not a = b is a ≠ b.
    first, second : Theorem
        φ under A, and φ under not A.
    """
    opposite = {"<=": "<", "<": "<=", "=": "!=", "!=": "="}
    op: Any = opposite[on.op]
    swap = on.op in ("<", "<=")
    negated = Relation(on.rhs, op, on.lhs) if swap else Relation(on.lhs, op, on.rhs)
    if not same_statement(first.conclusion, second.conclusion):
        raise Rejected(f"{first.conclusion} and {second.conclusion} are two conclusions")
    left = {h for h in first.hypotheses if not same_statement(h, on)}
    left |= {h for h in second.hypotheses if not same_statement(h, negated)}
    return make("cases", (first, second), first.conclusion, left)


def empty(statement: Forall, because: Iterable[Theorem] = ()) -> Theorem:
    """Show anything of all indices of a range that is certain to be empty."""
    because = tuple(because)
    if not facts_of(because).of_relation(Relation(statement.high, "<", statement.low)):
        raise Rejected(f"the range from {statement.low} to {statement.high} may have an index")
    return make("empty range", because, statement)
