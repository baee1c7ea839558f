"""exp(xₖ)/Σ exp(xⱼ), the gradient of LogSumExp."""

from __future__ import annotations

import math
from abc import abstractmethod
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Block, Point
from lse_verify.family.function import (
    NO_LIMIT,
    UNSEEN,
    Bounds,
    Case,
    Function,
    Outcome,
    Pending,
    RoundedBounds,
    others_unseen,
    row_of,
)
from lse_verify.formats import Format


class RowToRow(Function):
    """What softmax and log_softmax share: how special entries settle."""

    arguments = ("row",)
    returns_row = True
    symmetric = True
    shift = "leaves"
    keeps_order = True
    side_of_limit = -1
    of_nothing: Outcome
    """The value at an entry that counts for nothing."""
    of_everything: Outcome
    """The value at the only entry that counts."""

    @abstractmethod
    def shared_equally(self, count: int) -> Outcome | None:
        """Return the exact value where `count` equal entries remain, if it is rational."""

    def settle(self, point: Point) -> Case:
        """Decide NaN, infinite entries, one entry, and equal entries where rational."""
        row = row_of(point)
        if any(math.isnan(entry) for entry in row):
            return Case((math.nan,) * len(row), point)
        infinite = row.count(math.inf)
        if infinite > 1 or (row and max(row) == -math.inf):
            return Case((NO_LIMIT,) * len(row), point)
        counted = math.inf if infinite else None
        kept = [e for e in row if (e == counted if infinite else e > -math.inf)]
        if len(kept) == 1:
            only = kept[0]
            return Case(
                tuple(self.of_everything if e == only else self.of_nothing for e in row), point
            )
        return self._settle_several(row, tuple(kept))

    def _settle_several(self, row: tuple[float, ...], kept: tuple[float, ...]) -> Case:
        equal = self.shared_equally(len(kept)) if len(set(kept)) == 1 else None
        outcomes: list[Outcome] = []
        place = 0
        for entry in row:
            if entry == -math.inf:
                outcomes.append(self.of_nothing)
                continue
            place += 1
            outcomes.append(Pending(place) if equal is None else equal)
        return Case(tuple(outcomes), (kept,))

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where there are several entries and all of them are finite."""
        return np.asarray(np.isfinite(block.wide(0)).all(axis=1) & (block.n_terms > 1))


class Softmax(RowToRow):
    """``softmax(x)``; with exactly one +∞ it has the limit (…, 0, 1, 0, …)."""

    name = "softmax"
    of_nothing = Enclosure.exactly(0)
    of_everything = Enclosure.exactly(1)

    def shared_equally(self, count: int) -> Outcome | None:
        """Return 1/count."""
        return Enclosure.exactly(Fraction(1, count))

    def ordinary(self, block: Block) -> NDArray[np.bool_]:
        """Return where there are several entries, all finite and not all equal."""
        row = block.wide(0)
        return np.asarray(super().ordinary(block) & (row[:, :1] != row).any(axis=1))

    def strict_limits(self, point: Point, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Return 0 and 1/c, c the number of entries equal to the k-th: others take a share.

        As they are not all equal, the largest has more than 1/n and the least less: of two
        entries next to 0 the shares cannot be told from ½ in any other way.
        """
        row = row_of(point)
        entry = row[k - 1]
        if others_unseen(row):
            return (1 - UNSEEN, Fraction(1)) if entry == max(row) else (Fraction(0), UNSEEN)
        low, high = Fraction(0), Fraction(1, row.count(entry))
        if entry == max(row):
            low = Fraction(1, len(row))
        elif entry == min(row):
            high = Fraction(1, len(row))
        return low, high

    def bounds(self, point: Point, k: int) -> Bounds:
        """Return 0 and 1."""
        return Bounds(Fraction(0), Fraction(1))

    def rounded_bounds(self, block: Block, fmt: Format) -> RoundedBounds:
        """Return 0 and 1, floats of every format."""
        return RoundedBounds(np.zeros(block.n_rows), np.ones(block.n_rows))


SOFTMAX = Softmax()
