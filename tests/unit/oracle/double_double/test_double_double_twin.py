"""Compiled kernels give the bits that the same operations give in exact, rounded rationals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import exponential, logarithm, plain
from lse_verify.oracle.double_double.against_arb import CHECKED, Checked
from lse_verify.oracle.double_double.points import Points
from lse_verify.oracle.double_double.twin import interpreted

KERNELS: dict[str, Any] = {
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "exp_double": exponential.exp_double,
    "log": logarithm.log,
    "log1p": logarithm.log1p,
    "exp_single": exponential.exp_single,
    "log_double": plain.log_double,
    "log1p_double": plain.log1p_double,
}
TAKEN = {
    "log1p": ("hi", "lo", "exponent"),
    "exp_single": ("hi",),
    "log_double": ("hi",),
    "log1p_double": ("hi", "exponent"),
}
RETURNED = {
    "log": ("hi", "lo"),
    "exp_double": ("hi", "exponent"),
    "exp_single": ("hi", "exponent"),
    "log_double": ("hi",),
    "log1p_double": ("hi", "exponent"),
}
COUNT = 150


def rows(points: Points, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(getattr(points, column).tolist() for column in columns), strict=True))


def arguments(name: str, points: Points) -> list[tuple[Any, ...]]:
    return rows(points, TAKEN.get(name, ("hi", "lo")))


def some_points(checked: Checked) -> list[tuple[Any, ...]]:
    drawn = checked.draw(np.random.default_rng(21), COUNT)
    directed = checked.directed()
    some = np.random.default_rng(22).choice(len(directed), COUNT, replace=False)
    part = Points(directed.hi[some], directed.lo[some], directed.exponent[some])
    return [*arguments(checked.name, drawn), *arguments(checked.name, part)]


def answers(checked: Checked, points: Points) -> list[tuple[Any, ...]]:
    return rows(checked.kernel(points), RETURNED.get(checked.name, ("hi", "lo", "exponent")))


def as_row(answer: Any) -> tuple[Any, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


@pytest.mark.parametrize("checked", CHECKED, ids=list(KERNELS))
def test_compiled_and_interpreted_agree_bit_for_bit(
    checked: Checked, rebuild: Callable[[Any], Any], has_fma: bool
) -> None:
    kernel = KERNELS[checked.name]
    compiled = rebuild(kernel)
    twin = interpreted(kernel, HAS_FMA=has_fma)
    for point in some_points(checked):
        assert compiled(*point) == twin(*point), point


@pytest.mark.parametrize("checked", CHECKED, ids=list(KERNELS))
def test_the_vectorised_loop_and_the_twin_agree_bit_for_bit(checked: Checked) -> None:
    twin = interpreted(KERNELS[checked.name])
    points = checked.draw(np.random.default_rng(23), COUNT)
    expected = [as_row(twin(*point)) for point in arguments(checked.name, points)]
    assert answers(checked, points) == expected


def test_every_kernel_has_a_twin() -> None:
    assert [checked.name for checked in CHECKED] == list(KERNELS)
