"""Term-by-term differentiation of what the kernel knows, row entries under sums included.

SymPy's ``diff`` captures the index of ``Sum(exp(x[i]), (i, 1, n))`` when asked for ``x[i]`` and
answers 1. Here the derivative by ``x[k]`` of a sum over x[i] is taken in two parts: what the body
says of x[i] itself, at i = k, and what it says of x[k] through anything else.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical, same
from lse_verify.theory.kernel.facts import Facts, Undefined
from lse_verify.theory.kernel.signs import POSITIVE
from lse_verify.theory.kernel.substitution import free_names, renamed, substitute
from lse_verify.theory.statements import Relation, xlogx


def differentiated(expression: sp.Expr, variable: sp.Expr, facts: Facts) -> sp.Expr:
    """Return ∂expression/∂variable.

    Parameters
    ----------
    expression : Expr
        Defined.
    variable : Symbol or Indexed
        A symbol, or one entry of a row.
    facts : Facts
        What is known of indices: which lie in which range, and which differ.

    Raises
    ------
    Undefined
        If it is not known whether an entry of the row is the variable.
    NotCanonical
        If a function has no derivative here.
    """
    name = variable if isinstance(variable, sp.Symbol) else variable.base
    if name not in free_names(expression):
        return sp.Integer(0)
    if isinstance(expression, sp.Symbol):
        return sp.Integer(1)
    if isinstance(expression, sp.Indexed):
        return _of_entry(expression, variable, facts)
    if isinstance(expression, sp.Sum):
        return _of_sum(expression, variable, facts)
    parts = [differentiated(argument, variable, facts) for argument in expression.args]
    if any(part != 0 for part in parts):
        _require_inside(expression, facts)
    return sp.Add(*(_outer(expression, at) * part for at, part in enumerate(parts) if part != 0))


def _require_inside(expression: sp.Expr, facts: Facts) -> None:
    """Refuse a root or u·log u that may be at the end of where it is defined, at u = 0."""
    root = isinstance(expression, sp.Pow) and not expression.exp.is_Integer
    if root or isinstance(expression, xlogx):
        base = expression.args[0]
        if base != sp.E and not facts.signs_of_tree(base) <= POSITIVE:
            raise Undefined(f"{expression} has a derivative only where {base} > 0")


def _outer(expression: sp.Expr, at: int) -> sp.Expr:
    """Return the derivative of an operation by its argument number `at`."""
    arguments = expression.args
    if isinstance(expression, sp.Add):
        return sp.Integer(1)
    if isinstance(expression, sp.Mul):
        return sp.Mul(*(a for other, a in enumerate(arguments) if other != at))
    if isinstance(expression, sp.Pow):
        base, exponent = arguments
        if at == 0:
            return exponent * base ** (exponent - 1)
        return expression * sp.log(base)
    if isinstance(expression, (sp.exp, sp.log, sp.erf, xlogx)):
        return expression.fdiff(1)
    raise NotCanonical(f"the kernel does not differentiate {type(expression).__name__}")


def _of_entry(entry: sp.Indexed, variable: sp.Expr, facts: Facts) -> sp.Expr:
    (index,), (wanted,) = entry.indices, variable.indices
    if same(index, wanted):
        return sp.Integer(1)
    if facts.of_relation(Relation(index, "!=", wanted)):
        return sp.Integer(0)
    raise Undefined(f"it is not known whether {entry} is {variable}")


def _of_sum(expression: sp.Sum, variable: sp.Expr, facts: Facts) -> sp.Expr:
    *inner, (index, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    # Nothing is known of the new name: what is known of the old one is of something outside.
    index, body = renamed(index, body)
    name = variable if isinstance(variable, sp.Symbol) else variable.base
    if name in free_names(low) | free_names(high):
        raise NotCanonical(f"{name} is in the range of {expression}")
    if isinstance(variable, sp.Symbol):
        return sp.Sum(differentiated(body, variable, facts), (index, low, high))
    (wanted,) = variable.indices
    # The row's entry at the running index is set apart under a name of its own, so that it is
    # never mixed up with entries at other indices.
    own = sp.Dummy("own", **_assumptions(variable.base))
    apart = _entry_set_apart(body, variable.base[index], own)
    directly = differentiated(apart, own, facts)
    total = sp.Integer(0)
    if directly != 0:
        ends = Relation(low, "<=", wanted), Relation(wanted, "<=", high)
        if not all(facts.of_relation(end) for end in ends):
            raise Undefined(f"{wanted} is not certain to lie from {low} to {high}")
        total = substitute(substitute(directly, {own: variable.base[index]}), {index: wanted})
    through_others = differentiated(apart, variable, facts)
    if through_others != 0:
        term = substitute(through_others, {own: variable.base[index]})
        total += sp.Sum(term, (index, low, high))
    return total


def _assumptions(row: Any) -> dict[str, bool]:
    return {word: value for word, value in row.assumptions0.items() if value is not None}


def _entry_set_apart(expression: sp.Expr, entry: sp.Indexed, name: sp.Symbol) -> sp.Expr:
    """Replace one entry by a name, but not under a sum that binds its index."""
    if expression == entry:
        return name
    if not expression.args or isinstance(expression, sp.Symbol):
        return expression
    if isinstance(expression, sp.Sum):
        *inner, (index, low, high) = expression.limits
        body = expression.func(expression.function, *inner) if inner else expression.function
        if index in free_names(entry):
            return expression
        return sp.Sum(_entry_set_apart(body, entry, name), (index, low, high))
    if isinstance(expression, sp.Indexed):
        return expression
    return expression.func(*(_entry_set_apart(a, entry, name) for a in expression.args))
