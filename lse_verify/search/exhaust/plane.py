"""Every pair of two arguments: half of them judged where the answers are symmetric.

A shard is a band of values of the first argument against all up to its own last one. Off the
diagonal block each pair is asked for in both orders. The second order is judged only where its
answer has other bits than the first's, and counts as the first does everywhere else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.answer import Asker
from lse_verify.audit.exhausted import write_codes
from lse_verify.enclosure import Floats
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray
from lse_verify.search.exhaust.accumulator import Accumulator, Tile, fits_kernel, per_block
from lse_verify.search.exhaust.edges import Edges
from lse_verify.search.exhaust.patterns import Layout, words_of
from lse_verify.search.exhaust.spaces import CELL, Shard, Space
from lse_verify.search.exhaust.steps import differing
from lse_verify.search.exhaust.sums import share_sums
from lse_verify.search.exhaust.tally import SHARE

Places = NDArray[np.int64]


def grade_plane(space: Space, shard: Shard, asker: Asker, accumulator: Accumulator) -> None:
    """Grade a band."""
    _Band(space, shard, asker, accumulator).grade()


class _Band:
    """A band while it is graded, tile by tile.

    A tile is `rows` values of the band against `columns` others, whichever of the two comes
    first; its answers have shape (outputs, rows·columns).
    """

    def __init__(self, space: Space, shard: Shard, asker: Asker, accumulator: Accumulator) -> None:
        self._space, self._shard = space, shard
        self._asker, self._accumulator = asker, accumulator
        self._values = space.values(np.arange(space.n_values))
        self._layout = Layout.of(space.fmt)
        self._cell = CELL if fits_kernel(space.fmt) else 1
        n_cells = space.n_values // self._cell
        shape = ((shard.stop - shard.start) // self._cell, n_cells)
        self._maps = {True: np.full(shape, -1.0), False: np.full(shape, -1.0)}
        self._diagonal: list[FloatArray] = []
        self._edges = {first: Edges(space, accumulator, first) for first in (True, False)}

    def grade(self) -> None:
        """Grade all tiles, row of tiles by row of tiles."""
        start, stop, rows = self._shard.start, self._shard.stop, self._space.tile_rows
        if start:
            every = np.arange(self._space.n_values)
            for first, edges in self._edges.items():
                edges.begin_below(self._tile(start - 1, 1, 0, every.size, first).answers)
        for row in range(start, stop, rows):
            for edges in self._edges.values():
                edges.next_row()
            for column in range(0, stop, self._space.tile_columns):
                self._grade_tile(row, column)
        self._compare_diagonal()
        self._write_maps()

    def _tile(self, row: int, rows: int, column: int, columns: int, band_first: bool) -> Tile:
        """Ask for the pairs of some values of the band and some others."""
        n = self._space.n_values
        band = np.repeat(self._values[row : row + rows], columns)
        others = np.tile(self._values[column : column + columns], rows)
        first, second = (band, others) if band_first else (others, band)

        def locate(places: Places) -> Places:
            of_band, of_others = row + places // columns, column + places % columns
            return of_band * n + of_others if band_first else of_others * n + of_band

        is_row = self._space.function.arguments == ("row",)
        block = Block((np.stack([first, second], axis=1),) if is_row else (first, second))
        got = self._asker.ask(block, timed=True).reshape(first.size, -1)
        return Tile((first, second), np.ascontiguousarray(got.T), locate)

    def _grade_tile(self, row: int, column: int) -> None:
        rows, columns = self._space.tile_rows, self._space.tile_columns
        tile = self._tile(row, rows, column, columns, True)
        on_diagonal = column == self._shard.start
        mirror = None if on_diagonal else self._tile(row, rows, column, columns, False)
        if on_diagonal:
            self._diagonal.append(tile.answers.reshape(-1, rows, columns))
        self._judge(tile, mirror, row, column)
        self._edges[True].add(tile.answers.reshape(-1, rows, columns), row, column)
        if mirror is not None:
            self._edges[False].add(mirror.answers.reshape(-1, rows, columns), row, column)

    def _judge(self, tile: Tile, mirror: Tile | None, row: int, column: int) -> None:
        """Judge a tile, and of its mirror what differs; None where the tile has both orders."""
        differs = np.empty(0, np.int64) if mirror is None else self._differing(tile, mirror)
        for output in range(self._space.n_outputs):
            judged = self._accumulator.add(tile, output, weight=1 if mirror is None else 2)
            self._accumulator.propose(tile, output, judged.found)
            self._accumulator.settle(tile, output, judged.left, judged.blocks)
            self._map(True, row, column, judged.blocks)
            if mirror is not None:
                across = self._across(output)
                same = np.setdiff1d(judged.found, differs)
                self._accumulator.propose(mirror, across, same)
                self._accumulator.settle(mirror, across, judged.left, judged.blocks)
                apart = np.setdiff1d(differs, judged.left)
                blocks = self._take_back(tile, mirror, output, apart, judged.blocks)
                self._map(False, row, column, blocks)
        if self._space.kind == SHARE:
            for one in (tile,) if mirror is None else (tile, mirror):
                self._accumulator.violate("sum of shares", share_sums(self._accumulator, one))
        if mirror is not None:
            self._symmetry(tile, mirror, differs)

    def _across(self, output: int) -> int:
        """Return the output of the mirrored pair that is the same share."""
        return 1 - output if self._space.n_outputs == 2 else 0

    def _differing(self, tile: Tile, mirror: Tile) -> Places:
        """Return the places where any output has other bits in the other order."""
        found, room = [], np.empty(tile.size, dtype=np.int64)
        layout = (self._layout.magnitudes, self._layout.infinity)
        for output in range(self._space.n_outputs):
            other = words_of(mirror.answers[self._across(output)])
            count = differing(words_of(tile.answers[output]), other, *layout, room)
            found.append(room[:count].copy())
        return np.unique(np.concatenate(found))

    def _take_back(
        self, tile: Tile, mirror: Tile, output: int, apart: Places, blocks: Floats
    ) -> Floats:
        """Judge the mirrored answers that differ, instead of what counted for them."""
        if not apart.size:
            return blocks
        self._accumulator.add(tile.part(apart), output, weight=-1)
        across, part = self._across(output), mirror.part(apart)
        judged = self._accumulator.add(part, across)
        self._accumulator.propose(part, across, judged.found)
        one_each = np.full(-(-apart.size // per_block(self._space.fmt)), -1.0)
        self._accumulator.settle(part, across, judged.left, one_each)
        raised = blocks.copy()
        # A block of the part stands for several of the tile: its largest error is given to all.
        into = apart // per_block(self._space.fmt)
        of_part = np.maximum(judged.blocks, one_each)
        np.maximum.at(raised, into, of_part[np.arange(apart.size) // per_block(self._space.fmt)])
        return raised

    def _symmetry(self, tile: Tile, mirror: Tile, differs: Places) -> None:
        witness = None
        if differs.size:
            at = differs[:1]
            got, other = tile.answers[0][at[0]], mirror.answers[self._across(0)][at[0]]
            note = f"{float(other):.9g} with the arguments in the other order"
            witness = self._accumulator.draft(1.0, int(tile.locate(at)[0]), 0, float(got), note)
        self._accumulator.keep("same when permuted", tile.size, int(differs.size), witness)

    def _compare_diagonal(self) -> None:
        """Count the unordered pairs of the diagonal block whose two orders differ."""
        square = np.concatenate(self._diagonal, axis=1)
        n, start = self._shard.stop - self._shard.start, self._shard.start
        mirrored = square[self._across(0)].T
        words, turned = words_of(square[0]), words_of(np.ascontiguousarray(mirrored))
        both_nan = np.isnan(square[0]) & np.isnan(mirrored)
        differs = (words != turned) & ~both_nan
        differs |= differs.T
        count = int(np.triu(differs).sum())
        witness = None
        if count:
            row, column = (int(place) for place in np.argwhere(np.tril(differs))[0])
            note = f"{float(mirrored[row, column]):.9g} with the arguments in the other order"
            place = (start + row) * self._space.n_values + start + column
            got = float(square[0][row, column])
            witness = self._accumulator.draft(1.0, place, 0, got, note)
        self._accumulator.keep("same when permuted", n * (n + 1) // 2, count, witness)

    def _map(self, band_first: bool, row: int, column: int, blocks: Floats) -> None:
        """Raise the cells of a tile to the largest error in each."""
        rows, columns, cell = self._space.tile_rows, self._space.tile_columns, self._cell
        tops = blocks.reshape(rows // cell, cell, columns // cell).max(axis=1)
        top = (row - self._shard.start) // cell
        part = self._maps[band_first][
            top : top + rows // cell, column // cell : (column + columns) // cell
        ]
        np.maximum(part, tops, out=part)

    def _write_maps(self) -> None:
        first, end = self._shard.start // self._cell, self._shard.stop // self._cell
        is_symmetric = np.array_equal(self._maps[True][:, :first], self._maps[False][:, :first])
        for row in range(first, end):
            self._accumulator.rows[row] = write_codes(self._maps[True][row - first, :end])
            if not is_symmetric:
                codes = write_codes(self._maps[False][row - first, :first])
                self._accumulator.columns[row] = codes
