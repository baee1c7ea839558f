"""What a format is: its numbers, correct rounding into it, and the order of its floats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from lse_verify.formats.powers import floor_log2, power_of_two

Rounding = Literal["nearest", "up", "down"]
FloatArray = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format.

    Attributes
    ----------
    name : str
        A key of `FORMATS`; of a foreign format also its name in ``ml_dtypes``.
    precision : int
        Bits of the significand, the hidden one counted: *p*.
    emin, emax : int
        Smallest and largest exponent of a normal float.
    bits : int
        Bits of storage.
    has_infinity : bool
        Whether infinity lies beyond the largest float. If not, nothing does: the exponent that
        would be that of infinity is one of floats too, but for the pattern of all ones, which
        is NaN, and NaN is stored for what overflows.
    foreign : bool
        Whether NumPy lacks it, and ``ml_dtypes`` stores it.

    Examples
    --------
    >>> from lse_verify import FORMATS
    >>> fmt = FORMATS["bfloat16"]
    >>> fmt.precision, fmt.dtype, fmt.unit_roundoff
    (8, dtype(bfloat16), 0.00390625)
    """

    name: str
    precision: int
    emin: int
    emax: int
    bits: int
    has_infinity: bool = True
    foreign: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype that stores this format."""
        stored: np.dtype[Any]
        stored = np.dtype(getattr(ml_dtypes, self.name) if self.foreign else f"float{self.bits}")
        return stored

    @property
    def unit_roundoff(self) -> float:
        """``u = 2**-p``, half the distance from 1 to the next float."""
        return math.ldexp(1.0, -self.precision)

    @property
    def top_quantum(self) -> int:
        """log₂ of the distance between neighbours in the top binade."""
        return self.emax - self.precision + 1

    @property
    def top_steps(self) -> int:
        """The largest finite float in units of the distance between neighbours there."""
        return (1 << self.precision) - (1 if self.has_infinity else 2)

    @property
    def largest(self) -> float:
        """The largest finite float."""
        return math.ldexp(self.top_steps, self.top_quantum)

    @property
    def smallest_normal(self) -> float:
        """``2**emin``."""
        return math.ldexp(1.0, self.emin)

    @property
    def smallest_subnormal(self) -> float:
        """The distance between neighbours below ``2**emin``."""
        return math.ldexp(1.0, self.emin - self.precision + 1)

    def exponent(self, value: Fraction, side: int = 0) -> int:
        """Return the exponent of the binade that `value` lies in, clipped to the format.

        Parameters
        ----------
        value : Fraction
            A real number.
        side : {-1, 0, 1}
            Take the real infinitesimally below (−1) or above (+1) `value` instead.

        Returns
        -------
        int
            ``min(max(floor(log2 |value|), emin), emax)``; `emin` at zero.

        Examples
        --------
        >>> from lse_verify.formats import BINARY64
        >>> BINARY64.exponent(Fraction(1)), BINARY64.exponent(Fraction(1), side=-1)
        (0, -1)
        """
        if value == 0:
            return self.emin
        exponent = floor_log2(abs(value))
        towards_zero = side != 0 and (side > 0) != (value > 0)
        if towards_zero and abs(value) == power_of_two(exponent):
            exponent -= 1
        return min(max(exponent, self.emin), self.emax)

    def round(self, value: Fraction, mode: Rounding = "nearest", side: int = 0) -> float:
        """Round a real to this format, correctly.

        Parameters
        ----------
        value : Fraction
            The real number.
        mode : {"nearest", "up", "down"}
            To nearest with ties to even, towards +∞, or towards −∞.
        side : {-1, 0, 1}
            Round the real infinitesimally below or above `value` instead: what an open
            end of an enclosure needs.

        Returns
        -------
        float
            A value of this format; ±∞ where the real rounds beyond the largest, whether or not
            the format can store that; a zero has the sign of the real.

        Examples
        --------
        >>> from lse_verify.formats import BINARY16, BINARY64
        >>> BINARY16.round(Fraction(1, 3)).hex()
        '0x1.5540000000000p-2'
        >>> BINARY64.round(Fraction(1), "up", side=1).hex()
        '0x1.0000000000001p+0'
        >>> BINARY64.round(Fraction(0), side=-1)
        -0.0
        """
        quantum_exponent = self.exponent(value, side) - (self.precision - 1)
        scaled = value / power_of_two(quantum_exponent)
        floor = scaled.numerator // scaled.denominator
        rest = scaled - floor
        if rest == 0 and side < 0:
            floor, rest, side = floor - 1, Fraction(1), -1
        steps = floor + self._carry(rest, floor, mode, side)
        return self._assemble(steps, quantum_exponent, value, side, mode)

    @staticmethod
    def _carry(rest: Fraction, floor: int, mode: Rounding, side: int) -> int:
        """Decide whether `floor` + `rest` (infinitesimally moved by `side`) rounds up."""
        if mode == "up":
            return int(rest > 0 or side > 0)
        if mode == "down":
            # `rest` reaches 1 only for a real infinitesimally below an integer.
            return 0
        twice = 2 * rest
        if twice != 1:
            return int(twice > 1)
        return int(side > 0 or (side == 0 and floor % 2 == 1))

    def _assemble(
        self, steps: int, quantum_exponent: int, value: Fraction, side: int, mode: Rounding
    ) -> float:
        """Turn a count of quanta into a float of the format, overflow and zero sign included."""
        negative = value < 0 or (value == 0 and side < 0)
        if steps == 0:
            return -0.0 if negative else 0.0
        if quantum_exponent < self.top_quantum or abs(steps) <= self.top_steps:
            return math.ldexp(steps, quantum_exponent)
        inward = (mode == "up" and steps < 0) or (mode == "down" and steps > 0)
        limit = self.largest if inward else math.inf
        return limit if steps > 0 else -limit

    def stored(self, rounded: float) -> float:
        """Return what this format keeps of a rounding: NaN of ±∞ where it has no infinity.

        Examples
        --------
        >>> from lse_verify.formats import FLOAT8_E4M3FN
        >>> FLOAT8_E4M3FN.round(Fraction(500)), FLOAT8_E4M3FN.stored(math.inf)
        (inf, nan)
        """
        return rounded if self.has_infinity or math.isfinite(rounded) else math.nan

    def cast(self, values: NDArray[np.float64]) -> FloatArray:
        """Round binary64 values to this format, to nearest even, as an array of its dtype.

        What rounds beyond the largest becomes infinity, and NaN where there is none.
        """
        wide = np.asarray(values, dtype=np.float64)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            # ml_dtypes rounds binary64 to binary32 first, and twice is not correctly.
            near = self._on_grid(wide) if self.foreign else wide
            return np.asarray(near).astype(self.dtype)

    def _on_grid(self, wide: NDArray[np.float64]) -> NDArray[np.float64]:
        """Round binary64 values to multiples of this format's spacing; overflow stays wide."""
        binade = np.maximum(np.frexp(wide)[1] - 1, self.emin)
        quantum_exponent = binade - (self.precision - 1)
        steps = np.rint(np.ldexp(wide, -quantum_exponent))
        return np.asarray(np.ldexp(steps, quantum_exponent))

    def ordinals(self, values: FloatArray) -> NDArray[np.int64]:
        """Return the place of each entry in the order of this format's floats.

        Both zeros are 0, the smallest subnormal is 1, its negative −1, and infinity, if there
        is one, is one past the largest finite float.

        Raises
        ------
        ValueError
            If an entry is NaN, which has no place in the order.
        """
        values = np.asarray(values, dtype=self.dtype, order="C")
        if np.isnan(values).any():
            raise ValueError("NaN has no ordinal; remove it first")
        raw = values.view(f"int{self.bits}").astype(np.int64)
        sign_bit = -(1 << (self.bits - 1))
        return np.where(raw >= 0, raw, sign_bit - np.minimum(raw, 0))

    def from_ordinals(self, ordinals: NDArray[np.int64]) -> FloatArray:
        """Return the floats that carry the given ordinals; the inverse of `ordinals`.

        Raises
        ------
        ValueError
            If an ordinal lies beyond infinity, or beyond the largest float where there is none.
        """
        ordinals = np.asarray(ordinals, dtype=np.int64)
        if (np.abs(ordinals) > self._last_ordinal).any():
            end = "infinity" if self.has_infinity else "the largest"
            raise ValueError(
                f"no float of {self.name} has an ordinal beyond ±{self._last_ordinal}, {end}"
            )
        sign_bit = -(1 << (self.bits - 1))
        raw = np.where(ordinals >= 0, ordinals, sign_bit - np.minimum(ordinals, 0))
        return np.asarray(raw.astype(f"int{self.bits}"), order="C").view(self.dtype)

    def next_up(self, values: FloatArray) -> FloatArray:
        """Return the least float above each entry, −0 above the last negative; the last stays."""
        above = np.minimum(self.ordinals(values) + 1, self._last_ordinal)
        return np.where(above == 0, self.dtype.type(-0.0), self.from_ordinals(above))

    def next_down(self, values: FloatArray) -> FloatArray:
        """Return the greatest float below each entry; the first stays."""
        below = np.maximum(self.ordinals(values) - 1, -self._last_ordinal)
        return self.from_ordinals(below)

    @property
    def _last_ordinal(self) -> int:
        largest = ((self.emax - self.emin) << (self.precision - 1)) + self.top_steps
        return largest + 1 if self.has_infinity else largest

    def holds(self, other: Format) -> bool:
        """Tell whether every finite float of another format is one of this."""
        return (
            self.precision >= other.precision
            and self.largest >= other.largest
            and self.smallest_subnormal <= other.smallest_subnormal
        )

    def contains(self, value: float | Fraction) -> bool:
        """Tell whether a number is a finite float of this format."""
        if isinstance(value, float) and not math.isfinite(value):
            return False
        nearest = self.round(Fraction(value))
        return math.isfinite(nearest) and Fraction(nearest) == value
