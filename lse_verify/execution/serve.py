"""A process that runs items, seen from within: what `Worker` starts."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from lse_verify.errors import LseVerifyError


def serve(descriptor: int, idle_s: float) -> None:
    """Run what comes through a pipe until that is closed, or nothing comes for so long.

    Parameters
    ----------
    descriptor : int
        Of the pipe.
    idle_s : float
        Negative for no limit.
    """
    threading.Thread(target=_end_with_the_other, args=[descriptor], daemon=True).start()
    connection: Connection[Any, Any] = Connection(descriptor)
    patience = None if idle_s < 0 else idle_s
    with contextlib.suppress(EOFError, OSError):
        _answer(connection, _initialize)
        while connection.poll(patience):
            _answer(connection, _run)


def _end_with_the_other(descriptor: int) -> None:
    """End this process when the one that started it has closed the pipe or was killed."""
    watched = select.poll()
    watched.register(descriptor, 0)
    watched.poll()
    os._exit(1)


def _initialize(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    if initializer is not None:
        initializer(*initargs)


def _run(task: Callable[[Any], Any], item: Any) -> Any:
    return task(item)


def _answer(connection: Connection[Any, Any], call: Callable[..., Any]) -> None:
    message = connection.recv_bytes()
    try:
        answer = pickle.dumps((True, call(*pickle.loads(message))))
    except BaseException as error:
        answer = pickle.dumps((False, _sendable(error)))
    connection.send_bytes(answer)


def _sendable(error: BaseException) -> BaseException:
    """Return an exception that can be raised in another process, with where it came from."""
    if not isinstance(error, LseVerifyError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
