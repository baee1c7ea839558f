"""Processes that do nothing but be timed, each with one thread.

The process of the command draws the progress bar, which must not be in the way of the clock.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import TimeoutError as HasHung
from contextlib import contextmanager
from typing import Any

from pebble import ProcessExpired, ProcessPool

from lse_verify.bench.contenders.roster import roster
from lse_verify.bench.measurements import Case, Entrant, Portion
from lse_verify.bench.workbench import Workbench
from lse_verify.errors import LseVerifyError
from lse_verify.execution.interruption import passing_by

_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in _LIBRARIES}
"""Libraries read these when they are imported, so that they stand there before."""

KEPT_MEMORY = dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), str(2**30))
"""Lets glibc keep what was freed.

Otherwise temporary arrays of a megabyte are given back to the system and asked for again,
page by page, which was measured to take SciPy 2.4 times as long for 262 rows of 1000 terms, in
some runs and not in others.
"""

MOST_SECONDS = 300.0
"""After so long a measurement is a hang; the slowest takes a dozen seconds."""


class Isolated:
    """A `Workbench` in one or more processes of their own.

    Parameters
    ----------
    seed : int
        Of the rows.
    processes : int
        How many there are.
    variables : mapping of str
        What stands in their environment, besides `ONE_THREAD`.
    make : callable, optional
        Makes the workbench of a process from the seed.
    """

    def __init__(
        self,
        seed: int,
        processes: int = 1,
        variables: Mapping[str, str] | None = None,
        make: Callable[[int], Workbench] | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes = processes
        self._environment = _environment(ONE_THREAD | dict(variables or {}))
        self._pool = ProcessPool(
            max_workers=processes,
            initializer=_start,
            initargs=(seed, context.Barrier(processes), make or whole_workbench),
            context=context,
        )

    def __enter__(self) -> Isolated:
        self._environment.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._pool.stop()
            self._pool.join()
        finally:
            self._environment.__exit__(None, None, None)

    def introduce(self, name: str) -> Entrant:
        """Introduce a contender; see `Workbench`."""
        entrant: Entrant = self._ask(_introduce, name)
        return entrant

    def first_call(self, name: str, fmt: str) -> float:
        """Time the first call; see `Workbench`."""
        return float(self._ask(_first_call, name, fmt))

    def seconds(self, case: Case, portion: Portion, stream: int = 0) -> float:
        """Time a portion in one process; see `Workbench`."""
        return float(self._ask(_seconds, case, portion, stream))

    def together(self, case: Case, portion: Portion) -> tuple[float, ...]:
        """Time a portion in all processes at once, each on rows of its own."""
        asked = [
            self._schedule(_seconds_together, case, portion, stream)
            for stream in range(self._processes)
        ]
        return tuple(float(_answer(future)) for future in asked)

    def _ask(self, task: Callable[..., Any], *arguments: Any) -> Any:
        return _answer(self._schedule(task, *arguments))

    def _schedule(self, task: Callable[..., Any], *arguments: Any) -> Any:
        # The first one to be scheduled starts the processes.
        with passing_by():
            return self._pool.schedule(task, args=arguments, timeout=MOST_SECONDS)


def whole_workbench(seed: int) -> Workbench:
    """Return the workbench of all contenders."""
    return Workbench(roster(), seed)


def _answer(future: Any) -> Any:
    try:
        return future.result()
    except ProcessExpired as expired:
        raise LseVerifyError(
            f"the process that was timed ended with exit code {expired.exitcode}; "
            "is there memory enough?"
        ) from expired
    except HasHung as hung:
        raise LseVerifyError(f"a measurement did not end within {MOST_SECONDS:.0f} s") from hung


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables, for processes that are started meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_here: list[tuple[Workbench, Any]] = []
"""The workbench of the process that this runs in, and where it meets the others."""


def _start(seed: int, barrier: Any, make: Callable[[int], Workbench]) -> None:
    _here[:] = [(make(seed), barrier)]


def _introduce(name: str) -> Entrant:
    return _here[0][0].introduce(name)


def _first_call(name: str, fmt: str) -> float:
    return _here[0][0].first_call(name, fmt)


def _seconds(case: Case, portion: Portion, stream: int) -> float:
    return _here[0][0].seconds(case, portion, stream)


def _seconds_together(case: Case, portion: Portion, stream: int) -> float:
    workbench, barrier = _here[0]
    # One call beforehand: rows are made and code is loaded before anybody starts.
    workbench.seconds(case, Portion(portion.rows, 1), stream)
    # A process that waits here cannot take the other's task, so that each takes one.
    barrier.wait(MOST_SECONDS)
    return workbench.seconds(case, portion, stream)
