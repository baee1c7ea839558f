"""The clock: how much is timed at once, and what that takes."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable

from lse_verify.bench.contenders.contender import Work
from lse_verify.bench.measurements import Portion

Clock = Callable[[], float]
"""Seconds since some moment."""

FEW_ROWS = 3
"""What even the slowest loop is timed on, where there are as many."""

_MOST_GROWTH = 10.0
_SPARE = 1.2


def lasted(work: Work, calls: int, clock: Clock) -> float:
    """Return the seconds that so many calls take, without collecting garbage."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        start = clock()
        for _ in range(calls):
            work()
        return clock() - start
    finally:
        if collecting:
            gc.enable()


def calibrated(
    seconds: Callable[[Portion], float], rows: int, loops: bool, least_s: float
) -> tuple[Portion, float]:
    """Find a portion that lasts long enough to be timed.

    Parameters
    ----------
    seconds : callable
        Tells what a portion takes.
    rows : int
        How many there are.
    loops : bool
        Whether fewer rows may be taken; otherwise calls are repeated.
    least_s : float
        How long is enough.

    Returns
    -------
    portion : Portion
        With as many rows as there are, or with fewer and one call.
    float
        What it took.
    """
    portion = Portion(min(FEW_ROWS, rows) if loops else rows, 1)
    while (took := seconds(portion)) < least_s:
        # A clock may stand still for a moment; the growth is bounded all the same.
        growth = min(_SPARE * least_s / took, _MOST_GROWTH) if took > 0 else _MOST_GROWTH
        wanted = math.ceil(growth * portion.rows * portion.calls)
        taken = min(rows, wanted)
        portion = Portion(taken, math.ceil(wanted / taken))
    return portion, took
