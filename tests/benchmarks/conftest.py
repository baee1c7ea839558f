"""Benchmarks for developers: collected with ``--benchmark-only`` and not without.

    pytest tests/benchmarks --benchmark-only -n 0

Nothing here fails because it is slow.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore this folder unless benchmarks are what is asked for."""
    return None if config.getoption("benchmark_only", default=False) else True
