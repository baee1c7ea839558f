"""The same numbers in memory otherwise: what NumPy's users hand over without knowing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lse_verify.family.block import Block
from lse_verify.formats import FloatArray

Layout = Callable[[FloatArray], FloatArray]


def _backwards(array: FloatArray) -> FloatArray:
    """Return a view of every other place of an array of twice the size, from its end."""
    spread = np.zeros(tuple(2 * size for size in array.shape), dtype=array.dtype)
    backwards = spread[(slice(None, None, -2),) * array.ndim]
    backwards[...] = array
    return backwards


def _by_columns(array: FloatArray) -> FloatArray:
    """Return an array in Fortran's order that nobody may write to."""
    ordered = np.array(array, order="F")
    ordered.flags.writeable = False
    return ordered


LAYOUTS: dict[str, Layout] = {
    "every other place, backwards": _backwards,
    "column by column, read-only": _by_columns,
}
"""The numbers of a block in memory of their own, by what there is to say of it."""


def laid_out(block: Block, layout: Layout) -> Block:
    """Return a block whose arrays are in another layout.

    Examples
    --------
    >>> block = laid_out(Block((np.zeros((3, 2)),)), LAYOUTS["every other place, backwards"])
    >>> block.arguments[0].strides
    (-64, -16)
    """
    arguments = (a if isinstance(a, float) else layout(a) for a in block.arguments)
    return replace(block, arguments=tuple(arguments))
