"""Inputs as ordinals, and what every strategy proposes."""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.changes import moved
from lse_verify.search.hunt.mix import METHODS, strategies_of
from lse_verify.search.hunt.objective import Scores
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy

ALL = [(function, fmt) for function in FUNCTIONS for fmt in ("binary16", "binary64")]


def space_of(function: str, fmt: str, n_terms: int | None = None) -> Space:
    return Space.of(FUNCTIONS[function], FORMATS[fmt], n_terms)


def made_up(probe: Probe) -> Scores:
    """Sizes that are a function of the input, without an implementation."""
    sizes = np.abs(np.sin(probe.ordinals.sum(axis=1) / 1e3)) + 0.01
    nothing = np.zeros(len(sizes), dtype=bool)
    outputs = np.zeros(len(sizes), dtype=np.intp)
    return Scores(sizes, outputs, sizes, nothing, nothing)


@pytest.mark.parametrize(("function", "fmt"), ALL)
def test_a_block_of_ordinals_is_read_back(function: str, fmt: str) -> None:
    space, rng = space_of(function, fmt), np.random.default_rng(0)
    shape = space.draw_shape(rng)
    ordinals = space.uniform(rng, (7, space.coordinates(shape)))
    block = space.block(Probe(shape, ordinals))
    again = space.probe(block)
    assert again.shape == shape
    np.testing.assert_array_equal(again.ordinals, ordinals)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("function", "fmt"), ALL)
def test_what_is_proposed_is_finite_and_inside_and_the_same_again(
    function: str, fmt: str, method: str
) -> None:
    space = space_of(function, fmt, 3 if "row" in FUNCTIONS[function].arguments else None)
    first, second = (_proposals(strategies_of(method, space, 10**4), space) for _ in range(2))
    for probe, again in zip(first, second, strict=True):
        assert probe.shape == again.shape
        np.testing.assert_array_equal(probe.ordinals, again.ordinals)
        low, high = space.limits
        assert probe.ordinals.min() >= low
        assert probe.ordinals.max() <= high
        for argument in space.block(probe).arguments:
            assert np.isfinite(np.asarray(argument, dtype=np.float64)).all()


def _proposals(strategies: list[Strategy], space: Space) -> list[Probe]:
    rng, archive, probes = np.random.default_rng(1), Archive(space.fmt), list[Probe]()
    for _ in range(2):
        for strategy in strategies:
            probe = strategy.propose(rng, archive)
            if probe is not None:
                scores = made_up(probe)
                archive.add(probe, scores)
                strategy.learn(probe, scores)
                probes.append(probe)
    return probes


def test_lengths_from_2_to_1000_are_drawn_unless_one_is_given() -> None:
    rng = np.random.default_rng(0)
    free, fixed = space_of("logsumexp", "binary64"), space_of("logsumexp", "binary64", 17)
    drawn = {free.draw_shape(rng).n_terms for _ in range(2000)}
    assert min(drawn) == 2
    assert max(drawn) > 900
    assert {fixed.draw_shape(rng).n_terms for _ in range(20)} == {17}


def test_the_archive_keeps_one_input_of_a_niche_and_the_best_first() -> None:
    archive = Archive(FORMATS["binary32"])
    probe = Probe(Shape(1), np.array([[1000], [1001], [2**30], [-(2**30)]]))
    nothing = np.zeros(4, dtype=bool)
    sizes = np.array([1.0, 3.0, 2.0, 0.5])
    scores = Scores(sizes, np.zeros(4, dtype=np.intp), sizes, nothing, nothing)
    assert archive.add(probe, scores) == 1 + 1 / 2 + 1 / 3
    assert [elite.size for elite in archive.elites] == [3.0, 2.0, 0.5]
    assert archive.add(probe, scores) == 0
    assert archive.best == 3.0


def test_moves_stop_at_the_ends_of_64_bits() -> None:
    top = np.iinfo(np.int64).max
    found = moved(np.array([top - 5, 5 - top, 7]), np.array([10, -10, -3]))
    assert found.tolist() == [top, -top, 4]
