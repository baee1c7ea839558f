"""All bit patterns of a format in the order of their values, and their values in binary64.

The *rank* of a pattern is its place in that order: first the NaNs with the sign bit, then −∞, the
negative floats, −0, +0, the positive floats, +∞ and the other NaNs. So every pattern has a rank,
and neighbours in rank are neighbours on the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.double_double.arithmetic import double
from lse_verify.oracle.double_double.compilation import compiled_loop

Words = NDArray[np.signedinteger]
"""The bits of floats as signed integers of their size."""


def words_of(values: FloatArray) -> Words:
    """Return the bits of floats, as a view."""
    return values.view(f"int{8 * values.dtype.itemsize}")


def floats_of(fmt: Format, ranks: NDArray[np.int64]) -> FloatArray:
    """Return the floats of the given ranks.

    Examples
    --------
    >>> from lse_verify.formats import BINARY16
    >>> floats_of(BINARY16, np.array([0x7FFF, 0x8000, 0x8001])).tolist()
    [-0.0, 0.0, 5.960464477539063e-08]
    """
    half = 1 << (fmt.bits - 1)
    # A negative float is its sign bit and its magnitude, which falls as the rank rises.
    words = np.where(ranks >= half, ranks - half, -1 - ranks)
    return np.asarray(words.astype(f"int{fmt.bits}")).view(fmt.dtype)


def run_of(fmt: Format, start: int, count: int) -> FloatArray:
    """Return the floats of consecutive ranks, all of one sign: `floats_of` of a run, at once.

    Examples
    --------
    >>> from lse_verify.formats import BINARY16
    >>> run_of(BINARY16, 0x7FFE, 2).tolist()
    [-5.960464477539063e-08, -0.0]
    """
    half = 1 << (fmt.bits - 1)
    steps = np.arange(count, dtype=f"int{fmt.bits}" if count <= half else np.int64)
    words = steps + (start - half) if start >= half else (-1 - start) - steps
    return np.asarray(words.astype(f"int{fmt.bits}", copy=False)).view(fmt.dtype)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a format's bits become a binary64.

    Attributes
    ----------
    magnitudes : int
        The bits that are not the sign.
    infinity : int
        The magnitude of an infinity, or of the largest float where there is none, and `widen`
        takes that for infinite; those above it are NaN.
    shift : int
        By how much a magnitude is moved so that its significand stands where binary64 has it.
    scale : float
        The difference of the biases, as a factor: it makes subnormals right too.
    """

    magnitudes: int
    infinity: int
    shift: int
    scale: float

    @classmethod
    def of(cls, fmt: Format) -> Layout:
        """Return the layout of a format of at most 32 bits."""
        edge = np.inf if fmt.has_infinity else fmt.largest
        return cls(
            magnitudes=(1 << (fmt.bits - 1)) - 1,
            infinity=int(words_of(fmt.cast(np.array([edge])))[0]),
            shift=53 - fmt.precision,
            scale=2.0 ** (1023 - fmt.emax),
        )


@compiled_loop
def widen(
    words: Words, magnitudes: int, infinity: int, shift: int, scale: float, wide: Floats
) -> int:
    """Write floats, given by their bits and `Layout`, as binary64: exactly, and NaN as NaN.

    Returns 1 if any is not finite.
    """
    special = 0
    for i in range(words.size):
        bits = int(words[i])
        magnitude = bits & magnitudes
        special |= 1 if magnitude >= infinity else 0
        value = double(magnitude << shift) * scale
        value = value if magnitude < infinity else (np.inf if magnitude == infinity else np.nan)
        wide[i] = -value if bits < 0 else value
    return special
