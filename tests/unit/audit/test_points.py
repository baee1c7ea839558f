"""Inputs as users write them."""

from __future__ import annotations

import pytest

from lse_verify.audit.point import block_of, read_point
from lse_verify.errors import BadInput
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BFLOAT16, BINARY16, BINARY64


def test_entries_of_a_row_may_be_apart_or_together() -> None:
    apart = read_point(FUNCTIONS["logsumexp"], BINARY64, ["1", " -2", "0x1p-1"])
    together = read_point(FUNCTIONS["logsumexp"], BINARY64, ["1,-2,0x1p-1"])
    assert apart == together == ((1.0, -2.0, 0.5),)


def test_numbers_are_rounded_to_nearest_even_in_the_format() -> None:
    # 1 + 2**-11 is the midpoint of 1 and the next binary16; 0.1 in bfloat16 is 0x1.9ap-4.
    assert read_point(FUNCTIONS["softplus"], BINARY16, ["0x1.002p0"]) == (1.0,)
    assert read_point(FUNCTIONS["softplus"], BFLOAT16, ["0.1"]) == (float.fromhex("0x1.9ap-4"),)


def test_a_block_of_a_point_has_the_point_as_its_one_row() -> None:
    point = read_point(FUNCTIONS["smoothmax"], BINARY16, ["1,2*2", "0.5"])
    block = block_of(FUNCTIONS["smoothmax"], BINARY16, point)
    assert (block.n_rows, block.n_terms) == (1, 3)
    assert block.point(0) == point == ((1.0, 2.0, 2.0), 0.5)


@pytest.mark.parametrize(
    ("function", "texts", "words"),
    [
        ("softplus", ["1", "2"], "softplus takes 1 arguments"),
        ("logaddexp", ["1"], "logaddexp takes 2 arguments"),
        ("smoothmax", ["1,2"], "separate the entries of a row by commas"),
        ("smoothmax", ["1,2", "0"], "the parameter of smoothmax is 0.0; it has to be positive"),
        ("smoothmin", ["1,2", "nan"], "is nan; it has to be positive"),
        ("smoothmin", ["1,2", "inf"], "is inf; it has to be positive"),
        ("smoothmin", ["1,2", "1e-400"], "is 0.0; it has to be positive"),
        ("bregman", ["1,2", "1,2,3"], "the rows of bregman have different lengths"),
        ("logsumexp", ["1", "two"], "'two' is not a number; write decimals"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_the_rule(
    function: str, texts: list[str], words: str
) -> None:
    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        read_point(FUNCTIONS[function], BINARY64, texts)
