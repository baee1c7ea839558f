"""The value of a canonical form at a point, from its atoms and not from the tree it came of.

It knows what `theory.kernel.polynomial` says that each atom stands for, and nothing of how the
form is found. All numbers are balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Undefined
from lse_verify.theory.kernel.polynomial import Atom, Monomial
from lse_verify.theory.statements import xlogx

Names: TypeAlias = Mapping[Any, Any]
"""Exact numbers by symbol, and entries by row."""

Heights: TypeAlias = dict[int, int]
"""The indices of the sums around, by their height."""


def value_of(
    polynomial: Mapping[Monomial, Fraction], names: Names, heights: Heights | None = None
) -> flint.arb:
    """Return the value of a canonical form.

    Parameters
    ----------
    polynomial : mapping of monomial to Fraction
        In canonical form.
    names : mapping
        Values of its symbols and rows.
    heights : dict of int to int, optional
        The indices of the sums around it.

    Raises
    ------
    Undefined
        If a part of it has no value.

    Examples
    --------
    >>> from lse_verify.theory.kernel import canonical
    >>> x, i = sp.IndexedBase("x", real=True), sp.Symbol("i", integer=True)
    >>> int(value_of(canonical(sp.Sum(i * x[i], (i, 0, 2))), {x: {0: 5, 1: 6, 2: 7}}).unique_fmpz())
    20
    """
    around = heights or {}
    total = flint.arb(0)
    for monomial, coefficient in polynomial.items():
        total += _ball(coefficient) * _of_monomial(monomial, names, around)
    return total


def _ball(number: Any) -> flint.arb:
    if isinstance(number, Fraction):
        return flint.arb(flint.fmpq(number.numerator, number.denominator))
    return flint.arb(number)


def _of_monomial(monomial: Monomial, names: Names, heights: Heights) -> flint.arb:
    product = flint.arb(1)
    for atom, exponent in monomial:
        product *= _raised(_of_atom(atom, names, heights), exponent)
    return product


def _raised(base: flint.arb, exponent: Fraction) -> flint.arb:
    if exponent.denominator == 1:
        if exponent < 0 and not (base > 0 or base < 0):
            raise Undefined(f"{base} below")
        product = flint.arb(1)
        for _ in range(abs(int(exponent))):
            product *= base
        return product if exponent > 0 else 1 / product
    if base.is_zero() and exponent > 0:
        return base
    return (_ball(exponent) * _log(base)).exp()


def _log(value: flint.arb) -> flint.arb:
    if not value > 0:
        raise Undefined(f"log of {value}")
    return value.log()


def _of_atom(atom: Atom, names: Names, heights: Heights) -> flint.arb:
    return _KINDS[atom[0]](atom, names, heights)


def _of_symbol(atom: Atom, names: Names, heights: Heights) -> flint.arb:
    return flint.arb.pi() if atom[1] is sp.pi else _ball(names[atom[1]])


def _of_entry(atom: Atom, names: Names, heights: Heights) -> flint.arb:
    index = _whole(value_of(dict(atom[2]), names, heights))
    return _ball(names[atom[1]][index])


def _whole(value: flint.arb) -> int:
    number = value.unique_fmpz()
    if number is None:
        raise Undefined(f"{value} stands where an integer must")
    return int(number)


def _of_sum(atom: Atom, names: Names, heights: Heights) -> flint.arb:
    _, terms, inside, height = atom
    how_many = _whole(value_of(dict(terms), names, heights))
    if how_many < 0:
        raise Undefined(f"a sum of {how_many} terms")
    total = flint.arb(0)
    for index in range(1, how_many + 1):
        total += _of_monomial(inside, names, {**heights, height: index})
    return total


def _of_function(atom: Atom, names: Names, heights: Heights) -> flint.arb:
    values = [value_of(dict(argument), names, heights) for argument in atom[2]]
    return _FUNCTIONS[atom[1]](values)


def _x_log_x(values: list[flint.arb]) -> flint.arb:
    (value,) = values
    return value if value.is_zero() else value * _log(value)


def _binomial(values: list[flint.arb]) -> flint.arb:
    upper, lower = map(_whole, values)
    return flint.arb(flint.fmpz.bin_uiui(upper, lower))


def _largest(values: list[flint.arb]) -> flint.arb:
    best = values[0]
    for value in values[1:]:
        best = best.max(value)
    return best


_FUNCTIONS: dict[Any, Callable[[list[flint.arb]], flint.arb]] = {
    xlogx: _x_log_x,
    sp.Max: _largest,
    sp.Abs: lambda values: abs(values[0]),
    sp.erf: lambda values: values[0].erf(),
    sp.binomial: _binomial,
}

_KINDS: dict[str, Callable[[Atom, Names, Heights], flint.arb]] = {
    "symbol": _of_symbol,
    "entry": _of_entry,
    "e": lambda atom, names, heights: flint.arb(1).exp(),
    "prime": lambda atom, names, heights: flint.arb(atom[1]),
    "exp": lambda atom, names, heights: _of_monomial(atom[1], names, heights).exp(),
    "log": lambda atom, names, heights: _log(value_of(dict(atom[1]), names, heights)),
    "power": lambda atom, names, heights: value_of(dict(atom[1]), names, heights),
    "function": _of_function,
    "sum": _of_sum,
    "bound": lambda atom, names, heights: flint.arb(heights[atom[1]]),
}
