"""The certified pass and the audit's own measure say the same of the same answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from lse_verify.audit.finding import Finding
from lse_verify.audit.measure import measure
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.enclosure import Floats
from lse_verify.family.block import widened
from lse_verify.formats import FloatArray
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.exhaust.accumulator import Accumulator, Tile
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.exhaust.sums import share_sums

SPACES = [
    (function, fmt)
    for function in ("softplus", "logistic", "logaddexp", "softmax", "log_softmax")
    for fmt in ("binary16", "bfloat16", "binary32")
    if fmt != "binary32" or function in ("softplus", "logistic")
]
Fault = Callable[[Space, Floats, np.random.Generator], Floats]


def nearest(space: Space, exact: Floats, rng: np.random.Generator) -> Floats:
    """Make no fault: the answer as binary64 arithmetic has it, rounded."""
    return exact


def off_by_units(space: Space, exact: Floats, rng: np.random.Generator) -> Floats:
    """Move answers by up to 30 units either way, most of them by little."""
    units = rng.integers(-3, 4, exact.shape) * 10.0 ** rng.integers(-1, 2, exact.shape)
    return np.asarray(exact * (1 + units * 2.0 ** (1 - space.fmt.precision)))


def lost(space: Space, exact: Floats, rng: np.random.Generator) -> Floats:
    """Replace answers by zeros of both signs, infinities and NaN."""
    wrong = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0])
    return np.where(rng.random(exact.shape) < 0.3, rng.choice(wrong, exact.shape), exact)


def inputs_of(space: Space, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw all of a line of 16 bits, and of larger spaces a mixture of near and far pairs."""
    n = space.n_values
    if space.is_line and space.fmt.bits == 16:
        return np.arange(n)
    if space.is_line:
        near = (n // 2) + rng.choice([-1, 1], 8000) * (rng.integers(0x3D000000, 0x43800000, 8000))
        return np.concatenate([rng.integers(0, n, 12000), near])
    first = rng.integers(0, n, 20000)
    values = widened(space.values(np.arange(n)))
    low, high = np.flatnonzero(np.isfinite(values))[[0, -1]]
    close = low + np.searchsorted(values[low:high], rng.normal(0, 8, 20000))
    second = np.where(rng.random(20000) < 0.5, rng.integers(0, n, 20000), close)
    first = np.where(rng.random(20000) < 0.5, first, np.roll(close, 1))
    first[:100] = second[:100]
    return first * n + second


def answers_of(space: Space, places: NDArray[np.int64]) -> Floats:
    block = space.block(places)
    with np.errstate(all="ignore"):
        if space.is_line:
            x = block.wide(0)
            return (
                np.logaddexp(x, 0.0) if space.function.name == "softplus" else 1 / (1 + np.exp(-x))
            )
        if space.n_outputs == 1:
            return np.logaddexp(block.wide(0), block.wide(1))
        rows = block.wide(0)
        logs = rows - np.logaddexp(rows[:, 0], rows[:, 1])[:, None]
        return logs if space.function.name == "log_softmax" else np.exp(logs)


def tile_of(space: Space, places: NDArray[np.int64], got: FloatArray) -> Tile:
    block = space.block(places)
    first = block.arguments[0]
    assert isinstance(first, np.ndarray)
    if space.is_line:
        arguments = (first, np.zeros_like(first))
    elif space.n_outputs == 2:
        arguments = (np.ascontiguousarray(first[:, 0]), np.ascontiguousarray(first[:, 1]))
    else:
        second = block.arguments[1]
        assert isinstance(second, np.ndarray)
        arguments = (first, second)
    answers = np.ascontiguousarray(got.reshape(places.size, -1).T)
    return Tile(arguments, answers, partial(np.take, places))


def counted(finding: Finding) -> dict[str, object]:
    """Return all that is counted: of witnesses only that there is one.

    How many inputs a bound was tried on is told apart at the largest float, where the upper
    bound of a sum rounds up to infinity.
    """
    tallies = {
        "not_stable": finding.not_stable,
        "not_weak": finding.not_weak,
        "nan": finding.spurious_nan,
        "infinity": finding.spurious_infinity,
        "special": finding.special,
        **finding.violations,
        "zero sign": finding.properties.get("zero sign"),
    }
    return {
        "outputs": finding.outputs,
        "histogram": finding.histogram,
        "correctly_rounded": finding.correctly_rounded,
        "faithful": finding.faithful,
        "policies": finding.policies,
        **{
            name: (0 if "bound" in name else t.tested, t.count, t.excused, t.witness is None)
            for name, t in tallies.items()
            if t is not None
        },
    }


@pytest.mark.parametrize("fault", [nearest, off_by_units, lost])
@pytest.mark.parametrize(("function", "fmt"), SPACES)
def test_the_pass_counts_what_the_audit_counts(function: str, fmt: str, fault: Fault) -> None:
    space, rng = Space.named(function, fmt), np.random.default_rng(20261123)
    places = inputs_of(space, rng)
    with np.errstate(all="ignore"):
        got = space.fmt.cast(fault(space, answers_of(space, places), rng))
    accumulator = Accumulator(space, Ladder())
    tile = tile_of(space, places, got)
    for output in range(space.n_outputs):
        judged = accumulator.add(tile, output)
        accumulator.propose(tile, output, judged.found)
        accumulator.settle(tile, output, judged.left, judged.blocks)
        assert judged.left.size < 0.1 * places.size
    if function == "softmax":
        accumulator.violate("sum of shares", share_sums(accumulator, tile))
    ours = accumulator.finding(places.size)
    block, ladder = space.block(places), Ladder()
    site = Site(
        ladder,
        space.function,
        space.fmt,
        block,
        reference(ladder, space.function, block, space.fmt),
        0,
        0,
    )
    theirs = measure(site, got.ravel(), None)
    theirs = msgspec.structs.replace(theirs, rows=ours.rows)
    assert counted(ours) == counted(theirs)
    assert ours.exhausted is not None
    largest = max(candidate.error for candidate in ours.exhausted.candidates)
    assert theirs.worst_error is not None
    assert largest == pytest.approx(theirs.worst_error.size, rel=1e-6)
    if fault is off_by_units and function == "softmax":
        mine, other = (found.violations["sum of shares"] for found in (ours, theirs))
        assert mine.witness is not None
        assert other.witness is not None
        assert mine.count > 100
        assert (mine.witness.size, mine.witness.note) == (other.witness.size, other.witness.note)
        assert mine.witness.row == places[other.witness.row]
