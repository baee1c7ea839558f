"""Witnesses: what is written reads back to the same bits, and long rows are found again."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lse_verify.audit.witness import (
    MOST_ITEMS,
    Witness,
    larger,
    read_number,
    read_row,
    spell,
    spell_point,
)
from lse_verify.errors import BadInput
from lse_verify.formats import FORMATS
from lse_verify.inputs.regimes import REGIMES

DOUBLES = st.floats(allow_nan=False)


def _bits(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


@given(DOUBLES)
def test_a_number_reads_back_to_the_same_bits(value: float) -> None:
    assert _bits(read_number(spell(value))) == _bits(value)


@given(st.lists(st.tuples(DOUBLES | st.sampled_from([0.0, -0.0]), st.integers(1, 9)), max_size=20))
def test_a_row_with_runs_reads_back_to_the_same_bits(runs: list[tuple[float, int]]) -> None:
    row = tuple(value for value, count in runs for _ in range(count))
    spelled = spell_point((row,))
    assert spelled is not None
    assert _bits(*read_row(spelled[0])) == _bits(*row)


def test_zeros_of_both_signs_are_no_run() -> None:
    assert spell_point(((0.0, -0.0, -0.0),)) == ["0x0p+0,-0x0p+0*2"]


def test_nan_and_infinities_are_written_by_name() -> None:
    spelled = spell_point(((math.nan, math.nan, math.inf, -math.inf), 0.5))
    assert spelled == ["nan*2,inf,-inf", "0x1p-1"]
    assert all(map(math.isnan, read_row("nan*2")))


def test_an_empty_row_is_written_as_nothing() -> None:
    assert spell_point(((),)) == [""]
    assert read_row("") == ()


def test_a_row_of_too_many_items_is_not_written_but_a_long_run_is() -> None:
    assert spell_point((tuple(map(float, range(MOST_ITEMS + 1))),)) is None
    assert spell_point((tuple(map(float, range(MOST_ITEMS))),)) is not None
    assert spell_point(((1.0,) * 10**6,)) == ["0x1p+0*1000000"]


def test_a_row_too_long_to_be_written_is_found_again_by_its_number() -> None:
    batch = REGIMES["gaussian"].draw("logsumexp", FORMATS["binary32"], 6, 9)
    longest = batch.blocks[-1]
    assert spell_point(longest.point(0)) is None
    number = sum(block.n_rows for block in batch.blocks[:-1])
    again = REGIMES["gaussian"].draw("logsumexp", FORMATS["binary32"], 6, 9).row(number)
    assert again.wide(0).tobytes() == longest.take(np.array([0])).wide(0).tobytes()


@pytest.mark.parametrize("text", ["", "x", "0xg", "1e", "--1", "0x1p99999", "1,2"])
def test_what_is_no_number_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadInput, match="is not a number; write decimals"):
        read_number(text)


@pytest.mark.parametrize("text", ["0*", "0*x", "0*-1", "0*1.5"])
def test_a_run_without_a_count_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadInput, match="has no count; a run of equal terms is written"):
        read_row(text)


@pytest.mark.parametrize("count", ["99999999999", "9" * 5000, "10000001"])
def test_a_run_that_would_fill_the_memory_is_refused(count: str) -> None:
    with pytest.raises(BadInput, match="more than 10000000 terms; give fewer"):
        read_row(f"0*{count}")


def test_of_two_witnesses_the_larger_stays_and_ties_fall_alike_in_both_orders(
    witness: Callable[..., Witness],
) -> None:
    small, large, other = witness(1.0), witness(2.0), witness(2.0, truth="1")
    assert larger(small, large) == larger(large, small) == large
    assert larger(large, other) == larger(other, large)
    assert larger(None, small) == larger(small, None) == small
