"""One enclosure, exactly: a real interval with rational ends, each closed or open."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lse_verify.enclosure.decimals import decimal_string
from lse_verify.formats import Format, floor_log2


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure:
    """A real interval that is certain to hold the true value.

    Attributes
    ----------
    lo, hi : Fraction
        The ends, ``lo <= hi``.
    lo_open, hi_open : bool
        Whether the true value is known to differ from that end.

    Examples
    --------
    >>> from lse_verify.formats import BINARY32
    >>> midpoint = 1 + Fraction(1, 2**24)
    >>> Enclosure(midpoint, midpoint + Fraction(1, 2**90), lo_open=True).rounded(BINARY32).hex()
    '0x1.0000020000000p+0'
    """

    lo: Fraction
    hi: Fraction
    lo_open: bool = False
    hi_open: bool = False

    def __post_init__(self) -> None:
        empty = self.lo > self.hi or (self.lo == self.hi and (self.lo_open or self.hi_open))
        if empty:
            raise ValueError(f"an enclosure cannot be empty: {self}")

    def __repr__(self) -> str:
        # As decimals: the integers of a Fraction may have more digits than Python prints.
        left, right = "(" if self.lo_open else "[", ")" if self.hi_open else "]"
        low, high = decimal_string(self.lo, 25), decimal_string(self.hi, 25)
        return f"Enclosure{left}{low}, {high}{right}"

    @classmethod
    def exactly(cls, value: Fraction | int) -> Enclosure:
        """Return the interval that holds one rational number."""
        value = Fraction(value)
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """Whether the interval is a single point."""
        return self.lo == self.hi

    @property
    def sides(self) -> tuple[int, int]:
        """How each end is to be moved infinitesimally inward: 0 where it is closed."""
        return (1 if self.lo_open else 0), (-1 if self.hi_open else 0)

    def intersect(self, other: Enclosure) -> Enclosure | None:
        """Return what both intervals allow, or None if they exclude one another."""
        lo, lo_open = max((self.lo, self.lo_open), (other.lo, other.lo_open))
        # At equal ends the open one is the tighter, so openness sorts the other way round.
        hi, hi_closed = min((self.hi, not self.hi_open), (other.hi, not other.hi_open))
        if lo > hi or (lo == hi and (lo_open or not hi_closed)):
            return None
        return Enclosure(lo, hi, lo_open, not hi_closed)

    def rounded(self, fmt: Format) -> float | None:
        """Return the float nearest to the true value, or None while that is undecided."""
        lo_side, hi_side = self.sides
        low = fmt.round(self.lo, side=lo_side)
        high = fmt.round(self.hi, side=hi_side)
        return low if low.hex() == high.hex() else None

    def relative_width_log2(self) -> float:
        """Return ⌊log₂⌋ of width over smallest magnitude, −∞ if exact, +∞ if 0 is inside."""
        if self.is_exact:
            return -np.inf
        if self.lo <= 0 <= self.hi:
            return np.inf
        smallest = min(abs(self.lo), abs(self.hi))
        return float(floor_log2((self.hi - self.lo) / smallest))

    def decimal(self, digits: int) -> str | None:
        """Return the true value to so many significant digits, or None while undecided.

        Examples
        --------
        >>> Enclosure.exactly(Fraction(2, 3)).decimal(5)
        '0.66667'
        >>> Enclosure.exactly(Fraction(-1, 3 * 10**30)).decimal(3)
        '-3.33e-31'
        """
        lo_side, hi_side = self.sides
        low = decimal_string(self.lo, digits, lo_side)
        high = decimal_string(self.hi, digits, hi_side)
        return low if low == high else None
