"""Exact rationals, balls and power series under one arithmetic.

A number stays an exact rational for as long as it is one: only a transcendental function
turns it into a ball (``flint.arb``), so ties between rationals are decided exactly and a
point does not depend on the precision. Power series carry derivatives. python-flint's
precision belongs to the whole process; `working_precision` lends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeAlias

import flint

Exact: TypeAlias = Any
"""An ``int`` or a ``flint.fmpq``."""

Number: TypeAlias = Any
"""An `Exact`, a ``flint.arb`` or a ``flint.arb_series``; python-flint's stubs are incomplete."""

_LARGEST_SHOWN = 100_000

_EXACT = (int, flint.fmpq)


class Undefined(ArithmeticError):
    """The value does not exist, or cannot be enclosed at this precision.

    Examples
    --------
    >>> logarithm(0)
    Traceback (most recent call last):
    lse_verify.proving.falsifier.arithmetic.Undefined: log of 0, which is not certainly positive
    """


@contextmanager
def working_precision(prec_bits: int) -> Iterator[None]:
    """Compute with so many bits inside the block, and with what was set before after it."""
    before = flint.ctx.prec
    flint.ctx.prec = prec_bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def is_exact(value: Number) -> bool:
    """Return whether a number is an exact rational."""
    return isinstance(value, _EXACT)


def exact(value: Fraction | int) -> Exact:
    """Return a rational as this module computes with it."""
    return value if isinstance(value, int) else flint.fmpq(value.numerator, value.denominator)


