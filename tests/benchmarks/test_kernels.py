"""The double-double kernels on arrays: time for `COUNT` elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import arrays

COUNT = 10_000
Benchmark = Any
"""The fixture of pytest-benchmark, which has no types."""


@pytest.fixture(scope="module")
def pairs() -> tuple[Any, Any]:
    """Return double-doubles between -40 and 0."""
    draws = np.random.default_rng(0)
    hi = -40 * draws.random(COUNT)
    return hi, hi * 2.0**-60 * draws.random(COUNT)


@pytest.mark.parametrize("name", ["exp", "expm1", "exp_double"])
def test_exponentials(benchmark: Benchmark, name: str, pairs: tuple[Any, Any]) -> None:
    benchmark.extra_info["elements"] = COUNT
    benchmark(getattr(arrays, name), *pairs)


def test_log(benchmark: Benchmark, pairs: tuple[Any, Any]) -> None:
    hi, lo = pairs
    benchmark.extra_info["elements"] = COUNT
    benchmark(arrays.log, -hi, -lo)


def test_log1p(benchmark: Benchmark, pairs: tuple[Any, Any]) -> None:
    powers = arrays.exp(*pairs)
    benchmark.extra_info["elements"] = COUNT
    benchmark(arrays.log1p, powers.hi, powers.lo, powers.exponent)
