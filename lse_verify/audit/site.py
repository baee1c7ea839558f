"""Where in an audit a block stands, and how what it shows is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.finding import Tally
from lse_verify.audit.reference import Reference
from lse_verify.audit.witness import Witness, spell
from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.ladder import Ladder

Flags = NDArray[np.bool_]

MOST_OUTPUTS = 1 << 15
"""What is measured at a time: arrays that stay in the processor's caches."""

RESOLVED = 2.0**-20
"""In ulps: smaller errors of answers that are not exact count as this one."""

_RELATIVE, _ABSOLUTE = 2.0**-24, 2.0**-30


def resolved(ulps: Floats, exact: Flags) -> Floats:
    """Return errors as far as every oracle sees them alike: to a multiple of 2**-30 ulp.

    What an enclosure says of an error is off by some 2**-46 ulp, by more or less in another
    oracle's. Two inputs with the same exact error, as of a row and its permutation, would be
    told apart by that alone, and which of them is printed would depend on who enclosed the
    truth. Rounded, they are equal, and the first one is taken. Of large errors one part in
    2**24 is as much as is compared.

    Parameters
    ----------
    ulps : ndarray of float64
        Errors; NaN stays.
    exact : ndarray of bool
        Where the truth is known exactly: the error is, too, and stays.

    Examples
    --------
    >>> resolved(np.array([0.75 + 2.0**-46, 1e-30, 0.0]), np.array([False, False, True])).tolist()
    [0.75, 9.5367431640625e-07, 0.0]
    """
    binade = np.ldexp(1.0, np.frexp(ulps)[1] - 1)
    step = np.maximum(_ABSOLUTE, binade * _RELATIVE)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.maximum(np.rint(ulps / step) * step, RESOLVED)
    return np.where(~exact & np.isfinite(rounded), rounded, ulps)


def figure(size: float) -> float:
    """Round what is written down as it was measured, and not by the judge, to seven digits."""
    return float(f"{size:.7g}")


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
    asked : dict
        What the judge has said of outputs too near a limit, by row of the batch and output.
    """

    ladder: Ladder
    function: Function
    fmt: Format
    block: Block
    reference: Reference
    seed: int
    first_row: int
    points: dict[int, Point] = field(default_factory=dict)
    asked: dict[tuple[int, int], Enclosure] = field(default_factory=dict)

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

    def pieces(self) -> Iterator[tuple[Site, slice]]:
        """Cut the block into sites of few rows, each with the places of its outputs."""
        step = max(MOST_OUTPUTS // max(self.per_row, 1), 1)
        for first in range(0, self.block.n_rows, step):
            rows = slice(first, first + step)
            outputs = slice(rows.start * self.per_row, rows.stop * self.per_row)
            yield (
                replace(
                    self,
                    block=self.block.rows(rows),
                    reference=self.reference.part(rows, outputs),
                    first_row=self.first_row + first,
                    points={},
                ),
                outputs,
            )

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
        n_tested, count = int(np.count_nonzero(tested)), int(np.count_nonzero(happened))
        if not count:
            return Tally(tested=n_tested)
        return Tally(tested=n_tested, count=count, witness=self.worst(wide, happened, sizes))

    def worst(self, wide: Floats, among: Flags, sizes: Floats | None = None) -> Witness | None:
        """Draft a witness of the largest (the first where there is no size), if there is one."""
        ranked = np.where(among, 1.0 if sizes is None else sizes, -1.0)
        if ranked.max(initial=-1.0) < 0:
            return None
        entry = int(np.argmax(ranked))
        return self.witness(entry, float(wide[entry]), float(ranked[entry]))
