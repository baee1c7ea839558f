"""Rows that are solved for: near the results asked for, and of many the worst-conditioned."""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.enclosure import Floats
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.formats import BINARY16, BINARY32, BINARY64, Format
from lse_verify.oracle.certify import certify
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.solved import Cancelling, Solved, Solver
from lse_verify.search.hunt.space import Probe, Shape, Space
from lse_verify.search.hunt.strategy import Strategy


def conditions(block: Block, count: int) -> list[float]:
    """Return the condition numbers of the first rows, by the oracles and not the kernels."""
    function = function_named("logsumexp")
    rows = block.wide(0)[:count].tolist()
    return sorted(certify(function, (tuple(row),), 5)[0].condition for row in rows)


@pytest.mark.parametrize("n_terms", [2, 10])
def test_as_many_rows_of_those_that_cancel_most_are_far_worse(n_terms: int) -> None:
    space = Space.of(function_named("logsumexp"), BINARY64, n_terms)

    def log_conditions(strategy: Strategy, batches: int) -> Floats:
        rng = np.random.default_rng(5)
        probes = [strategy.propose(rng, Archive(BINARY64)) for _ in range(batches)]
        return np.concatenate([Solver(space).log_condition(p) for p in probes if p is not None])

    solved, cancelling = log_conditions(Solved(space), 10), log_conditions(Cancelling(space), 40)
    assert cancelling.size <= solved.size
    # Of 64 times as many rows the worst is some 64 times worse, and so are those behind it.
    assert np.median(cancelling) > np.quantile(solved, 0.9)
    assert cancelling.max() > solved.max() + 3


def test_the_condition_number_is_that_of_the_oracle() -> None:
    space = Space.of(function_named("logsumexp"), BINARY64, 2)
    rows = np.array([[0.0, -40.0], [-0.1, -2.3521684610440907], [3.0, 4.0], [-1e-300, -691.0]])
    block = Block((rows,))
    found = np.exp2(Solver(space).log_condition(space.probe(block)))
    assert sorted(found) == pytest.approx(conditions(block, 4), rel=1e-6)


def test_what_the_kernels_do_not_tell_is_not_chosen() -> None:
    space = Space.of(function_named("logsumexp"), BINARY64, 2)
    far = Probe(Shape(2), space.probe(Block((np.array([[1e300, 1e300], [1.0, 2.0]]),))).ordinals)
    first, second = Solver(space).log_condition(far)
    assert np.isfinite(second)
    assert first <= second + 1


@pytest.mark.parametrize(
    ("function", "fmt", "serves"),
    [
        ("logsumexp", BINARY64, True),
        ("logaddexp", BINARY32, True),
        ("smoothmax", BINARY64, True),
        ("softplus", BINARY64, False),
        ("logsumexp0", BINARY64, False),
        ("softmax", BINARY64, False),
        ("logaddexp", BINARY16, False),
    ],
)
def test_it_serves_where_results_pass_through_zero(
    function: str, fmt: Format, serves: bool
) -> None:
    assert Cancelling.serves(Space.of(function_named(function), fmt, None)) is serves
