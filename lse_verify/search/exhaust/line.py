"""Every value of one argument, in order."""

from __future__ import annotations

from functools import partial

import numpy as np

from lse_verify.audit.answer import Asker
from lse_verify.enclosure import Floats
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray
from lse_verify.search.exhaust.accumulator import Accumulator, Tile, per_block
from lse_verify.search.exhaust.patterns import Layout, Words, run_of, words_of
from lse_verify.search.exhaust.spaces import LINE_PARTS, Shard, Space
from lse_verify.search.exhaust.steps import drops
from lse_verify.search.exhaust.tally import TILE


def grade_line(space: Space, shard: Shard, asker: Asker, accumulator: Accumulator) -> None:
    """Grade a run of ranks.

    The answers of a tile are held against the last one of the tile before, which is asked for
    again at the beginning of a shard.
    """
    step = min(TILE, shard.stop - shard.start, space.n_values // 2)
    before = None
    if shard.start:
        before = _ask(space, asker, shard.start - step, step)[1][-1:]
    for start in range(shard.start, shard.stop, step):
        values, answers = _ask(space, asker, start, step)
        zeros = np.zeros_like(values)
        tile = Tile((values, zeros), answers[None], partial(np.add, start))
        judged = accumulator.add(tile, 0)
        accumulator.propose(tile, 0, judged.found)
        accumulator.settle(tile, 0, judged.left, judged.blocks)
        _profile(space, accumulator, start, judged.blocks)
        _steps(space, accumulator, start, before, answers)
        before = answers[-1:]


def _ask(space: Space, asker: Asker, start: int, step: int) -> tuple[FloatArray, FloatArray]:
    values = run_of(space.fmt, start, step)
    return values, asker.ask(Block((values,)), timed=True)


def _profile(space: Space, accumulator: Accumulator, start: int, blocks: Floats) -> None:
    """Keep the largest error of each part of the line."""
    per_part = max(space.n_values // LINE_PARTS, 1)
    starts = start + np.arange(blocks.size) * per_block(space.fmt)
    for part in np.unique(starts // per_part).tolist():
        top = float(blocks[starts // per_part == part].max())
        top = min(top, float(np.finfo(np.float64).max))
        accumulator.line[part] = max(accumulator.line.get(part, -1.0), top)


def _steps(
    space: Space,
    accumulator: Accumulator,
    start: int,
    before: FloatArray | None,
    answers: FloatArray,
) -> None:
    """Count the drops from one value to the next."""
    chain: Words = words_of(answers if before is None else np.concatenate([before, answers]))
    layout, top = Layout.of(space.fmt), np.zeros(1, dtype=np.int64)
    count, at = drops(chain[:-1], chain[1:], layout.magnitudes, layout.infinity, top)
    witness = None
    if count:
        first = start + at - (0 if before is None else 1)
        values = chain.view(space.fmt.dtype)
        note = f"{float(values[at + 1]):.9g} for the next larger input, {top[0]} floats lower"
        witness = accumulator.draft(float(top[0]), first, 0, float(values[at]), note)
    accumulator.keep("monotone", chain.size - 1, count, witness)
