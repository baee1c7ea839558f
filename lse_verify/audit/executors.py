"""Who runs the cells: this process, or local processes that may crash and hang.

An executor yields what each cell showed as it ends, in any order. A cell that takes its
process down, or does not end, ends as a finding of its implementation and touches nothing
else.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pebble import ProcessExpired, ProcessPool
from platformdirs import user_cache_path

from lse_verify.audit import environment
from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.grade import Graded, Grader, Workplace

SECONDS_A_CELL = 60.0


class Executor(ABC):
    """Runs cells.

    Laws
    ----
    - Each cell is yielded exactly once, with the same finding whoever runs it.
    - An error of this package (`LseVerifyError`) is raised, never turned into a finding.
    """

    @abstractmethod
    def prepare(self, cells: Iterable[Cell]) -> Iterator[Cell]:
        """Compute the references that cells need, yielding each cell as it is done."""

    @abstractmethod
    def run(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, Graded]]:
        """Grade cells, yielding each as it ends."""


class InlineExecutor(Executor):
    """Runs everything in this process: no isolation, easy to debug.

    Parameters
    ----------
    workplace : Workplace
        Where references are kept and paths start from.
    """

    def __init__(self, workplace: Workplace) -> None:
        self._grader = workplace.grader()

    def prepare(self, cells: Iterable[Cell]) -> Iterator[Cell]:
        """Prepare one after the other."""
        for cell in cells:
            self._grader.prepare(cell)
            yield cell

    def run(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, Graded]]:
        """Grade one after the other."""
        for cell in cells:
            yield cell, self._grader.grade(cell)


class PoolExecutor(Executor):
    """Runs cells in local processes; one that dies or hangs is replaced.

    Parameters
    ----------
    jobs : int
        How many processes.
    workplace : Workplace
        What they share.
    seconds_a_cell : float
        After so long a cell is a hang.
    """

    def __init__(
        self, jobs: int, workplace: Workplace, seconds_a_cell: float = SECONDS_A_CELL
    ) -> None:
        self._seconds = seconds_a_cell
        self._pool = worker_pool(jobs, workplace)

    def __enter__(self) -> PoolExecutor:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.stop()
        self._pool.join()

    def prepare(self, cells: Iterable[Cell]) -> Iterator[Cell]:
        """Prepare in all processes; there is no foreign code here, and no time limit."""
        for cell, future in self._completed(_prepare, cells, None):
            future.result()
            yield cell

    def run(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, Graded]]:
        """Grade in all processes."""
        for cell, future in self._completed(_grade, cells, self._seconds):
            yield cell, _outcome(future, self._seconds)

    def _completed(
        self, task: Callable[[Cell], Any], cells: Iterable[Cell], limit: float | None
    ) -> Iterator[tuple[Cell, Any]]:
        futures = {self._pool.schedule(task, args=[cell], timeout=limit): cell for cell in cells}
        for future in concurrent.futures.as_completed(futures):
            yield futures[future], future


def _outcome(future: Any, limit: float) -> Graded:
    try:
        graded: Graded = future.result()
    except concurrent.futures.TimeoutError:
        return _failed("hang", f"no answer within {limit:.0f} s")
    except ProcessExpired as expired:
        return _failed("crash", f"the process ended with exit code {expired.exitcode}")
    return graded


def _failed(kind: Any, words: str) -> Graded:
    return Graded(Finding(failure=Failure(kind=kind, words=words)))


def worker_pool(jobs: int, workplace: Workplace) -> ProcessPool:
    """Return a pool of processes that each have a grader of their own."""
    return ProcessPool(
        max_workers=jobs,
        initializer=_start_worker,
        initargs=(workplace,),
        context=multiprocessing.get_context("spawn"),
    )


def this_grader() -> Grader:
    """Return the grader of the worker that this runs in."""
    return _grader[0]


_grader: list[Grader] = []
"""The worker's own, made when its process starts."""

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def _compilations() -> dict[str, str]:
    """Keep XLA's compilations from audit to audit: they take most of the time of jax.

    The folder is the processor's own, because compiled code uses its instruction set.
    """
    folder = user_cache_path("lse_verify") / f"xla-{environment.processor_key()}"
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def _start_worker(workplace: Workplace) -> None:
    # How many threads a library uses can change the order of its sums, and so its bits.
    for name, value in (_ONE_THREAD | _compilations()).items():
        os.environ.setdefault(name, value)
    # What a graded library prints must not end up in the user's tables.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    _grader[:] = [workplace.grader()]


def _prepare(cell: Cell) -> None:
    this_grader().prepare(cell)


def _grade(cell: Cell) -> Graded:
    return this_grader().grade(cell)
