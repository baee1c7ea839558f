"""From a found input to one that a person can read: fewer terms, fewer values, rounder numbers.

Greedy delta debugging. What an input costs is, in this order, its number of terms, its number
of distinct values, and how long they are to write; only steps that lower the cost are tried,
so that it ends, and it ends where no single step keeps what the input is to show.

References
----------
A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions
on Software Engineering 28(2), 2002.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format

Holds = Callable[[Point], bool]
"""Whether an input still shows what it is to show."""

_MOST_DIGITS = 17

MOST_TESTS = 2000
"""Candidates that are asked for: of hundreds of terms that all matter nothing gets small."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a shrunk input has to keep to.

    Attributes
    ----------
    function, fmt
        Its arguments are of this function, and floats of this format.
    fewest_terms : int
        Of a row.
    least, most : float
        Between which entries lie.
    """

    function: Function
    fmt: Format
    fewest_terms: int = 1
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class _Terms:
    """An input as terms that can be left out, and numbers that cannot.

    Attributes
    ----------
    columns : tuple of tuple of float
        An entry a place of the rows: what each row has there.
    values : tuple of float
        The arguments that are no rows.
    """

    columns: tuple[tuple[float, ...], ...]
    values: tuple[float, ...]

    @property
    def distinct(self) -> list[float]:
        """The numbers in it, each once, in order."""
        return sorted({*(v for column in self.columns for v in column), *self.values})

    def cost(self, fmt: Format) -> tuple[int, int, int]:
        """Return what is to become less."""
        numbers = self.distinct
        return len(self.columns), len(numbers), sum(weight(v, fmt) for v in numbers)

    def with_values(self, new: dict[float, float]) -> _Terms:
        """Return it with numbers replaced, wherever they stand."""
        return _Terms(
            tuple(tuple(new.get(v, v) for v in column) for column in self.columns),
            tuple(new.get(v, v) for v in self.values),
        )


def shrink(point: Point, limits: Limits, holds: Holds) -> Point:
    """Return the smallest input that single steps lead to.

    Parameters
    ----------
    point : Point
        One input that holds.
    limits : Limits
        What every smaller one has to keep to.
    holds : callable
        What it has to show; asked of each candidate once.

    Examples
    --------
    >>> from lse_verify.family import FUNCTIONS
    >>> from lse_verify.formats import BINARY64
    >>> limits = Limits(FUNCTIONS["logsumexp"], BINARY64, fewest_terms=2)
    >>> shrink(((3.25, -41.7, 0.1, 7.0),), limits, lambda point: min(point[0]) < -40)
    ((-50.0, -50.0),)
    """
    terms: _Terms | None = _taken_apart(limits.function, point)
    smallest, refused = _taken_apart(limits.function, point), set[_Terms]()
    while terms is not None:
        smallest = terms
        terms = _smaller(smallest, limits, holds, refused)
    return _put_together(limits.function, smallest)


def _smaller(terms: _Terms, limits: Limits, holds: Holds, refused: set[_Terms]) -> _Terms | None:
    """Return the first smaller input that holds, None if there is none or enough were asked."""
    cost = terms.cost(limits.fmt)
    for candidate in _candidates(terms, limits):
        if len(refused) >= MOST_TESTS:
            return None
        if candidate in refused or not _within(candidate, limits):
            continue
        if candidate.cost(limits.fmt) < cost:
            if holds(_put_together(limits.function, candidate)):
                return candidate
            refused.add(candidate)
    return None


@lru_cache(2**14)
def weight(value: float, fmt: Format) -> int:
    """Return how long a number is to write: ten a digit, and one for what else there is.

    Examples
    --------
    >>> from lse_verify.formats import BINARY32
    >>> [weight(v, BINARY32) for v in (0.0, 1.0, -20.0, 0.25)]
    [0, 10, 12, 21]
    """
    if value == 0:
        return 0
    digits = digits_of(value, fmt)
    exponent = math.floor(math.log10(abs(value)))
    return 10 * digits + (value < 0) + min(abs(exponent), 9)


def digits_of(value: float, fmt: Format) -> int:
    """Return the fewest significant decimal digits that are rounded to a number of a format."""
    for digits in range(1, _MOST_DIGITS):
        if fmt.round(Fraction(f"{value:.{digits - 1}e}")) == value:
            return digits
    return _MOST_DIGITS


def rounder(value: float, fmt: Format) -> Iterator[float]:
    """Yield numbers like a given one that are shorter to write, the shortest first.

    Examples
    --------
    >>> from lse_verify.formats import BINARY64
    >>> list(rounder(-20.63, BINARY64))
    [0.0, 1.0, -1.0, -10.0, -20.0, -30.0, -100.0, -21.0, -20.6, -20.7]
    """
    sign = math.copysign(1.0, value)
    found = {0.0: 0, sign: 0, -sign: 0}
    size = abs(value)
    if value:
        decade = math.floor(math.log10(size))
        found |= {sign * near: 0 for near in _powers(decade, fmt)}
        for digits in range(1, digits_of(value, fmt)):
            step = Fraction(10) ** (decade - digits + 1)
            below = Fraction(size) // step * step
            found |= {sign * _clipped(near, fmt): 0 for near in (below, below + step)}
    own = weight(value, fmt)
    yield from (v for v in sorted(found, key=lambda v: weight(v, fmt)) if weight(v, fmt) < own)


def _powers(decade: int, fmt: Format) -> Iterable[float]:
    return (_clipped(Fraction(10) ** exponent, fmt) for exponent in (decade, decade + 1))


def _clipped(value: Fraction, fmt: Format) -> float:
    return min(fmt.round(value), fmt.largest)


def _candidates(terms: _Terms, limits: Limits) -> Iterator[_Terms]:
    """Yield smaller inputs: the boldest steps of each kind first."""
    for start, stop in _chunks(len(terms.columns)):
        left = terms.columns[:start] + terms.columns[stop:]
        if len(left) >= limits.fewest_terms:
            yield replace(terms, columns=left)
    numbers = terms.distinct
    for start, stop in _chunks(len(numbers)):
        group = numbers[start:stop]
        for onto in (*numbers[stop : stop + 1], *numbers[max(start - 1, 0) : start]):
            yield terms.with_values(dict.fromkeys(group, onto))
    for number in numbers:
        yield from (terms.with_values({number: v}) for v in rounder(number, limits.fmt))


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    """Yield runs that cover a sequence, by halves down to single places."""
    size = count // 2
    while size >= 1:
        yield from ((start, min(start + size, count)) for start in range(0, count, size))
        size //= 2


def _within(terms: _Terms, limits: Limits) -> bool:
    entries = (v for column in terms.columns for v in column)
    of_arguments = [kind for kind in limits.function.arguments if kind != "row"]
    parameters = [
        v for v, kind in zip(terms.values, of_arguments, strict=True) if kind == "parameter"
    ]
    return all(limits.least <= v <= limits.most for v in entries) and all(v > 0 for v in parameters)


def _taken_apart(function: Function, point: Point) -> _Terms:
    rows = [argument for argument in point if isinstance(argument, tuple)]
    values = tuple(argument for argument in point if not isinstance(argument, tuple))
    return _Terms(tuple(zip(*rows, strict=True)), values)


def _put_together(function: Function, terms: _Terms) -> Point:
    rows: Iterator[Sequence[float]] = iter(zip(*terms.columns, strict=True))
    values = iter(terms.values)
    return tuple(
        tuple(next(rows)) if kind == "row" else next(values) for kind in function.arguments
    )
