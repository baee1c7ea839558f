"""Which inputs may have the largest error, grouped by what decides it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.exhausted import MOST_PLACES, Candidate
from lse_verify.audit.witness import spell
from lse_verify.enclosure import Floats
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.exhaust.tally import LOG_SHARE, SUM

Places = NDArray[np.int64]


def candidates_of(
    space: Space,
    floor: float,
    places: Places,
    outputs: Places,
    got: Floats,
    errors: Floats,
    doubts: Floats,
) -> list[Candidate]:
    """Return the outputs that may have the largest error.

    Parameters
    ----------
    space : Space
        Where the inputs are from.
    floor : float
        An error in ulps that the largest is known to reach.
    places, outputs : ndarray of int64
        The number of each input, and which of its outputs.
    got : ndarray of float64
        The answers.
    errors, doubts : ndarray of float64
        In ulps; NaN where nothing is measured.
    """
    with np.errstate(invalid="ignore"):
        least = np.nanmax(errors - doubts, initial=floor)
        among = np.flatnonzero(errors + doubts >= least)
    if not among.size:
        return []
    gap, offset, binade = _keys(space, places[among], outputs[among], got[among])
    keys = np.stack([gap, offset, binade.astype(np.float64)], axis=1)
    rows, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.ravel()
    found = []
    for number, (one_gap, one_offset, one_binade) in enumerate(rows.tolist()):
        members = among[group == number]
        members = members[np.lexsort((outputs[members], places[members]))]
        spelled = list(zip(places[members].tolist(), outputs[members].tolist(), strict=True))
        found.append(
            Candidate(
                gap=spell(one_gap),
                offset=spell(one_offset),
                binade=int(one_binade),
                got=spell(float(got[members[0]])),
                error=float(errors[members].max()),
                doubt=float(doubts[members].max()),
                count=len(members),
                places=spelled[:MOST_PLACES],
            )
        )
    return found


def _keys(
    space: Space, places: Places, outputs: Places, got: Floats
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return what decides the error: own − other, got − base, and the binade of the truth.

    Differences that are rounded are kept apart by the inputs themselves: such errors are
    compared one by one.
    """
    block = space.block(places)
    if space.is_line:
        own = block.wide(0)
        other = np.zeros_like(own)
    else:
        first, second = block.wide(0).T if space.n_outputs == 2 else (block.wide(0), block.wide(1))
        own, other = np.where(outputs == 1, second, first), np.where(outputs == 1, first, second)
    with np.errstate(all="ignore"):
        peak, gap = np.maximum(own, other), own - other
        tail = np.log1p(np.exp(-np.abs(gap)))
        if space.kind == SUM:
            base, value = peak, peak + tail
            gap = -np.abs(gap)
        elif space.kind == LOG_SHARE:
            base, value = np.minimum(gap, 0.0), np.minimum(gap, 0.0) - tail
        else:
            base = np.where(gap == 0, 0.5, np.where(gap > 0, 1.0, 0.0))
            value = 1 / (1 + np.exp(-gap))
        inexact = (
            (own - gap != other) | (gap + other != own)
            if space.kind != SUM
            else (peak + gap != np.minimum(own, other))
        )
        # A rounded gap says nothing of two inputs being alike: their own number does.
        offset = np.where(inexact, places + outputs / 2, got - base)
    binade = np.maximum(np.frexp(value)[1] - 1, space.fmt.emin)
    return gap, offset, binade.astype(np.int64)
