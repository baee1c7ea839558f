"""Points of a block are its numbers bit for bit, and take little memory where rows are long."""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.family.block import Block, digest


@pytest.mark.parametrize("n_terms", [8, 100_000])
def test_the_entries_of_a_point_are_those_of_the_row_bit_for_bit(n_terms: int) -> None:
    row = np.full((1, n_terms), -37.3)
    row[0, :5] = [0.0, -0.0, np.nan, -np.inf, 5e-324]
    ((point,),) = Block((row,)).points()
    assert np.array(point).tobytes() == row.tobytes()


def test_equal_entries_of_a_long_row_are_one_object() -> None:
    row = np.full((1, 100_000), -37.3)
    row[0, 0] = 0.0
    ((point,),) = Block((row,)).points()
    assert len({id(value) for value in point}) == 2  # type: ignore[union-attr]  # it is a row


def test_digests_tell_zeros_rows_and_arguments_apart() -> None:
    points = [((0.0, 1.0),), ((-0.0, 1.0),), ((0.0,), 1.0), ((0.0,), (1.0,)), (0.0, 1.0)]
    assert len({digest(point) for point in points}) == len(points)
