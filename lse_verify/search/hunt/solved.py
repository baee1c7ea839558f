"""Inputs with one entry solved for, so that the result lies where results are hard.

Relative errors are largest where the exponentials sum to nearly 1 and the logarithm cancels,
and beside powers of two, where the unit in the last place jumps; intermediate results have the
same edges where an exponential is a power of two. Given all other entries, one entry brings the
result, or its own exponential, to such a place; then a few floats about it are tried.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.family.block import Point
from lse_verify.family.lse_form import LseFunction
from lse_verify.inputs.regimes import WITH_IMPLIED_ZERO
from lse_verify.inputs.values import LN2
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

_NEAR = 2
"""Floats on each side of the solution."""


class Solved(Strategy):
    """Solves for one entry of each row.

    Parameters
    ----------
    space : Space
        Of a function with an `LseForm`.
    """

    name = "solved"

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        assert isinstance(space.function, LseFunction)
        self._function = space.function

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return rows about elites or ordinary ones, each with an entry solved for."""
        parent = archive.parent(rng)
        shape = parent.shape if parent and rng.random() < 0.5 else self.space.draw_shape(rng)
        form = self._function.form(self._point(shape))
        multiplier, scale = float(form.multiplier), float(form.scale)
        count, n = self.rows_of(shape), self.space.coordinates(shape)
        logs = self._others(rng, (count, n)) if rng.random() < 0.7 else None
        if logs is None:
            drawn = archive.parent(rng, shape)
            base = self.space.uniform(rng, (n,)) if drawn is None else drawn.ordinals
            steps = np.ldexp(rng.standard_normal((count, n)), rng.integers(0, 12, (count, 1)))
            moved = self.space.clipped(base + steps.astype(np.int64))
            logs = multiplier * self.space.fmt.from_ordinals(moved).astype(np.float64)
        places = rng.integers(0, n, count)
        with np.errstate(all="ignore"):
            solved = self._solved(rng, logs, places, scale)
            entries = np.nan_to_num(solved / multiplier, nan=0.0)
        ordinals = self._ordinals(entries)
        ordinals[np.arange(count), places] += rng.integers(-_NEAR, _NEAR, count, endpoint=True)
        return Probe(shape, self.space.clipped(ordinals))

    def _point(self, shape: Shape) -> Point:
        kinds: dict[str, tuple[float, ...] | float]
        kinds = {"row": (0.0,) * shape.n_terms, "value": 0.0, "parameter": shape.parameter}
        return tuple(kinds[kind] for kind in self._function.arguments)

    def _others(self, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        """Return logarithms of terms: ordinary ones below a peak of any size."""
        widths = rng.choice((0.01, 0.3, 1.0, 5.0), (shape[0], 1))
        return np.asarray(widths * rng.standard_normal(shape) - np.log(shape[1]))

    def _solved(
        self, rng: np.random.Generator, logs: Floats, places: NDArray[np.int64], scale: float
    ) -> Floats:
        """Put the solution at a place of each row; the others are of the format first."""
        rows = np.arange(len(logs))
        targets = self._targets(rng, len(logs)) / scale
        logs[rows, places] = -np.inf
        if self._function.name not in WITH_IMPLIED_ZERO:
            # Far or little below the target, so that there is a solution.
            gaps = np.exp(rng.uniform(-self.space.fmt.precision * LN2, 3.0, len(logs)))
            logs += (targets - gaps - _log_sum(logs))[:, None]
        logs[rows, places] = -np.inf
        finite = np.where(np.isfinite(logs), logs, 0.0)
        logs = np.where(np.isfinite(logs), self._ordinary(finite), logs)
        rest = _log_sum(logs)
        if self._function.name in WITH_IMPLIED_ZERO:
            rest = np.logaddexp(rest, 0.0)
        solution = targets + np.log(-np.expm1(rest - targets))
        octaves = rng.integers(self.space.fmt.emin - self.space.fmt.precision, 8, len(logs))
        landmark = np.where(np.isfinite(rest), rest, 0.0) + octaves * LN2
        by_landmark = ~np.isfinite(solution) | (rng.random(len(logs)) < 0.25)
        logs[rows, places] = np.where(by_landmark, landmark, solution)
        return logs

    def _ordinary(self, logs: Floats) -> Floats:
        return self.space.fmt.from_ordinals(self._ordinals(logs)).astype(np.float64)

    def _ordinals(self, values: Floats) -> NDArray[np.int64]:
        largest = self.space.fmt.largest
        return self.space.fmt.ordinals(self.space.fmt.cast(np.clip(values, -largest, largest)))

    def _targets(self, rng: np.random.Generator, count: int) -> Floats:
        """Return results: 0, powers of two and what is next to them, and small ones."""
        fmt = self.space.fmt
        octaves = rng.integers(max(fmt.emin, -60), 8, count)
        powers = np.ldexp(1.0, octaves) * (1 + rng.integers(-2, 2, count) * fmt.unit_roundoff)
        small = np.exp(rng.uniform(fmt.precision * -2 * math.log(2), 0.0, count))
        kind = rng.integers(0, 4, count)
        sizes = np.where(kind < 2, 0.0, np.where(kind == 2, powers, small))
        return np.asarray(np.where(rng.random(count) < 0.5, -sizes, sizes))


def _log_sum(logs: Floats) -> Floats:
    peak = np.maximum(logs.max(axis=1), -1e300)
    return np.asarray(peak + np.log(np.exp(logs - peak[:, None]).sum(axis=1)))
