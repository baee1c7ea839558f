"""Where in an audit a block stands, and how what it shows is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.finding import Tally
from lse_verify.audit.reference import Reference
from lse_verify.audit.witness import Witness, spell
from lse_verify.enclosure import Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.ladder import Ladder

Flags = NDArray[np.bool_]


def floats_apart(fmt: Format, first: FloatArray, second: FloatArray) -> Floats:
    """Return how many floats lie between the entries of two arrays without NaN.

    Exact below 2**53, and above 0 wherever the two differ by more than the sign of a zero.
    """
    a, b = fmt.ordinals(first), fmt.ordinals(second)
    # Of one sign the difference fits into 64 bits, which ordinals of binary64 nearly fill.
    across = np.abs(a).astype(np.float64) + np.abs(b).astype(np.float64)
    return np.where((a < 0) == (b < 0), np.abs(a - b).astype(np.float64), across)


@dataclass(frozen=True, slots=True)
class Site:
    """A block with its reference, and what its witnesses have to say to be found again.

    Attributes
    ----------
    ladder : Ladder
        The oracles.
    function, fmt, block, reference
        What is graded against what.
    seed, first_row : int
        The audit's seed, and the number of the block's first row in its batch.
    points : dict of int to Point
        Inputs read so far: one of a million terms takes a while.
    """

    ladder: Ladder
    function: Function
    fmt: Format
    block: Block
    reference: Reference
    seed: int
    first_row: int
    points: dict[int, Point] = field(default_factory=dict)

    @property
    def per_row(self) -> int:
        """How many outputs a row has."""
        return self.block.n_terms if self.function.returns_row else 1

    @property
    def n_terms(self) -> int:
        """How many terms the limits of the verdicts count: the same for all rows of a block."""
        return self.function.n_terms(self.block.n_terms)

    def point(self, row: int) -> Point:
        """Return one input of the block exactly."""
        if row not in self.points:
            self.points[row] = self.block.point(row)
        return self.points[row]

    def witness(self, entry: int, got: float, size: float, note: str = "") -> Witness:
        """Draft a witness of one output; `confirm` has the judge complete it."""
        row, output = divmod(entry, self.per_row)
        return Witness(
            size=size,
            arguments=None,
            seed=self.seed,
            row=self.first_row + row,
            n_terms=self.n_terms,
            output=output,
            got=spell(got),
            note=note,
        )

    def tally(
        self, wide: Floats, happened: Flags, tested: Flags, sizes: Floats | None = None
    ) -> Tally:
        """Count what happened, and keep the largest (the first where there is no size)."""
        happened = happened & tested
        count = int(happened.sum())
        if not count:
            return Tally(tested=int(tested.sum()))
        ranked = np.where(happened, 1.0 if sizes is None else sizes, -np.inf)
        entry = int(np.argmax(ranked))
        witness = self.witness(entry, float(wide[entry]), float(ranked[entry]))
        return Tally(tested=int(tested.sum()), count=count, witness=witness)
