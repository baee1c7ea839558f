"""A first look at a space: an error that the largest is known to reach.

Without it every shard would have to remember inputs that are the worst only of itself.
"""

from __future__ import annotations

import numpy as np

from lse_verify.audit.answer import Asker, failure_of
from lse_verify.family.block import Block
from lse_verify.implementations.registry import find
from lse_verify.search.exhaust.accumulator import Accumulator, Tile, fits_kernel
from lse_verify.search.exhaust.shard import ShardGrader
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.exhaust.tally import TILE

_TILES = 4


def look(grader: ShardGrader, implementation: str, function: str, fmt: str) -> float:
    """Return a lower bound of the largest error in ulps; 0 if nothing can be told.

    Of inputs at random, most of them between 2**-8 and 2**8 in magnitude.
    """
    space = Space.named(function, fmt)
    if not fits_kernel(space.fmt):
        return 0.0
    try:
        asker = Asker.loaded(find(implementation, function, grader.base), space.fmt)
        accumulator = Accumulator(space, grader.ladder)
        rng = np.random.default_rng(0)
        for _ in range(_TILES):
            tile = _tile(space, asker, rng)
            for output in range(space.n_outputs):
                accumulator.add(tile, output)
        return accumulator.best_error
    except BaseException as error:
        # What it raises is told where every input is asked for, and only Ctrl-C is raised.
        failure_of(error)
        return 0.0


def _tile(space: Space, asker: Asker, rng: np.random.Generator) -> Tile:
    values = [_values(space, rng) for _ in range(1 if space.is_line else 2)]
    if space.is_line:
        block, arguments = Block((values[0],)), (values[0], np.zeros_like(values[0]))
    elif space.n_outputs == 2:
        block, arguments = Block((np.stack(values, axis=1),)), (values[0], values[1])
    else:
        block, arguments = Block((values[0], values[1])), (values[0], values[1])
    got = asker.ask(block).reshape(TILE, -1)
    return Tile(arguments, np.ascontiguousarray(got.T), lambda places: places)


def _values(space: Space, rng: np.random.Generator) -> np.ndarray:
    sizes = np.exp2(rng.uniform(-8, 8, TILE)) * rng.choice([-1.0, 1.0], TILE)
    anywhere = space.values(rng.integers(0, space.n_values, TILE))
    return np.where(rng.random(TILE) < 0.9, space.fmt.cast(sizes), anywhere)
