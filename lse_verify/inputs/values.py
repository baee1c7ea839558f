"""Drawing floats of a format, with the same bits on every machine.

Only additions and multiplications of uniform and normal draws, integers, and the bits of
mpmath's exp and log stand behind a row: NumPy's exp may differ in the last bit from one
processor to another, and a row that is worth reporting can hang on that bit. mpmath itself is
asked only where a certified double-double leaves open how it rounds. What remains is the C
library's log1p, in the tail of normal draws, and NumPy's version, which may change streams.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath.libmp import from_float, mpf_exp, mpf_log, round_nearest, to_float
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.double_double import arrays

Shape = tuple[int, int]
Rows = Callable[[Format, np.random.Generator, Shape], FloatArray]
"""Draws rows of a given shape, finite floats of the format, for any number of terms ≥ 1."""

Wide = NDArray[np.float64]

LN2 = 0.6931471805599453
BINARY64_BITS = 53

UNSURE = 2.0**-7
"""Nearer than so many ulps to where rounding turns, mpmath's 53 bits need not be the nearest:
it works with 14 bits more, and exp loses five of these. Double-doubles are far better."""

_SMALLEST_NORMAL, _LARGEST_POWER = 2.0**-1022, 2.0**1023

# exp(-746) is below half of the smallest subnormal of binary64.
_EXP_UNDERFLOWS = -746.0


def finite(fmt: Format, values: Wide) -> FloatArray:
    """Round to the format, and put what would overflow at its largest floats."""
    return fmt.cast(np.clip(values, -fmt.largest, fmt.largest))


def wide(values: FloatArray) -> Wide:
    """Return floats of any format as binary64, which holds them all."""
    return values.astype(np.float64)


def uniform(rng: np.random.Generator, low: float, high: float, shape: Shape) -> Wide:
    """Return reals between `low` and `high`, equally likely."""
    # rng.uniform may be compiled to a fused multiply-add, which rounds differently.
    return low + (high - low) * rng.random(shape)


def signs(rng: np.random.Generator, shape: Shape) -> Wide:
    """Return −1 and 1, equally likely."""
    return np.where(rng.integers(0, 2, shape) == 0, -1.0, 1.0)


def between(
    fmt: Format, rng: np.random.Generator, low: float, high: float, shape: Shape
) -> FloatArray:
    """Return floats of the format from `low` to `high`, all equally likely.

    Over several binades this is nearly uniform in the logarithm of the magnitude.

    Examples
    --------
    >>> from lse_verify.formats import BINARY16
    >>> draws = between(BINARY16, np.random.default_rng(0), 1.0, 1.001, (1, 100))
    >>> sorted({float(v) for v in draws[0]})
    [1.0, 1.0009765625]
    """
    first, last = fmt.ordinals(fmt.cast(np.array([low, high])))
    return fmt.from_ordinals(rng.integers(first, last, shape, endpoint=True))


def nearby(fmt: Format, rng: np.random.Generator, values: FloatArray, steps: int) -> FloatArray:
    """Return finite floats that lie at most `steps` floats away from the given ones."""
    last = int(fmt.ordinals(fmt.cast(np.array([fmt.largest])))[0])
    moved = fmt.ordinals(values) + rng.integers(-steps, steps, values.shape, endpoint=True)
    return fmt.from_ordinals(np.clip(moved, -last, last))


def mix(rng: np.random.Generator, *alternatives: NDArray[Any]) -> NDArray[Any]:
    """Return rows taken in equal parts, and in random places, from arrays of one shape."""
    rows = np.array(alternatives[0])
    choice = rng.permutation(np.arange(len(rows)) % len(alternatives))
    for index, alternative in enumerate(alternatives):
        rows[choice == index] = alternative[choice == index]
    return rows


def exp(values: Wide) -> Wide:
    """Return exp of each entry in binary64; entries are at most 0.

    Examples
    --------
    >>> exp(np.array([0.0, -1.0, -np.inf])).tolist()
    [1.0, 0.36787944117144233, 0.0]
    """
    clipped = np.maximum(values, _EXP_UNDERFLOWS).ravel()
    found = arrays.exp(clipped, np.zeros_like(clipped))
    with np.errstate(under="ignore"):
        # Twice rounded where that is subnormal, as mpmath does it.
        images = np.ldexp(found.hi, found.exponent.astype(np.int32))
    unsure = ~surely_nearest(found.hi, found.lo)
    images[unsure] = _each(mpf_exp, clipped[unsure])
    return images.reshape(values.shape)


def log(values: Wide) -> Wide:
    """Return the natural logarithm of each entry in binary64; entries are positive."""
    flat = values.ravel()
    inside = np.clip(flat, _SMALLEST_NORMAL, _LARGEST_POWER)
    images, lo = arrays.log(inside, np.zeros_like(inside))
    unsure = ~surely_nearest(images, lo) | (inside != flat)
    images[unsure] = _each(mpf_log, flat[unsure])
    return images.reshape(values.shape)


def surely_nearest(hi: Floats, lo: Floats) -> NDArray[np.bool_]:
    """Tell where hi + lo is so far from a midpoint that mpmath's 53 bits are hi."""
    # Below a power of two floats are half as far apart as above it.
    half_step = np.spacing(np.abs(hi)) * np.where(np.abs(np.frexp(hi)[0]) == 0.5, 0.25, 0.5)
    return np.asarray(np.abs(lo) < half_step * (1 - 2 * UNSURE))


def _each(function: Callable[[Any, int, str], Any], values: Wide) -> Wide:
    images = [
        to_float(function(from_float(value), BINARY64_BITS, round_nearest))
        for value in values.tolist()
    ]
    return np.array(images, dtype=np.float64)
