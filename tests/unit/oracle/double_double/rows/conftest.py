"""Enclosures held against Arb's balls, by the formulas of the second oracle."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import flint
import pytest

from lse_verify.enclosure import EnclosureArray
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.oracle.arb_balls import balls
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

PRECISIONS = (200, 1200, 4800, 50000)

Holds = Callable[[EnclosureArray, int, Function, Point, int], bool]


@pytest.fixture(autouse=True)
def same_precision() -> Iterator[None]:
    asked = flint.ctx.prec
    yield
    flint.ctx.prec = asked


def ball_is_inside(found: EnclosureArray, index: int, ball: Any) -> bool | None:
    """Tell whether a whole ball is inside an enclosure, or None if it is too wide to tell."""
    radius = float(found.radius[index])
    scale = flint.arb(2) ** int(found.exponent[index])
    if radius == math.inf:
        if found.exponent[index] != NEGLIGIBLE_LOG2:
            return True
        # Of a divergence Arb cannot tell the sign, which is that of a strictly convex function's.
        within = bool(abs(ball) <= scale) and not bool(ball * float(found.hi[index]) < 0)
        return True if within else (False if bool(abs(ball) > scale) else None)
    centre = (flint.arb(float(found.hi[index])) + flint.arb(float(found.lo[index]))) * scale
    distance = abs(ball - centre)
    half = radius * scale
    if distance.is_zero() or bool(distance <= half):
        return True
    return False if bool(distance > half) else None


@pytest.fixture
def holds() -> Holds:
    def inside(
        found: EnclosureArray, index: int, function: Function, point: Point, output: int
    ) -> bool:
        for prec_bits in PRECISIONS:
            told = ball_is_inside(found, index, balls(function, point, prec_bits)[output])
            if told is not None:
                return told
        return False

    return inside
