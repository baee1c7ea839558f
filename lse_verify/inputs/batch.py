"""What a regime is, and what it draws."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lse_verify.errors import BadInput
from lse_verify.family.block import Block
from lse_verify.formats import Format


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows of inputs of one regime, function, format and seed."""

    regime: str
    function: str
    fmt: Format
    blocks: tuple[Block, ...]

    def row(self, number: int) -> Block:
        """Return one input of the batch, counted from 0 over its blocks, as a block of one row.

        Raises
        ------
        BadInput
            If the batch has fewer rows.
        """
        left = number
        for block in self.blocks:
            if left < block.n_rows:
                return block.take(np.array([left]))
            left -= block.n_rows
        raise BadInput(
            f"row {number} is not in this batch; it has the rows 0 to {number - left - 1}"
        )


@dataclass(frozen=True, slots=True)
class Regime:
    """A named family of inputs, with the reason it exists.

    Attributes
    ----------
    name : str
        What ``--regime`` takes.
    reason : str
        One sentence: which fault these inputs would show.
    functions : frozenset of str
        The functions it makes sense for.
    blocks : callable
        ``blocks(function, fmt, rng, samples) -> tuple of Block``; a pure function of its
        arguments. Finite entries only, unless the regime is ``special``.
    """

    name: str
    reason: str
    functions: frozenset[str]
    blocks: Callable[[str, Format, np.random.Generator, int], tuple[Block, ...]] = field(
        compare=False
    )

    def draw(self, function: str, fmt: Format, seed: int, samples: int) -> Batch:
        """Draw the batch that a seed stands for: the same on every machine and worker.

        Parameters
        ----------
        function : str
            The function that the rows are arguments of.
        fmt : Format
            Every entry is a float of this format.
        seed : int
            The seed of the audit; each regime, function and format has its own stream.
        samples : int
            About how many rows are wanted; rows of many terms are fewer.
        """
        words = (self.name, function, fmt.name)
        stream = [seed, *(zlib.crc32(word.encode()) for word in words)]
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(stream)))
        return Batch(self.name, function, fmt, self.blocks(function, fmt, rng, samples))
