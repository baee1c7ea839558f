"""Judge from three far places whether a value approaches its limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Exact, Number, short
from lse_verify.proving.falsifier.vocabulary import names
from lse_verify.theory.statements import Limit

_SHRINKS = {False: flint.fmpq(1, 64), True: flint.fmpq(1, 16)}
"""By what the third distance must have shrunk to; by whether the places are near."""

_TINY_BITS = 200


def judge_limit(
    statement: Limit, at: Callable[[Number], Number], value: Number | None
) -> tuple[Literal["held", "refuted", "open"], str]:
    """Judge a limit from the expression's values at three places; a value None means ±oo."""
    near = _ranges_up_to(statement.expression, statement.variable)
    seen = [at(place) for place in _places(statement.point, near)]
    listed = ", ".join(short(number) for number in seen)
    if value is None:
        upward = seen if statement.value is sp.oo else [-number for number in seen]
        word: Literal["held", "refuted", "open"] = "held" if _grows(upward) else "refuted"
        return word, "" if word == "held" else f"at far places {listed}, not to {statement.value}"
    first, second, third = (_size(number - value) for number in seen)
    floor = flint.arb(2) ** -_TINY_BITS
    if third < first * _SHRINKS[near] + floor and second < first + floor:
        return "held", ""
    word = "refuted" if _settles_elsewhere(seen, value) else "open"
    return word, f"at far places {listed}, not to {short(value)}"


def _size(gap: Number) -> flint.arb:
    return flint.arb(gap).abs_upper()


def _settles_elsewhere(seen: list[Number], value: Number) -> bool:
    """Return whether the values move less than a step to the limit takes, or away from it."""
    apart = [flint.arb(number - value).abs_lower() for number in seen]
    if not apart[2] > flint.arb(2) ** -_TINY_BITS:
        return False
    return bool(64 * _size(seen[2] - seen[1]) < apart[2] or apart[2] > _size(seen[0] - value))


def _grows(seen: list[Number]) -> bool:
    """Return whether the steps between the places do not get smaller by half."""
    first, second, third = map(flint.arb, seen)
    return bool(second > first and third - second > (second - first) / 2 and third > 4)


def _ranges_up_to(expression: sp.Expr, variable: sp.Symbol) -> bool:
    """Return whether a sum or product has the variable in its bounds, and so as many terms."""
    ranges = expression.atoms(sp.Sum, sp.Product)
    return any(variable in names(b) for r in ranges for limit in r.limits for b in limit[1:])


def _places(point: sp.Expr, near: bool) -> list[Exact]:
    powers = (4, 7, 10) if near else (8, 16, 24)
    if point is sp.oo:
        return [2**k for k in powers]
    if point is sp.S.NegativeInfinity:
        return [-(2**k) for k in powers]
    if point == 0:
        return [flint.fmpq(1, 2**k) for k in powers]
    raise TypeError(f"a limit at {point}, which is neither oo, -oo nor 0")
