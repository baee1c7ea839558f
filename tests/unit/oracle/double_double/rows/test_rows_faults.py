"""Planted faults in the loops of rows are caught; without an fma they hold the truth as well."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import arithmetic, exponential, logarithm
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.exponential import expm1 as expm1_of_both
from lse_verify.oracle.double_double.logarithm import log1p as log1p_of_both
from lse_verify.oracle.double_double.rows import (
    divergence,
    entropy,
    first_gradient,
    log_ratio,
    logistic,
    lse,
    shares,
    sums,
    sweep,
    terms,
)
from lse_verify.oracle.double_double.rows.combine import combine as combine_all
from lse_verify.oracle.double_double.twin import rebuilt

# Each fault is compiled anew.
pytestmark = pytest.mark.slow

Loop = tuple[ModuleType, str]

SHORT, LONG = (sums, "_short"), (sums, "_long")
FINISH, PEAK, SHARES = (lse, "_finish"), (shares, "_peak_loop"), (shares, "_shares")
LOG_SHARES, LOGS = (shares, "_log_shares"), (shares, "_logs")
LOGISTIC, GRADIENT = (logistic, "_logistic_loop"), (first_gradient, "_gradients")
ENTROPY, TERMS, RATIO = (entropy, "_terms"), (divergence, "_terms"), (log_ratio, "_log_ratio")


def n_outside(group: str, directed: bool = False, n_points: int = 3000) -> int:
    task = sweep.Task(group, 0, n_points, 81, directed)
    return sum(tally.n_outside for tally in sweep.run(task).values())


def put(monkeypatch: pytest.MonkeyPatch, loop: Loop, changes: dict[str, Any]) -> None:
    module, name = loop
    monkeypatch.setattr(module, name, rebuilt(getattr(module, name), inlined, changes))


@inlined
def absorb_without_error(
    sum_hi: float, sum_lo: float, term_hi: float, term_lo: float
) -> tuple[float, float]:
    total = sum_hi + term_hi
    return arithmetic.fast_two_sum(total, sum_lo + term_lo)


@inlined
def sum_without_error(a: float, b: float) -> tuple[float, float]:
    return a + b, 0.0


@inlined
def combine_without_low_part(
    head_hi: float,
    head_lo: float,
    head_exponent: int,
    tail_hi: float,
    tail_lo: float,
    tail_exponent: int,
    relative: float,
) -> tuple[float, float, float, int]:
    return combine_all(head_hi, head_lo, head_exponent, tail_hi, 0.0, tail_exponent, relative)


@inlined
def log1p_without_low_part(hi: float, lo: float, exponent: int) -> tuple[float, float, int]:
    return log1p_of_both(hi, 0.0, exponent)


@inlined
def quotient_without_low_part(
    n_hi: float, n_lo: float, d_hi: float, d_lo: float
) -> tuple[float, float]:
    return n_hi / d_hi, 0.0


@inlined
def expm1_without_low_part(hi: float, lo: float) -> tuple[float, float, int]:
    high, _, exponent = expm1_of_both(hi, lo)
    return high, 0.0, exponent


DIFFERENCES = rebuilt(terms.differences, inlined, {"two_sum": sum_without_error})

FAULTS: list[tuple[str, str, Loop, dict[str, Any]]] = [
    ("log1p", "logsumexp", FINISH, {"_A1": logarithm._A1 * (1 + 2.0**-40)}),
    ("absorb", "logsumexp0", SHORT, {"absorb": absorb_without_error}),
    ("differences", "logsumexp", SHORT, {"differences": DIFFERENCES}),
    ("reach", "logsumexp", SHORT, {"_REACH": terms.FARTHEST}),
    ("combine", "softplus", FINISH, {"combine": combine_without_low_part}),
    ("dropped", "logsumexp", FINISH, {"DROPPED": 940}),
    ("scale", "smoothmin", FINISH, {"_LOG_TWO_ABOVE": -300.0}),
    ("share", sweep.SHARES, SHARES, {"two_sum": sum_without_error}),
    ("exp", sweep.SHARES, SHARES, {"_B1": exponential._B1 * (1 + 2.0**-52)}),
    ("peak", sweep.SHARES, PEAK, {"combine": combine_without_low_part}),
    ("log_share", sweep.SHARES, LOG_SHARES, {"two_sum": sum_without_error}),
    ("log", sweep.SHARES, LOGS, {"log1p": log1p_without_low_part}),
    ("exp_far", "logistic", LOGISTIC, {"_B1": exponential._B1 * (1 + 2.0**-52)}),
    ("exp_near", "logistic", LOGISTIC, {"expm1": expm1_without_low_part}),
    ("least", "logistic", LOGISTIC, {"_LEAST_RADIUS": 2.0**-1020}),
    ("tail", "logistic", LOGISTIC, {"combine": combine_without_low_part}),
    ("first", "log_softmax_gradient", GRADIENT, {"combine": combine_without_low_part}),
    ("others", "log_softmax_gradient", GRADIENT, {"divide": quotient_without_low_part}),
    ("lost", "log_softmax_gradient", GRADIENT, {"UNSEEN_BASE": 0}),
    ("turned", "log_softmax_gradient", SHARES, {"two_sum": sum_without_error}),
    ("entropy", "negentropy", ENTROPY, {"_A1": logarithm._A1 * (1 + 2.0**-40)}),
    ("terms", "bregman", TERMS, {"two_sum": sum_without_error}),
    ("ratio", "bregman", RATIO, {"log1p": log1p_without_low_part}),
]


@pytest.mark.parametrize("group", sweep.GROUPS)
def test_without_a_fault_nothing_is_outside(group: str) -> None:
    assert n_outside(group) == 0
    assert n_outside(group, directed=True) == 0


@pytest.mark.parametrize(("name", "group", "loop", "changes"), FAULTS, ids=lambda v: str(v)[:12])
def test_a_fault_is_caught(
    monkeypatch: pytest.MonkeyPatch, name: str, group: str, loop: Loop, changes: dict[str, Any]
) -> None:
    put(monkeypatch, loop, changes)
    assert n_outside(group) + n_outside(group, directed=True) > 0


OF_SUMS = [(sums, "EXP_RELATIVE", 0.0), (sums, "ABSORB_RELATIVE", 0.0)]

BOUNDS: dict[str, list[tuple[ModuleType, str, float]]] = {
    "logsumexp": [*OF_SUMS, (lse, "LOG1P_RELATIVE", 0.0), (lse, "MULTIPLY_RELATIVE", 0.0)],
    sweep.SHARES: [*OF_SUMS, (shares, "DIVIDE_RELATIVE", 0.0), (shares, "EXP_RELATIVE", 0.0)],
    "negentropy": [(entropy, "LOG_RELATIVE", 0.0), (entropy, "MULTIPLY_DOUBLE_RELATIVE", 0.0)],
    "bregman": [(divergence, "UPWARD", 2.0**-7)],
    "logistic": [(logistic, "_RELATIVE", 2.0**-104)],
    "log_softmax_gradient": [
        *OF_SUMS,
        (first_gradient, "DIVIDE_RELATIVE", 0.0),
        (first_gradient, "EXP_RELATIVE", 0.0),
    ],
}


@pytest.mark.parametrize("group", BOUNDS)
def test_a_bound_that_is_too_small_is_caught(monkeypatch: pytest.MonkeyPatch, group: str) -> None:
    for module, name, value in BOUNDS[group]:
        assert hasattr(module, name)
        monkeypatch.setattr(module, name, value)
    assert n_outside(group) + n_outside(group, directed=True) > 0


LOOPS: list[Loop] = [
    *(SHORT, LONG, FINISH, PEAK, SHARES, LOG_SHARES, LOGS),
    *(LOGISTIC, GRADIENT, ENTROPY, TERMS, RATIO),
]


@pytest.fixture
def other_variant(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def change() -> None:
        for loop in LOOPS:
            put(monkeypatch, loop, {"HAS_FMA": False})

    return change


def test_without_an_fma_the_truth_is_held_too(other_variant: Callable[[], None]) -> None:
    other_variant()
    for group in sweep.GROUPS:
        assert n_outside(group) == 0
        assert n_outside(group, directed=True) == 0
    long_rows = np.random.default_rng(82).standard_normal((2, 3000))
    assert np.isfinite(sums.row_sums(long_rows).hi).all()
