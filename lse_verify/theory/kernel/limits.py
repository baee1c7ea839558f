"""The rules of derivatives, limits and suprema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical, same
from lse_verify.theory.kernel.differentiation import differentiated
from lse_verify.theory.kernel.facts import Undefined
from lse_verify.theory.kernel.logic import require_fits
from lse_verify.theory.kernel.relations import rearrange
from lse_verify.theory.kernel.sameness import same_statement
from lse_verify.theory.kernel.signs import ANY, NONNEGATIVE, POSITIVE, assumed
from lse_verify.theory.kernel.substitution import free_names, substitute, substitute_in
from lse_verify.theory.kernel.theorem import (
    Rejected,
    Theorem,
    facts_of,
    make,
    relation_of,
    require_defined,
)
from lse_verify.theory.kernel.trees import is_function_of_one, is_symbol
from lse_verify.theory.statements import Limit, Relation, Slope, Statement, Supremum


def differentiate(
    expression: sp.Expr, variable: sp.Expr, because: Iterable[Theorem] = ()
) -> Theorem:
    """Show ∂f/∂x = what differentiating f term by term gives; see `derivative`."""
    because = tuple(because)
    try:
        found = differentiated(expression, variable, facts_of(because))
    except (NotCanonical, Undefined) as why:
        raise Rejected(str(why)) from why
    return derivative(Slope(expression, variable, found), because)


def derivative(slope: Slope, because: Iterable[Theorem] = ()) -> Theorem:
    """Show ∂f/∂x = g, because differentiating f term by term gives the canonical form of g.

    Parameters
    ----------
    slope : Slope
        By a symbol, or by one entry x[k] of a row.
    because : iterable of Theorem
        That k lies in the ranges of the sums in f, and which indices differ from k.
    """
    because, variable = tuple(because), slope.variable
    name = variable if is_symbol(variable) else variable.base
    if name.is_integer or name.is_zero:
        raise Rejected(f"{variable} does not run over an interval of real numbers")
    try:
        facts = facts_of(because)
        facts.require_defined(slope.expression)
        found = differentiated(slope.expression, slope.variable, facts)
        # What cancels in the value must have been defined before: the derivative must exist.
        facts.require_defined(found)
        agrees = same(found, slope.value)
    except (NotCanonical, Undefined) as why:
        raise Rejected(str(why)) from why
    if not agrees:
        raise Rejected(f"the derivative is {found}, not {slope.value}")
    return make("derivative", because, slope)


def least(slope: Theorem, at: Any, falling: Theorem, rising: Theorem) -> Theorem:
    """Show f(c) < f(s) for s ≠ c, if f′ < 0 for every s < c and f′ > 0 for every s > c.

    f is differentiable on the whole line, since `slope` holds for every real s.
    """
    at, conclusion = sp.sympify(at), slope.conclusion
    if not isinstance(conclusion, Slope) or not isinstance(conclusion.variable, sp.Symbol):
        raise Rejected(f"{conclusion} is not a derivative by a symbol")
    variable, value = conclusion.variable, conclusion.value
    if variable.assumptions0 != sp.Dummy(real=True).assumptions0:
        raise Rejected(f"{variable} must be declared as real, and nothing else")
    if variable in free_names(at) or any(variable in free_names(h) for h in slope.hypotheses):
        raise Rejected(f"{variable} is not arbitrary")
    left = set(slope.hypotheses)
    for theorem, side, signed in (
        (falling, Relation(variable, "<", at), Relation(value, "<", sp.Integer(0))),
        (rising, Relation(at, "<", variable), Relation(sp.Integer(0), "<", value)),
    ):
        if not same_statement(theorem.conclusion, signed):
            raise Rejected(f"{theorem.conclusion} is not {signed}")
        kept = {h for h in theorem.hypotheses if not same_statement(h, side)}
        if any(variable in free_names(h) for h in kept):
            raise Rejected(f"{theorem.sequent} does not hold for every {side}")
        left |= kept
    lowest = substitute(conclusion.expression, {variable: at})
    relation = Relation(lowest, "<", conclusion.expression)
    left.add(Relation(variable, "!=", at))
    return make("least", (slope, falling, rising), relation, left)


_VANISHING = (
    (sp.oo, POSITIVE, lambda t: 1 / t),
    (sp.oo, POSITIVE, lambda t: sp.exp(-t)),
    (-sp.oo, ANY, sp.exp),
    (sp.Integer(0), POSITIVE, lambda t: t),
)


def limit(statement: Limit, through: sp.Lambda) -> Theorem:
    """Show lim f = g(0), where f(t) = g(s) with s > 0 tending to 0, and g is defined from 0 on.

    All that the kernel knows is continuous where it is defined, so g is continuous at 0.

    Parameters
    ----------
    statement : Limit
        As t → oo (with s = 1/t or exp(−t)), t → −oo (s = exp(t)) or t → 0 from above (s = t).
    through : Lambda
        g, of a non-negative symbol.
    """
    if not is_function_of_one(through):
        raise Rejected(f"{through} is not a Lambda of one symbol")
    (parameter,) = through.variables
    variable = statement.variable
    if assumed(parameter) != NONNEGATIVE or not parameter.is_real:
        raise Rejected(f"{parameter} must be declared as non-negative")
    if parameter.is_integer or variable.is_integer:
        raise Rejected("a limit is over real numbers")
    if variable in free_names(through.expr):
        raise Rejected(f"{through} still speaks of {variable}, which does not stand still")
    require_defined((through.expr,), [])
    _require_outside_ranges(parameter, through.expr)
    for point, signs, vanishing in _VANISHING:
        fits = statement.point == point and assumed(variable) == signs
        if fits and _agree(
            substitute(through.expr, {parameter: vanishing(variable)}), statement.expression
        ):
            break
    else:
        raise Rejected(f"{through} is not {statement.expression} in terms of what tends to 0")
    if not _agree(substitute(through.expr, {parameter: sp.Integer(0)}), statement.value):
        raise Rejected(f"{through} is not {statement.value} at 0")
    return make("limit", (), statement)


def _agree(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether two expressions are the same; what the kernel does not know is like none."""
    try:
        return same(left, right)
    except NotCanonical:
        return False


