"""An executor of local processes; one that dies or hangs is replaced.

Each process has a pipe of its own. In pools whose processes share pipes and locks, pebble's and
the standard library's, one that is killed amid a message leaves the others with half a message
or a lock that nobody holds: two processes of pebble's pool, killed at random moments while
they sent 3 MB outcomes, broke the whole pool within 7 kills in 4 of 4 runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from lse_verify.errors import WorkersLost
from lse_verify.execution.attempts import Attempt, Queue
from lse_verify.execution.executors import MOST_TRIES, Executor, Item, Lost, Outcome
from lse_verify.execution.worker import Died, Done, Failed, Ready, Worker

_LOOK_AGAIN_S = 1.0
"""How often processes are looked at that have not closed their pipe, dead or not."""

_MOST_STILLBORN = 20
"""Processes in a row that die before they are ready; then something is wrong with them all."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A task, its items, and how long each may take."""

    task: Callable[[Any], Any]
    queue: Queue[Any]
    seconds: float | None


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
        work = _Work(task, Queue(items), seconds)
        try:
            while True:
                self._feed(work)
                if not any(self._workers.values()) and not work.queue.has(1):
                    return
                ended = [pair for worker in self._spoken() for pair in self._heard(worker, work)]
                ended += self._hung(work)
                # Processes are given more before whoever reads this is given time.
                self._feed(work)
                yield from ended
        finally:
            for worker in [w for w, attempt in self._workers.items() if attempt is not None]:
                self._remove(worker)

    def close(self) -> None:
        """Kill the processes."""
        for worker in list(self._workers):
            self._remove(worker)

    def _feed(self, work: _Work) -> None:
        """Give an item to each process that is ready, and start processes while any are needed."""
        for worker, attempt in self._workers.items():
            if worker.ready and attempt is None and work.queue.has(1):
                self._workers[worker] = work.queue.take()
                self._give(worker, work)
        free = sum(attempt is None for attempt in self._workers.values())
        while len(self._workers) < self._jobs and work.queue.has(free + 1):
            self._workers[self._new()] = None
            free += 1

    def _give(self, worker: Worker, work: _Work) -> None:
        """Give a process that is ready what is meant for it."""
        attempt = self._workers[worker]
        if attempt is not None:
            seconds = work.seconds
            attempt.deadline = None if seconds is None else time.monotonic() + seconds
            worker.give(work.task, attempt.item)

    def _spoken(self) -> list[Worker]:
        """Wait for processes that have something to say, or have died, or must be killed."""
        deadlines = [a.deadline for a in self._workers.values() if a is not None and a.deadline]
        patience = min([_LOOK_AGAIN_S, *(d - time.monotonic() for d in deadlines)])
        by_descriptor = {worker.channel.fileno(): worker for worker in self._workers}
        speaking = wait(list(by_descriptor), max(0.0, patience))
        return [w for d, w in by_descriptor.items() if d in speaking or w.has_ended]

    def _heard(self, worker: Worker, work: _Work) -> Iterator[tuple[Any, Any]]:
        attempt = self._workers[worker]
        message = worker.hear()
        match message:
            case Done():
                if message.is_last:
                    self._remove(worker)
                else:
                    self._workers[worker] = None
                if attempt is not None and message.is_last and worker.is_used:
                    self._try_alone(attempt)
                elif attempt is not None:
                    yield attempt.item, message.outcome
            case Failed():
                if attempt is None or not worker.is_used:
                    raise message.error
                self._remove(worker)
                self._try_alone(attempt)
            case Died():
                self._remove(worker)
                yield from self._bereaved(worker, attempt, message)
            case Ready():
                self._stillborn = 0
                self._give(worker, work)

    def _bereaved(
        self, worker: Worker, attempt: Attempt[Any] | None, death: Died
    ) -> Iterator[tuple[Any, Any]]:
        """Go on without a process that has died."""
        if not worker.ready:
            self._count_stillborn(death)
            if attempt is not None:
                self._workers[self._new()] = attempt
        elif attempt is not None and attempt.tries < MOST_TRIES:
            self._try_alone(attempt)
        elif attempt is not None:
            yield attempt.item, Lost("crash", f"the process ended with {death.words}")

    def _try_alone(self, attempt: Attempt[Any]) -> None:
        """Try an item again in a process that has run no other."""
        attempt.tries, attempt.deadline = attempt.tries + 1, None
        self._workers[self._new()] = attempt

    def _hung(self, work: _Work) -> list[tuple[Any, Any]]:
        now, lost = time.monotonic(), []
        for worker, attempt in list(self._workers.items()):
            late = attempt is not None and attempt.deadline is not None and now > attempt.deadline
            if attempt is not None and late and not worker.channel.speaks():
                self._remove(worker)
                if worker.is_used:
                    self._try_alone(attempt)
                    continue
                lost.append((attempt.item, Lost("hang", f"no answer within {work.seconds:g} s")))
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
