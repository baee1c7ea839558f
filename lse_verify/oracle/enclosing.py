"""Truth for anybody's arrays: enclosures of every output, with a radius that is certain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lse_verify.enclosure import Enclosure, EnclosureArray, enclosure_array, split
from lse_verify.errors import BadInput
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.family.function import Function, Outcome, Pending
from lse_verify.formats import FloatArray, format_of
from lse_verify.oracle.double_double.rows.combine import empty_enclosures
from lse_verify.oracle.double_double.rows.enclose import chunks, enclose_chunk
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, PRECISIONS
from lse_verify.oracle.tiers import WANTED_RADIUS, Quadruple, by_arb, pending_quadruples

_NEGLIGIBLE: Quadruple = (0.0, 0.0, 1.0, NEGLIGIBLE_LOG2)


def truth(function: str, *arguments: ArrayLike) -> EnclosureArray:
    """Enclose the exact value of a function at every row.

    Parameters
    ----------
    function : str
        A name of the family: ``"logsumexp"``, ``"softmax"``, …
    *arguments : array_like of float, shape (..., n), (...) or ()
        As many as the function has. Of a row the entries are along the last axis; a value has
        none of its own; a parameter is one positive number. Of a dtype of `FORMATS`
        (Python numbers are binary64, and integers must be); the other axes are broadcast.

    Returns
    -------
    EnclosureArray, shape (...) or, of softmax and what returns a row as it does, (..., n)
        The exact value lies within ``(hi + lo ± radius)·2**exponent``. The radius is at most
        2⁻⁸⁵ beside ½ ≤ |hi| < 1, but where the value is less than 2⁻²¹⁰⁰⁰ in magnitude: there
        hi may be 0 and the radius that. Where the exact value is ±∞ or NaN (MATHEMATICS,
        section 7), so is hi, with radius 0; where no limit exists hi is NaN with infinite radius.

    Raises
    ------
    UnknownName
        If there is no such function.
    BadInput
        If the arguments are not what it takes.

    Notes
    -----
    Rows are taken some 8,000 results, or 260,000 entries, at a time by the double-double
    kernels, and what they leave one by one by Arb, so that beside the arguments, broadcast, and
    the answer little memory is used: that for one row, if rows are longer. Arb's precision
    belongs to the process: call this from one thread.

    Examples
    --------
    >>> found = truth("logsumexp", [0.0, -40.0])
    >>> found.at(0).decimal(20)
    '4.2483542552915889863e-18'
    """
    wanted = function_named(function)
    block, shape = _block_of(wanted, arguments)
    per_row = block.n_terms if wanted.returns_row else 1
    found = empty_enclosures(block.n_rows * per_row)
    for start, rows in chunks(wanted, block):
        found.put(start * per_row, _certain(wanted, rows, per_row))
    return found.reshape(*shape, *((block.n_terms,) if wanted.returns_row else ()))


def _certain(function: Function, block: Block, per_row: int) -> EnclosureArray:
    """Enclose a few rows by the kernels, and those that these leave open one by one."""
    if not block.n_terms:
        found = empty_enclosures(block.n_rows * per_row)
        rows = np.arange(block.n_rows) if per_row else np.arange(0)
    else:
        found = enclose_chunk(function, block)
        unseen = np.isinf(found.radius) & (found.exponent == NEGLIGIBLE_LOG2)
        for column, value in zip(found.columns(), _NEGLIGIBLE, strict=True):
            column[unseen] = value
        wide = ~((found.radius <= WANTED_RADIUS) | unseen)
        rows = np.flatnonzero(wide.reshape(block.n_rows, per_row).any(axis=1))
    for row in rows.tolist():
        found.put(row * per_row, enclosure_array(_one_by_one(function, block, row)))
    return found


def _one_by_one(function: Function, block: Block, row: int) -> list[Quadruple]:
    case = function.settle(block.point(row))
    # Only the divergence of rows that are next to equal takes more than the first of them.
    values = pending_quadruples(partial(by_arb, precisions=PRECISIONS), function, case)
    return [_spelled(outcome, values) for outcome in case.outcomes]


def _spelled(outcome: Outcome, values: dict[Pending, Quadruple]) -> Quadruple:
    if isinstance(outcome, Pending):
        found = values[outcome]
        return _NEGLIGIBLE if found[3] <= NEGLIGIBLE_LOG2 else found
    if isinstance(outcome, Enclosure):
        return split(outcome.lo)
    if isinstance(outcome, float):
        return outcome, 0.0, 0.0, 0
    return math.nan, 0.0, math.inf, 0


def _block_of(function: Function, arguments: Sequence[ArrayLike]) -> tuple[Block, tuple[int, ...]]:
    """Return the rows one below the other, and the shape of what they were."""
    if len(arguments) != len(function.arguments):
        kinds = ", ".join(function.arguments)
        count = len(function.arguments)
        raise BadInput(
            f"{function.name} takes {count} argument{'s' * (count > 1)} ({kinds}), "
            f"not {len(arguments)}"
        )
    pairs = list(zip(function.arguments, arguments, strict=True))
    arrays = [_floats(function, kind, a) for kind, a in pairs if kind != "parameter"]
    kinds_of_arrays = [kind for kind in function.arguments if kind != "parameter"]
    lengths = {
        a.shape[-1] for kind, a in zip(kinds_of_arrays, arrays, strict=True) if kind == "row"
    }
    if len(lengths) > 1:
        raise BadInput(f"the rows of {function.name} have different lengths, {sorted(lengths)}")
    row = tuple(lengths)
    shape = _common_shape(
        [
            a.shape[: a.ndim - (kind == "row")]
            for kind, a in zip(kinds_of_arrays, arrays, strict=True)
        ]
    )
    stacked = iter(
        np.broadcast_to(a, (*shape, *row)).reshape(math.prod(shape), *row) for a in arrays
    )
    return (
        Block(
            tuple(
                _parameter(function, argument) if kind == "parameter" else next(stacked)
                for kind, argument in pairs
            )
        ),
        shape,
    )


def _common_shape(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise BadInput(f"arguments of shapes {shapes} cannot be broadcast to one") from None


def _floats(function: Function, kind: str, argument: ArrayLike) -> FloatArray:
    try:
        array = np.asarray(argument)
    except ValueError:
        raise BadInput(f"the rows of {function.name} have different lengths") from None
    if array.dtype.kind in "iu" and not isinstance(argument, np.ndarray):
        whole, array = array, array.astype(np.float64)
        # Python compares integers with floats exactly.
        if whole.ravel().tolist() != array.ravel().tolist():
            raise BadInput(
                f"an integer given to {function.name} is no binary64; pass the float that is meant"
            )
    format_of(array.dtype)
    if kind == "row" and array.ndim == 0:
        raise BadInput(
            f"{function.name} takes rows, not the single number {array}; put it in a list"
        )
    return array


def _parameter(function: Function, argument: ArrayLike) -> float:
    array = _floats(function, "parameter", argument)
    if array.ndim or not 0 < array < np.inf:
        got = f"an array of shape {array.shape}" if array.ndim else array
        raise BadInput(f"the parameter of {function.name} is one positive number, not {got}")
    return float(array)
