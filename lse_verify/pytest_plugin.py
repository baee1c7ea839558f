"""The pytest plugin: grades inside the user's own tests.

::

    def test_mine(lse_grade):
        lse_grade(my_logsumexp, function="logsumexp", format="binary32").require(
            max_ulp=4, verdict="stable"
        )

Nothing of lse_verify is imported before a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from lse_verify.check.audit import Audit


class Grade(Protocol):
    """What the fixture ``lse_grade`` is: `lse_verify.grade` with the run's samples and seed."""

    def __call__(
        self,
        f: Callable[..., Any],
        function: str | None = ...,
        format: str | Sequence[str] = ...,
        *,
        regimes: Sequence[str] = ...,
        samples: int = ...,
        seed: int = ...,
    ) -> Audit:
        """Grade a callable."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("lse_verify", "accuracy of LogSumExp and its kin")
    group.addoption(
        "--lse-samples",
        type=_positive,
        metavar="N",
        help="about how many rows lse_grade draws from each regime (default: 1000)",
    )
    group.addoption(
        "--lse-seed", type=_natural, default=0, metavar="N", help="draws other inputs (default: 0)"
    )


def _positive(text: str) -> int:
    return _at_least(1, text)


def _natural(text: str) -> int:
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number of at least {least}")
    return int(text)


@pytest.fixture
def lse_grade(request: pytest.FixtureRequest) -> Grade:
    """Grade a callable: `lse_verify.grade` with ``--lse-samples`` and ``--lse-seed``."""
    from functools import partial

    from lse_verify.check.grading import DEFAULT_SAMPLES, grade

    samples = request.config.getoption("--lse-samples") or DEFAULT_SAMPLES
    found: Grade = partial(grade, samples=samples, seed=request.config.getoption("--lse-seed"))
    return found
