"""Random points at the ends of binary64's range: each question ends, and both oracles agree."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.family.function import Pending
from lse_verify.formats import BINARY64
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import refine, rounding_decided

LARGEST = 1.7976931348623157e308


def draw_entry(draw: random.Random) -> float:
    return draw.choice(
        [
            0.0,
            draw.choice([-1, 1]) * math.ldexp(draw.uniform(0.5, 1), draw.randint(-1073, 1024)),
            draw.uniform(-40, 40),
            draw.choice([LARGEST, -LARGEST, 5e-324, -5e-324, 1e300, -1e300]),
        ]
    )


def draw_point(draw: random.Random, name: str) -> Point:
    kinds = FUNCTIONS[name].arguments
    length = draw.choice([2, 3, 4])
    if name == "negentropy":
        return (tuple(math.ldexp(draw.random(), -draw.randint(0, 1074)) for _ in range(length)),)
    makers: dict[str, Callable[[], tuple[float, ...] | float]] = {
        "row": lambda: tuple(draw_entry(draw) for _ in range(length)),
        "value": lambda: draw_entry(draw),
        "parameter": lambda: math.ldexp(draw.uniform(0.5, 1), draw.randint(-1073, 1024)),
    }
    return tuple(makers[kind]() for kind in kinds)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_question_about_an_extreme_point_ends_alike_for_both_oracles(name: str) -> None:
    draw = random.Random(name)
    judge, second, function = MpmathJudge(), ArbBalls(), FUNCTIONS[name]
    for _ in range(15):
        case = function.settle(draw_point(draw, name))
        for outcome in case.outcomes:
            if isinstance(outcome, Pending):
                decided = rounding_decided(BINARY64)
                found = refine(judge, function, case.at(outcome), outcome.k, decided)
                other = refine(second, function, case.at(outcome), outcome.k, decided)
                assert found.rounded(BINARY64) == other.rounded(BINARY64)
