"""A process that runs items, seen from the one that started it.

It is started as a fresh interpreter and not by `multiprocessing`, which lets no worker of a
Dask cluster start any, and runs the user's script again in each.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

# Modules are to be found where this process finds them, its own package among them.
_START = (
    "import sys; sys.path[:] = sys.argv[3:]; from lse_verify.execution.serve import serve; "
    "serve(int(sys.argv[1]), float(sys.argv[2]))"
)

_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Failed:
    """What the task raised."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Died:
    """How the process ended, in words."""

    words: str


class Worker:
    """A process that runs one item after the other.

    Parameters
    ----------
    initializer : callable or None
        Called there first.
    initargs : tuple
        Of the initializer.
    idle_s : float or None
        After so long without an item it ends.

    Attributes
    ----------
    connection : Connection
        To wait for.
    ready : bool
        Whether the initializer has ended.
    """

    def __init__(
        self,
        initializer: Callable[..., object] | None,
        initargs: tuple[Any, ...],
        idle_s: float | None,
    ) -> None:
        self.ready = False
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            self._process = _started(theirs, idle_s)
        self._send((initializer, initargs))

    @property
    def has_ended(self) -> bool:
        """Whether the process has: who inherited its pipe may keep that open."""
        return self._process.poll() is not None

    def give(self, task: Callable[[Any], Any], item: Any) -> None:
        """Give an item; a process that has died says so in `hear`."""
        self._send((task, item))

    def _send(self, message: Any) -> None:
        with contextlib.suppress(OSError):
            self.connection.send(message)

    def hear(self) -> Any:
        """Return the outcome of an item, None that it is ready, `Failed` or `Died`."""
        try:
            if self.has_ended and not self.connection.poll():
                return Died(self._death())
            answered, told = self.connection.recv()
        except (EOFError, OSError):
            return Died(self._death())
        self.ready = True
        return told if answered else Failed(told)

    def _death(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its pipe closes a little before it has ended.
            self._process.wait(_PATIENCE_S)
        self.kill()
        return f"exit code {self._process.returncode}"

    def kill(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.connection.close()


def _started(pipe: Connection[Any, Any], idle_s: float | None) -> subprocess.Popen[bytes]:
    arguments = [str(pipe.fileno()), str(-1.0 if idle_s is None else idle_s), *sys.path]
    return subprocess.Popen(
        [sys.executable, "-c", _START, *arguments],
        pass_fds=[pipe.fileno()],
        stdin=subprocess.DEVNULL,
        # What a graded library prints must not end up in the user's tables.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal goes to the group that has it, and ends that one's run in order.
        process_group=0,
    )
