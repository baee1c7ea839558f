"""Correct rounding of whole arrays: the cheapest tier that decides each, and never a guess."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block
from lse_verify.family.function import Function, Outcome
from lse_verify.family.strictly_convex import SOFTPLUS
from lse_verify.formats import BINARY64, FloatArray, Format
from lse_verify.oracle.double_double.rows.enclose import chunks, enclose_chunk
from lse_verify.oracle.double_double.rows.narrow import (
    Intervals,
    narrow_log_softmax,
    narrow_logistic,
    narrow_lse,
    narrow_softmax,
    rounded,
)
from lse_verify.oracle.double_double.rows.rounding import round_to_binary64
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import rounding_decided
from lse_verify.oracle.truth import stand_ins

Decided = tuple[FloatArray, NDArray[np.bool_]]

_NARROW: dict[str, Callable[[Block], Intervals]] = {
    "logsumexp": lambda block: narrow_lse(block.wide(0)),
    "softplus": lambda block: narrow_lse(SOFTPLUS.entries(block)),
    "logistic": lambda block: narrow_logistic(block.wide(0)),
    "softmax": lambda block: narrow_softmax(block.wide(0)),
    "log_softmax": lambda block: narrow_log_softmax(block.wide(0)),
}


def rounded_rows(function: Function, arguments: tuple[FloatArray, ...], fmt: Format) -> FloatArray:
    """Return the correct rounding of every output of a function on rows.

    Parameters
    ----------
    function : Function
        One whose arguments are rows or values.
    arguments : tuple of ndarray, shape (m, n) or (m,)
        Of the format's dtype.
    fmt : Format
        Of the arguments and of the answer.

    Returns
    -------
    ndarray of ``fmt.dtype``, one an output, flattened in C order
        NaN where no limit exists.

    Raises
    ------
    OracleUndecided
        If the limit of precision comes first: for functions of which it is proved that they
        are never a float nor a midpoint (MATHEMATICS, section 4) it never does.
    """
    block = Block(arguments)
    per_row = block.n_terms if function.returns_row else 1
    found = np.empty(block.n_rows * per_row, dtype=fmt.dtype)
    ladder = Ladder()
    for start, rows in chunks(function, block):
        part = _chunk(function, rows, fmt, ladder)
        found[start * per_row : start * per_row + part.size] = part
    return found


def _chunk(function: Function, block: Block, fmt: Format, ladder: Ladder) -> FloatArray:
    per_row = block.n_terms if function.returns_row else 1
    shape = (block.n_rows, per_row)
    if not block.n_terms:
        return _by_ladder(function, block, fmt, ladder)
    values, decided = _by_kernels(function, block, fmt)
    left = np.flatnonzero(~decided.reshape(shape).all(axis=1))
    if left.size:
        answers = _by_ladder(function, block.take(left), fmt, ladder)
        values.reshape(shape)[left] = answers.reshape(left.size, per_row)
    return values


def _by_kernels(function: Function, block: Block, fmt: Format) -> Decided:
    if fmt is BINARY64 or function.name not in _NARROW:
        return _by_double_double(function, block, fmt)
    per_row = block.n_terms if function.returns_row else 1
    shape = (block.n_rows, per_row)
    values, decided = rounded(_NARROW[function.name](block), fmt)
    left = np.flatnonzero(~decided.reshape(shape).all(axis=1))
    if left.size:
        again, sure = _by_double_double(function, block.take(left), fmt)
        values.reshape(shape)[left] = again.reshape(left.size, per_row)
        decided.reshape(shape)[left] = sure.reshape(left.size, per_row)
    return values, decided


def _by_double_double(function: Function, block: Block, fmt: Format) -> Decided:
    found = enclose_chunk(function, block)
    if fmt is not BINARY64:
        return stand_ins(function, found).rounded(fmt)
    values, decided = round_to_binary64(found)
    left = np.flatnonzero(~decided)
    if left.size:
        values[left], decided[left] = stand_ins(function, found.take(left)).rounded(fmt)
    return values, decided


def _by_ladder(function: Function, block: Block, fmt: Format, ladder: Ladder) -> FloatArray:
    """Decide every output: what is special, Arb's enclosures, and the judge, one by one."""
    truth = ladder.truth(function, block)
    values, decided = truth.enclosures.rounded(fmt)
    values = np.where(truth.is_real, values, truth.special.astype(fmt.dtype))
    values[truth.no_limit] = math.nan
    per_row = block.n_terms if function.returns_row else 1
    for place in np.flatnonzero(truth.is_real & ~decided).tolist():
        row, output = divmod(place, per_row)
        judged = ladder.confirm(function, block.point(row), output, rounding_decided(fmt))
        values[place] = _spelled(judged, fmt)
    return values


def _spelled(judged: Outcome, fmt: Format) -> float:
    assert isinstance(judged, Enclosure)
    nearest = judged.rounded(fmt)
    assert nearest is not None
    return nearest
