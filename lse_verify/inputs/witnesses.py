"""The inputs that hunts have found, as a regime: what was once wrong is tried first.

They are kept as JSON Lines, each with the function, the format and the arguments of an input
(`lse_verify.search.witnesses` writes them); what else a line has is not read here.
"""

from __future__ import annotations

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

WITNESSES = "witnesses"
WITNESSES_PREFIX = "witnesses:"
"""The name of the regime, and what stands before its path where it has to be found again."""


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
        If the file cannot be read or a line is damaged.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise LedgerError(
            f"cannot read the witnesses '{path}': {error.strerror}; check the path"
        ) from error
    return [_input(path, number, line) for number, line in enumerate(lines, 1)]


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
    return Regime(WITNESSES, reason, functions, WitnessBlocks(path.resolve()))


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

    Examples
    --------
    >>> _numbers("0x1p-1*2,-0x1.8p+1")
    (0.5, 0.5, -3.0)
    """
    numbers: list[float] = []
    for item in text.split(","):
        value, _, count = item.partition("*")
        numbers += [float.fromhex(value)] * int(count or 1)
    return tuple(numbers)


def _input(path: Path, number: int, line: bytes) -> StoredInput:
    try:
        entry = msgspec.json.decode(line, type=StoredInput)
        arguments = [_numbers(text) for text in entry.arguments]
        if len(arguments) != len(FUNCTIONS[entry.function].arguments):
            raise ValueError("wrong number of arguments")
    except (msgspec.DecodeError, ValueError, KeyError) as error:
        raise LedgerError(
            f"line {number} of '{path}' is no witness: {error}; remove it, or hunt again"
        ) from error
    return entry
