"""What a function of the family is: the laws that every one of them keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family.block import Block, Point
from lse_verify.formats import Format, power_of_two

ArgumentKind = Literal["row", "value", "parameter"]


@dataclass(frozen=True, slots=True)
class Pending:
    """An output that has to be evaluated: entry k (from 1) of the function at some point.

    Attributes
    ----------
    k : int
        Which entry.
    point : Point or None
        Where, if not at `Case.point`.
    """

    k: int
    point: Point | None = None


class NoLimit:
    """The only value is `NO_LIMIT`: no answer is right or wrong, what is given is a policy."""


NO_LIMIT = NoLimit()

Outcome = Enclosure | float | Pending | NoLimit
"""An exact value, ±∞ or NaN, something to evaluate, or nothing that could be right."""


@dataclass(frozen=True, slots=True)
class Case:
    """One input after all that can be decided without evaluation has been decided.

    Attributes
    ----------
    outcomes : tuple of Outcome
        One an output of the function at the original input.
    point : Point
        The input that `Pending` outcomes refer to: finite, with the terms that count for
        nothing removed. So are those that have one of their own.
    sloped : Point or None
        The input whose slopes count for κ, if that is another: with the terms of which nothing is
        left because they cancel.
    """

    outcomes: tuple[Outcome, ...]
    point: Point
    sloped: Point | None = None

    def at(self, outcome: Pending) -> Point:
        """Return the input that an outcome refers to."""
        return self.point if outcome.point is None else outcome.point


@dataclass(frozen=True, slots=True)
class Bounds:
    """Real bounds L ≤ y ≤ U that mathematics puts on a result (MATHEMATICS, section 5).

    Attributes
    ----------
    lower, upper : Fraction or None
        L from below and U from above, rational and, where irrational, so near that no
        float lies between; None where there is no such bound.
    lower_excusable, upper_excusable : bool
        Whether a violation with E ≤ 1 is explained by a change of the input below its own
        rounding. ``got < max`` never is: it costs nothing to keep.
    """

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_excusable: bool = True
    upper_excusable: bool = True


@dataclass(frozen=True, slots=True)
class RoundedBounds:
    """`Bounds` of the rows of a block, rounded outward: no float beyond them is within L and U.

    Attributes
    ----------
    lower, upper : ndarray of float64, shape (m,), or (m, n) where outputs have bounds of their own
        RD(L) and RU(U) in a format; ∓∞ where there is no such bound.
    lower_excusable, upper_excusable : bool
        As in `Bounds`, the same for all rows.
    """

    lower: Floats
    upper: Floats
    lower_excusable: bool = True
    upper_excusable: bool = True

    def of_outputs(self, per_row: int) -> tuple[Floats, Floats]:
        """Return both, an entry an output, flattened in C order."""
        lower, upper = (
            np.repeat(bound, per_row) if bound.ndim == 1 else bound.ravel()
            for bound in (self.lower, self.upper)
        )
        return lower, upper


class Function(ABC):
    """A real function whose float implementations are graded.

    Laws
    ----
    - `settle` leaves an outcome pending only where the exact value is irrational or the
      limit of precision decides (Bregman), so that raising the precision ends.
    - `ordinary` is exactly where `settle` settles nothing: where it leaves output k as
      ``Pending(k)``, for every k, at the very point that it was given, and there is an output.
    - `strict_limits` are open: the exact value of a pending outcome never attains them.
    - `bounds` hold for the exact value of every finite input, and `rounded_bounds` are
      these, each rounded by `Format.round`.
    """

    name: str
    arguments: tuple[ArgumentKind, ...]
    returns_row: bool = False
    increasing: bool = False
    """Whether raising any entry raises the result."""
    symmetric: bool = False
    """Whether a permutation of the entries of a row permutes, or leaves, the result."""
    shift: Literal["moves", "leaves"] | None = None
    """What adding c to every entry does to the result: moves it by c, leaves it, or neither."""
    side_of_limit: int = 1
    """Where the value is if one entry dominates: above (1), below (−1), or nearer to 0 (0) than the
    limit of that."""
    keeps_order: bool = False
    """Whether the outputs are ordered as the inputs are."""
    cancels: bool = False
    """Whether its value can be exact, or 0, where its slopes are not small: there they count for κ,
    which is relative to no less than 2**emin."""

    @property
    def of_two_values(self) -> bool:
        """Whether its arguments are the two terms of a sum."""
        return self.arguments == ("value", "value")

    @abstractmethod
    def settle(self, point: Point) -> Case:
        """Decide what can be decided exactly: special values, single terms, ties."""

    @abstractmethod
    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Tell for each row whether all of its outputs have to be evaluated, at the row itself.

        The array twin of `settle`, for rows that need not be looked at one by one.

        Parameters
        ----------
        block : Block
            Rows, special entries included.

        Returns
        -------
        ndarray of bool, shape (m,)
        """

    @abstractmethod
    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return rationals strictly below and above output k at a settled point."""

    @abstractmethod
    def bounds(self, point: Point, k: int) -> Bounds:
        """Return the bounds that hold for output k at a finite point."""

    @abstractmethod
    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return RD(L) and RU(U) of finite rows: the array twin of `bounds`.

        Parameters
        ----------
        block : Block
            At least one row, of at least one entry; all finite.
        fmt : Format
            What is rounded to.
        """

    def edge(self, block: Block, relative: float) -> Floats | None:
        """Return how large the values are of rows that may be carried out of the domain.

        Parameters
        ----------
        block : Block
            Rows, special entries included.
        relative : float
            By how much, at most, each number of a row is changed.

        Returns
        -------
        ndarray of float64, shape (m,), or None
            The largest value that such changes lead to, of rows that they can lead to where the
            function is not a number; NaN elsewhere. None if every row of numbers has a value.
        """
        return None

    def n_terms(self, n_entries: int) -> int:
        """Return the number of terms that the limits of the verdicts depend on.

        Parameters
        ----------
        n_entries : int
            Entries of the row argument, 1 where there is none.
        """
        return n_entries


UNSEEN = power_of_two(-21000)
"""A value strictly between 0 and this rounds as any other such value does, in every format."""


def others_unseen(entries: tuple[float, ...], multiplier: float = 1.0) -> bool:
    """Tell whether all terms exp(multiplier·entry) but one are `UNSEEN` beside that one.

    True only if Σ exp(multiplier·(entry − peak)) over the others is below `UNSEEN` by a
    factor of more than 2**1074, the largest scale of any function and number of terms; it
    spares the oracle the tens of thousands of bits in which (0, −1e300) differs from 0.
    """
    peak = max(entries) if multiplier > 0 else min(entries)
    # Halved, so that the difference does not overflow: exp(−16000) is 2**−23083.
    seen = (e for e in entries if abs(multiplier) * abs(peak / 2 - e / 2) <= 8000)
    return len(list(islice(seen, 2))) < 2


def row_of(point: Point, position: int = 0) -> tuple[float, ...]:
    """Return a row argument of a point."""
    row = point[position]
    assert isinstance(row, tuple)
    return row


def value_of(point: Point, position: int) -> float:
    """Return a value or parameter of a point."""
    value = point[position]
    assert isinstance(value, float)
    return value
