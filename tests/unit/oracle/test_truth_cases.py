"""Every line of shared cases' truth.jsonl, by each oracle apart.

Expected values were computed apart from the project (Arb with precision doubling and exact
rational rounding, checked against mpmath at 4000 bits).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lse_verify.enclosure import Enclosure, decimal_string
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.family.function import Pending
from lse_verify.formats import FORMATS
from lse_verify.oracle.oracle import (
    Oracle,
    all_decided,
    digits_decided,
    refine,
    rounding_decided,
)

CASES = Path(__file__).parents[2] / "cases" / "truth.jsonl"
LINES = [json.loads(line) for line in CASES.read_text().splitlines()]
DECIDED = all_decided(digits_decided(40), *(rounding_decided(f) for f in FORMATS.values()))

Line = dict[str, Any]


def point_of(line: Line) -> Point:
    x = tuple(map(float.fromhex, line["x"]))
    kinds = FUNCTIONS[line["function"]].arguments
    if kinds == ("row",):
        return (x,)
    if kinds == ("row", "parameter"):
        return (x, float.fromhex(line["t"]))
    return x


def answers(oracle: Oracle, line: Line) -> Iterator[Enclosure]:
    function = FUNCTIONS[line["function"]]
    case = function.settle(point_of(line))
    for outcome in case.outcomes:
        if isinstance(outcome, Pending):
            yield refine(oracle, function, case.at(outcome), outcome.k, DECIDED)
        else:
            assert isinstance(outcome, Enclosure)
            yield outcome


@pytest.mark.parametrize("number", range(len(LINES)))
def test_the_oracle_reproduces_the_line(oracle: Oracle, number: int) -> None:
    line = LINES[number]
    for found, y, rounded in zip(answers(oracle, line), line["y"], line["rounded"], strict=True):
        nearest = {name: found.rounded(FORMATS[name]) for name in rounded}
        expected = {name: float.fromhex(text) for name, text in rounded.items()}
        assert {n: v.hex() for n, v in nearest.items() if v is not None} == {
            n: v.hex() for n, v in expected.items()
        }
        if y is None:
            assert max(abs(found.lo), abs(found.hi)) < Fraction(1, 2**8000)
        elif "/" in y:
            assert (found.lo, found.hi) == (Fraction(y), Fraction(y))
        else:
            assert found.decimal(40) == decimal_string(Fraction(y), 40)


def test_there_are_450_lines() -> None:
    assert len(LINES) == 450
