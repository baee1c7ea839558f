"""The inputs that hunts have found, as a regime: what was once wrong is tried first.

They are kept as JSON Lines, each with the function, the format and the arguments of an input
(`lse_verify.search.witnesses` writes them); what else a line has is not read here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from lse_verify.errors import LedgerError
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.regular import read_regular

WITNESSES = "witnesses"
WITNESSES_PREFIX = "witnesses:"
"""The name of the regime, and what stands before its path where it has to be found again."""


MOST_TERMS = 10**7
"""The most that are read, copies counted: a few characters must not fill the memory."""


class StoredInput(msgspec.Struct, frozen=True):
    """What is read of a line.

    Attributes
    ----------
    function, format : str
        Names.
    arguments : list of str
        An entry an argument: hex floats by commas, ``value*count`` for a run of equal ones.
    copies : int
        As how many equal rows it is asked.
    """

    function: str
    format: str
    arguments: list[str]
    copies: int = 1


def read_inputs(path: Path) -> list[StoredInput]:
    """Read the stored inputs.

    Raises
    ------
    LedgerError
        If the file cannot be read, a line is damaged, or all together have more than `MOST_TERMS`.
    """
    try:
        lines = read_regular(path).splitlines()
    except OSError as error:
        raise LedgerError(
            f"cannot read the witnesses '{path}': {error.strerror}; check the path"
        ) from error
    found: list[StoredInput] = []
    left = MOST_TERMS
    for number, line in enumerate(lines, 1):
        entry, n_terms = _input(path, number, line)
        found.append(entry)
        left -= n_terms
        if left < 0:
            raise LedgerError(
                f"'{path}' has more than {MOST_TERMS} terms up to line {number}; remove some"
            )
    return found


def witnesses_regime(path: Path) -> Regime:
    """Return the regime of a file of witnesses; it has the functions of which there are some.

    Raises
    ------
    LedgerError
        If the file cannot be read.
    """
    stored = read_inputs(path)
    functions = frozenset(entry.function for entry in stored)
    reason = (
        f"What hunts found, shrunk: {len(stored)} inputs at which some implementation was worst."
    )
    return Regime(WITNESSES, reason, functions, WitnessBlocks(path.absolute()))


def stored_path(regimes: Iterable[Regime]) -> Path | None:
    """Return the file of the regime of witnesses, None where it is not among some."""
    paths = (r.blocks.path for r in regimes if isinstance(r.blocks, WitnessBlocks))
    return next(paths, None)


@dataclass(frozen=True, slots=True)
class WitnessBlocks:
    """The ``blocks`` of the regime: all stored inputs of a function and format.

    A format of which none is stored has none: its batch is empty.
    """

    path: Path

    def __call__(
        self, function: str, fmt: Format, rng: np.random.Generator, samples: int
    ) -> tuple[Block, ...]:
        """Return a block for each number of terms and each parameter."""
        kinds = FUNCTIONS[function].arguments
        copies: dict[Point, int] = {}
        for entry in read_inputs(self.path):
            if (entry.function, entry.format) == (function, fmt.name):
                point = tuple(map(_numbers, entry.arguments))
                copies[point] = max(copies.get(point, 1), entry.copies)
        points = sorted(
            (point for point, count in copies.items() for _ in range(count)),
            key=lambda point: (_shape(kinds, point), point),
        )
        grouped = groupby(points, key=lambda point: _shape(kinds, point))
        return tuple(_block(kinds, fmt, list(group)) for _, group in grouped)


Point = tuple[tuple[float, ...], ...]


def _shape(kinds: Iterable[str], point: Point) -> tuple[object, ...]:
    """Return what the rows of a block have in common: lengths and parameters."""
    return tuple(
        numbers if kind == "parameter" else (float(len(numbers)),)
        for kind, numbers in zip(kinds, point, strict=True)
    )


def _block(kinds: Iterable[str], fmt: Format, points: list[Point]) -> Block:
    arguments: list[FloatArray | float] = []
    for place, kind in enumerate(kinds):
        rows = [point[place] for point in points]
        if kind == "parameter":
            arguments.append(rows[0][0])
        else:
            array = fmt.cast(np.array(rows, dtype=np.float64))
            arguments.append(array if kind == "row" else array[:, 0].copy())
    return Block(tuple(arguments))


def _numbers(text: str) -> tuple[float, ...]:
    """Read a row as witnesses are written.

    Raises
    ------
    ValueError
        If it is written otherwise, or has more than `MOST_TERMS`.

    Examples
    --------
    >>> _numbers("0x1p-1*2,-0x1.8p+1")
    (0.5, 0.5, -3.0)
    """
    numbers: list[float] = []
    for item in text.split(","):
        value, _, count = item.partition("*")
        copies = int(count or 1)
        if not 0 < copies <= MOST_TERMS - len(numbers):
            raise ValueError(f"'{item}' is no run of 1 to {MOST_TERMS} terms")
        numbers += [float.fromhex(value)] * copies
    return tuple(numbers)


def _input(path: Path, number: int, line: bytes) -> tuple[StoredInput, int]:
    """Return what a line says, and how many terms it makes."""
    try:
        entry = msgspec.json.decode(line, type=StoredInput)
        kinds = FUNCTIONS[entry.function].arguments
        lengths = [_length(*each) for each in zip(kinds, entry.arguments, strict=True)]
        rows = {n for kind, n in zip(kinds, lengths, strict=True) if kind == "row"}
        if len(rows) > 1:
            raise ValueError("rows of different lengths")
        if entry.copies < 1:
            raise ValueError(f"{entry.copies} copies")
    except KeyError as error:
        raise LedgerError(
            f"line {number} of '{path}' is no witness: no function {error}; "
            "remove it, or hunt again"
        ) from error
    except (*_UNREADABLE, ValueError, OverflowError) as error:
        raise LedgerError(
            f"line {number} of '{path}' is no witness: {error}; remove it, or hunt again"
        ) from error
    return entry, sum(lengths) * entry.copies


# msgspec lets two errors of other trees through: bytes that are no UTF-8, and deep nesting.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def _length(kind: str, text: str) -> int:
    numbers = _numbers(text)
    if kind != "row" and len(numbers) > 1:
        raise ValueError(f"{len(numbers)} numbers as a {kind}")
    if kind == "parameter" and not 0 < numbers[0] < math.inf:
        raise ValueError(f"the parameter {numbers[0]}, which has to be positive")
    return len(numbers)
