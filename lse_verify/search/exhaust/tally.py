"""Counts and the largest of a tile of judged inputs: one pass over what `judging` leaves behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.family.block import widened
from lse_verify.formats import FloatArray
from lse_verify.oracle.double_double.arithmetic import double, word
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.search.exhaust.judging import (
    BEYOND,
    CHUNK,
    EXACT,
    EXCUSED,
    LEFT,
    LOWER,
    SPECIAL,
    SPURIOUS_INFINITY,
    SPURIOUS_NAN,
    UPPER,
    WRONG_SPECIAL,
    ZERO_SIGN,
    Columns,
    Flags,
    Keys,
    judge_log_shares,
    judge_shares,
    judge_sums,
)
from lse_verify.search.exhaust.patterns import Words, widen

TILE = 1 << 18
"""Inputs of one call of an implementation: enough that the call itself costs little."""

PER_BLOCK = 64
"""Inputs next to each other whose largest error is kept."""

SUM, SHARE, LOG_SHARE = range(3)
"""What an output of two terms is."""

TOPS = (
    "stability",
    "conditioned",
    "lower",
    "upper",
    "upper excused",
    "special",
    "nan",
    "infinity",
    "zero sign",
)
"""Of what the largest is kept, or the first where there is no size."""

(
    _STABILITY,
    _CONDITIONED,
    _LOWER,
    _UPPER,
    _UPPER_EXCUSED,
    _SPECIAL,
    _NAN,
    _INFINITY,
    _ZERO_SIGN,
) = range(len(TOPS))

Places = NDArray[np.int64]


@inlined
def special_key(kind: int, a: float, b: float, got: float) -> int:
    """Return the key of an answer to two arguments that are not both finite."""
    if a != a or b != b:
        return SPECIAL if got != got else WRONG_SPECIAL
    if kind == SUM:
        return SPECIAL if got == max(a, b) else WRONG_SPECIAL
    if a == b:
        # Two equal infinities: there is no limit, and no answer is right or wrong.
        return LEFT
    is_one = a == np.inf or b == -np.inf
    if kind == SHARE:
        return SPECIAL if got == (1.0 if is_one else 0.0) else WRONG_SPECIAL
    return SPECIAL if got == (0.0 if is_one else -np.inf) else WRONG_SPECIAL


@compiled_loop
def settle_specials(
    kind: int, first: Floats, second: Floats, got: Floats, keys: Keys, flags: Flags
) -> None:
    """Overwrite what was judged of arguments that are not both finite."""
    for i in range(first.size):
        if not (abs(first[i]) < np.inf and abs(second[i]) < np.inf):
            keys[i] = special_key(kind, first[i], second[i], got[i])
            flags[i] = 0


@compiled_loop
def count(columns: Columns, keys: Keys, flags: Flags, counts: Places, by_flags: Places) -> int:
    """Count keys and flags; return whether there is anything to look at one by one.

    Flags, sizes and doubts of what is not measured are cleared; an infinity that is measured is
    beyond no bound.
    """
    errors, doubts, stabilities, conditioned = columns
    rare = 0
    for i in range(keys.size):
        is_measured = keys[i] >= EXACT
        flag = flags[i] if is_measured else 0
        flag &= ~(LOWER | UPPER | EXCUSED) if flag & BEYOND else -1
        flags[i] = flag
        errors[i] = errors[i] if is_measured else -1.0
        # An infinite doubt of what is not measured would make it a candidate.
        doubts[i] = doubts[i] if is_measured else 0.0
        stabilities[i] = stabilities[i] if is_measured else -1.0
        conditioned[i] = conditioned[i] if is_measured else -1.0
        rare |= flag & (LOWER | UPPER | ZERO_SIGN)
        rare |= 0 if (keys[i] >= EXACT) | (keys[i] == SPECIAL) else 1
    for i in range(keys.size):
        counts[keys[i]] += 1
        by_flags[flags[i]] += 1
    return rare


@compiled_loop
def largest_of_blocks(sizes: Floats, start: int, blocks: Floats) -> float:
    """Write the largest of every `PER_BLOCK` sizes, and return the largest of all.

    Compared as integers, which orders what is not negative alike; −1 is below all of it.
    """
    top = -1
    for place in range(0, sizes.size, PER_BLOCK):
        most = -1
        for i in range(place, min(place + PER_BLOCK, sizes.size)):
            most = max(most, word(sizes[i]))
        blocks[(start + place) // PER_BLOCK] = double(most) if most >= 0 else -1.0
        top = max(top, most)
    return double(top) if top >= 0 else -1.0


@compiled_loop
def first_largest(sizes: Floats, start: int, which: int, tops: Floats, places: Places) -> None:
    """Keep the first place of the largest size."""
    top = -1
    for i in range(sizes.size):
        top = max(top, word(sizes[i]))
    if top < 0 or double(top) <= tops[which]:
        return
    for i in range(sizes.size):
        if word(sizes[i]) == top:
            tops[which], places[which] = sizes[i], start + i
            return


@inlined
def _keep(size: float, place: int, which: int, tops: Floats, places: Places) -> None:
    if size > tops[which]:
        tops[which], places[which] = size, place


@compiled_loop
def look(
    columns: Columns,
    keys: Keys,
    flags: Flags,
    start: int,
    tops: Floats,
    places: Places,
    left: Places,
    n_left: int,
    blocks: Floats,
) -> int:
    """Keep places of what is rare; return how many outputs are left to a better oracle."""
    errors = columns[0]
    for i in range(keys.size):
        key, flag, place = keys[i], flags[i], start + i
        if key == LEFT:
            left[n_left] = place
            n_left += 1
        elif key == WRONG_SPECIAL:
            _keep(1.0, place, _SPECIAL, tops, places)
        elif key == SPURIOUS_NAN:
            _keep(1.0, place, _NAN, tops, places)
        elif key == SPURIOUS_INFINITY:
            _keep(1.0, place, _INFINITY, tops, places)
        if WRONG_SPECIAL <= key <= SPURIOUS_INFINITY:
            blocks[place // PER_BLOCK] = np.inf
        if flag & LOWER:
            _keep(errors[i], place, _LOWER, tops, places)
        if flag & UPPER:
            excused = flag & EXCUSED
            _keep(errors[i], place, _UPPER_EXCUSED if excused else _UPPER, tops, places)
        if flag & ZERO_SIGN:
            _keep(1.0, place, _ZERO_SIGN, tops, places)
    return n_left


@compiled_loop
def candidates(
    errors: Floats, doubts: Floats, start: int, best: Floats, found: Places, n_found: int
) -> int:
    """Append the places whose error may be the largest; `best` is a lower bound of that."""
    least = best[0]
    for i in range(errors.size):
        least = max(least, errors[i] - doubts[i])
    best[0] = least
    for i in range(errors.size):
        if errors[i] + doubts[i] >= least:
            found[n_found] = start + i
            n_found += 1
    return n_found


@compiled_loop
def grade_tile(
    kind: int,
    words: tuple[Words, Words, Words],
    layout: tuple[int, int, int, float],
    reach: tuple[float, float, int],
    limits: tuple[float, float],
    counts: Places,
    by_flags: Places,
    best: Floats,
    tops: Floats,
    places: Places,
    left: Places,
    found: Places,
    blocks: Floats,
) -> tuple[int, int]:
    """Judge one tile; return how many outputs are left, and how many may be the worst.

    Parameters
    ----------
    kind : int
        `SUM`, `SHARE` or `LOG_SHARE`.
    words : tuple
        The bits of both arguments and of the answers.
    layout, reach, limits : tuple
        Of the format, as `Layout` and `judging.judged` have them, and of E.
    counts, by_flags : ndarray of int64
        Added to: outputs by key, and by the sum of their flags.
    best : ndarray of float64, shape (1,)
        Raised to the largest error that is certain.
    tops, places : ndarray, one an entry of `TOPS`
        Raised to the largest sizes of this tile, and their places in it.
    left, found : ndarray of int64
        Written: the places that are left, and those that may be the worst.
    blocks : ndarray of float64
        Written: the largest error of each `PER_BLOCK` inputs, ∞ where an answer is no number or
        special and wrong, −1 where nothing is measured.
    """
    magnitudes, infinity, shift, scale = layout
    first, second, got = np.empty(CHUNK), np.empty(CHUNK), np.empty(CHUNK)
    errors, doubts = np.empty(CHUNK), np.empty(CHUNK)
    stabilities, conditioned = np.empty(CHUNK), np.empty(CHUNK)
    keys, flags = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
    columns = (errors, doubts, stabilities, conditioned)
    n_left, n_found = 0, 0
    n = words[0].size
    for start in range(0, n, CHUNK):
        stop = min(start + CHUNK, n)
        if stop - start < CHUNK:
            size = stop - start
            first, second, got = first[:size], second[:size], got[:size]
            errors, doubts, keys, flags = errors[:size], doubts[:size], keys[:size], flags[:size]
            stabilities, conditioned = stabilities[:size], conditioned[:size]
            columns = (errors, doubts, stabilities, conditioned)
        any_special = widen(words[0][start:stop], magnitudes, infinity, shift, scale, first)
        any_special |= widen(words[1][start:stop], magnitudes, infinity, shift, scale, second)
        widen(words[2][start:stop], magnitudes, infinity, shift, scale, got)
        if kind == SUM:
            judge_sums(first, second, got, reach, limits, columns, keys, flags)
        elif kind == SHARE:
            judge_shares(first, second, got, reach, limits, columns, keys, flags)
        else:
            judge_log_shares(first, second, got, reach, limits, columns, keys, flags)
        if any_special:
            settle_specials(kind, first, second, got, keys, flags)
        rare = count(columns, keys, flags, counts, by_flags)
        top = largest_of_blocks(errors, start, blocks)
        if top >= best[0] * (1 - 2.0**-20):
            n_found = candidates(errors, doubts, start, best, found, n_found)
        first_largest(stabilities, start, _STABILITY, tops, places)
        first_largest(conditioned, start, _CONDITIONED, tops, places)
        if rare:
            n_left = look(columns, keys, flags, start, tops, places, left, n_left, blocks)
    return n_left, n_found


def judge_some(
    kind: int,
    first: FloatArray,
    second: FloatArray,
    answer: FloatArray,
    reach: tuple[float, float, int],
    limits: tuple[float, float],
) -> tuple[Columns, Keys, Flags]:
    """Judge finite inputs one by one: what `grade_tile` does to a chunk, for any number."""
    judge = (judge_sums, judge_shares, judge_log_shares)[kind]
    room = np.empty((4, first.size))
    columns = room[0], room[1], room[2], room[3]
    keys, flags = np.empty(first.size, np.int64), np.empty(first.size, np.int64)
    own, other, got = widened(first), widened(second), widened(answer)
    judge(own, other, got, reach, limits, columns, keys, flags)
    return columns, keys, flags
