"""From a found input to one that a person can read: fewer terms, fewer values, rounder numbers.

Greedy delta debugging. What an input costs is, in this order, its number of terms, its number
of distinct values, and how long they are to write; only steps that lower the cost are tried,
so that it ends. Steps of one kind are taken until there are none left, then those of the next,
again and again, until no single step keeps what the input is to show or enough were tried.

References
----------
A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions
on Software Engineering 28(2), 2002.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format

Holds = Callable[[Point], bool]
"""Whether an input still shows what it is to show."""

_MOST_DIGITS = 17

_NOT_FINITE = 30
"""What infinities and NaN count as long as: a number of a few digits is easier to look at."""

MOST_TESTS = 4000
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
    most_tests : int
        How many candidates are asked for at most.
    """

    function: Function
    fmt: Format
    fewest_terms: int = 1
    least: float = -math.inf
    most: float = math.inf
    most_tests: int = MOST_TESTS


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
    search = _Search(limits, holds)
    terms, before = _taken_apart(limits.function, point), None
    while terms != before:
        before = terms
        for make_smaller in (search.with_fewer_terms, search.with_fewer_values, search.rounder):
            terms = make_smaller(terms)
    return _put_together(limits.function, terms)


@dataclass(slots=True)
class _Search:
    """Takes every step that holds, and goes on from where it was.

    Attributes
    ----------
    limits : Limits
        What every input has to keep to.
    holds : callable
        What it has to show.
    refused : set
        Inputs that do not show it, which are not asked for again.
    """

    limits: Limits
    holds: Holds
    refused: set[_Terms] = field(default_factory=set)

    def with_fewer_terms(self, terms: _Terms) -> _Terms:
        """Leave out runs of terms, the longest first."""
        size = len(terms.columns) // 2
        while size:
            start = 0
            while start < len(terms.columns):
                left = terms.columns[:start] + terms.columns[start + size :]
                candidate = replace(terms, columns=left)
                if len(left) >= self.limits.fewest_terms and self._accepts(terms, candidate):
                    terms = candidate
                else:
                    start += size
            size //= 2
        return terms

    def with_fewer_values(self, terms: _Terms) -> _Terms:
        """Make runs of values one with the next or the one before, the longest first."""
        size = len(terms.distinct) // 2
        while size:
            start = 0
            while start < len(numbers := terms.distinct):
                group = numbers[start : start + size]
                beside = (*numbers[start + size : start + size + 1], *numbers[start - 1 : start])
                joined = (terms.with_values(dict.fromkeys(group, onto)) for onto in beside)
                found = next((one for one in joined if self._accepts(terms, one)), None)
                terms, start = (terms, start + size) if found is None else (found, start)
            size //= 2
        return terms

    def rounder(self, terms: _Terms) -> _Terms:
        """Write each value shorter, the shortest that holds."""
        for number in terms.distinct:
            shorter = (terms.with_values({number: v}) for v in rounder(number, self.limits.fmt))
            terms = next((one for one in shorter if self._accepts(terms, one)), terms)
        return terms

    def _accepts(self, terms: _Terms, candidate: _Terms) -> bool:
        """Tell whether a candidate is smaller and holds; no to all once enough were asked."""
        if len(self.refused) >= self.limits.most_tests or candidate in self.refused:
            return False
        fmt = self.limits.fmt
        if not _within(candidate, self.limits) or candidate.cost(fmt) >= terms.cost(fmt):
            return False
        if self.holds(_put_together(self.limits.function, candidate)):
            return True
        self.refused.add(candidate)
        return False


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
    if not math.isfinite(value):
        return _NOT_FINITE
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
    if value and math.isfinite(value):
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


def _within(terms: _Terms, limits: Limits) -> bool:
    entries = (v for column in terms.columns for v in column)
    of_arguments = [kind for kind in limits.function.arguments if kind != "row"]
    parameters = [
        v for v, kind in zip(terms.values, of_arguments, strict=True) if kind == "parameter"
    ]
    # Written so that NaN, of which special values are made, is within.
    inside = not any(v < limits.least or v > limits.most for v in entries)
    return inside and all(v > 0 for v in parameters)


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
