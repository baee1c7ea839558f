"""Rows into tiles, their peaks taken out: what the kernels of both precisions begin with.

A tile is ``n_columns`` times ``n_lanes`` numbers, lane by lane in memory: a lane is a short
row, or every ``n_lanes``-th entry of a long one.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined

TILE = 2048
"""Numbers in a tile: six buffers of 16 KiB stay in the second cache."""

LONGEST_SHORT = 256
LANES_OF_LONG = 32


def lanes_of_short(n_terms: int) -> int:
    """Return how many short rows are taken side by side: a multiple of 8."""
    return max(8, min(256, TILE // n_terms // 8 * 8))


@inlined
def two_largest(top: float, second: float, entry: float) -> tuple[float, float]:
    """Return the two largest of three numbers, the first two given in order."""
    is_second = entry > second
    return (entry if entry > top else top), (
        top if entry > top else (entry if is_second else second)
    )


@compiled_loop
def load_rows(x: Floats, start: int, tile: Floats, top: Floats, second: Floats) -> None:
    """Load rows from one on, a lane each, and write their two largest entries.

    The last entry of a row takes the peak's place, so that only n − 1 columns are left. The
    peak is NaN where an entry is. Lanes that are left over repeat the last row.
    """
    m, n = x.shape
    n_lanes = top.size
    bad, place = np.empty(n_lanes), np.empty(n_lanes, np.int64)
    for r in range(n_lanes):
        row = min(start + r, m - 1)
        for j in range(n):
            tile[j * n_lanes + r] = x[row, j]
    for r in range(n_lanes):
        top[r], second[r], bad[r], place[r] = tile[r], -np.inf, tile[r], 0
    for j in range(1, n):
        for r in range(n_lanes):
            entry = tile[j * n_lanes + r]
            place[r] = j if entry > top[r] else place[r]
            bad[r] = entry if entry != entry else bad[r]
            top[r], second[r] = two_largest(top[r], second[r], entry)
    for r in range(n_lanes):
        tile[place[r] * n_lanes + r] = tile[(n - 1) * n_lanes + r]
        top[r] = top[r] if bad[r] == bad[r] else np.nan


@compiled_loop
def find_peaks(row: Floats, top: Floats, second: Floats) -> int:
    """Write the two largest entries of a row to every lane and return where the first is.

    The peak is NaN where an entry is.
    """
    n_lanes = top.size
    bad = np.empty(n_lanes)
    for r in range(n_lanes):
        top[r], second[r], bad[r] = -np.inf, -np.inf, 0.0
    whole = row.size // n_lanes * n_lanes
    for start in range(0, whole, n_lanes):
        for r in range(n_lanes):
            entry = row[start + r]
            bad[r] = entry if entry != entry else bad[r]
            top[r], second[r] = two_largest(top[r], second[r], entry)
    for r in range(row.size - whole):
        entry = row[whole + r]
        bad[r] = entry if entry != entry else bad[r]
        top[r], second[r] = two_largest(top[r], second[r], entry)
    peak, runner_up, worst = top[0], second[0], bad[0]
    for r in range(1, n_lanes):
        peak, runner_up = two_largest(peak, runner_up, top[r])
        peak, runner_up = two_largest(peak, runner_up, second[r])
        worst = bad[r] if bad[r] != bad[r] else worst
    place = 0
    while place < row.size - 1 and row[place] != peak:
        place += 1
    for r in range(n_lanes):
        top[r], second[r] = peak if worst == worst else np.nan, runner_up
    return place


@compiled_loop
def load_part(row: Floats, start: int, place: int, n_lanes: int, tile: Floats) -> int:
    """Load a row from an entry on, −∞ for its peak and for what is left over; return columns."""
    width = min(tile.size, row.size - start)
    columns = (width + n_lanes - 1) // n_lanes
    # Loops, for slices compile slowly: numba brings the messages of broadcasting along.
    for i in range(width):
        tile[i] = row[start + i]
    for i in range(width, columns * n_lanes):
        tile[i] = -np.inf
    if start <= place < start + width:
        tile[place - start] = -np.inf
    return columns
