"""Planted faults: one wrong coefficient, or one low part dropped, and a bound breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import arithmetic, exponential, logarithm
from lse_verify.oracle.double_double.against_arb import CHECKED, Points
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.twin import rebuilt

BY_NAME = {checked.name: checked for checked in CHECKED}


@inlined
def sum_without_error(a: float, b: float) -> tuple[float, float]:
    return a + b, 0.0


@inlined
def product_without_error(a: float, b: float) -> tuple[float, float]:
    return a * b, 0.0


@inlined
def square_without_low_part(a_hi: float, a_lo: float) -> tuple[float, float]:
    return arithmetic.two_prod(a_hi, a_hi)


SMALL = 1 + 2.0**-40

EXP_FAULTS: list[dict[str, Any]] = [
    {"_B1": exponential._B1 * (1 + 2.0**-52)},
    {"_B4": exponential._B4 * SMALL},
    {"_B8": exponential._B8 * (1 + 2.0**-28)},
    {"_B12": -exponential._B12},
    {"_B1_LO": 0.0},
    {"_B3_LO": 0.0},
    {"_LOG_TWO_2": exponential._LOG_TWO_2 + 2.0**-74},
    {"_LOG_TWO_3": 0.0},
    {"two_sum": sum_without_error},
    {"fast_two_sum": sum_without_error},
    {"two_prod": product_without_error},
    {"square_unnormalised": square_without_low_part},
]
LOG_FAULTS: list[dict[str, Any]] = [
    {"_A1": logarithm._A1 * (1 + 2.0**-52)},
    {"_A6": logarithm._A6 * SMALL},
    {"_A13": logarithm._A13 * (1 + 2.0**-24)},
    {"_A18": logarithm._A18 * 1.5},
    {"_A1_LO": 0.0},
    {"_A5_LO": 0.0},
    {"_LOG_TWO_3": 0.0},
    {"fast_two_sum": sum_without_error},
    {"two_prod": product_without_error},
]


def outside(name: str, kernel: Any, columns: Callable[[Points], tuple[list[Any], ...]]) -> int:
    """Return how many of some points a kernel of scalars has outside the bound."""
    checked = BY_NAME[name]

    def run(points: Points) -> Points:
        answers = [kernel(*row) for row in zip(*columns(points), strict=True)]
        hi, lo = [answer[0] for answer in answers], [answer[1] for answer in answers]
        exponent = [answer[2] if len(answer) == 3 else 0 for answer in answers]
        return Points(np.array(hi), np.array(lo), np.array(exponent))

    points = checked.draw(np.random.default_rng(31), 3000)
    return replace(checked, kernel=run).worst(points).n_outside


def pairs(points: Points) -> tuple[list[Any], ...]:
    return points.hi.tolist(), points.lo.tolist()


def triples(points: Points) -> tuple[list[Any], ...]:
    return *pairs(points), points.exponent.tolist()


def label(fault: dict[str, Any]) -> str:
    return next(iter(fault))


def test_without_a_fault_nothing_is_outside() -> None:
    assert outside("exp", rebuilt(exponential.exp, inlined, {}), pairs) == 0
    assert outside("log", rebuilt(logarithm.log, inlined, {}), pairs) == 0
    assert outside("log1p", rebuilt(logarithm.log1p, inlined, {}), triples) == 0


@pytest.mark.parametrize("fault", EXP_FAULTS, ids=label)
def test_a_fault_in_exp_is_caught(fault: dict[str, Any]) -> None:
    assert outside("exp", rebuilt(exponential.exp, inlined, fault), pairs) > 0


@pytest.mark.parametrize("fault", LOG_FAULTS, ids=label)
def test_a_fault_in_log_is_caught(fault: dict[str, Any]) -> None:
    assert outside("log", rebuilt(logarithm.log, inlined, fault), pairs) > 0


@pytest.mark.parametrize("name", ["_B5", "_B1_LO", "_LOG_TWO_3"])
def test_a_fault_in_expm1_is_caught(name: str) -> None:
    changed = {name: getattr(exponential, name) * (1 - 2.0**-20)}
    assert outside("expm1", rebuilt(exponential.expm1, inlined, changed), pairs) > 0


@pytest.mark.parametrize("name", ["_A3", "_A1_LO"])
def test_a_fault_in_log1p_is_caught(name: str) -> None:
    changed = {name: getattr(logarithm, name) * (1 - 2.0**-10)}
    assert outside("log1p", rebuilt(logarithm.log1p, inlined, changed), triples) > 0


@pytest.mark.parametrize("name", ["_E2", "_E5", "_E10", "_LOG_TWO_2"])
def test_a_fault_in_exp_double_is_caught(name: str) -> None:
    changed = {name: getattr(exponential, name) * (1 + 2.0**-14)}
    kernel = rebuilt(exponential.exp_double, inlined, changed)

    @inlined
    def as_double_double(x_hi: float, x_lo: float) -> tuple[float, float, int]:
        value, exponent = kernel(x_hi, x_lo)
        return value, 0.0, exponent

    assert outside("exp_double", as_double_double, pairs) > 0
