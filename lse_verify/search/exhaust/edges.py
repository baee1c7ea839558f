"""Steps between neighbours of a plane: raising an argument must not lower what it raises."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.search.exhaust.accumulator import Accumulator
from lse_verify.search.exhaust.patterns import Layout, words_of
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.exhaust.steps import drops


class Edges:
    """Holds each tile of one order against the tiles before it.

    Parameters
    ----------
    space : Space
        What is graded.
    accumulator : Accumulator
        Where the drops are counted.
    band_first : bool
        Whether the rows of tiles are values of the first argument.

    Notes
    -----
    A sum rises with both of its arguments; a share, and its logarithm, with its own.
    """

    def __init__(self, space: Space, accumulator: Accumulator, band_first: bool) -> None:
        self._space, self._accumulator, self._band_first = space, accumulator, band_first
        self._layout = Layout.of(space.fmt)
        self._above: FloatArray | None = None
        self._rows: list[FloatArray] = []
        self._left: FloatArray | None = None

    def begin_below(self, answers: FloatArray) -> None:
        """Take the answers of the value before the first row, shape (outputs, all values)."""
        self._rows = [answers]

    def next_row(self) -> None:
        """Go on with the next row of tiles."""
        self._above = np.concatenate(self._rows, axis=1) if self._rows else None
        self._rows, self._left = [], None

    def add(self, tile: FloatArray, row: int, column: int) -> None:
        """Count the drops of a tile, shape (outputs, rows, columns), and of its edges."""
        columns = tile.shape[2]
        for output in range(tile.shape[0]):
            one = tile[output]
            if self._rises_along_rows(output):
                self._along(one[:-1], one[1:], (row, column), (1, 0), output)
                if self._above is not None and self._above.shape[1] >= column + columns:
                    above = self._above[output, column : column + columns]
                    self._along(above[None], one[:1], (row - 1, column), (1, 0), output)
            if self._rises_along_columns(output):
                self._along(one[:, :-1], one[:, 1:], (row, column), (0, 1), output)
                if self._left is not None:
                    self._along(self._left[output], one[:, :1], (row, column - 1), (0, 1), output)
        self._rows.append(tile[:, -1])
        self._left = tile[:, :, -1:]

    def _rises_along_rows(self, output: int) -> bool:
        return self._space.n_outputs == 1 or (output == 0) == self._band_first

    def _rises_along_columns(self, output: int) -> bool:
        return self._space.n_outputs == 1 or (output == 0) != self._band_first

    def _along(
        self,
        lower: FloatArray,
        upper: FloatArray,
        corner: tuple[int, int],
        step: tuple[int, int],
        output: int,
    ) -> None:
        """Count where `upper`, the answers one step on, are below `lower`."""
        if not lower.size:
            return
        shape, top = lower.shape, np.zeros(1, dtype=np.int64)
        low, high = (words_of(np.ascontiguousarray(one)).ravel() for one in (lower, upper))
        count, at = drops(low, high, self._layout.magnitudes, self._layout.infinity, top)
        witness = None
        if count:
            place = divmod(int(at), shape[1])
            row, column = corner[0] + place[0], corner[1] + place[1]
            n = self._space.n_values
            number = row * n + column if self._band_first else column * n + row
            got, other = float(lower[place]), float(upper[place])
            raised = "first" if (step == (1, 0)) == self._band_first else "second"
            note = f"{other:.9g} with the {raised} argument raised, {top[0]} floats lower"
            witness = self._accumulator.draft(float(top[0]), number, output, got, note)
        self._accumulator.keep("monotone", lower.size, count, witness)
