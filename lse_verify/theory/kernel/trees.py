"""Of what the kernel's expressions are made: these classes of SymPy's, and no subclass of them.

A subclass could answer differently each time it is asked, or pass for equal to what it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from lse_verify.theory.statements import xlogx

_SYMBOLS = (sp.Symbol, sp.Dummy)
RATIONALS = (
    sp.Rational,
    sp.Integer,
    *map(type, (sp.S.Zero, sp.S.One, sp.S.NegativeOne, sp.S.Half)),
)
_CONSTANTS = (*RATIONALS, type(sp.E), type(sp.pi))
_OF_ONE = (sp.exp, sp.log, sp.erf, sp.Abs, xlogx)
_OF_TWO = (sp.Pow, sp.binomial)
_OF_MANY = (sp.Add, sp.Mul, sp.Max)


def is_symbol(thing: Any) -> bool:
    """Return whether a thing is a symbol, and of no subclass."""
    return type(thing) in _SYMBOLS


def is_row(thing: Any) -> bool:
    """Return whether a thing is a row, and of no subclass."""
    return type(thing) is sp.IndexedBase and is_symbol(thing.label)


def is_function_of_one(thing: Any) -> bool:
    """Return whether a thing is a ``Lambda`` of one symbol, and of no subclass but SymPy's."""
    # SymPy turns Lambda(i, i) into its identity function, which is a class of its own.
    known = type(thing) is sp.Lambda or thing is sp.Id
    return known and len(thing.variables) == 1 and is_symbol(thing.variables[0])


def is_known(node: Any) -> bool:
    """Return whether a node is of a known kind; what is below it is not looked at."""
    kind = type(node)
    if kind in _SYMBOLS or kind in _CONSTANTS:
        return True
    if kind in _OF_MANY:
        return len(node.args) > 0
    if kind in _OF_ONE or kind in _OF_TWO:
        return len(node.args) == (1 if kind in _OF_ONE else 2)
    if kind is sp.Indexed:
        return len(node.args) == 2 and is_row(node.args[0])
    return kind is sp.Sum and all(
        type(limits) is sp.Tuple and len(limits) == 3 and is_symbol(limits[0])
        for limits in node.args[1:]
    )


def parts(node: Any) -> Iterator[Any]:
    """Yield the expressions that a node is made of; the names of rows and indices are none."""
    if type(node) is sp.Indexed:
        yield node.args[1]
    elif type(node) is sp.Sum:
        yield node.args[0]
        for limits in node.args[1:]:
            yield from limits[1:]
    else:
        yield from node.args


def is_known_throughout(expression: Any) -> bool:
    """Return whether every node of an expression is of a known kind."""
    return is_known(expression) and all(map(is_known_throughout, parts(expression)))


def all_names(expression: Any) -> Iterator[Any]:
    """Yield the symbols and rows of a known expression, the indices of its sums included."""
    if is_symbol(expression):
        yield expression
    elif type(expression) is sp.Indexed:
        yield expression.args[0]
    elif type(expression) is sp.Sum:
        yield from (limits[0] for limits in expression.args[1:])
    for part in parts(expression):
        yield from all_names(part)
