"""One input as a user writes it: read, rounded into a format, made a block."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lse_verify.audit.witness import read_number, read_row
from lse_verify.errors import BadInput
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function
from lse_verify.formats import Format
from lse_verify.inputs.values import wide

COPIES = 64
"""Equal rows that an input is asked as, besides alone: many libraries have a loop for vectors and
another for what is left over, and 64 fill the vectors of every processor."""


def read_point(function: Function, fmt: Format, arguments: Sequence[str]) -> Point:
    """Read the arguments of a function, each number rounded to nearest in the format.

    Parameters
    ----------
    function : Function
        What they are arguments of.
    fmt : Format
        The format of the floats.
    arguments : sequence of str
        One text an argument, rows with commas; a function of one row takes its entries as
        separate texts too.

    Raises
    ------
    BadInput
        If their number is wrong, one is not a number, or two rows differ in length.

    Examples
    --------
    >>> from lse_verify.family import FUNCTIONS
    >>> from lse_verify.formats import BINARY64
    >>> read_point(FUNCTIONS["logsumexp"], BINARY64, ["0", "-40"])
    ((0.0, -40.0),)
    >>> read_point(FUNCTIONS["smoothmax"], BINARY64, ["1,2", "0x1p-1"])
    ((1.0, 2.0), 0.5)
    """
    texts = list(arguments)
    if function.arguments == ("row",):
        texts = [",".join(texts)]
    if len(texts) != len(function.arguments):
        wanted = " ".join(_SHAPES[kind] for kind in function.arguments)
        raise BadInput(
            f"{function.name} takes {len(function.arguments)} arguments ({wanted}), not "
            f"{len(texts)}; separate the entries of a row by commas"
        )
    point: Point = tuple(
        tuple(wide(fmt.cast(np.array(read_row(text)))).tolist())
        if kind == "row"
        else _positive(function, _into(fmt, read_number(text)))
        if kind == "parameter"
        else _into(fmt, read_number(text))
        for kind, text in zip(function.arguments, texts, strict=True)
    )
    _check_lengths(function, point)
    return point


def _check_lengths(function: Function, point: Point) -> None:
    rows = [argument for argument in point if isinstance(argument, tuple)]
    if len({len(row) for row in rows}) > 1:
        raise BadInput(f"the rows of {function.name} have different lengths; give both the same")


_SHAPES = {"row": "x1,x2,…", "value": "x", "parameter": "t"}


def _into(fmt: Format, value: float) -> float:
    return float(fmt.cast(np.array([value]))[0])


def _positive(function: Function, value: float) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise BadInput(f"the parameter of {function.name} is {value}; it has to be positive")
    return value


def block_of(function: Function, fmt: Format, point: Point) -> Block:
    """Return the block of one row that holds a point.

    Raises
    ------
    BadInput
        If two rows of the point differ in length.
    """
    _check_lengths(function, point)
    arguments = [
        argument
        if kind == "parameter"
        else fmt.cast(np.atleast_1d(np.array(argument, dtype=np.float64)))
        for kind, argument in zip(function.arguments, point, strict=True)
    ]
    return Block(
        tuple(
            a.reshape(1, -1) if kind == "row" and isinstance(a, np.ndarray) else a  # type: ignore[misc]  # a parameter of a point is a float
            for kind, a in zip(function.arguments, arguments, strict=True)
        )
    )


def copied(block: Block, copies: int) -> Block:
    """Return a block of equal rows: the first of a block, so often."""
    return block.take(np.zeros(copies, dtype=np.intp))
