"""A process that runs items, seen from the one that started it.

It is started as a fresh interpreter and not by `multiprocessing`, which lets no worker of a
Dask cluster start any, and runs the user's script again in each.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lse_verify.execution.channel import TOKEN_BYTES, Channel, Noise
from lse_verify.execution.serve import NO_MEMORY, PIPE_LOST

# Modules are to be found where this process finds them, its own package among them.
_START = (
    "import sys; sys.path[:] = sys.argv[4:]; from lse_verify.execution.serve import serve; "
    "serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))"
)

_PATIENCE_S = 1.0

_TO_READ_S = 30.0
"""After so long a process that is to read has stopped."""

_ENDINGS = {PIPE_LOST: "its pipe closed", NO_MEMORY: "no memory left"}


@dataclass(frozen=True, slots=True)
class Ready:
    """The initializer has ended."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the task returned, and whether the process ends with that."""

    outcome: Any
    is_last: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """What the task raised."""

    error: Exception


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
    channel : Channel
        To wait for.
    ready : bool
        Whether the initializer has ended.
    given : int
        How many items it was given.
    """

    def __init__(
        self,
        initializer: Callable[..., object] | None,
        initargs: tuple[Any, ...],
        idle_s: float | None,
    ) -> None:
        self.ready, self.given = False, 0
        token = os.urandom(TOKEN_BYTES)
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours, token, _TO_READ_S)
        with theirs:
            self._process = _started(theirs, token, idle_s)
        self._send((initializer, initargs))

    @property
    def is_used(self) -> bool:
        """Whether it was given an item before the last one, whose doing it may be what it does."""
        return self.given > 1

    @property
    def has_ended(self) -> bool:
        """Whether the process has: who inherited its pipe may keep that open."""
        return self._process.poll() is not None

    def give(self, task: Callable[[Any], Any], item: Any) -> None:
        """Give an item; a process that has died says so in `hear`."""
        self.given += 1
        self._send((task, item))

    def _send(self, message: Any) -> None:
        content = pickle.dumps(message)
        try:
            self.channel.send(self.given, content)
        except OSError:
            # Half a message is worse than none.
            self._end()

    def hear(self) -> Ready | Done | Failed | Died | None:
        """Return what it has said; None while that is not whole."""
        try:
            message = self.channel.take()
        except (EOFError, OSError):
            return Died(self._death())
        except Noise:
            return self._silenced()
        if message is None:
            return Died(self._death()) if self.has_ended else None
        number, content = message
        if number != self.given:
            return self._silenced()
        return self._understood(content)

    def _understood(self, content: bytes) -> Ready | Done | Failed:
        kind, _, pickled = content.partition(b" ")
        told = pickle.loads(pickled)
        if kind == b"failed":
            return Failed(told)
        if not self.ready:
            self.ready = True
            return Ready()
        return Done(told, is_last=kind == b"last")

    def _silenced(self) -> Died:
        self.kill()
        return Died("noise in its pipe")

    def _death(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its pipe closes a little before it has ended.
            self._process.wait(_PATIENCE_S)
        self.kill()
        code = self._process.returncode
        return _ENDINGS.get(code, f"exit code {code}")

    def kill(self) -> None:
        """End the process and all that it started."""
        self._end()
        self._process.wait()
        self.channel.close()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _started(pipe: socket.socket, token: bytes, idle_s: float | None) -> subprocess.Popen[bytes]:
    seconds = str(-1.0 if idle_s is None else idle_s)
    return subprocess.Popen(
        [sys.executable, "-c", _START, str(pipe.fileno()), token.hex(), seconds, *sys.path],
        pass_fds=[pipe.fileno()],
        stdin=subprocess.DEVNULL,
        # What a graded library prints must not end up in the user's tables.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal goes to the group that has it, and ends that one's run in order.
        process_group=0,
    )
