"""Ctrl-C and SIGTERM end a run in order, with one line that says how to go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from lse_verify.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(words: Callable[[], str]) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into `Interrupted`, once what is inside has been left.

    Executors and journals are opened inside, so that they are closed before the line is told.

    Parameters
    ----------
    words : callable
        Returns the line, when it is needed.

    Raises
    ------
    Interrupted
        After a signal; its exit code is 130.
    """
    if threading.current_thread() is not threading.main_thread():
        # Signals come to the main thread alone, and only there can handlers be set.
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise Interrupted(words()) from interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore() -> None:
    """Let Ctrl-C pass by this process: another one ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def is_ignored() -> bool:
    """Tell whether Ctrl-C passes by: a `KeyboardInterrupt` is then the work of what is run."""
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
