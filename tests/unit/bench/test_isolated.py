"""Processes that are timed: one thread each, together when it is asked, errors in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lse_verify.bench.contenders.contender import Contender, Ready
from lse_verify.bench.isolated import ONE_THREAD, Isolated
from lse_verify.bench.measurements import Case, Portion
from lse_verify.bench.workbench import Workbench
from lse_verify.errors import LseVerifyError
from lse_verify.formats import FloatArray

CASE = Case("alpha", "binary64", 4, 10)


def _version() -> str:
    return " ".join(f"{name}={os.environ.get(name)}" for name in (*ONE_THREAD, "MINE"))


def _load() -> Ready:
    return lambda x: lambda: _answer(x)


def _answer(x: FloatArray) -> FloatArray:
    peak = x.max(axis=1)
    sums: FloatArray = peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))
    return sums


def _load_crash() -> Ready:
    return lambda x: lambda: os._exit(3)


def small(seed: int) -> Workbench:
    """Return a workbench whose clock says which process it is."""
    names: dict[str, Callable[[], Ready]] = {"alpha": _load, "crash": _load_crash}
    everyone = {n: Contender(n, "f(x)", "digits", load, _version) for n, load in names.items()}
    return Workbench(everyone, seed, _ticks(float(os.getpid())))


def _ticks(step: float) -> Callable[[], float]:
    now: list[float] = [0.0]

    def clock() -> float:
        now[0] += step
        return now[0]

    return clock


@pytest.fixture(scope="module")
def one() -> Iterator[Isolated]:
    with Isolated(0, 1, {"MINE": "yes"}, small) as timed:
        yield timed


def test_a_process_has_one_thread_and_the_variables_it_was_given(one: Isolated) -> None:
    found = dict(pair.split("=") for pair in one.introduce("alpha").version.split())
    assert found == {**ONE_THREAD, "MINE": "yes"}


def test_it_is_another_process_that_is_timed(one: Isolated) -> None:
    process = one.seconds(CASE, Portion(10, 1))
    assert process == one.first_call("alpha", "binary64") != os.getpid()


def test_two_processes_are_two_and_both_end() -> None:
    with Isolated(0, 2, make=small) as timed:
        first, second = timed.together(CASE, Portion(10, 1))
        assert first != second
        assert {*timed.together(CASE, Portion(10, 2))} == {first, second}
        assert timed.seconds(CASE, Portion(10, 1)) in (first, second)


def test_the_environment_is_what_it_was_afterwards() -> None:
    before = dict(os.environ)
    with Isolated(0, 1, {"MINE": "yes"}, small):
        assert os.environ["MINE"] == "yes"
    assert dict(os.environ) == before


def test_a_crash_is_one_line() -> None:
    crash: Any = Case("crash", "binary64", 4, 10)
    with (
        Isolated(0, 1, make=small) as timed,
        pytest.raises(LseVerifyError, match="ended with exit code 3; is there memory enough"),
    ):
        timed.seconds(crash, Portion(10, 1))
