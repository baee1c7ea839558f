"""A process that runs items, seen from within: what `Worker` starts."""

from __future__ import annotations

import os
import pickle
import select
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from lse_verify.errors import LseVerifyError
from lse_verify.execution import interruption
from lse_verify.execution.channel import Channel
from lse_verify.execution.retirement import is_retired, retire

Kind = Literal["done", "last", "failed"]
"""Of an answer: the outcome, the outcome after which this process ends, or what was raised."""

PIPE_LOST, NO_MEMORY = 113, 114
"""Exit codes that say what no answer could."""

Identity = tuple[int, int] | None


def serve(descriptor: int, token: str, idle_s: float) -> None:
    """Run what comes through a pipe until that is closed, or nothing comes for so long.

    Parameters
    ----------
    descriptor : int
        Of the pipe.
    token : str
        What messages begin with, in hex.
    idle_s : float
        Negative for no limit.
    """
    interruption.ignore()
    threading.Thread(target=_end_with_the_other, args=[descriptor], daemon=True).start()
    code = 1
    try:
        channel = Channel(socket.socket(fileno=descriptor), bytes.fromhex(token))
        _Process(channel, os.getpid(), _identities(descriptor)).serve(idle_s)
        code = 0
    except (EOFError, OSError):
        code = PIPE_LOST
    finally:
        # Not as the interpreter ends, which waits for threads: what was run may have left some.
        os._exit(code)


def _end_with_the_other(descriptor: int) -> None:
    """End this process when the one that started it has closed the pipe or was killed."""
    watched = select.poll()
    watched.register(descriptor, 0)
    watched.poll()
    os._exit(1)


@dataclass(frozen=True, slots=True)
class _Process:
    """What this process was before the first item."""

    channel: Channel
    pid: int
    descriptors: dict[int, Identity]

    def serve(self, idle_s: float) -> None:
        """Answer one message after the other."""
        self._answer(_initialize)
        while not is_retired() and self.channel.speaks(None if idle_s < 0 else idle_s):
            self._answer(_run)

    def _answer(self, call: Callable[..., Any]) -> None:
        number, message = self.channel.wait()
        kind: Kind = "done"
        try:
            told = call(*pickle.loads(message))
            pickled = pickle.dumps(told)
        except MemoryError:
            # Of this process, and another may have more.
            os._exit(NO_MEMORY)
        except Exception as error:
            kind, pickled = "failed", pickle.dumps(_sendable(error))
        if os.getpid() != self.pid:
            # A copy of this process, which what was run has made: one of the two has to answer.
            os._exit(0)
        self._look_at_descriptors()
        if kind == "done" and is_retired():
            kind = "last"
        self.channel.send(number, kind.encode() + b" " + pickled)

    def _look_at_descriptors(self) -> None:
        """End without an answer if the pipe is another file now, and after it if a stream is."""
        now = _identities(self.channel.fileno())
        if now[self.channel.fileno()] != self.descriptors[self.channel.fileno()]:
            os._exit(PIPE_LOST)
        if now != self.descriptors:
            retire()


def _identities(pipe: int) -> dict[int, Identity]:
    """Return which files the pipe and the standard streams are."""
    return {descriptor: _identity(descriptor) for descriptor in (0, 1, 2, pipe)}


def _identity(descriptor: int) -> Identity:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _initialize(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    if initializer is not None:
        initializer(*initargs)


def _run(task: Callable[[Any], Any], item: Any) -> Any:
    return task(item)


def _sendable(error: Exception) -> Exception:
    """Return an exception that can be raised in another process, with where it came from."""
    if not isinstance(error, LseVerifyError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
