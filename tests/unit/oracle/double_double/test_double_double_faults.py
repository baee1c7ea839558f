"""Planted faults: one wrong coefficient, or one low part dropped, and a bound breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import arithmetic, exponential, logarithm, plain
from lse_verify.oracle.double_double.against_arb import CHECKED
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.points import Points
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
    {"_A2": logarithm._A2 * (1 + 2.0**-52)},
    {"_A3": logarithm._A3 * SMALL},
    {"_A4": logarithm._A4 * (1 + 2.0**-20)},
    {"_A5": 0.0},
    {"_A1_LO": 0.0},
    {"_A2_LO": 0.0},
    {"_LOG_TWO_3": 0.0},
    {"_TABLE_LO": np.zeros_like(logarithm._TABLE_LO)},
    {"_HALF_STEP": 0},
    {"fast_two_sum": sum_without_error},
    {"two_prod": product_without_error},
]


def whole(answer: Any) -> tuple[float, float, int]:
    """Return (hi, lo, exponent) of what any kernel returns."""
    match answer:
        case (float(hi), float(lo), int(exponent)):
            return hi, lo, exponent
        case (float(hi), float(lo)):
            return hi, lo, 0
        case (float(hi), int(exponent)):
            return hi, 0.0, exponent
        case _:
            return float(answer), 0.0, 0


def outside(name: str, kernel: Any, columns: Callable[[Points], tuple[list[Any], ...]]) -> int:
    """Return how many of some points a kernel of scalars has outside the bound."""
    checked = BY_NAME[name]

    def run(points: Points) -> Points:
        answers = [whole(kernel(*row)) for row in zip(*columns(points), strict=True)]
        hi, lo, exponent = (np.array(column) for column in zip(*answers, strict=True))
        return Points(hi, lo, exponent)

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
    assert outside("exp_single", rebuilt(exponential.exp_single, inlined, {}), single) == 0
    assert outside("log_double", rebuilt(plain.log_double, inlined, {}), single) == 0
    assert outside("log1p_double", rebuilt(plain.log1p_double, inlined, {}), scaled) == 0


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


@pytest.mark.parametrize("name", ["_A2", "_A1_LO"])
def test_a_fault_in_log1p_is_caught(name: str) -> None:
    changed = {name: getattr(logarithm, name) * (1 - 2.0**-10)}
    assert outside("log1p", rebuilt(logarithm.log1p, inlined, changed), triples) > 0


@inlined
def reduce_to_one_part(x: float) -> tuple[float, float]:
    shifted = arithmetic.multiply_add(x, exponential._LOG2_E, exponential._ROUNDER)
    k = shifted - exponential._ROUNDER
    return arithmetic.multiply_add(-k, exponential._LOG_TWO_1, x), shifted


COARSE = 1 + 2.0**-14

EXP_ONE_FLOAT_FAULTS: list[dict[str, Any]] = [
    *({name: getattr(exponential, name) * COARSE} for name in ("_E2", "_E5", "_E10")),
    {"_E2": exponential._E2 * (1 + 2.0**-46)},
    {"_E11": 0.0},
    {"_LOG_TWO_2": exponential._LOG_TWO_2 * COARSE},
    {"reduce_double": reduce_to_one_part},
]


@pytest.mark.parametrize("fault", EXP_ONE_FLOAT_FAULTS, ids=label)
def test_a_fault_in_exp_double_is_caught(fault: dict[str, Any]) -> None:
    assert outside("exp_double", rebuilt(exponential.exp_double, inlined, fault), pairs) > 0


@pytest.mark.parametrize("fault", EXP_ONE_FLOAT_FAULTS, ids=label)
def test_a_fault_in_exp_single_is_caught(fault: dict[str, Any]) -> None:
    assert outside("exp_single", rebuilt(exponential.exp_single, inlined, fault), single) > 0


def single(points: Points) -> tuple[list[Any], ...]:
    return (points.hi.tolist(),)


def scaled(points: Points) -> tuple[list[Any], ...]:
    return points.hi.tolist(), points.exponent.tolist()


LOG_ONE_FLOAT_FAULTS: list[dict[str, Any]] = [
    {"_D1": plain._D1 * (1 + 2.0**-44)},
    {"_D4": plain._D4 * COARSE},
    {"_D7": 0.0},
    {"_LOG_TWO_2": 0.0},
    {"_SQRT_HALF_WORD": plain._ONE_WORD - (1 << 50)},
]


@pytest.mark.parametrize("fault", LOG_ONE_FLOAT_FAULTS, ids=label)
def test_a_fault_in_log_double_is_caught(fault: dict[str, Any]) -> None:
    assert outside("log_double", rebuilt(plain.log_double, inlined, fault), single) > 0


@pytest.mark.parametrize("fault", LOG_ONE_FLOAT_FAULTS, ids=label)
def test_a_fault_in_log1p_double_is_caught(fault: dict[str, Any]) -> None:
    assert outside("log1p_double", rebuilt(plain.log1p_double, inlined, fault), scaled) > 0


@pytest.mark.parametrize("fault", [{}, {"two_sum": sum_without_error}], ids=["right", "two_sum"])
def test_a_sum_without_its_error_leaves_what_log1p_double_proves(fault: dict[str, Any]) -> None:
    # The constant is a power of two with room for that much; 2.75u, which is proved, has none.
    kernel = rebuilt(plain.log1p_double, inlined, fault)
    proved = replace(BY_NAME["log1p_double"], bound=2.75 * 2.0**-53)
    x = np.random.default_rng(32).uniform(np.sqrt(2) - 1, 0.5, 5000)
    zeros = np.zeros(x.size)
    points = Points(x, zeros, zeros.astype(np.int64))

    def run(points: Points) -> Points:
        return Points(np.array([kernel(row, 0)[0] for row in x.tolist()]), zeros, points.exponent)

    assert (replace(proved, kernel=run).worst(points).n_outside > 0) is bool(fault)
