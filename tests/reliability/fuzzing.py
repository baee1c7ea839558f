"""How Hypothesis is used here: few examples that stay the same in CI, and many that are new."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings


def few_and_many(few: int, many: int) -> pytest.MarkDecorator:
    """Give a test the parameter `tries`: few each time, and as a slow test many new ones."""
    often = settings(
        max_examples=few,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    once = settings(often, max_examples=many, derandomize=False)
    return pytest.mark.parametrize(
        "tries",
        [
            pytest.param(often, id=str(few)),
            pytest.param(once, id=str(many), marks=pytest.mark.slow),
        ],
    )
