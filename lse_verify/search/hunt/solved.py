"""Inputs with one entry solved for, so that the result lies where results are hard.

Relative errors are largest where the exponentials sum to nearly 1 and the logarithm cancels,
and beside powers of two, where the unit in the last place jumps; intermediate results have the
same edges where an exponential is a power of two. Given all other entries, one entry brings the
result, or its own exponential, to such a place; then a few floats about it are tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.family.block import Point
from lse_verify.family.lse_form import LseFunction
from lse_verify.formats import BINARY32
from lse_verify.inputs.regimes import WITH_IMPLIED_ZERO
from lse_verify.inputs.values import LN2
from lse_verify.oracle.double_double.rows.enclose import enclose
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

Targets = Callable[[np.random.Generator, int], Floats]
"""Draws so many results."""

_NEAR = 2
"""Floats on each side of the solution."""

_POOL, _POOL_TERMS = 64, 640
"""Rows that are solved for one that is tried, and at most how many terms of such rows."""

_FEWER = 4
"""By how much its batches are smaller than others': they cost more."""


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
        self._solver = Solver(space)

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return rows about elites or ordinary ones, each with an entry solved for."""
        shape = self._solver.shape(rng, archive)
        return self._solver.rows(rng, archive, shape, self.rows_of(shape), self._targets)

    def _targets(self, rng: np.random.Generator, count: int) -> Floats:
        """Return results: 0, powers of two and what is next to them, and small ones."""
        fmt = self.space.fmt
        octaves = rng.integers(max(fmt.emin, -60), 8, count)
        powers = np.ldexp(1.0, octaves) * (1 + rng.integers(-2, 2, count) * fmt.unit_roundoff)
        small = np.exp(rng.uniform(fmt.precision * -2 * math.log(2), 0.0, count))
        kind = rng.integers(0, 4, count)
        sizes = np.where(kind < 2, 0.0, np.where(kind == 2, powers, small))
        return np.asarray(np.where(rng.random(count) < 0.5, -sizes, sizes))


class Cancelling(Strategy):
    """Of many rows that are solved for a result of 0, the worst-conditioned few.

    A row whose result is near 0 loses digits in proportion to its condition number, however it
    is computed, and the certified kernels tell the condition number without asking the
    implementation. What is left of the cancellation is random, and the least of so many more
    rows is so much less.

    Parameters
    ----------
    space : Space
        Of a function with an `LseForm` that passes through 0.
    """

    name = "cancelling"

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        self._solver = Solver(space)

    @staticmethod
    def serves(space: Space) -> bool:
        """Tell whether the function has results near 0 that are differences."""
        function = space.function
        passes = isinstance(function, LseFunction) and function.name not in WITH_IMPLIED_ZERO
        # Of narrower formats all floats about a solution are soon tried.
        return passes and space.fmt.precision >= BINARY32.precision

    def propose(self, rng: np.random.Generator, archive: Archive) -> Probe:
        """Return the worst-conditioned rows of a pool."""
        shape = self._solver.shape(rng, archive)
        count = self.rows_of(shape) // _FEWER
        pooled = count * max(1, min(_POOL, _POOL_TERMS // self.space.coordinates(shape)))
        pool = self._solver.rows(rng, archive, shape, pooled, _zeros)
        chosen = np.argpartition(-self._solver.log_condition(pool), count - 1)[:count]
        return Probe(shape, pool.ordinals[np.sort(chosen)])


def _zeros(rng: np.random.Generator, count: int) -> Floats:
    return np.zeros(count)


class Solver:
    """Makes rows with one entry solved for.

    Parameters
    ----------
    space : Space
        Of a function with an `LseForm`.
    """

    def __init__(self, space: Space) -> None:
        assert isinstance(space.function, LseFunction)
        self.space = space
        self._function = space.function

    def shape(self, rng: np.random.Generator, archive: Archive) -> Shape:
        """Draw the shape of an elite, or any."""
        parent = archive.parent(rng)
        return parent.shape if parent and rng.random() < 0.5 else self.space.draw_shape(rng)

    def rows(
        self,
        rng: np.random.Generator,
        archive: Archive,
        shape: Shape,
        count: int,
        targets: Targets,
    ) -> Probe:
        """Return rows with results near the targets that are drawn for them."""
        form = self._function.form(self._point(shape))
        multiplier, scale = float(form.multiplier), float(form.scale)
        n = self.space.coordinates(shape)
        logs = self._others(rng, (count, n)) if rng.random() < 0.7 else None
        if logs is None:
            drawn = archive.parent(rng, shape)
            base = self.space.uniform(rng, (n,)) if drawn is None else drawn.ordinals
            steps = np.ldexp(rng.standard_normal((count, n)), rng.integers(0, 12, (count, 1)))
            moved = self.space.clipped(base + steps.astype(np.int64))
            logs = multiplier * self.space.fmt.from_ordinals(moved).astype(np.float64)
        places = rng.integers(0, n, count)
        with np.errstate(all="ignore"):
            solved = self._solved(rng, logs, places, targets(rng, count) / scale)
            entries = np.nan_to_num(solved / multiplier, nan=0.0)
        ordinals = self._ordinals(entries)
        ordinals[np.arange(count), places] += rng.integers(-_NEAR, _NEAR, count, endpoint=True)
        return Probe(shape, self.space.clipped(ordinals))

    def log_condition(self, probe: Probe) -> Floats:
        """Return log₂ of what the condition numbers are at least, −∞ where that is not known."""
        block = self.space.block(probe)
        multiplier = float(self._function.form(self._point(probe.shape)).multiplier)
        with np.errstate(all="ignore"):
            logs = multiplier * self._function.entries(block)
            shares = np.exp(logs - logs.max(axis=1, keepdims=True))
            slopes = (shares * abs(logs)).sum(axis=1) / shares.sum(axis=1)
            found = enclose(self._function, block)
            size = np.log2(np.abs(found.hi) + found.radius) + found.exponent
            condition = np.log2(slopes) - size
        return np.where(np.isfinite(condition), condition, -np.inf)

    def _point(self, shape: Shape) -> Point:
        kinds: dict[str, tuple[float, ...] | float]
        kinds = {"row": (0.0,) * shape.n_terms, "value": 0.0, "parameter": shape.parameter}
        return tuple(kinds[kind] for kind in self._function.arguments)

    def _others(self, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        """Return logarithms of terms: ordinary ones below a peak of any size."""
        widths = rng.choice((0.01, 0.3, 1.0, 5.0), (shape[0], 1))
        return np.asarray(widths * rng.standard_normal(shape) - np.log(shape[1]))

    def _solved(
        self, rng: np.random.Generator, logs: Floats, places: NDArray[np.int64], targets: Floats
    ) -> Floats:
        """Put the solution at a place of each row; the others are of the format first."""
        rows = np.arange(len(logs))
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


def _log_sum(logs: Floats) -> Floats:
    peak = np.maximum(logs.max(axis=1), -1e300)
    return np.asarray(peak + np.log(np.exp(logs - peak[:, None]).sum(axis=1)))
