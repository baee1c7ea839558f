"""The rules of equations and inequalities."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical, canonical, is_zero, power, rebuild
from lse_verify.theory.kernel.polynomial import Atom, Polynomial, minus, times
from lse_verify.theory.kernel.signs import NONNEGATIVE, POSITIVE, signs_of_monomial
from lse_verify.theory.kernel.theorem import (
    Rejected,
    Theorem,
    facts_of,
    known_from,
    make,
    relation_of,
    require_defined,
)
from lse_verify.theory.statements import Relation


def equal(
    lhs: Any, rhs: Any, using: Iterable[Theorem] = (), because: Iterable[Theorem] = ()
) -> Theorem:
    """Show lhs = rhs: their canonical forms agree.

    Parameters
    ----------
    lhs, rhs : Expr
        The two sides.
    using : iterable of Theorem
        Equations whose left side is one symbol, entry, sum or function: it is replaced by the
        right side, one equation after the other.
    because : iterable of Theorem
        What makes both sides defined, where their structure does not.
    """
    using, lhs, rhs = tuple(using), sp.sympify(lhs), sp.sympify(rhs)
    if not is_zero(_rewritten(_difference(lhs, rhs), using)):
        raise Rejected(f"{lhs} and {rhs} do not have the same canonical form")
    return make("equal", (*using, *because), Relation(lhs, "=", rhs))


def _difference(lhs: sp.Expr, rhs: sp.Expr) -> Polynomial:
    try:
        return minus(canonical(rhs), canonical(lhs))
    except NotCanonical as why:
        raise Rejected(str(why)) from why


def _rewritten(polynomial: Polynomial, using: Iterable[Theorem]) -> Polynomial:
    try:
        for theorem in using:
            polynomial = rebuild(polynomial, _as_rewriting(relation_of(theorem)))
    except NotCanonical as why:
        raise Rejected(str(why)) from why
    return polynomial


_REPLACEABLE = ("symbol", "entry", "sum", "function", "log")


def _as_rewriting(equation: Relation) -> dict[Atom, Polynomial]:
    """Read an equation as: its one sum, symbol, entry or function is the rest of it."""
    left = canonical(equation.lhs)
    if equation.op == "=" and len(left) == 1:
        ((monomial, coefficient),) = left.items()
        named = [(a, e) for a, e in monomial if e == 1 and a[0] in _REPLACEABLE]
        named = named or [factor for factor in monomial if factor[1] == 1]
        rest = monomial - set(named)
        if len(named) == 1 and 0 not in signs_of_monomial(rest):
            by = times(canonical(equation.rhs), power({rest: coefficient}, Fraction(-1)))
            return {named[0][0]: by}
    raise Rejected(f"the left side of {equation} is not one thing that could be replaced")


def sign(relation: Relation, because: Iterable[Theorem] = ()) -> Theorem:
    """Show a relation that follows from the signs of its two sides and of their difference."""
    because = tuple(because)
    try:
        holds = facts_of(because).of_relation(relation)
    except NotCanonical as why:
        raise Rejected(str(why)) from why
    if not holds:
        raise Rejected(f"the signs do not show that {relation}")
    return make("sign", because, relation)


_WEAKER = {"<": ("<", "<=", "!="), "<=": ("<=",), "=": ("=", "<="), "!=": ("!=",)}


def rearrange(theorem: Theorem, relation: Relation, using: Iterable[Theorem] = ()) -> Theorem:
    """Restate a relation as one with the same difference, or a weaker one.

    Parameters
    ----------
    theorem : Theorem
        a op b.
    relation : Relation
        c op′ d with d − c = b − a, where op implies op′.
    using : iterable of Theorem
        Equations to rewrite with, as in `equal`.
    """
    using, old = tuple(using), relation_of(theorem)
    if relation.op not in _WEAKER[old.op]:
        raise Rejected(f"'{old.op}' does not imply '{relation.op}'")
    left = _rewritten(_difference(old.lhs, old.rhs), using)
    right = _rewritten(_difference(relation.lhs, relation.rhs), using)
    turned = minus({}, right)
    agree = is_zero(minus(left, right))
    if not agree and relation.op in ("=", "!="):
        agree = is_zero(minus(left, turned))
    if not agree:
        raise Rejected(f"{relation} is not {old} rearranged")
    return make("rearrange", (theorem, *using), relation)


def scale(theorem: Theorem, factor: Any, because: Iterable[Theorem] = ()) -> Theorem:
    """Multiply both sides by a factor that is positive, or non-negative if not strict."""
    because, factor, old = tuple(because), sp.sympify(factor), relation_of(theorem)
    allowed = {"<": POSITIVE, "<=": NONNEGATIVE, "!=": frozenset({-1, 1})}
    # Here, for the products may hide what is not defined: SymPy cancels a quotient and its divisor.
    require_defined((factor,), known_from((theorem, *because)))
    try:
        signs = facts_of(because).signs_of_tree(factor)
    except NotCanonical as why:
        raise Rejected(str(why)) from why
    if old.op != "=" and not signs <= allowed[old.op]:
        raise Rejected(f"{factor} does not have the sign that keeps {old}")
    scaled = Relation(factor * old.lhs, old.op, factor * old.rhs)
    return make("scale", (theorem, *because), scaled)


def add(*theorems: Theorem) -> Theorem:
    """Add relations side by side; strict if one of them is."""
    relations = [relation_of(theorem) for theorem in theorems]
    ops = {relation.op for relation in relations}
    if not relations or "!=" in ops:
        raise Rejected("'!=' cannot be added")
    op: Any = next(op for op in ("<", "<=", "=") if op in ops)
    lhs, rhs = (sp.Add(*(r[side] for r in relations)) for side in (0, 2))
    return make("add", theorems, Relation(lhs, op, rhs))


def chain(*theorems: Theorem) -> Theorem:
    """From a ≤ b, b ≤ c, …: a ≤ c, strict if one link is."""
    relations = [relation_of(theorem) for theorem in theorems]
    ops = {relation.op for relation in relations}
    if not relations or "!=" in ops:
        raise Rejected("'!=' is no link of a chain")
    for first, second in pairwise(relations):
        if not is_zero(_difference(first.rhs, second.lhs)):
            raise Rejected(f"{first.rhs} and {second.lhs} do not have the same canonical form")
    op: Any = next(op for op in ("<", "<=", "=") if op in ops)
    return make("chain", theorems, Relation(relations[0].lhs, op, relations[-1].rhs))


def antisymmetry(upper: Theorem, lower: Theorem) -> Theorem:
    """From a ≤ b and b ≤ a: a = b."""
    one, two = relation_of(upper), relation_of(lower)
    turned = is_zero(_difference(one.lhs, two.rhs)) and is_zero(_difference(one.rhs, two.lhs))
    if one.op not in ("<=", "=") or two.op not in ("<=", "=") or not turned:
        raise Rejected(f"{one} and {two} are not a ≤ b and b ≤ a")
    return make("antisymmetry", (upper, lower), Relation(one.lhs, "=", one.rhs))


_MONOTONE = {"exp": sp.exp, "log": sp.log}


def monotone(function: str, theorem: Theorem) -> Theorem:
    """Apply exp or log, which are strictly increasing, to both sides."""
    if function not in _MONOTONE:
        raise Rejected(f"'{function}' is not one of {', '.join(_MONOTONE)}")
    relation, apply = relation_of(theorem), _MONOTONE[function]
    applied = Relation(apply(relation.lhs), relation.op, apply(relation.rhs))
    return make(f"monotone {function}", (theorem,), applied)


def maximum(low: Any, high: Any) -> Theorem:
    """Show a ≤ b ⊢ Max(a, b) = b."""
    low, high = sp.sympify(low), sp.sympify(high)
    under = {Relation(low, "<=", high)}
    return make("maximum", (), Relation(sp.Max(low, high), "=", high), under)
