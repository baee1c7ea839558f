"""What "all inputs" means: every value of a format, or every pair of them, cut into shards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from lse_verify.errors import UsageError
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format, format_named
from lse_verify.search.exhaust.patterns import floats_of
from lse_verify.search.exhaust.tally import LOG_SHARE, SHARE, SUM, TILE

LINE_KINDS = {"softplus": SUM, "logistic": SHARE}
PLANE_KINDS = {"logaddexp": SUM, "softmax": SHARE, "log_softmax": LOG_SHARE}

BAND = 1024
"""Values of the first argument of one shard of a plane."""

LINE_PARTS = 1 << 11
"""Parts of a line whose largest errors a figure shows."""

CELL = 64
"""Values of each argument that one cell of a map stands for, of formats of 16 bits."""

_SHARD_OF_LINE = 1 << 24
_MOST_LINE_BITS = 32
_MOST_PLANE_BITS = 16


class Shard(msgspec.Struct, frozen=True, order=True):
    """A part of a space: ranks of the only argument, or of the first of two.

    Attributes
    ----------
    implementation, function, format : str
        Names.
    start, stop : int
        Ranks, from `start` up to before `stop`. Of two arguments the pairs are those whose
        second is in the same shard or an earlier one, in both orders.
    floor : float
        An error in ulps that the largest is known to reach, of a look at some of the inputs.
    """

    implementation: str
    function: str
    format: str
    start: int
    stop: int
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Space:
    """All inputs of one function in one format.

    Attributes
    ----------
    function : Function
        One of `LINE_KINDS` or `PLANE_KINDS`.
    fmt : Format
        The format.
    """

    function: Function
    fmt: Format

    @classmethod
    def named(cls, function: str, fmt: str) -> Space:
        """Return the space of these names.

        Raises
        ------
        UsageError
            If the function has other arguments, or the format has too many values.
        """
        space = cls(function_named(function), format_named(fmt))
        if function not in LINE_KINDS and function not in PLANE_KINDS:
            names = ", ".join([*LINE_KINDS, *PLANE_KINDS])
            raise UsageError(
                f"{function} cannot be exhausted; {names} can: one or two arguments; "
                f"for others look for the worst with 'lse-verify hunt -f {function}'"
            )
        most = _MOST_LINE_BITS if space.is_line else _MOST_PLANE_BITS
        if space.fmt.bits > most:
            count = space.fmt.bits * (1 if space.is_line else 2)
            raise UsageError(
                f"{function} has 2**{count} inputs in {fmt}, too many to try; choose a format of "
                f"at most {most} bits, or look for the worst with 'lse-verify hunt'"
            )
        return space

    @property
    def is_line(self) -> bool:
        """Whether there is one argument."""
        return self.function.name in LINE_KINDS

    @property
    def kind(self) -> int:
        """What an output is: `SUM`, `SHARE` or `LOG_SHARE`."""
        return (LINE_KINDS if self.is_line else PLANE_KINDS)[self.function.name]

    @property
    def n_values(self) -> int:
        """How many patterns an argument has."""
        return 1 << self.fmt.bits

    @property
    def n_inputs(self) -> int:
        """How many inputs there are."""
        return self.n_values if self.is_line else self.n_values**2

    @property
    def n_outputs(self) -> int:
        """How many outputs an input has."""
        return 2 if self.function.returns_row else 1

    def shards(self, implementation: str) -> Iterator[Shard]:
        """Cut the space; shards of a plane grow with their number."""
        step = min(self.n_values, _SHARD_OF_LINE if self.is_line else BAND)
        for start in range(0, self.n_values, step):
            yield Shard(implementation, self.function.name, self.fmt.name, start, start + step)

    def inputs_of(self, shard: Shard) -> int:
        """Return how many inputs a shard has."""
        if self.is_line:
            return shard.stop - shard.start
        return shard.stop**2 - shard.start**2

    def values(self, ranks: NDArray[np.int64]) -> FloatArray:
        """Return the values of ranks."""
        return floats_of(self.fmt, ranks)

    def block(self, places: NDArray[np.int64]) -> Block:
        """Return inputs by their numbers: the rank, or that of the first times all, and second."""
        if self.is_line:
            return Block((self.values(places),))
        first, second = self.values(places // self.n_values), self.values(places % self.n_values)
        if self.function.arguments == ("row",):
            return Block((np.stack([first, second], axis=1),))
        return Block((first, second))

    @property
    def tile_columns(self) -> int:
        """Values of the second argument of a tile of a plane."""
        return min(self.n_values, BAND)

    @property
    def tile_rows(self) -> int:
        """Values of the first."""
        return min(TILE // self.tile_columns, self.n_values)
