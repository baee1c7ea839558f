"""Signs: which of −, 0 and + an expression can have, from its structure and assumptions.

A set of signs holds the sign of every value: ``{0, 1}`` says non-negative. Sets are added and
multiplied like the signs in them, so that no rule can claim more than its parts allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.theory.kernel.polynomial import Atom, Monomial, Polynomial, constant, minus

Signs: TypeAlias = frozenset[int]

ANY: Signs = frozenset({-1, 0, 1})
POSITIVE: Signs = frozenset({1})
NONNEGATIVE: Signs = frozenset({0, 1})


Known: TypeAlias = Mapping[Atom, Signs]

_NOTHING: Known = {}


def signs_of(polynomial: Polynomial, known: Known = _NOTHING) -> Signs:
    """Return a set of signs that holds the sign of every value of the polynomial.

    Parameters
    ----------
    polynomial : mapping of monomial to Fraction
        In canonical form.
    known : mapping of atom to signs, optional
        What hypotheses say of some atoms.
    """
    return add_signs(
        multiply_signs([frozenset({1 if c > 0 else -1}), signs_of_monomial(m, known)])
        for m, c in polynomial.items()
    )


def signs_of_monomial(monomial: Monomial, known: Known = _NOTHING) -> Signs:
    """Return the possible signs of a monomial."""
    factors = ((signs_of_atom(a) & known.get(a, ANY), e) for a, e in monomial)
    return multiply_signs(power_signs(signs, e) for signs, e in factors)


def add_signs(terms: Iterable[Signs]) -> Signs:
    """Return the possible signs of a sum."""
    total: Signs = frozenset({0})
    for signs in terms:
        sums = {a if a == b or b == 0 else b if a == 0 else None for a in total for b in signs}
        total = ANY if None in sums else frozenset(s for s in sums if s is not None)
    return total


def multiply_signs(factors: Iterable[Signs]) -> Signs:
    """Return the possible signs of a product."""
    product: Signs = POSITIVE
    for signs in factors:
        product = frozenset(a * b for a in product for b in signs)
    return product


def power_signs(base: Signs, exponent: Fraction) -> Signs:
    """Return the possible signs of a power, where it is defined."""
    if exponent == 0:
        return POSITIVE  # 0⁰ too: it is 1
    if exponent.denominator != 1:
        return base & NONNEGATIVE
    return frozenset(s ** (2 - int(exponent) % 2) for s in base)


@lru_cache(maxsize=100_000)
def signs_of_atom(atom: Atom) -> Signs:
    """Return the possible signs of an atom, from its structure and SymPy's assumptions."""
    kind = atom[0]
    if kind in ("symbol", "entry"):
        return assumed(atom[1])
    if kind in ("e", "exp", "bound", "prime"):
        return POSITIVE
    if kind == "offset":
        return NONNEGATIVE
    if kind == "log":
        return signs_of(minus(dict(atom[1]), constant(1)))
    if kind == "power":
        return signs_of(dict(atom[1]))
    if kind == "sum":
        return sum_signs(signs_of_monomial(atom[2]), signs_of(dict(atom[1])))
    if kind == "function" and atom[1] in (sp.Abs, sp.binomial):
        return NONNEGATIVE
    return ANY


def sum_signs(body: Signs, terms: Signs) -> Signs:
    """Return the possible signs of a finite sum, strict only if it has a term for certain."""
    if not (body <= NONNEGATIVE or body <= frozenset({-1, 0})):
        return ANY
    return body if terms == POSITIVE else body | {0}


_ASSUMPTIONS: tuple[tuple[str, Signs], ...] = (
    ("zero", frozenset({0})),
    ("positive", POSITIVE),
    ("negative", frozenset({-1})),
    ("nonnegative", NONNEGATIVE),
    ("nonpositive", frozenset({-1, 0})),
    ("nonzero", frozenset({-1, 1})),
)


def assumed(symbol: Any) -> Signs:
    """Return the signs that SymPy's assumptions leave to a symbol or a row."""
    for word, signs in _ASSUMPTIONS:
        if getattr(symbol, f"is_{word}"):
            return signs
    return ANY