def integer(value: Number) -> int:
    """Return an exact number as an int.

    Raises
    ------
    Undefined
        If it is not one.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, flint.fmpq) and value.q == 1:
        return int(value.p)
    raise Undefined(f"{short(value)} stands where an exact integer must")


def short(value: Number, digits: int = 12) -> str:
    """Return a number in a few digits, for people."""
    if isinstance(value, flint.arb):
        return str(value.str(digits, radius=False)) if value.is_finite() else str(value)
    if isinstance(value, flint.fmpq) and value.q > _LARGEST_SHOWN:
        return f"{int(value.p) / int(value.q):.{digits}g}"
    return str(value)


def positive(value: Number) -> bool:
    """Return whether a number, or the constant term of a series, is certainly positive."""
    return bool((value[0] if isinstance(value, flint.arb_series) else value) > 0)


def negative(value: Number) -> bool:
    """Return whether a number, or the constant term of a series, is certainly negative."""
    return bool((value[0] if isinstance(value, flint.arb_series) else value) < 0)


def _zero(value: Number) -> bool:
    if isinstance(value, flint.arb_series):
        return False
    return bool(value.is_zero()) if isinstance(value, flint.arb) else bool(value == 0)


def finite(value: Number) -> Number:
    """Return the number itself.

    Raises
    ------
    Undefined
        If a ball, or a coefficient of a series, is infinite or NaN.
    """
    if isinstance(value, flint.arb):
        if not value.is_finite():
            raise Undefined("a value without a finite enclosure")
    elif isinstance(value, flint.arb_series) and not all(c.is_finite() for c in value.coeffs()):
        raise Undefined("a series without finite enclosures")
    return value


def exponential(value: Number) -> Number:
    """Return e**value."""
    if is_exact(value):
        return 1 if value == 0 else finite(flint.arb(value).exp())
    return finite(value.exp())


def logarithm(value: Number) -> Number:
    """Return log(value), exactly 0 at 1.

    Raises
    ------
    Undefined
        Unless the value is certainly positive.
    """
    if not positive(value):
        raise Undefined(f"log of {short(value)}, which is not certainly positive")
    if is_exact(value):
        return 0 if value == 1 else flint.arb(value).log()
    return finite(value.log())


def error_function(value: Number) -> Number:
    """Return erf(value)."""
    if is_exact(value):
        return 0 if value == 0 else flint.arb(value).erf()
    return finite(value.erf())


def x_log_x(value: Number) -> Number:
    """Return u·log u for u > 0, 0 at u = 0; from 0 up, a ball around all values.

    Raises
    ------
    Undefined
        If u is negative by more than the precision explains.
    """
    if positive(value):
        return value * logarithm(value)
    if is_exact(value) and value == 0:
        return 0
    if not isinstance(value, flint.arb) or value.lower() < -(
        flint.arb(2) ** -(flint.ctx.prec // 2)
    ):
        raise Undefined(f"xlogx of {short(value)}, which is not certainly ≥ 0")
    return _x_log_x_from_0(value.upper())


def _x_log_x_from_0(upper: Number) -> Number:
    """Enclose u·log u over 0 ≤ u ≤ upper; it falls from 0 to −1/e at u = 1/e, then rises."""
    if upper.is_zero():
        return 0
    end = upper * upper.log()
    lowest = end if upper < flint.arb(-1).exp() else -flint.arb(-1).exp()
    return finite(lowest.union(flint.arb(0)).union(end))


def absolute(value: Number) -> Number:
    """Return |value|.

    Raises
    ------
    Undefined
        If the value is a series whose constant term may be 0.
    """
    if not isinstance(value, flint.arb_series):
        return abs(value)
    if not (positive(value) or negative(value)):
        raise Undefined("the slope of Abs at 0")
    return value if positive(value) else -value


def largest(values: Sequence[Number]) -> Number:
    """Return the maximum.

    Raises
    ------
    Undefined
        If one is a series and it is not certain which is the largest.
    """
    return _extreme(values, max, "max", positive)


def smallest(values: Sequence[Number]) -> Number:
    """Return the minimum.

    Raises
    ------
    Undefined
        If one is a series and it is not certain which is the smallest.
    """
    return _extreme(values, min, "min", negative)


def _extreme(
    values: Sequence[Number],
    exactly: Callable[[Sequence[Number]], Number],
    of_balls: str,
    wins: Callable[[Number], bool],
) -> Number:
    if all(map(is_exact, values)):
        return exactly(values)
    best = values[0]
    for value in values[1:]:
        if isinstance(best, flint.arb_series) or isinstance(value, flint.arb_series):
            if not (wins(value - best) or wins(best - value)):
                raise Undefined(f"the slope of {of_balls} where it changes hands")
            best = value if wins(value - best) else best
        else:
            best = getattr(flint.arb(best), of_balls)(flint.arb(value))
    return best


def power(base: Number, exponent: Number) -> Number:
    """Return base**exponent; 0**0 is 1.

    Raises
    ------
    Undefined
        If 0 may be raised to a negative power, or a number that is not certainly positive
        to one that is not an integer.
    """
    if is_exact(exponent) and (isinstance(exponent, int) or exponent.q == 1):
        return _integer_power(base, int(exponent if isinstance(exponent, int) else exponent.p))
    if _zero(base) and positive(exponent):
        return 0
    if not positive(base):
        raise Undefined(f"{short(base)} to the power {short(exponent)}")
    return exponential(exponent * logarithm(base))


def _integer_power(base: Number, exponent: int) -> Number:
    if exponent == -1:
        return reciprocal(base)
    if exponent < 0:
        return reciprocal(_integer_power(base, -exponent))
    if is_exact(base):
        return base**exponent
    # Not arb's own power: at a ball around 0 it is NaN.
    result: Number = 1
    while exponent:
        if exponent & 1:
            result = result * base
        exponent >>= 1
        if exponent:
            base = base * base
    return result


def reciprocal(value: Number) -> Number:
    """Return 1/value.

    Raises
    ------
    Undefined
        If the value may be 0.
    """
    if not (positive(value) or negative(value)):
        raise Undefined(f"1/({short(value)})")
    return flint.fmpq(1) / value if is_exact(value) else finite(1 / value)