def _require_outside_ranges(parameter: sp.Symbol, expression: sp.Expr) -> None:
    """Refuse what jumps: a parameter in the range of a sum or in an index."""
    for part in sp.preorder_traversal(expression):
        jumps = isinstance(part, (sp.Indexed, sp.binomial)) and parameter in part.free_symbols
        ends = isinstance(part, sp.Sum) and any(
            parameter in end.free_symbols for limits in part.limits for end in limits[1:]
        )
        if jumps or ends:
            raise Rejected(f"{part} is not continuous in {parameter}")


def squeeze(lower: Theorem, upper: Theorem, low_limit: Theorem, high_limit: Theorem) -> Theorem:
    """Show lim f = L, from g ≤ f ≤ h and lim g = lim h = L."""
    first, last = low_limit.conclusion, high_limit.conclusion
    below, above = relation_of(lower), relation_of(upper)
    if not isinstance(first, Limit) or not isinstance(last, Limit):
        raise Rejected("a squeeze needs two limits")
    premises = (lower, upper, low_limit, high_limit)
    fits = (
        first.variable == last.variable
        and first.point == last.point
        and _agree(first.value, last.value)
        and below.op in ("<", "<=", "=")
        and above.op in ("<", "<=", "=")
        and _agree(below.lhs, first.expression)
        and _agree(above.rhs, last.expression)
        and _agree(below.rhs, above.lhs)
    )
    if not fits:
        raise Rejected(f"{below} and {above} do not lie between {first} and {last}")
    if any(first.variable in free_names(h) for t in premises for h in t.hypotheses):
        raise Rejected(f"{first.variable} is spoken of in a hypothesis, so it is not arbitrary")
    squeezed = Limit(below.rhs, first.variable, first.point, first.value)
    return make("squeeze", premises, squeezed)


