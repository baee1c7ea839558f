"""What follows about signs and definedness from the facts at hand.

The only inference about inequalities is: an expression is a positive multiple of a known one plus
something whose sign is known from its structure. Squares count as squares before they are
multiplied out.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import sympy as sp

from lse_verify.theory.kernel.canonical import Bound, NotCanonical, canonical, fresh_index
from lse_verify.theory.kernel.polynomial import (
    Atom,
    Polynomial,
    constant,
    minus,
    of_atom,
    plus,
    times,
)
from lse_verify.theory.kernel.signs import (
    ANY,
    NONNEGATIVE,
    POSITIVE,
    Signs,
    add_signs,
    assumed,
    multiply_signs,
    power_signs,
    signs_of,
    sum_signs,
)
from lse_verify.theory.statements import Relation, xlogx

_SIGNS_OF_DIFFERENCE: dict[str, Signs] = {
    "=": frozenset({0}),
    "<=": NONNEGATIVE,
    "<": POSITIVE,
    "!=": frozenset({-1, 1}),
}
_COMBINED_FACTS = 2


class Undefined(Exception):
    """An expression has a part that is not certain to be defined."""


class Facts:
    """Relations that are known to hold, and the signs that follow from them.

    Parameters
    ----------
    relations : iterable of Relation
        Hypotheses, or conclusions of theorems under these hypotheses.
    """

    def __init__(self, relations: Iterable[Relation]) -> None:
        self._known: list[tuple[Polynomial, Signs]] = []
        self._atoms: dict[Atom, Signs] = {}
        for relation in relations:
            self._learn(relation)

    def _learn(self, relation: Relation) -> None:
        difference = minus(canonical(relation.rhs), canonical(relation.lhs))
        signs = _SIGNS_OF_DIFFERENCE[relation.op]
        if relation.op == "<" and is_integer(relation.lhs) and is_integer(relation.rhs):
            difference, signs = minus(difference, constant(1)), NONNEGATIVE
        self._known.append((difference, signs))
        if len(difference) == 1:
            ((monomial, coefficient),) = difference.items()
            if len(monomial) == 1:
                ((atom, exponent),) = monomial
                if exponent == 1:
                    turned = multiply_signs([signs, frozenset({1 if coefficient > 0 else -1})])
                    self._atoms[atom] = self._atoms.get(atom, ANY) & turned

    def signs(self, polynomial: Polynomial, facts_left: int = _COMBINED_FACTS) -> Signs:
        """Return the possible signs of a polynomial."""
        found = signs_of(polynomial, self._atoms)
        if len(found) == 1 or not facts_left:
            return found
        for fact, fact_signs in self._known:
            for factor in _factors(polynomial, fact):
                rest = minus(polynomial, times(constant(factor), fact))
                turned = multiply_signs([fact_signs, frozenset({1 if factor > 0 else -1})])
                found &= add_signs([turned, self.signs(rest, facts_left - 1)])
                if len(found) == 1:
                    return found
        return found

    def signs_of_tree(self, expression: sp.Expr, bound: Bound | None = None) -> Signs:
        """Return the possible signs of an expression; squares in it are seen as squares."""
        bound = bound or {}
        structural = self._structure(expression, bound)
        if len(structural) == 1:
            return structural
        return structural & self.signs(canonical(expression, bound))

    def _structure(self, expression: sp.Expr, bound: Bound) -> Signs:
        if isinstance(expression, sp.Add):
            return add_signs(self.signs_of_tree(a, bound) for a in expression.args)
        if isinstance(expression, sp.Mul):
            return multiply_signs(self.signs_of_tree(a, bound) for a in expression.args)
        if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
            exponent = Fraction(int(expression.exp))
            return power_signs(self.signs_of_tree(expression.base, bound), exponent)
        if isinstance(expression, sp.Sum):
            body, terms, inside = opened(expression, bound)
            return sum_signs(self.signs_of_tree(body, inside), self.signs(terms))
        return ANY

    def of_relation(self, relation: Relation) -> bool:
        """Return whether a relation follows from the signs of its two sides."""
        lhs, rhs = self.signs_of_tree(relation.lhs), self.signs_of_tree(relation.rhs)
        apart = add_signs([rhs, multiply_signs([frozenset({-1}), lhs])])
        together = self.signs(minus(canonical(relation.rhs), canonical(relation.lhs)))
        return apart & together <= _SIGNS_OF_DIFFERENCE[relation.op]

    # Defined: no log or root of what may not be positive, no quotient by what may be zero, no sum
    # with a negative number of terms. SymPy gives all of these a value.

    def require_defined(self, expression: sp.Expr, bound: Bound | None = None) -> None:
        """Raise unless every part of the expression is certain to be defined.

        Raises
        ------
        Undefined
            With the part that is not.
        NotCanonical
            If a part is of a kind that the kernel does not know.
        """
        bound = bound or {}
        if isinstance(expression, sp.Sum):
            body, terms, inside = opened(expression, bound)
            index, *ends = expression.limits[-1]
            for end in ends:
                self.require_defined(end, bound)
                _require_integer(end)
            self.require_starts(index, ends[0], bound)
            self._require(self.signs(terms) <= NONNEGATIVE, expression, "a number of terms ≥ 0")
            self.require_defined(body, inside)
            return
        for argument in expression.args if not isinstance(expression, sp.Indexed) else ():
            self.require_defined(argument, bound)
        if isinstance(expression, sp.Indexed):
            self.require_defined(expression.indices[0], bound)
            _require_integer(expression.indices[0])
        elif isinstance(expression, sp.log):
            self._require_sign(expression.args[0], bound, POSITIVE, expression)
        elif isinstance(expression, xlogx):
            self._require_sign(expression.args[0], bound, NONNEGATIVE, expression)
        elif isinstance(expression, sp.binomial):
            for argument in expression.args:
                _require_integer(argument)
                self._require_sign(argument, bound, NONNEGATIVE, expression)
        elif isinstance(expression, sp.Pow):
            self._require_power(expression, bound)
        canonical(expression, bound)

    def require_starts(self, index: sp.Symbol, low: sp.Expr, bound: Bound | None = None) -> None:
        """Raise unless an index may take every integer from `low` on, as it is declared.

        Raises
        ------
        Undefined
            If it may not.
        """
        # Upwards without a gap: not what is declared as non-zero, nor as negative.
        upward = assumed(index) in (ANY, NONNEGATIVE, POSITIVE)
        if not (index.is_integer and upward and self.signs_of_tree(low, bound) <= assumed(index)):
            raise Undefined(f"{low} is not certain to be a value that {index} is declared to take")

    def _require_power(self, expression: sp.Pow, bound: Bound) -> None:
        base, exponent = expression.base, expression.exp
        if exponent.is_Integer:
            if exponent < 0:
                nonzero = 0 not in self.signs_of_tree(base, bound)
                self._require(nonzero, expression, f"{base} ≠ 0")
        elif exponent.is_Rational and exponent > 0:
            self._require_sign(base, bound, NONNEGATIVE, expression)
        elif base != sp.E:
            self._require_sign(base, bound, POSITIVE, expression)

    def _require_sign(self, part: sp.Expr, bound: Bound, signs: Signs, whole: sp.Expr) -> None:
        needed = f"{part} > 0" if signs == POSITIVE else f"{part} ≥ 0"
        self._require(self.signs_of_tree(part, bound) <= signs, whole, needed)

    def _require(self, holds: bool, whole: sp.Expr, needed: str) -> None:
        if not holds:
            raise Undefined(f"{whole} is not certain to be defined: it needs {needed}")


def opened(expression: sp.Sum, bound: Bound) -> tuple[sp.Expr, Polynomial, Bound]:
    """Return the body of a sum, its number of terms, and what its index stands for."""
    *inner, (symbol, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    first = canonical(low, bound)
    terms = plus(canonical(high, bound), constant(1), minus({}, first))
    # Counted from 0, so that index − low is seen to be non-negative.
    value = plus(of_atom(("offset", fresh_index())), first)
    return body, terms, {**bound, symbol: value}


def is_integer(expression: sp.Expr) -> bool:
    """Return whether an expression is made of integers by addition and multiplication."""
    if isinstance(expression, (sp.Add, sp.Mul)):
        return all(is_integer(argument) for argument in expression.args)
    if isinstance(expression, sp.Indexed):
        return bool(expression.base.is_integer)
    return bool(expression.is_Integer or (expression.is_Symbol and expression.is_integer))


def _require_integer(expression: sp.Expr) -> None:
    if not is_integer(expression):
        raise NotCanonical(f"{expression} is not certain to be an integer")


def _factors(polynomial: Polynomial, fact: Polynomial) -> set[Fraction]:
    """Return the multiples of a fact that cancel a term of the polynomial."""
    return {polynomial[m] / c for m, c in fact.items() if m in polynomial}
