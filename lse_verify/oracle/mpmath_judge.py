"""The judge: the SymPy definition itself, evaluated in mpmath's interval arithmetic.

Nothing is rearranged, shifted or dropped: each definition is printed as Python over a
private `MPIntervalContext`, so every value that comes out is an enclosure of the
definition. mpmath's exponents are unbounded integers, so exp(1e300) is a number like any
other. The one liberty: equal terms of a sum are evaluated once and multiplied by their
count.

mpmath's interval arithmetic rounds +, −, × and ÷ outward correctly, but not exp and log:
their ends are computed with a few guard bits and then rounded in the wanted direction, so
they can fall short. Measured with mpmath 1.3 against Arb: at 128 bits by up to 2e-4 of a
unit, which suffices for ``iv.log(5*iv.exp(x))`` to end at exactly x, below the true
x + log 5, for x = 0x1.ee99ee1e3d43bp+406; but exp(x) with |x| near 2**(-√prec/4) by 3.6 units
at 8192 bits, 5e3 at 16384 and 6e7 at 32768, because its series loses √prec/4 bits more than
it reserves. Every exp and log is therefore evaluated with `_guard_bits` more than are wanted
and then widened by two units at each end.

References
----------
F. Johansson et al., mpmath 1.3, ``mpmath.libmp.libmpi``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import Any

from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import (
    finf,
    fnan,
    fninf,
    from_man_exp,
    fzero,
    mpf_sign,
    mpi_exp,
    mpi_log,
    mpi_mul,
)

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Point, digest
from lse_verify.family.function import Function
from lse_verify.formats import power_of_two
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, Oracle
from lse_verify.oracle.remembered import Remembered

_CONTEXT = MPIntervalContext()

Term = Callable[[int], Any]
Evaluate = Callable[..., Any]
Columns = tuple[list[int], list[list[Any]]]
"""How often each distinct column of some rows stands there, and its intervals row by row."""


_BEYOND_LOG2 = 2**16
"""No value and no slope of floats is so large. Where few bits leave an exponent open, an end may
have one that itself has a thousand bits: that tells nothing, and no rational could hold it."""

Ends = Any
"""An interval as mpmath's functions on raw tuples take it: its two ends."""


@cache
def _two_units(prec_bits: int) -> Ends:
    """Return [1 − 4u, 1 + 4u], u = 2**−prec: two to four units at the ends of any interval."""
    one = 1 << (prec_bits - 2)
    return from_man_exp(one - 1, 2 - prec_bits), from_man_exp(one + 1, 2 - prec_bits)


def _guard_bits(prec_bits: int) -> int:
    """Return how many more bits to ask mpmath for: above the √prec/4 that its exp may lose."""
    return 64 + math.isqrt(prec_bits)


@lru_cache(maxsize=1024)
def _exp_at(ends: Ends, prec_bits: int) -> Ends:
    nearly = mpi_exp(ends, prec_bits + _guard_bits(prec_bits))
    return mpi_mul(nearly, _two_units(prec_bits), prec_bits)


def _exp(interval: Any) -> Any:
    # The derivatives name the same sum many times, and softmax every entry for every output.
    return _CONTEXT.make_mpf(_exp_at(interval._mpi_, _CONTEXT.prec))


def _log(interval: Any) -> Any:
    prec_bits = _CONTEXT.prec
    # Of a sum of which these bits do not tell that it is positive: it is, and log 0 is −∞.
    ends = tuple(end if mpf_sign(end) > 0 else fzero for end in interval._mpi_)
    nearly = mpi_log(ends, prec_bits + _guard_bits(prec_bits))
    return _CONTEXT.make_mpf(mpi_mul(nearly, _two_units(prec_bits), prec_bits))


@cache
def _value(name: str) -> Evaluate:
    # SymPy takes a second to import, for which nobody waits who asks nothing of the judge.
    from lse_verify.oracle.printed import value

    return value(name, _FUNCTIONS)


@cache
def _weighted_slopes(name: str) -> Evaluate:
    from lse_verify.oracle.printed import slopes

    return slopes(name, _FUNCTIONS)


_FUNCTIONS = {"exp": _exp, "log": _log, "mpf": _CONTEXT.mpf}


class MpmathJudge(Oracle):
    """mpmath on the SymPy definition: every figure that gets printed comes from here."""

    name = "mpmath"

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        """Evaluate the definition at so many bits."""
        return _evaluate(_value(function.name), point, k, prec_bits)

    def weighted_slopes(
        self, function: Function, point: Point, k: int, prec_bits: int
    ) -> Enclosure | None:
        """Enclose Σ |argument · ∂y/∂argument|, derived by SymPy: κ is this over y's magnitude."""
        return _evaluate(_weighted_slopes(function.name), point, k, prec_bits)


def _evaluate(evaluate: Evaluate, point: Point, k: int, prec_bits: int) -> Enclosure | None:
    _CONTEXT.prec = prec_bits
    rows = tuple(argument for argument in point if isinstance(argument, tuple))
    length = len(rows[0]) if rows else 1
    counts, columns = _known_columns.get(digest(rows), partial(_distinct, rows))
    readable = iter([_Row(*pair) for pair in zip(rows, columns, strict=True)])
    arguments = [next(readable) if isinstance(a, tuple) else _CONTEXT.mpf(a) for a in point]

    def total(term: Term, first: int, last: int) -> Any:
        assert (first, last) == (1, length)
        terms: Iterable[Any] = (
            term(~place) if count == 1 else term(~place) * count
            for place, count in enumerate(counts)
        )
        return sum(terms, _CONTEXT.zero)

    return _enclosure(evaluate(total, length, k, *arguments))


def _distinct(rows: tuple[tuple[float, ...], ...]) -> Columns:
    """Return how often each distinct column of the rows stands there, and its intervals.

    A float becomes an interval without rounding: no precision asked for is below 53 bits.
    """
    columns = Counter(zip(*rows, strict=True))
    return list(columns.values()), [list(map(_CONTEXT.mpf, row)) for row in zip(*columns)]  # noqa: B905  # all columns are as long as rows has rows


_known_columns = Remembered[Columns](most=8)


class _Row:
    """A row read by index from 1, or by ``~place`` at one of its distinct columns."""

    def __init__(self, row: tuple[float, ...], distinct: list[Any]) -> None:
        self._row, self._distinct = row, distinct

    def __getitem__(self, index: int) -> Any:
        return self._distinct[~index] if index < 0 else _CONTEXT.mpf(self._row[index - 1])


def _enclosure(interval: Any) -> Enclosure | None:
    low, high = interval._mpi_
    if {low, high} & {finf, fninf, fnan}:
        return None
    if any(exp + bc > _BEYOND_LOG2 for _, _, exp, bc in (low, high)):
        return None
    return Enclosure(_outward(low, upward=False), _outward(high, upward=True))


def _outward(mpf: Any, upward: bool) -> Fraction:
    """Turn an mpf tuple into a rational, magnitudes below 2**NEGLIGIBLE_LOG2 outward."""
    sign, man, exp, bc = mpf
    if not man:
        return Fraction(0)
    if exp + bc < NEGLIGIBLE_LOG2:
        away_from_zero = upward != bool(sign)
        size = power_of_two(NEGLIGIBLE_LOG2) if away_from_zero else Fraction(0)
        return -size if sign else size
    return Fraction(-int(man) if sign else int(man)) * power_of_two(int(exp))
