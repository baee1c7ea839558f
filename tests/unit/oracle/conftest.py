"""Asking both oracles apart: every test that takes `oracle`, `answer` or `nearest` runs twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.family.function import Pending
from lse_verify.formats import BINARY64, FORMATS, Format
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Decided, Oracle, all_decided, refine, rounding_decided

ALL_ROUNDINGS = all_decided(*(rounding_decided(fmt) for fmt in FORMATS.values()))


@pytest.fixture(params=[MpmathJudge(), ArbBalls()], ids=lambda oracle: oracle.name)
def oracle(request: pytest.FixtureRequest) -> Oracle:
    asked = request.param
    assert isinstance(asked, Oracle)
    return asked


@pytest.fixture
def answer(oracle: Oracle) -> Callable[..., Enclosure]:
    """Enclose output k (from 0) of a function until a question is decided."""

    def ask(name: str, point: Point, k: int = 0, decided: Decided = ALL_ROUNDINGS) -> Enclosure:
        function = FUNCTIONS[name]
        case = function.settle(point)
        outcome = case.outcomes[k]
        assert isinstance(outcome, Pending)
        return refine(oracle, function, case.at(outcome), outcome.k, decided)

    return ask


@pytest.fixture
def nearest(answer: Callable[..., Enclosure]) -> Callable[..., float]:
    """Round output k (from 0) of a function to a format."""

    def ask(name: str, point: Point, fmt: Format = BINARY64, k: int = 0) -> float:
        found: float | None = answer(name, point, k, rounding_decided(fmt)).rounded(fmt)
        assert found is not None
        return found

    return ask
