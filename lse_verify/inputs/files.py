"""The user's own data as a regime: ``.npy``, ``.npz`` and ``.csv`` files.

An array of two dimensions holds rows. An array of one dimension holds values: one input
each for a function of a value, and one row together for a function of a row. A ``.csv``
file of one column counts as one dimension; an ``.npz`` file may hold several arrays, a
block each. No file has more than 256 MiB, nor unpacks to more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lse_verify.errors import BadInput
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.arrange import SHARPNESSES, TRIALS, parameters, second_rows
from lse_verify.inputs.arrays import read_arrays
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.probabilities import softmax
from lse_verify.inputs.values import finite, wide
from lse_verify.inputs.weights import weights_of
from lse_verify.inputs.witnesses import WITNESSES_PREFIX, WitnessBlocks

DATA_PREFIX = "data:"


@dataclass(frozen=True, slots=True)
class UserRows:
    """A user's data in a format.

    Attributes
    ----------
    arrays : tuple of ndarray
        Finite floats of the format, shape (m, n) or (m,).
    dropped : int
        How many rows (or values, of an array of one dimension) were left out because an
        entry was NaN or infinite, or overflowed the format.
    """

    arrays: tuple[FloatArray, ...]
    dropped: int


def load_rows(path: Path, fmt: Format) -> UserRows:
    """Load a user's data and round it to a format, to nearest with ties to even.

    Decimal numbers are rounded to binary64 first. Rows that are not finite in the format
    are dropped and counted: data may be wider than one of the formats it is tried in.

    Raises
    ------
    BadInput
        If the file cannot be read, holds something other than real numbers in one or two
        dimensions, or nothing that is finite in the format.
    """
    rounded = [fmt.cast(np.ascontiguousarray(array)) for array in read_arrays(path)]
    whole = [np.isfinite(a).reshape(len(a), -1).all(axis=1) for a in rounded]
    kept = [a[rows] for a, rows in zip(rounded, whole, strict=True) if rows.any()]
    if not kept:
        raise BadInput(
            f"'{path.name}' has no row that is finite in {fmt.name}; "
            "scale the data or leave that format out"
        )
    return UserRows(tuple(kept), int(sum((~rows).sum() for rows in whole)))


def data_regime(path: str | Path) -> Regime:
    """Return the regime of a user's file, named by the file's name alone.

    It has the functions that the shapes allow; functions of two values need rows of two terms.

    Raises
    ------
    BadInput
        If the file cannot be used.
    """
    path = Path(path).absolute()
    pairs = any(array.ndim == 2 and array.shape[1] == 2 for array in read_arrays(path))
    functions = frozenset(n for n, f in FUNCTIONS.items() if pairs or not f.of_two_values)
    reason = "The user's own data is what the implementation will meet."
    return Regime(f"{DATA_PREFIX}{path.name}", reason, functions, DataBlocks(path))


def spec_of(regime: Regime) -> str:
    """Return the string from which ``regime_named`` makes the regime again, in any process.

    For a user's file it holds the absolute path, and is not for printing.
    """
    if isinstance(regime.blocks, DataBlocks):
        return f"{DATA_PREFIX}{regime.blocks.path}"
    if isinstance(regime.blocks, WitnessBlocks):
        return f"{WITNESSES_PREFIX}{regime.blocks.path}"
    return regime.name


@dataclass(frozen=True, slots=True)
class DataBlocks:
    """The ``blocks`` of a user's file: all of its rows, whatever the samples asked for.

    Functions of a value take every entry. Negentropy takes an array as it is if all of its
    entries lie in [0, 1], and its softmax otherwise; the second row of a divergence is few
    floats or a little away, the next row, or the same; the weights of rows are drawn. There is a
    block for each parameter.
    """

    path: Path

    def __call__(
        self, function: str, fmt: Format, rng: np.random.Generator, samples: int
    ) -> tuple[Block, ...]:
        """Load the file and arrange its rows as the arguments of a function."""
        arrays = load_rows(self.path, fmt).arrays
        return tuple(block for a in arrays for block in _blocks(function, fmt, rng, a))


def _blocks(
    function: str, fmt: Format, rng: np.random.Generator, array: FloatArray
) -> Iterator[Block]:
    rows, values = np.atleast_2d(array), array.ravel()
    match function:
        case "logaddexp" | "logaddexp2":
            if array.ndim == 2 and array.shape[1] == 2:
                yield Block((array[:, 0].copy(), array[:, 1].copy()))
        case "softplus" | "logistic":
            yield Block((values,))
        case "binomial_cumulant":
            yield from (Block((values, trials)) for trials in parameters(fmt, TRIALS))
        case "multinomial_cumulant":
            yield from (Block((rows, trials)) for trials in parameters(fmt, TRIALS))
        case "smoothmax" | "smoothmin":
            yield from (Block((rows, t)) for t in parameters(fmt, SHARPNESSES))
        case "bregman":
            yield Block((rows, second_rows(fmt, rng, rows, np.roll(rows, 1, axis=0))))
        case "weighted_logsumexp":
            yield Block((rows, weights_of(fmt, rng, rows)))
        case "negentropy":
            yield Block((_probabilities(fmt, rows),))
        case _:
            yield Block((rows,))


def _probabilities(fmt: Format, rows: FloatArray) -> FloatArray:
    if ((rows >= 0) & (rows <= 1)).all():
        return rows
    return finite(fmt, softmax(wide(rows)))
