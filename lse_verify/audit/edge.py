"""Answers on the edge of a domain, where rounding the input decides whether there is a value.

A sum of terms of both signs that nearly cancels is negative, 0 or positive after changes of the
terms below what the grade *weak* allows. Its logarithm is then NaN, −∞ or any number up to that of
the largest such sum, and no answer among these is right or wrong; a larger one is graded.
"""

from __future__ import annotations

import numpy as np

from lse_verify.audit.site import Flags
from lse_verify.audit.verdict import weak_limit
from lse_verify.enclosure import Floats
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import Format


def explained_at_edge(function: Function, block: Block, fmt: Format, wide: Floats) -> Flags:
    """Tell which answers are not graded.

    Parameters
    ----------
    function, block, fmt
        What was asked.
    wide : ndarray of float64
        The answers, flattened.

    Returns
    -------
    ndarray of bool, of the shape of `wide`
    """
    relative = weak_limit(function.n_terms(block.n_terms)) * fmt.unit_roundoff
    largest = function.edge(block, relative)
    if largest is None:
        return np.zeros(wide.shape, dtype=bool)
    limits = np.repeat(largest, wide.size // max(block.n_rows, 1))
    # Comparisons with NaN are false: that answer is explained, and that limit explains nothing.
    return np.asarray(~np.isnan(limits) & ~(wide > limits))
