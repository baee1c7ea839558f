"""Where contenders are timed: their inputs, their answers, the clock."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from lse_verify.bench.contenders.contender import Contender, Ready, Work
from lse_verify.bench.measurements import Case, Entrant, Portion
from lse_verify.bench.timing import Clock, lasted
from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.formats import FloatArray, format_named

LARGEST_DIFFERENCE = 1e-6
"""A contender farther than this from a sum in binary64 computes something else."""

_COMPARED_LENGTHS = (1, 2, 10, 1000)
_COMPARED_ROWS = 3


class Workbench:
    """Times contenders in this process.

    Parameters
    ----------
    contenders : mapping of Contender
        By name.
    seed : int
        Of the rows.
    clock : callable, optional
        Seconds since some moment.
    """

    def __init__(
        self, contenders: Mapping[str, Contender], seed: int, clock: Clock = time.perf_counter
    ) -> None:
        self._contenders, self._seed, self._clock = contenders, seed, clock
        self._ready: dict[str, Ready] = {}
        self._shape = (0, 0)
        self._inputs: dict[tuple[str, int], FloatArray] = {}
        self._works: dict[tuple[Case, int, int], Work] = {}

    def introduce(self, name: str) -> Entrant:
        """Load a contender, call it once, and say what it is or why it cannot be timed."""
        contender = self._contenders[name]
        known = Entrant(
            name=name, calls=contender.calls, gives=contender.gives, loops=contender.loops
        )
        if not contender.installed:
            return msgspec.structs.replace(known, skipped="not installed")
        try:
            difference = self._difference(name)
        except Exception as error:
            # Whatever a library raises when it is broken, the others are still timed.
            words = " ".join(f"{type(error).__name__}: {error}".split())
            return msgspec.structs.replace(known, skipped=f"broken: {words}")
        reason = "" if difference <= LARGEST_DIFFERENCE else "its answers are another function's"
        return msgspec.structs.replace(
            known, version=contender.version(), skipped=reason, difference=difference
        )

    def first_call(self, name: str, fmt: str) -> float:
        """Return the seconds of a call on two rows; the first of a process compiles."""
        rows = self._rows(fmt, 2, 2, stream=0)
        return lasted(self._loaded(name)(rows), 1, self._clock)

    def seconds(self, case: Case, portion: Portion, stream: int = 0) -> float:
        """Return what a portion of a case takes, on rows of the given stream."""
        return lasted(self._work(case, portion.rows, stream), portion.calls, self._clock)

    def _work(self, case: Case, rows: int, stream: int) -> Work:
        if self._shape != (case.n_terms, case.rows):
            # Contenders take turns at one shape; what the shape before needed is dropped.
            self._shape = (case.n_terms, case.rows)
            self._inputs.clear()
            self._works.clear()
        key = (case, rows, stream)
        if key not in self._works:
            x = self._input(case, stream)[:rows]
            self._works[key] = self._loaded(case.contender)(x)
        return self._works[key]

    def _input(self, case: Case, stream: int) -> FloatArray:
        key = (case.format, stream)
        if key not in self._inputs:
            self._inputs[key] = self._rows(case.format, case.n_terms, case.rows, stream)
        return self._inputs[key]

    def _rows(self, fmt: str, n_terms: int, rows: int, stream: int) -> FloatArray:
        draws = np.random.default_rng([self._seed, stream, n_terms])
        normal = draws.standard_normal((rows, n_terms))
        return np.asarray(normal.astype(format_named(fmt).dtype))

    def _loaded(self, name: str) -> Ready:
        if name not in self._ready:
            self._ready[name] = self._contenders[name].load()
        return self._ready[name]

    def _difference(self, name: str) -> float:
        return max(self._difference_at(name, n_terms) for n_terms in _COMPARED_LENGTHS)

    def _difference_at(self, name: str, n_terms: int) -> float:
        x = self._rows("binary64", n_terms, _COMPARED_ROWS, stream=0)
        got = in_binary64(self._loaded(name)(x)())
        peak = x.max(axis=1)
        expected = peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))
        if got.shape != expected.shape:
            raise ValueError(f"{expected.size} rows have answers of shape {got.shape}")
        # A NaN is a difference too.
        apart = np.abs(got - expected) / np.maximum(1.0, np.abs(expected))
        return float(np.nan_to_num(apart, nan=np.finfo(np.float64).max).max())


def in_binary64(answers: Any) -> Floats:
    """Return the answers of any contender as floats."""
    if isinstance(answers, EnclosureArray):
        return answers.approximate()
    if isinstance(answers, list):
        return np.array([float(answer) for answer in answers])
    return np.asarray(answers, dtype=np.float64)
