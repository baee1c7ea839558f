"""The fixed special inputs hold each special value, and each beside each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lse_verify.formats import BINARY16, BINARY64, FLOAT8_E4M3FN, FORMATS, Format
from lse_verify.inputs.regimes import REGIMES

SPECIAL = REGIMES["special"]
INF, NAN = math.inf, math.nan


def special_rows(function: str, fmt: Format = BINARY64) -> set[str]:
    """Return the first arguments as text, in which NaN and −0 can be told apart."""
    blocks = SPECIAL.draw(function, fmt, 0, 1).blocks
    return {repr(point[0]) for block in blocks for point in block.points()}


@pytest.mark.parametrize(
    "row",
    [
        (),
        (0.0,),
        (-0.0,),
        (NAN,),
        (-INF,),
        (-INF, -INF),
        (-INF, 1.0),
        (INF, INF),
        (INF, -INF),
        (NAN, INF),
        (-INF, NAN),
        (-INF,) * 10,
        (0.0, *(-INF,) * 8, INF),
        (0.0, *(0.5,) * 8, -0.0),
        (INF, *(-INF,) * 8, INF),
    ],
    ids=repr,
)
def test_logsumexp_meets_the_row(row: tuple[float, ...]) -> None:
    assert repr(row) in special_rows("logsumexp")


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_the_extremes_are_those_of_the_format(fmt: Format) -> None:
    assert repr((fmt.largest, fmt.largest)) in special_rows("softmax", fmt)
    assert repr((fmt.smallest_subnormal,)) in special_rows("softmax", fmt)


def test_logaddexp_meets_every_pair() -> None:
    (block,) = SPECIAL.draw("logaddexp", BINARY16, 0, 1).blocks
    pairs = {repr(point) for point in block.points()}
    assert len(pairs) == 9**2
    assert repr((-INF, -INF)) in pairs


def test_only_logsumexp_is_asked_for_no_terms() -> None:
    asked = {
        function
        for function in SPECIAL.functions
        for block in SPECIAL.draw(function, BINARY64, 0, 1).blocks
        if block.n_terms == 0
    }
    assert asked == {"logsumexp"}


def test_probabilities_are_never_infinite() -> None:
    for block in SPECIAL.draw("negentropy", BINARY64, 0, 1).blocks:
        assert not np.isinf(np.asarray(block.arguments[0])).any()


def test_a_format_without_infinity_meets_nan_and_the_most_negative_float_in_its_place() -> None:
    rows = special_rows("logsumexp", FLOAT8_E4M3FN)
    assert repr((NAN, 448.0)) in rows
    assert repr((NAN, NAN)) in rows
    assert repr((0.0, *(-448.0,) * 8, 1.0)) in rows
    assert not any("inf" in row for row in rows)
    (block,) = SPECIAL.draw("logaddexp", FLOAT8_E4M3FN, 0, 1).blocks
    assert block.n_rows == 7**2
