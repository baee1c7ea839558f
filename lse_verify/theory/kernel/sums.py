"""The rules of finite sums, and induction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from lse_verify.theory.kernel.logic import require_between
from lse_verify.theory.kernel.relations import sign
from lse_verify.theory.kernel.sameness import same_statement
from lse_verify.theory.kernel.signs import NONNEGATIVE, assumed
from lse_verify.theory.kernel.substitution import free_names, substitute, substitute_in
from lse_verify.theory.kernel.theorem import Rejected, Theorem, facts_of, make
from lse_verify.theory.kernel.trees import is_symbol
from lse_verify.theory.statements import Forall, Relation, Statement


def split(total: sp.Sum, at: Any, because: Iterable[Theorem] = ()) -> Theorem:
    """Show Σ from low to high = Σ from low to at − 1, the term at `at`, Σ from at + 1 to high."""
    because, at = tuple(because), sp.sympify(at)
    if not isinstance(total, sp.Sum) or len(total.limits) != 1:
        raise Rejected(f"{total} is not one sum")
    ((index, low, high),) = total.limits
    require_between(low, at, high, because)
    parts = (
        sp.Sum(total.function, (index, low, at - 1)),
        substitute(total.function, {index: at}),
        sp.Sum(total.function, (index, at + 1, high)),
    )
    # The two shorter sums are defined because `at` lies in the range; their ends are facts here.
    ends = [sign(Relation(low, "<=", at), because), sign(Relation(at, "<=", high), because)]
    return make("split", (*because, *ends), Relation(total, "=", sp.Add(*parts)))


def sum_over(
    theorem: Theorem,
    strict_at: Any = None,
    strict: Theorem | None = None,
    because: Iterable[Theorem] = (),
) -> Theorem:
    """From f(i) op g(i) for all i of a range: Σf op Σg.

    It is strict if the range is certain not to be empty and op is, or if `strict` shows
    f(at) < g(at) for one index of the range.
    """
    because, conclusion = tuple(because), theorem.conclusion
    if not isinstance(conclusion, Forall) or not isinstance(conclusion.body, Relation):
        raise Rejected(f"{conclusion} is not a relation for all indices")
    index, low, high = conclusion[:3]
    lhs, op, rhs = conclusion.body
    if op == "!=":
        raise Rejected("'!=' cannot be added")
    premises = [theorem, *because]
    if strict is not None:
        require_between(low, strict_at, high, because)
        term = substitute_in(Relation(lhs, "<", rhs), {index: sp.sympify(strict_at)})
        if not same_statement(term, strict.conclusion):
            raise Rejected(f"{strict.conclusion} is not {term}")
        premises.append(strict)
        op = "<"
    elif op == "<" and not facts_of(because).of_relation(Relation(low, "<=", high)):
        op = "<="
    summed: Any = Relation(sp.Sum(lhs, (index, low, high)), op, sp.Sum(rhs, (index, low, high)))
    return make("sum over", premises, summed)


def pascal(trials: Any, chosen: Any) -> Theorem:
    """Show C(N+1, k+1) = C(N, k) + C(N, k+1), for integers N, k ≥ 0."""
    upper, lower = sp.sympify(trials), sp.sympify(chosen)
    raised = sp.binomial(upper + 1, lower + 1, evaluate=False)
    parts = [sp.binomial(upper, k, evaluate=False) for k in (lower, lower + 1)]
    return make("pascal", (), Relation(raised, "=", sp.Add(*parts)))


def induction(base: Theorem, step: Theorem, variable: sp.Symbol, statement: Statement) -> Theorem:
    """From φ(0), and φ(N+1) under φ(N): φ(N) for every integer N ≥ 0."""
    if not is_symbol(variable) or not variable.is_integer or assumed(variable) != NONNEGATIVE:
        raise Rejected(f"{variable} is not declared as a non-negative integer")
    first = substitute_in(statement, {variable: sp.Integer(0)})
    after = substitute_in(statement, {variable: variable + 1})
    if not same_statement(base.conclusion, first):
        raise Rejected(f"{base.conclusion} is not {first}")
    if not same_statement(step.conclusion, after):
        raise Rejected(f"{step.conclusion} is not {after}")
    left = {h for h in step.hypotheses if not same_statement(h, statement)} | base.hypotheses
    if any(variable in free_names(h) for h in left):
        raise Rejected(f"{variable} is spoken of in a hypothesis, so it is not arbitrary")
    return make("induction", (base, step), statement, left)
