"""An executor of local processes; one that dies or hangs is replaced.

Each process has a pipe of its own. In pools whose processes share pipes and locks, pebble's and
the standard library's, one that is killed amid a message leaves the others with half a message
or a lock that nobody holds: two processes of pebble's pool, killed at random moments while
they sent 3 MB outcomes, broke the whole pool within 7 kills in 4 of 4 runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from lse_verify.errors import WorkersLost
from lse_verify.execution.attempts import Attempt, Queue
from lse_verify.execution.executors import MOST_TRIES, Executor, Item, Lost, Outcome
from lse_verify.execution.worker import Died, Failed, Worker

_LOOK_AGAIN_S = 1.0
"""How often processes are looked at that have not closed their pipe, dead or not."""

_MOST_STILLBORN = 20
"""Processes in a row that die before they are ready; then something is wrong with them all."""


class PoolExecutor(Executor):
    """Runs items in local processes; one that dies or hangs is replaced.

    The clock of an item starts in a process that is ready, so that slow imports are best
    begun in the initializer. What processes print goes nowhere, and Ctrl-C does not reach them;
    they end with this process, however it ends.

    Parameters
    ----------
    jobs : int
        How many processes.
    initializer : callable, optional
        Called in each process, with `initargs`, before its first item.
    initargs : tuple
        Of the initializer.
    idle_s : float, optional
        After so long without an item a process ends, and another is started when needed.
    """

    def __init__(
        self,
        jobs: int,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        idle_s: float | None = None,
    ) -> None:
        self._jobs = jobs
        self._new = partial(Worker, initializer, initargs, idle_s)
        self._workers: dict[Worker, Attempt[Any] | None] = {}
        self._stillborn = 0

    def run(
        self,
        task: Callable[[Item], Outcome],
        items: Iterable[Item],
        seconds: float | None = None,
    ) -> Iterator[tuple[Item, Outcome | Lost]]:
        """Run in all processes."""
        queue = Queue(items)
        try:
            while True:
                self._feed(task, queue, seconds)
                if not any(self._workers.values()) and not queue.has(1):
                    return
                ended = [pair for worker in self._spoken() for pair in self._heard(worker, queue)]
                ended += self._hung(seconds)
                # Processes are given more before whoever reads this is given time.
                self._feed(task, queue, seconds)
                yield from ended
        finally:
            for worker in [w for w, attempt in self._workers.items() if attempt is not None]:
                self._remove(worker)

    def close(self) -> None:
        """Kill the processes."""
        for worker in list(self._workers):
            self._remove(worker)

    def _feed(self, task: Callable[[Any], Any], queue: Queue[Any], seconds: float | None) -> None:
        """Give an item to each process that is ready, and start processes while any are needed."""
        for worker, attempt in self._workers.items():
            if worker.ready and attempt is None and queue.has(1):
                taken = self._workers[worker] = queue.take()
                taken.deadline = None if seconds is None else time.monotonic() + seconds
                worker.give(task, taken.item)
        free = sum(attempt is None for attempt in self._workers.values())
        while len(self._workers) < self._jobs and queue.has(free + 1):
            self._workers[self._new()] = None
            free += 1

    def _spoken(self) -> list[Worker]:
        """Wait for processes that have something to say, or have died, or must be killed."""
        deadlines = [a.deadline for a in self._workers.values() if a is not None and a.deadline]
        patience = min([_LOOK_AGAIN_S, *(d - time.monotonic() for d in deadlines)])
        by_connection = {worker.connection: worker for worker in self._workers}
        speaking = wait(list(by_connection), max(0.0, patience))
        return [w for c, w in by_connection.items() if c in speaking or w.has_ended]

    def _heard(self, worker: Worker, queue: Queue[Any]) -> Iterator[tuple[Any, Any]]:
        was_ready, attempt = worker.ready, self._workers[worker]
        message = worker.hear()
        if isinstance(message, Failed):
            raise message.error
        if isinstance(message, Died):
            self._remove(worker)
            if not was_ready:
                self._count_stillborn(message)
            elif attempt is not None and attempt.tries < MOST_TRIES:
                queue.put_back(attempt)
            elif attempt is not None:
                yield attempt.item, Lost("crash", f"the process ended with {message.words}")
        elif not was_ready:
            self._stillborn = 0
        elif attempt is not None:
            self._workers[worker] = None
            yield attempt.item, message

    def _hung(self, seconds: float | None) -> list[tuple[Any, Any]]:
        now, lost = time.monotonic(), []
        for worker, attempt in list(self._workers.items()):
            late = attempt is not None and attempt.deadline is not None and now > attempt.deadline
            if attempt is not None and late and not worker.connection.poll():
                self._remove(worker)
                lost.append((attempt.item, Lost("hang", f"no answer within {seconds:g} s")))
        return lost

    def _count_stillborn(self, death: Died) -> None:
        self._stillborn += 1
        if self._stillborn >= _MOST_STILLBORN:
            raise WorkersLost(
                f"{self._stillborn} worker processes in a row ended with {death.words} before "
                "they were ready; is there memory enough?"
            )

    def _remove(self, worker: Worker) -> None:
        del self._workers[worker]
        worker.kill()
