"""Compiled kernels give the bits that the same operations give in exact, rounded rationals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import exponential, logarithm
from lse_verify.oracle.double_double.against_arb import CHECKED, Checked, Points
from lse_verify.oracle.double_double.twin import interpreted

KERNELS: dict[str, Any] = {
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "exp_double": exponential.exp_double,
    "log": logarithm.log,
    "log1p": logarithm.log1p,
}
COUNT = 150


def arguments(name: str, points: Points) -> list[tuple[Any, ...]]:
    columns = [points.hi.tolist(), points.lo.tolist()]
    if name == "log1p":
        columns.append(points.exponent.tolist())
    return list(zip(*columns, strict=True))


def some_points(checked: Checked) -> list[tuple[Any, ...]]:
    drawn = checked.draw(np.random.default_rng(21), COUNT)
    directed = checked.directed()
    some = np.random.default_rng(22).choice(len(directed), COUNT, replace=False)
    part = Points(directed.hi[some], directed.lo[some], directed.exponent[some])
    return [*arguments(checked.name, drawn), *arguments(checked.name, part)]


def answers(checked: Checked, points: Points) -> list[tuple[Any, ...]]:
    got = checked.kernel(points)
    columns: dict[str, list[Any]] = {
        "exp_double": [got.hi, got.exponent],
        "log": [got.hi, got.lo],
    }
    rows = columns.get(checked.name, [got.hi, got.lo, got.exponent])
    return list(zip(*(column.tolist() for column in rows), strict=True))


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
    expected = [twin(*point) for point in arguments(checked.name, points)]
    assert answers(checked, points) == expected