def supremum(
    statement: Supremum,
    reach: Theorem,
    at: sp.Lambda,
    because: Iterable[Theorem] = (),
    upper: Theorem | None = None,
) -> Theorem:
    """Show the supremum of an expression over a row.

    Parameters
    ----------
    statement : Supremum
        What is to be shown.
    reach : Theorem
        The expression at the row `at`: it equals the value, or tends to it; or, for an infinite
        one, it is at least M, a symbol for an arbitrary real number.
    at : Lambda
        The row, entry by entry.
    because : iterable of Theorem
        That the row satisfies the conditions of the statement.
    upper : Theorem, optional
        The expression is at most the value; needed for a finite one.
    """
    because, row = tuple(because), statement.over
    require_fits(row, at, (reach, *because))
    replaced = {row: at}
    value_at = substitute(statement.expression, replaced)
    for condition in statement.subject:
        needed = substitute_in(condition, replaced)
        if not any(same_statement(needed, theorem.conclusion) for theorem in because):
            raise Rejected(f"nothing shows that {needed}")
    if row in free_names(statement.value) - {sp.oo}:
        raise Rejected(f"the supremum over {row} cannot depend on it")
    left = set(reach.hypotheses).union(*(theorem.hypotheses for theorem in because))
    if statement.value == sp.oo:
        _require_unbounded(reach, value_at, left, statement)
        return make("supremum", (reach, *because), statement, left)
    if upper is None:
        raise Rejected("a finite supremum needs an upper bound")
    bound = Relation(statement.expression, "<=", statement.value)
    if not same_statement(rearrange(upper, bound).conclusion, bound):
        raise Rejected(f"{upper.conclusion} is not {bound}")
    _require_reached(reach, value_at, statement.value)
    if isinstance(reach.conclusion, Limit):
        variable = reach.conclusion.variable
        _require_arbitrary(variable, left, statement)
    below = {
        h for h in upper.hypotheses if not any(same_statement(h, s) for s in statement.subject)
    }
    if any(row in free_names(h) for h in below | left):
        raise Rejected(f"{row} is spoken of in a hypothesis, so it is not arbitrary")
    return make("supremum", (upper, reach, *because), statement, left | below)


def _require_reached(reach: Theorem, value_at: sp.Expr, value: sp.Expr) -> None:
    conclusion = reach.conclusion
    if isinstance(conclusion, Relation):
        reached = conclusion.op == "=" and conclusion.lhs, conclusion.rhs
    elif isinstance(conclusion, Limit):
        reached = conclusion.expression, conclusion.value
    else:
        raise Rejected(f"{conclusion} says nothing about a value")
    if not (reached[0] and _agree(reached[0], value_at) and _agree(reached[1], value)):
        raise Rejected(f"{conclusion} does not reach {value} from {value_at}")


def _require_unbounded(
    reach: Theorem, value_at: sp.Expr, left: set[Statement], statement: Supremum
) -> None:
    relation = relation_of(reach)
    height = relation.lhs
    free = height.is_Symbol and height.assumptions0 == sp.Dummy(real=True).assumptions0
    if not free or relation.op not in ("=", "<=", "<") or not _agree(relation.rhs, value_at):
        raise Rejected(f"{relation} does not lift {value_at} above an arbitrary number")
    _require_arbitrary(height, left, statement)
    if any(statement.over in free_names(h) for h in left):
        raise Rejected(f"{statement.over} is spoken of in a hypothesis")


def _require_arbitrary(variable: sp.Symbol, left: set[Statement], statement: Supremum) -> None:
    if any(variable in free_names(h) for h in left) or variable in free_names(statement):
        raise Rejected(f"{variable} is not arbitrary")
