"""Contenders and benches that need no time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest

from lse_verify.bench.contenders.contender import Contender, Ready
from lse_verify.bench.measurements import Case, Entrant, Portion
from lse_verify.formats import FloatArray


def shifted(x: FloatArray) -> FloatArray:
    """Return LogSumExp of rows, as everybody writes it."""
    peak = x.max(axis=1)
    sums: FloatArray = peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))
    return sums


def load_shifted() -> Ready:
    return lambda x: partial(shifted, x)


MakeContender = Callable[..., Contender]


@pytest.fixture(scope="session", autouse=True)
def importable() -> None:
    """Let spawned processes, which inherit the path, import what these tests define.

    Last, so that the package that is tested is the one that is installed.
    """
    root = str(Path(__file__).parents[3])
    if root not in sys.path:
        sys.path.append(root)


@pytest.fixture
def contender() -> MakeContender:
    def make(
        name: str = "alpha",
        load: Callable[[], Ready] = load_shifted,
        module: str | None = None,
        loops: bool = False,
        compiles: tuple[str, ...] = (),
    ) -> Contender:
        def version() -> str:
            return "1.2"

        return Contender(name, f"{name}(x)", "digits", load, version, module, loops, compiles)

    return make


class FakeBench:
    """Tells a time that is in proportion to the entries; keeps what it was asked.

    Parameters
    ----------
    entry_seconds : dict of float
        Seconds an entry, by contender.
    skipped : dict of str
        Why contenders are not here, by name.
    """

    def __init__(
        self, entry_seconds: dict[str, float], skipped: dict[str, str] | None = None
    ) -> None:
        self.entry_seconds, self.skipped = entry_seconds, skipped or {}
        self.asked: list[tuple[Case, Portion]] = []
        self.opened: list[tuple[int, int, dict[str, str]]] = []
        self.parties = 1

    def open(self, seed: int, processes: int, variables: dict[str, str]) -> FakeBench:
        self.opened.append((seed, processes, variables))
        self.parties = processes
        return self

    def __enter__(self) -> FakeBench:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def introduce(self, name: str) -> Entrant:
        reason = self.skipped.get(name, "")
        version = "" if reason else "1.2"
        return Entrant(
            name=name, calls="f(x)", gives="digits", loops=False, version=version, skipped=reason
        )

    def first_call(self, name: str, fmt: str) -> float:
        return 2.0 if len(self.opened) % 2 else 0.25

    def seconds(self, case: Case, portion: Portion, stream: int = 0) -> float:
        self.asked.append((case, portion))
        entries = portion.rows * portion.calls * case.n_terms
        return self.entry_seconds[case.contender] * entries

    def together(self, case: Case, portion: Portion) -> tuple[float, ...]:
        alone = self.seconds(case, portion)
        # The second is in the way of the first a little.
        return (alone, alone * 1.25)[: self.parties]


MakeBench = Callable[..., FakeBench]


@pytest.fixture
def fake_bench() -> MakeBench:
    return FakeBench
