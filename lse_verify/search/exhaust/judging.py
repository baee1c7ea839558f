r"""The certified measure of every input: errors, stability factors and violations in one pass.

The array twin of `audit.measure`, for outputs of two terms of a format of at most 32 bits. Nothing
is guessed: where the enclosure leaves open into which bucket of the histogram an error falls, on
which side of a limit anything lies, or what the ulp is, the output is *left*, and `audit.measure`
answers for it with the whole ladder behind.

Errors near a limit of the histogram's buckets are left if they lie within what
`audit.site.resolved` may move them by. ½ and 1 are such limits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.formats import Format
from lse_verify.oracle.double_double.arithmetic import double, two_to_the, word
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.search.exhaust.points import Truth, log_share_at, share_at, sum_at

CHUNK = 4096
"""Points at once: what is kept of each stays in the processor's nearer caches."""

LEFT, SPECIAL, WRONG_SPECIAL, SPURIOUS_NAN, SPURIOUS_INFINITY, EXACT = range(6)
"""Keys of outputs that are no measured error above 0; then come the buckets."""

LEAST_BUCKET = -20
N_KEYS = 6 + 300
"""The largest error of a binary32 is below 2**278 ulps."""

(
    LOWER,
    UPPER,
    EXCUSED,
    NOT_STABLE,
    NOT_WEAK,
    ZERO,
    ZERO_SIGN,
    BEYOND,
    UNDER_HALF,
    UNDER_ONE,
) = (1 << b for b in range(10))
"""Flags of an output: below or above a bound, that excused (E ≤ 1), E above the two limits, a
zero that is nearest, and of the wrong sign, an infinity that is measured, and errors that are
so little below ½ and below 1 that they count as these in the histogram."""

N_FLAGS = 1 << 10

Keys = NDArray[np.int64]
Flags = NDArray[np.int64]

_LOG_TWO = float.fromhex("0x1.62e42fefa39efp-1")
_LEAST = 2.0**LEAST_BUCKET
_LEAST_KEY = (1023 + LEAST_BUCKET) - (EXACT + 1)
_BINADES = 0x7FF0000000000000
_SEEN = 2.0**-800
"""Smaller magnitudes count as this where E is computed: no error of one is left to matter."""
_ABSOLUTE, _RELATIVE = 2.0**-30, 2.0**-24
_NEAR = 2.0**-40
_UNSEEN = 2.0**-36
_WELL_CONDITIONED = 100.0


def reach_of(fmt: Format) -> tuple[float, float, int]:
    """Return 2**emin, 2**emax and the precision of a format."""
    return fmt.smallest_normal, 2.0**fmt.emax, fmt.precision


@inlined
def binade(magnitude: float, below: bool) -> float:
    """Return the power of two at or below a magnitude, or what is infinitesimally below that.

    0 for magnitudes below 2**-1022. No shifts: there are none of 64-bit integers in AVX2.
    """
    return double((word(magnitude) - (1 if below else 0)) & _BINADES)


@inlined
def judged(
    truth: Truth, got: float, reach: tuple[float, float, int], limits: tuple[float, float]
) -> tuple[float, float, float, float, int, int]:
    r"""Measure one answer: (error, doubt, stability, error if κ ≤ 100, key, flags).

    Errors and doubts are in ulps; errors and E have no meaning where the key is below `EXACT`.

    Parameters
    ----------
    truth : tuple
        What `points` says.
    got : float
        The answer.
    reach : tuple
        2**emin, 2**emax and the precision of the format.
    limits : tuple
        Those of E, of stable and of weak.
    """
    base, tail, half, least, most, slopes, unseen = truth
    smallest, top, precision = reach
    value = base + tail
    magnitude = abs(value)
    spread = half + magnitude * 2.0**-52
    low, high = max(value - spread, least), min(value + spread, most)
    low_binade = max(binade(abs(low), (low == least) & (low < 0.0)), smallest)
    high_binade = max(binade(abs(high), (high == most) & (high > 0.0)), smallest)
    is_negative = (value < 0.0) | (most <= 0.0)

    is_nan, is_infinite = got != got, abs(got) == np.inf
    is_opposite = (got < 0.0) != is_negative
    is_past = is_infinite & (not is_opposite) & (low_binade >= top)
    is_spurious = is_infinite & (is_opposite | (high_binade < top))
    end = 2.0 * top
    given = (-end if is_negative else end) if is_past else got
    unit = double(((2045 + precision) << 52) - word(min(low_binade, top)))
    offset = given - base
    # Infinity is right for all that lies beyond the float after the largest.
    apart = 0.0 if is_past & (magnitude >= end) else abs(offset - tail)
    doubt = (half + (abs(offset) + apart) * 2.0**-52) * unit
    error = apart * unit
    moved = doubt + max(_ABSOLUTE, error * _RELATIVE)
    bucket = binade(max(error - moved, _LEAST), False)
    is_open = bucket != binade(max(error + moved, _LEAST), False)
    # Of a tail that is not seen its sign is known, and so on which side of a limit the error is.
    bare = abs(offset) * unit
    is_edge = (bare == binade(bare, False)) & ((abs(tail) + half) * unit < _UNSEEN)
    is_edge &= (least == base) | (most == base)
    is_edge &= bare > _LEAST
    is_under = is_edge & ((offset > 0.0) == (least == base))
    bucket = bare if is_edge else bucket
    is_open &= not is_edge

    shown = max(magnitude, _SEEN)
    explained = max(shown, slopes) * max(shown, smallest) * two_to_the(-precision)
    stability = apart * shown / explained
    stable, weak = limits

    is_exact = (half == 0.0) & (apart == 0.0)
    is_open |= half == 0.0
    is_open |= (low_binade != high_binade) & (low_binade < top)
    is_open |= (low < 0.0) & (high > 0.0) & (high_binade > smallest)
    is_open |= unseen & (base == 0.0) & (bucket > _LEAST)
    is_open |= (abs(stability - stable) < _NEAR) | (abs(stability - weak) < _NEAR)
    is_open |= is_infinite & (not is_past)
    key = (word(bucket) >> 52) - _LEAST_KEY
    key = LEFT if is_open else key
    key = EXACT if is_exact else key
    key = SPURIOUS_INFINITY if is_spurious else key
    key = SPURIOUS_NAN if is_nan else key
    is_zero = (given == 0.0) & (error < 0.5) & (not is_edge)
    flags = NOT_STABLE if stability > stable else 0
    flags |= NOT_WEAK if stability > weak else 0
    flags |= ZERO if is_zero else 0
    flags |= ZERO_SIGN if is_zero & ((word(given) < 0) != is_negative) else 0
    flags |= BEYOND if is_past else 0
    flags |= UNDER_HALF if is_under & (bare == 0.5) else 0
    flags |= UNDER_ONE if is_under & (bare == 1.0) else 0
    return (
        error,
        doubt,
        stability,
        error if slopes <= _WELL_CONDITIONED * magnitude else -1.0,
        key,
        flags,
    )


