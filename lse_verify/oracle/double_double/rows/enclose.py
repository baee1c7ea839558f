"""Every function of the family on blocks of any size, a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from lse_verify.enclosure import EnclosureArray
from lse_verify.family import FUNCTIONS, function_named
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.family.lse_form import LseFunction
from lse_verify.formats import FloatArray
from lse_verify.oracle.double_double.rows.combine import empty_enclosures
from lse_verify.oracle.double_double.rows.divergence import bregman
from lse_verify.oracle.double_double.rows.entropy import negentropy
from lse_verify.oracle.double_double.rows.first_gradient import log_softmax_gradient
from lse_verify.oracle.double_double.rows.logistic import logistic
from lse_verify.oracle.double_double.rows.lse import lse
from lse_verify.oracle.double_double.rows.peaks import LONGEST_SHORT
from lse_verify.oracle.double_double.rows.shares import log_softmax, softmax
from lse_verify.oracle.double_double.rows.sums import row_sums

_MOST_RESULTS = 2**13
_MOST_ENTRIES = 2**18
"""At once: what is kept of each result stays in cache, and memory does not grow with the rows."""

WITHOUT_KERNEL = ("weighted_logsumexp", "logaddexp2")
"""The functions of the family of which Arb is the first to tell anything."""


def _untold(count: int) -> EnclosureArray:
    """Return that nothing is known: the answer for a function of which there is no kernel."""
    found = empty_enclosures(count)
    for column, value in zip(found.columns(), (0.5, 0.0, np.inf, 0), strict=True):
        column[:] = value
    return found


_OTHERS: dict[str, Callable[[Block], EnclosureArray]] = {
    "softmax": lambda block: softmax(block.wide(0)),
    "log_softmax": lambda block: log_softmax(block.wide(0)),
    "log_softmax_gradient": lambda block: log_softmax_gradient(block.wide(0)),
    "logistic": lambda block: logistic(block.wide(0)),
    "negentropy": lambda block: negentropy(block.wide(0)),
    "bregman": lambda block: bregman(block.wide(0), block.wide(1)),
}


def enclose(function: Function, block: Block) -> EnclosureArray:
    """Enclose every output of a block by the double-double kernels.

    Parameters
    ----------
    function : Function
        Any of the family.
    block : Block
        Rows of n ≥ 1 terms. Nothing is said of a row that is not `Function.ordinary`.

    Returns
    -------
    EnclosureArray
        One an output, flattened in C order. The radius is infinite where the kernels do not
        tell; where the value is known to be below 2**`NEGLIGIBLE_LOG2` the exponent is that.
    """
    per_row = block.n_terms if function.returns_row else 1
    found = empty_enclosures(block.n_rows * per_row)
    for start, rows in chunks(function, block):
        found.put(start * per_row, enclose_chunk(function, rows))
    return found


def load_kernels(names: Iterable[str] = tuple(FUNCTIONS)) -> None:
    """Load kernels from disk, or compile them, which takes some 10 s and is kept there.

    In one process, before there are several that would each compile for themselves.

    Parameters
    ----------
    names : iterable of str, optional
        Of the functions whose kernels are needed.
    """
    row_sums(np.zeros((1, LONGEST_SHORT + 1)))
    half = np.full((1, 2), 0.5)
    for function in map(function_named, names):
        kinds: dict[str, FloatArray | float] = {"row": half, "value": half[:, 0], "parameter": 0.5}
        enclose_chunk(function, Block(tuple(kinds[kind] for kind in function.arguments)))


def chunks(function: Function, block: Block) -> Iterator[tuple[int, Block]]:
    """Yield consecutive rows of a block, as views, with the number of the first of them."""
    n_terms = max(block.n_terms, 1)
    per_term = not isinstance(function, LseFunction)
    step = max(1, min(_MOST_RESULTS // (n_terms if per_term else 1), _MOST_ENTRIES // n_terms))
    for start in range(0, block.n_rows, step):
        yield start, block.between(start, start + step)


def enclose_chunk(function: Function, block: Block) -> EnclosureArray:
    """Enclose the outputs of a few rows at once; as `enclose`."""
    if isinstance(function, LseFunction):
        # The multiplier and the scale are the same for all rows, and one entry tells them.
        form = function.form(block.corner().point(0))
        return lse(function.entries(block), form.multiplier, form.scale)
    if function.name not in _OTHERS:
        return _untold(block.n_rows * (block.n_terms if function.returns_row else 1))
    return _OTHERS[function.name](block)
