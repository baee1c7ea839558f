"""Sums of two shares, held against 1."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from lse_verify.audit.bounds import ShareSums
from lse_verify.audit.finding import Tally
from lse_verify.family.block import widened
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.search.exhaust.accumulator import Accumulator, Places, Tile
from lse_verify.search.exhaust.judging import CHUNK
from lse_verify.search.exhaust.patterns import Layout, Words, widen, words_of


def share_sums(accumulator: Accumulator, tile: Tile) -> Tally:
    """Count the inputs of a tile whose shares sum to more or less than their bound allows.

    The array twin of `audit.bounds.share_sum`, which answers for what is not plainly allowed.
    """
    fmt = accumulator.space.fmt
    first, second = (words_of(values) for values in tile.arguments)
    shares = (words_of(tile.answers[0]), words_of(tile.answers[1]))
    room = np.empty(tile.size, dtype=np.int64)
    # A little less than u, so that rounding here lets nothing pass.
    unit, slack = fmt.unit_roundoff * (1 - 2.0**-30), fmt.smallest_subnormal
    layout = astuple(Layout.of(fmt))
    tested, count = sums_off(first, second, shares, layout, unit, slack, room)
    return _beyond(accumulator, tile, tested, room[:count])


def _beyond(accumulator: Accumulator, tile: Tile, tested: int, places: Places) -> Tally:
    """Count, of places whose sums some bound does not allow, those that none does."""
    if not places.size:
        return Tally(tested=tested)
    rows = np.stack([widened(values[places]) for values in tile.arguments], axis=1)
    answers = widened(tile.answers[:, places].T)
    sums = ShareSums.of(accumulator.space.fmt, rows, answers, algorithm=None)
    count = int(np.count_nonzero(sums.is_beyond))
    if not count:
        return Tally(tested=tested)
    row = sums.farthest(sums.is_beyond)
    place = int(tile.locate(places[row : row + 1])[0])
    got, off = float(answers[row, 0]), float(sums.off[row])
    witness = accumulator.draft(off, place, 0, got, sums.note(row))
    return Tally(tested=tested, count=count, witness=witness)


@compiled_loop
def sums_off(
    first: Words,
    second: Words,
    shares: tuple[Words, Words],
    layout: tuple[int, int, int, float],
    unit_roundoff: float,
    slack: float,
    found: Places,
) -> tuple[int, int]:
    """Write the places where two shares sum to what not every a-priori bound allows.

    Parameters
    ----------
    first, second, shares : ndarray of int
        Bits of the arguments, and of the answers.
    layout : tuple
        Of the format, as `Layout` has it.
    unit_roundoff, slack : float
        u, and what is allowed besides. The least of the bounds is (4 + 2·distance)·u.
    found : ndarray of int64
        Written.

    Returns
    -------
    tested, count : int
        How many pairs are finite and have finite shares, and how many places were written.
    """
    magnitudes, infinity, shift, scale = layout
    a, b = np.empty(CHUNK), np.empty(CHUNK)
    p, q = np.empty(CHUNK), np.empty(CHUNK)
    tested, number = 0, 0
    for start in range(0, first.size, CHUNK):
        size = min(CHUNK, first.size - start)
        part = slice(start, start + size)
        widen(first[part], magnitudes, infinity, shift, scale, a)
        widen(second[part], magnitudes, infinity, shift, scale, b)
        widen(shares[0][part], magnitudes, infinity, shift, scale, p)
        widen(shares[1][part], magnitudes, infinity, shift, scale, q)
        off = 0
        for i in range(size):
            total = p[i] + q[i]
            relative = (4.0 + 2.0 * abs(a[i] - b[i])) * unit_roundoff
            # Of NaN and infinities the difference is no number.
            is_finite = (total - total) + (relative - relative) == 0.0
            tested += 1 if is_finite else 0
            is_off = (abs(total - 1.0) - slack) * (1.0 - relative) > relative
            off += 1 if is_finite & (relative < 0.5) & is_off else 0
        if off == 0:
            continue
        for i in range(size):
            total = p[i] + q[i]
            relative = (4.0 + 2.0 * abs(a[i] - b[i])) * unit_roundoff
            is_finite = total - total == 0.0
            is_off = (abs(total - 1.0) - slack) * (1.0 - relative) > relative
            if is_finite & (relative < 0.5) & is_off:
                found[number] = start + i
                number += 1
    return tested, number
