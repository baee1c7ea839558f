"""Truth and the correctly rounded LogSumExp of rows: time for `ENTRIES` entries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lse_verify.bench.contenders.contender import CORRECT, TRUTH
from lse_verify.bench.contenders.roster import roster

ENTRIES = 64_000
Benchmark = Any
"""The fixture of pytest-benchmark, which has no types."""


@pytest.mark.parametrize("n_terms", [2, 16, 1000])
@pytest.mark.parametrize(
    ("name", "dtype"), [(TRUTH, "float64"), (CORRECT, "float64"), (CORRECT, "float32")]
)
def test_logsumexp(benchmark: Benchmark, name: str, dtype: str, n_terms: int) -> None:
    rows = np.random.default_rng(0).standard_normal((ENTRIES // n_terms, n_terms)).astype(dtype)
    benchmark.group = f"n = {n_terms}"
    benchmark.extra_info["rows"] = len(rows)
    benchmark(roster()[name].load()(rows))
