"""All floats around the best inputs, one elite after the other, farther out each time."""

from __future__ import annotations

import numpy as np

from lse_verify.search.hunt.archive import Archive, Elite
from lse_verify.search.hunt.space import Ordinals, Probe, Space
from lse_verify.search.hunt.strategy import Strategy

_ROUNDS = 6
"""How often an elite is returned to."""


class Neighbourhood(Strategy):
    """Tries every float within reach of an elite that has not been tried from there.

    An input of one coordinate has a window of neighbours, which moves outward from round to
    round. One of several has a window along each axis first, then squares of two axes at once.
    """

    name = "neighbourhood"
    reserved = 0.08

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        self._done: dict[tuple[object, ...], int] = {}

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe | None:
        """Return the neighbours of the best elite that has been looked at least often."""
        # What fell out of the archive is forgotten.
        self._done = {_key(elite): self._done.get(_key(elite), 0) for elite in archive.elites}
        elite = min(archive.elites, key=lambda e: self._done[_key(e)], default=None)
        if elite is None or self._done[_key(elite)] >= _ROUNDS:
            return None
        turn = self._done[_key(elite)]
        self._done[_key(elite)] = turn + 1
        count, width = self.rows_of(elite.shape), elite.ordinals.size
        if width == 1:
            steps = _window(count, turn)[:, None]
        elif turn == 0:
            steps = _along_axes(rng, count, width)
        else:
            steps = _square(rng, count, width)
        return Probe(elite.shape, self.space.clipped(elite.ordinals + steps))


def _key(elite: Elite) -> tuple[object, ...]:
    return (elite.shape, elite.ordinals.tobytes())


def _window(count: int, turn: int) -> Ordinals:
    """Return the steps from turn·half to (turn + 1)·half, to both sides."""
    half = count // 2
    out = np.arange(turn * half + 1, (turn + 1) * half + 1)
    return np.concatenate([-out, out])


def _along_axes(rng: np.random.Generator, count: int, width: int) -> Ordinals:
    axes = rng.permutation(width)[: max(count // 2, 1)]
    reach = max(count // (2 * axes.size), 1)
    out = np.concatenate([-np.arange(1, reach + 1), np.arange(1, reach + 1)])
    steps = np.zeros((axes.size * out.size, width), dtype=np.int64)
    steps[np.arange(len(steps)), np.repeat(axes, out.size)] = np.tile(out, axes.size)
    return steps


def _square(rng: np.random.Generator, count: int, width: int) -> Ordinals:
    first, second = rng.permutation(width)[:2]
    side = int(np.sqrt(count))
    out = np.arange(side) - side // 2
    steps = np.zeros((side * side, width), dtype=np.int64)
    steps[:, first], steps[:, second] = np.repeat(out, side), np.tile(out, side)
    return steps
