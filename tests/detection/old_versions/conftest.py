"""The marker of tests that download releases."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: makes environments of other releases, by pip")
