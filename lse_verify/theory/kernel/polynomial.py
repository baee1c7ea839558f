"""Polynomials with rational coefficients over atoms: the ring under the canonical form.

A monomial is a set of (atom, exponent) pairs and a polynomial a mapping of monomials to
coefficients, so that nothing has an order that could differ from run to run. An atom is a tuple
whose first entry names its kind:

| atom | stands for |
| --- | --- |
| ``("symbol", s)`` | a symbol, or pi |
| ``("entry", x, index)`` | one entry of a row |
| ``("e",)`` | Euler's number |
| ``("prime", p)`` | a prime, under a fractional power |
| ``("exp", monomial)`` | exp of a monomial with coefficient 1 |
| ``("log", polynomial)`` | log of what has no positive factor to split off |
| ``("power", polynomial)`` | the base of a negative or fractional power |
| ``("function", f, arguments)`` | xlogx, Max, Abs, erf or binomial |
| ``("sum", terms, monomial, height)`` | a sum from 1 to the number of terms |
| ``("bound", height)`` | the index of the sum of that height; below 0 while it is open |
| ``("offset", index)`` | how far the index of an open sum is above its lower end |
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

Atom: TypeAlias = tuple[Any, ...]
Monomial: TypeAlias = frozenset[tuple[Atom, Fraction]]
Polynomial: TypeAlias = dict[Monomial, Fraction]
Frozen: TypeAlias = frozenset[tuple[Monomial, Fraction]]

UNIT: Monomial = frozenset()


def constant(value: Any) -> Polynomial:
    """Return a rational number as a polynomial."""
    return {UNIT: Fraction(value)} if value else {}


def of_atom(atom: Atom, exponent: Fraction | int = 1) -> Polynomial:
    """Return one atom, or a power of it, as a polynomial."""
    return {frozenset({(atom, Fraction(exponent))}): Fraction(1)}


def plus(*terms: Mapping[Monomial, Fraction]) -> Polynomial:
    """Return the sum of polynomials."""
    total: Polynomial = {}
    for term in terms:
        for monomial, coefficient in term.items():
            total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    return {m: c for m, c in total.items() if c}


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    total: Polynomial = {}
    for m1, c1 in left.items():
        for m2, c2 in right.items():
            product = _join(m1, m2)
            total[product] = total.get(product, Fraction(0)) + c1 * c2
    return {m: c for m, c in total.items() if c}


def minus(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the difference of two polynomials."""
    return plus(left, {m: -c for m, c in right.items()})


def _join(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    exponents = dict(left)
    for atom, exponent in right:
        exponents[atom] = exponents.get(atom, Fraction(0)) + exponent
    return frozenset((a, e) for a, e in exponents.items() if e)


def freeze(polynomial: Polynomial) -> Frozen:
    """Return the hashable twin of a polynomial."""
    return frozenset(polynomial.items())


def as_number(polynomial: Polynomial) -> Fraction | None:
    """Return the value of a constant polynomial, and None for any other."""
    if not polynomial:
        return Fraction(0)
    return polynomial[UNIT] if set(polynomial) == {UNIT} else None