Columns = tuple[Floats, Floats, Floats, Floats]
"""Errors, doubts, stability factors, and errors where κ ≤ 100; of keys below `EXACT` no meaning."""


@compiled_loop
def judge_sums(
    first: Floats,
    second: Floats,
    got: Floats,
    reach: tuple[float, float, int],
    limits: tuple[float, float],
    columns: Columns,
    keys: Keys,
    flags: Flags,
) -> None:
    """Judge log(e**a + e**b): below max is never excused, above max + log 2 may be.

    RU(max + log 2) is exceeded where the float below the answer still is above max + log 2.
    """
    errors, doubts, stabilities, conditioned = columns
    smallest, spacing = reach[0], two_to_the(1 - reach[2])
    for i in range(first.size):
        g = got[i]
        truth = sum_at(first[i], second[i])
        error, doubt, stability, well, key, flag = judged(truth, g, reach, limits)
        step = max(binade(abs(g), g > 0.0), smallest) * spacing
        beyond = ((g - step) - truth[0]) - _LOG_TWO
        flag |= LOWER if g < truth[0] else 0
        flag |= UPPER if beyond > 0.0 else 0
        flag |= EXCUSED if (beyond > 0.0) & (stability <= 1.0) else 0
        key = LEFT if (abs(beyond) < _NEAR) & (key > EXACT) else key
        errors[i], doubts[i], stabilities[i], conditioned[i] = error, doubt, stability, well
        keys[i], flags[i] = key, flag


@compiled_loop
def judge_shares(
    first: Floats,
    second: Floats,
    got: Floats,
    reach: tuple[float, float, int],
    limits: tuple[float, float],
    columns: Columns,
    keys: Keys,
    flags: Flags,
) -> None:
    """Judge e**a/(e**a + e**b), from 0 to 1."""
    errors, doubts, stabilities, conditioned = columns
    for i in range(first.size):
        g = got[i]
        truth = share_at(first[i], second[i])
        error, doubt, stability, well, key, flag = judged(truth, g, reach, limits)
        flag |= LOWER if g < 0.0 else 0
        flag |= UPPER if g > 1.0 else 0
        flag |= EXCUSED if ((g < 0.0) | (g > 1.0)) & (stability <= 1.0) else 0
        errors[i], doubts[i], stabilities[i], conditioned[i] = error, doubt, stability, well
        keys[i], flags[i] = key, flag


@compiled_loop
def judge_log_shares(
    first: Floats,
    second: Floats,
    got: Floats,
    reach: tuple[float, float, int],
    limits: tuple[float, float],
    columns: Columns,
    keys: Keys,
    flags: Flags,
) -> None:
    """Judge a − log(e**a + e**b), at most 0."""
    errors, doubts, stabilities, conditioned = columns
    for i in range(first.size):
        g = got[i]
        truth = log_share_at(first[i], second[i])
        error, doubt, stability, well, key, flag = judged(truth, g, reach, limits)
        flag |= UPPER if g > 0.0 else 0
        flag |= EXCUSED if (g > 0.0) & (stability <= 1.0) else 0
        errors[i], doubts[i], stabilities[i], conditioned[i] = error, doubt, stability, well
        keys[i], flags[i] = key, flag
