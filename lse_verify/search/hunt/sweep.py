"""Every input of a small format, for the true maximum where no ledger of one is at hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lse_verify.audit.contest import Case, Maximum
from lse_verify.errors import BadInput
from lse_verify.family import function_named
from lse_verify.formats import format_named
from lse_verify.implementations.registry import find
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.hunt.objective import Objective
from lse_verify.search.hunt.space import Ordinals, Probe, Shape, Space

_AT_ONCE = 2**16
_MOST_INPUTS = 2**33


def sweep(case: Case) -> Maximum:
    """Try every finite input of one or two values.

    Raises
    ------
    BadInput
        If there are too many.
    """
    function, fmt = function_named(case.function), format_named(case.format)
    space = Space.of(function, fmt, None)
    low, high = space.limits
    if "row" in function.arguments or (high - low + 1) ** space.arrays > _MOST_INPUTS:
        raise BadInput(f"{case.function} in {case.format} has too many inputs to try them all")
    objective = Objective.of("error", find(case.implementation, case.function), fmt, Ladder())
    best = 0.0
    for ordinals in _all(low, high, space.arrays):
        scores = objective.scores(space.block(Probe(Shape(1), ordinals)), best)
        best = max(best, float(scores.sizes.max()))
    return Maximum(case=case, ulps=best, source="sweep of every input")


def _all(low: int, high: int, arrays: int) -> Iterator[Ordinals]:
    count = high - low + 1
    for start in range(0, count**arrays, _AT_ONCE):
        places = np.arange(start, min(start + _AT_ONCE, count**arrays), dtype=np.int64)
        yield np.stack([low + places // count**k % count for k in range(arrays)], axis=1)
