"""An executor of the workers of a Dask cluster that runs already.

Each thread of a Dask worker has a local process of this package, in which items run: a crash or
a hang takes that down and not the cluster's worker, and no two items share a process, whose
precision of mpmath and of flint is one for all of its threads.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lse_verify.errors import UsageError, WorkersLost
from lse_verify.execution.attempts import Queue
from lse_verify.execution.executors import MOST_TRIES, Executor, Item, Lost, Outcome
from lse_verify.execution.pool import PoolExecutor

if TYPE_CHECKING:
    from distributed import Client, Future

_TO_CONNECT_S = 4.0
"""Once to see whether anybody is there, and once for the scheduler to say hello."""

_IDLE_S = 60.0
"""After so long without an item, processes beside the cluster's workers end."""

_COUNT_AGAIN_S = 5.0
"""How often the cluster is asked how many threads it has: workers come and go."""

Initializer = Callable[..., object] | None


class DaskExecutor(Executor):
    """Runs items on a Dask cluster, each in a local process of one of its workers.

    Its workers need this package in the same version. When the run is stopped they finish
    what they are amid, and the processes beside them end a minute later.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    initializer : callable, optional
        Called in each process, with `initargs`, before its first item.
    initargs : tuple
        Of the initializer.

    Raises
    ------
    UsageError
        If distributed is not installed, or no scheduler answers within 10 s.
    """

    def __init__(
        self,
        address: str,
        initializer: Initializer = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        # Its own processes, though another run began with the same: they have loaded other things.
        self._address, self._start = address, _Start(initializer, initargs, os.urandom(8))
        self._client = _connected(address)
        self._slots, self._counted = 1, -_COUNT_AGAIN_S

    def run(
        self,
        task: Callable[[Item], Outcome],
        items: Iterable[Item],
        seconds: float | None = None,
    ) -> Iterator[tuple[Item, Outcome | Lost]]:
        """Run on all workers of the cluster."""
        from distributed import as_completed

        queue: Queue[Item] = Queue(items)
        given: dict[Future, Any] = {}
        ended = as_completed(loop=self._client.loop)
        while True:
            while len(given) < self._most_given() and queue.has(1):
                attempt = queue.take()
                future = self._client.submit(
                    _run_there, self._start, task, attempt.item, seconds, pure=False
                )
                given[future] = attempt
                ended.add(future)
            if not given:
                return
            future = next(ended)
            attempt = given.pop(future)
            if self._was_killed(future) and attempt.tries < MOST_TRIES:
                queue.put_back(attempt)
            else:
                yield attempt.item, self._outcome(future)

    def _most_given(self) -> int:
        """Return how many items the cluster is to have: enough that no thread waits for one."""
        if time.monotonic() - self._counted > _COUNT_AGAIN_S:
            self._slots = 2 * max(1, sum(self._client.nthreads().values()))
            self._counted = time.monotonic()
        return self._slots

    def _was_killed(self, future: Future) -> bool:
        """Tell whether the cluster gave an item up, having lost several workers over it."""
        from distributed import KilledWorker

        return future.status == "error" and isinstance(future.exception(), KilledWorker)

    def _outcome(self, future: Future) -> Any:
        if self._was_killed(future):
            return Lost("crash", "the workers of the cluster that had it were lost")
        if future.cancelled():
            raise WorkersLost(f"the Dask scheduler at '{self._address}' went away; start it again")
        try:
            return future.result()
        except ModuleNotFoundError as error:
            raise UsageError(
                f"a Dask worker of '{self._address}' has no module {error.name}; "
                "install what is here there too, in the same versions"
            ) from error

    def close(self) -> None:
        """Leave the cluster; what its workers are amid, they end."""
        self._client.close(timeout=1)


def _connected(address: str) -> Client:
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError as error:
        raise UsageError(
            "--scheduler needs Dask, which is not installed; pip install 'lse-verify[dask]'"
        ) from error
    # What it logs of connections that end is no news to whoever ended them.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        # A client that finds nobody tries again until its time is up, and prints a traceback.
        socket.create_connection(get_address_host_port(address), _TO_CONNECT_S).close()
        return Client(address, timeout=_TO_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
        raise UsageError(
            f"no Dask scheduler at '{address}': {why}; start one (dask scheduler), "
            "or leave --scheduler out"
        ) from error


_mine = threading.local()
"""The local process of the Dask worker's thread that this runs in, and what it began with."""


@dataclass(frozen=True)
class _Start:
    """What a local process begins with; as a tuple, older Dask would call its first."""

    initializer: Initializer
    initargs: tuple[Any, ...]
    token: bytes


def _run_there(
    start: _Start,
    task: Callable[[Any], Any],
    item: Any,
    seconds: float | None,
) -> Any:
    """Run an item in the local process of this thread."""
    if getattr(_mine, "start", None) != start:
        if hasattr(_mine, "executor"):
            _mine.executor.close()
        pool = PoolExecutor(1, start.initializer, start.initargs, idle_s=_IDLE_S)
        _mine.executor, _mine.start = pool, start
    ((_, outcome),) = _mine.executor.run(task, [item], seconds)
    return outcome
