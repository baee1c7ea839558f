"""The processes that claims are judged in: a proof may hang, or take its process down."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, NamedTuple, TypeVar

from pebble import ProcessExpired, ProcessPool

from lse_verify.execution.interruption import passing_by

T = TypeVar("T")

_PATIENCE_S = 10.0


class Ended(NamedTuple, Generic[T]):
    """A task that ended: with an answer, or with the words why there is none."""

    name: str
    answer: T | None
    failure: str


class Workers:
    """Processes that run tasks, in the order in which they were given, and are replaced if lost.

    Parameters
    ----------
    jobs : int
        How many.
    """

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._started = context.Value("i", 0)
        self._pool = ProcessPool(
            max_workers=jobs, initializer=_start, initargs=(self._started,), context=context
        )
        self._jobs, self._wanted = jobs, 0
        self._names: dict[Any, tuple[str, float | None]] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Stopped on its way up, the process in the place of a lost one would print a traceback.
        patience = time.monotonic() + _PATIENCE_S
        while kind is not KeyboardInterrupt and time.monotonic() < patience:
            if self._started.value >= self._wanted:
                break
            time.sleep(0.02)
        self._pool.stop()
        self._pool.join()

    def give(
        self, name: str, task: Callable[..., Any], *arguments: Any, limit_s: float | None
    ) -> None:
        """Give a task that is lost after a number of seconds; its parts must pickle."""
        self._wanted = self._wanted or self._jobs
        # The first one to be given starts the processes.
        with passing_by():
            future = self._pool.schedule(task, args=[*arguments], timeout=limit_s)
        self._names[future] = name, limit_s

    @property
    def given(self) -> int:
        """How many tasks have been given since all of the earlier ones had ended."""
        return len(self._names)

    def ended(self) -> Iterator[Ended[Any]]:
        """Yield every task given, as it ends.

        Raises
        ------
        Exception
            What a task raised, `LseVerifyError` above all: tasks are to catch the rest.
        """
        for future in concurrent.futures.as_completed(self._names):
            name, limit_s = self._names[future]
            try:
                yield Ended(name, future.result(), "")
            except concurrent.futures.TimeoutError:
                self._wanted += 1
                yield Ended(name, None, f"no end within {limit_s:g} s")
            except ProcessExpired as expired:
                self._wanted += 1
                told = f"its process ended with exit code {expired.exitcode}"
                yield Ended(name, None, told)
        self._names = {}


def _start(started: Any) -> None:
    # What a user's file prints must not end up in the tables.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    with started.get_lock():
        started.value += 1
    # What every task needs is imported before the clock of the first one starts.
    from lse_verify.proving import judge  # noqa: F401
    from lse_verify.theory.shelf import claims

    claims()
