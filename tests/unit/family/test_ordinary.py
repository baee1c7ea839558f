"""`Function.ordinary` against `settle`, row by row: it is exact, on every kind of row."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function, Pending
from lse_verify.formats import BINARY64, FORMATS, FloatArray
from lse_verify.inputs.regimes import REGIMES

ALL = sorted(FUNCTIONS)
INF, NAN = math.inf, math.nan
LARGEST = BINARY64.largest
ENTRIES = (0.0, -0.0, 1.0, 0.5, 5e-324, -3.0, LARGEST, -LARGEST, INF, -INF, NAN)


def is_ordinary(function: Function, point: Point) -> bool:
    """Say what the law says."""
    case = function.settle(point)
    pending = tuple(Pending(k) for k in range(1, len(case.outcomes) + 1))
    return bool(pending) and case.outcomes == pending and case.point == point


def agrees(function: Function, block: Block) -> bool:
    expected = [is_ordinary(function, point) for point in block.points()]
    found = function.ordinary(block)
    return found.dtype == np.bool_ and found.tolist() == expected


def block_from(name: str, first: FloatArray, second: FloatArray) -> Block:
    """Return a block of any function from rows of one shape."""
    kinds = FUNCTIONS[name].arguments
    sources = iter((first, second))
    return Block(
        tuple(
            3.0 if kind == "parameter" else next(sources) if kind == "row" else next(sources)[:, 0]
            for kind in kinds
        )
    )


@pytest.mark.parametrize("name", ALL)
def test_it_is_where_settle_settles_nothing_on_all_regimes(name: str) -> None:
    function = FUNCTIONS[name]
    for regime, fmt in itertools.product(REGIMES.values(), FORMATS.values()):
        if name in regime.functions:
            for block in regime.draw(name, fmt, seed=5, samples=20).blocks:
                assert agrees(function, block), (regime.name, fmt.name)


@pytest.mark.parametrize("n_terms", [1, 2, 3])
@pytest.mark.parametrize("name", ALL)
def test_it_is_where_settle_settles_nothing_on_special_entries(name: str, n_terms: int) -> None:
    rows = np.array(list(itertools.product(ENTRIES, repeat=n_terms)))
    for turns in (0, 1, 7):
        assert agrees(FUNCTIONS[name], block_from(name, rows, np.roll(rows, turns, axis=0)))


@pytest.mark.parametrize("name", [n for n in ALL if "row" in FUNCTIONS[n].arguments])
def test_rows_of_no_entries_are_not_ordinary(name: str) -> None:
    nothing = np.zeros((2, 0))
    block = block_from(name, nothing, nothing)
    assert agrees(FUNCTIONS[name], block)
    assert not FUNCTIONS[name].ordinary(block).any()


@pytest.mark.parametrize("name", ALL)
def test_a_block_of_no_rows_has_none_that_are(name: str) -> None:
    nothing = np.zeros((0, 2))
    assert FUNCTIONS[name].ordinary(block_from(name, nothing, nothing)).shape == (0,)


def test_a_sum_that_overflows_is_no_reason_to_be_special() -> None:
    rows = np.full((1, 2), LARGEST)
    assert FUNCTIONS["logsumexp"].ordinary(Block((rows,))).all()


def test_the_implied_zero_is_a_term() -> None:
    one_entry = Block((np.ones((1, 1)),))
    assert FUNCTIONS["logsumexp0"].ordinary(one_entry).all()
    assert not FUNCTIONS["logsumexp"].ordinary(one_entry).any()
