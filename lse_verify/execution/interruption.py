"""Ctrl-C and SIGTERM end a run in order, with one line that says how to go on.

Where nothing is at stake the first signal ends the program at once. In what is `interruptible` it
raises `KeyboardInterrupt`, so that workers are stopped and files closed; those that follow are
passed by, because they could only break into that. Code that is slow to hear of it, such as a
compiler, or that takes it for an error of its own and goes on, is not waited for.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn

from lse_verify.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_PATIENCE_S = 1.2
"""After so long a program that was told to stop is ended."""


@dataclass(frozen=True, slots=True)
class _Stopping:
    """The handler of a program that has been told to stop, and of what line it ends with."""

    words: Callable[[], str]

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Stop:
    """The handler of what is to be left in order."""

    words: Callable[[], str]

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        _install(_Stopping(self.words))
        raise KeyboardInterrupt


def _end_at_once(_number: int, _frame: FrameType | None) -> NoReturn:
    _install(_Stopping(str))
    _tell("interrupted")
    _end_now(Interrupted.exit_code)


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
        After a signal, whatever was made of it; its exit code is 130.
    """
    if threading.current_thread() is not threading.main_thread():
        # Signals come to the main thread alone, and only there can handlers be set.
        yield
        return
    before = _install(_Stop(words))
    try:
        yield
    except Interrupted:
        raise
    except BaseException as error:
        if _is_stopping() or isinstance(error, KeyboardInterrupt):
            raise Interrupted(words()) from error
        raise
    finally:
        if not (_is_stopping() and _is_ours(before[signal.SIGTERM])):
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def whole_program() -> Iterator[None]:
    """Have Ctrl-C and SIGTERM end this program within two seconds, with one line and no traceback.

    What is `interruptible` inside is left in order.
    """
    _install(_end_at_once)
    sys.unraisablehook = _told_unless_interrupt
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_end_late, args=[reading], daemon=True).start()
    try:
        yield
    except SystemExit as end:
        if _is_stopping():
            # The line has been told. On its way out the interpreter would wait for threads.
            _install(_Stopping(str))
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            _end_now(end.code if isinstance(end.code, int) else 0)
        raise


@contextmanager
def passing_by() -> Iterator[None]:
    """Let Ctrl-C pass by processes and threads that are started inside, from their beginning.

    A terminal sends it to all processes of a command, and one that is just importing its modules
    would answer with a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore() -> None:
    """Let Ctrl-C pass by this process: another one ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def is_ignored() -> bool:
    """Tell whether Ctrl-C passes by: a `KeyboardInterrupt` is then the work of what is run."""
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def _install(handler: Callable[[int, FrameType | None], None]) -> dict[signal.Signals, Any]:
    return {number: signal.signal(number, handler) for number in _SIGNALS}


def _is_stopping() -> bool:
    return isinstance(signal.getsignal(signal.SIGTERM), _Stopping)


def _is_ours(handler: object) -> bool:
    return handler is _end_at_once or isinstance(handler, _Stop | _Stopping)


def _end_late(pipe: int) -> None:
    """End this process when it has not ended by itself some time after a signal."""
    while os.read(pipe, 1)[0] not in _SIGNALS:
        pass
    time.sleep(_PATIENCE_S)
    handler, words = signal.getsignal(signal.SIGTERM), "interrupted"
    with contextlib.suppress(Exception):
        if isinstance(handler, _Stop | _Stopping):
            words = handler.words()
    if words:
        _tell(words)
    _end_now(Interrupted.exit_code)


def _tell(words: str) -> None:
    # A bar may have hidden the cursor of a terminal.
    start = "\r\x1b[2K\x1b[?25h" if os.isatty(2) else ""
    with contextlib.suppress(OSError):
        os.write(2, f"{start}lse-verify: {words}\n".encode())


def _end_now(code: int) -> NoReturn:
    """End this process, whatever it is amid, and all that it has started."""
    with contextlib.suppress(Exception):
        import psutil

        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    os._exit(code)


def _told_unless_interrupt(told: sys.UnraisableHookArgs) -> None:
    if told.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(told)
