"""What neighbours and mirror images show, on the bits of answers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.search.exhaust.patterns import Words

Places = NDArray[np.int64]


@inlined
def ordinal(word: int, magnitudes: int) -> int:
    """Return the place of a float in the order of its format; both zeros are 0."""
    return word if word >= 0 else -(word & magnitudes)


@compiled_loop
def drops(
    lower: Words, upper: Words, magnitudes: int, infinity: int, top: Places
) -> tuple[int, int]:
    """Count where the answer to a raised input is lower than to the input itself.

    Parameters
    ----------
    lower, upper : ndarray of int, shape (m,)
        Bits of the answers to inputs, and to these with an argument raised by one float. NaN
        is neither lower nor higher.
    magnitudes, infinity : int
        Of the `Layout`.
    top : ndarray of int64, shape (1,)
        Written: the largest drop in floats.

    Returns
    -------
    count, place : int
        How many, and where the largest is first, −1 if there is none.
    """
    total, top[0] = 0, 0
    for i in range(lower.size):
        a, b = int(lower[i]), int(upper[i])
        numbers = ((a & magnitudes) <= infinity) & ((b & magnitudes) <= infinity)
        drop = ordinal(a, magnitudes) - ordinal(b, magnitudes)
        drop = drop if numbers & (drop > 0) else 0
        total += 1 if drop > 0 else 0
        top[0] = max(top[0], drop)
    if total == 0:
        return 0, -1
    for i in range(lower.size):
        a, b = int(lower[i]), int(upper[i])
        numbers = ((a & magnitudes) <= infinity) & ((b & magnitudes) <= infinity)
        if numbers and ordinal(a, magnitudes) - ordinal(b, magnitudes) == top[0]:
            return total, i
    return total, -1


@compiled_loop
def differing(first: Words, second: Words, magnitudes: int, infinity: int, found: Places) -> int:
    """Write the places where two answers have other bits, NaN agreeing with NaN; how many."""
    total = 0
    for i in range(first.size):
        a, b = int(first[i]), int(second[i])
        both_nan = ((a & magnitudes) > infinity) & ((b & magnitudes) > infinity)
        total += 1 if (a != b) & (not both_nan) else 0
    if total == 0:
        return 0
    number = 0
    for i in range(first.size):
        a, b = int(first[i]), int(second[i])
        both_nan = ((a & magnitudes) > infinity) & ((b & magnitudes) > infinity)
        if a != b and not both_nan:
            found[number] = i
            number += 1
    return number
