"""Implementations that answer as the honest one does, and do something else to their process.

Each does one thing. The honest one stands here under many names, one beside each of the others:
whatever ends in ``_beside``.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import decimal
import gc
import os
import platform
import random
import resource
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import flint
import mpmath
import numpy as np

Rows = np.ndarray[Any, Any]

_C = ctypes.CDLL(None)
_C.fesetenv.argtypes = _C.fegetenv.argtypes = [ctypes.c_void_p]

_IS_X86 = platform.machine() == "x86_64"

CONTROLS = {
    "flush to zero": (28, 1 << 15) if _IS_X86 else (0, 1 << 24),
    "round upward": (28, 1 << 14) if _IS_X86 else (0, 1 << 22),
}
"""Where glibc keeps the control register of this machine in `fenv_t`, and its bits."""

HAS_CONTROLS = platform.machine() in ("x86_64", "aarch64") and platform.libc_ver()[0] == "glibc"

_kept: list[object] = []


def honest(x: Rows) -> Rows:
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return np.asarray(np.log(np.exp(x).sum(axis=1)), dtype=x.dtype)


def __getattr__(name: str) -> Callable[[Rows], Rows]:
    if name == "flushes_when_loaded":
        set_control(*CONTROLS["flush to zero"])
    elif name == "exits_when_loaded":
        os._exit(0)
    elif not name.endswith("_beside"):
        raise AttributeError(name)
    return honest


def set_control(place: int, bit: int) -> None:
    """Set a bit of the register that controls floating-point arithmetic."""
    held = bytearray(256)
    address = ctypes.addressof(ctypes.c_char.from_buffer(held))
    _C.fegetenv(address)
    word = int.from_bytes(held[place : place + 4], "little") | bit
    held[place : place + 4] = word.to_bytes(4, "little")
    _C.fesetenv(address)


# What takes the process down.


def aborts(x: Rows) -> NoReturn:
    os.abort()


def segfaults(x: Rows) -> Rows:
    ctypes.string_at(0)
    return honest(x)


def exits_at_once(x: Rows) -> NoReturn:
    os._exit(0)


def terminates_itself(x: Rows) -> Rows:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(1000)
    return honest(x)


def kills_itself(x: Rows) -> Rows:
    os.kill(os.getpid(), signal.SIGKILL)
    return honest(x)


def closes_every_descriptor(x: Rows) -> Rows:
    os.closerange(0, 1024)
    return honest(x)


def writes_into_every_descriptor(x: Rows) -> Rows:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xff\xff\xff\x7f noise")
        except OSError:
            continue
    return honest(x)


def says_that_it_crashed(x: Rows) -> NoReturn:
    error = RuntimeError("the program behind it ended")
    error.failure_kind = "crash"  # type: ignore[attr-defined]  # as adapters of programs do
    raise error


# What does not end.


def sleeps(x: Rows) -> Rows:
    """Sleep with the lock of the interpreter, so that no other thread runs either."""
    ctypes.PyDLL(None).sleep(1000)
    return honest(x)


def stops_itself(x: Rows) -> Rows:
    os.kill(os.getpid(), signal.SIGSTOP)
    return honest(x)


# What is no answer.


def exits(x: Rows) -> NoReturn:
    sys.exit(0)


def raises_an_interrupt(x: Rows) -> NoReturn:
    raise KeyboardInterrupt


def recurses(x: Rows) -> Rows:
    return recurses(x)


def raises_no_text(x: Rows) -> NoReturn:
    raise ValueError(os.fsdecode(b"a name \xff of a file"))


def takes_all_memory(x: Rows) -> Rows:
    """Under a limit, so that this machine keeps some; the limit stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), hard))
    taken: list[bytearray] = []
    while True:
        taken.append(bytearray(8 << 20))


def answers_too_little(x: Rows) -> Rows:
    return honest(x)[:-1]


def answers_too_much(x: Rows) -> Rows:
    return np.repeat(honest(x), 2)


class _Liar(np.ndarray[Any, Any]):
    @property  # type: ignore[misc]  # that it can be set no more is no matter
    def shape(self) -> Any:
        return (np.asarray(self.view(np.ndarray)).size - 1,)


def lies_about_its_shape(x: Rows) -> Rows:
    return np.append(honest(x), x.dtype.type(0)).view(_Liar)


# What changes the process for everybody.


def goes_elsewhere(x: Rows) -> Rows:
    os.chdir("/")
    return honest(x)


def goes_where_nothing_is(x: Rows) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
    return honest(x)


def rounds_upward(x: Rows) -> Rows:
    answer = honest(x)
    set_control(*CONTROLS["round upward"])
    return answer


def flushes_to_zero(x: Rows) -> Rows:
    answer = honest(x)
    set_control(*CONTROLS["flush to zero"])
    return answer


def seeds_random(x: Rows) -> Rows:
    random.seed(1)
    return honest(x)


def seeds_numpy(x: Rows) -> Rows:
    np.random.seed(1)  # noqa: NPY002  # the one that is shared
    return honest(x)


def changes_everything(x: Rows) -> Rows:
    answer = honest(x)
    for one in (goes_elsewhere, flushes_to_zero, seeds_random, seeds_numpy, rounds_upward):
        one(x)
    return answer


# What does no harm.


def forks(x: Rows) -> Rows:
    os.fork()
    return honest(x)


def forks_and_raises_in_the_copy(x: Rows) -> Rows:
    if os.fork() == 0:
        raise SystemExit
    return honest(x)


def writes_300_megabytes(x: Rows) -> Rows:
    if not _kept:
        line = b"a warning" * (1 << 17)
        for _ in range(256):
            os.write(2, line)
        _kept.append("written")
    return honest(x)


def leaves_a_thread_that_raises(x: Rows) -> Rows:
    threading.Thread(target=divmod, args=(1, 0), daemon=True).start()
    return honest(x)


def leaves_a_thread_that_never_ends(x: Rows) -> Rows:
    threading.Thread(target=time.sleep, args=(1000,), daemon=False).start()
    return honest(x)


def replaces_the_streams(x: Rows) -> Rows:
    sys.stdin = sys.stdout = sys.stderr = None  # as a daemon has
    return honest(x)


def closes_the_streams(x: Rows) -> Rows:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()
    return honest(x)


def closes_standard_error(x: Rows) -> Rows:
    with contextlib.suppress(OSError):
        os.close(2)
    return honest(x)


def sets_an_alarm(x: Rows) -> Rows:
    signal.setitimer(signal.ITIMER_REAL, 2)
    return honest(x)


def sends_itself_an_interrupt(x: Rows) -> Rows:
    os.kill(os.getpid(), signal.SIGINT)
    return honest(x)


def interrupts_the_main_thread(x: Rows) -> Rows:
    _thread.interrupt_main()
    return honest(x)


def traps(x: Rows) -> Rows:
    answer = honest(x)
    # Invalid operations, divisions by zero and overflows.
    _C.feenableexcept(0x0D if _IS_X86 else 0x07)
    return answer


def lowers_precisions(x: Rows) -> Rows:
    decimal.getcontext().prec, mpmath.mp.prec, flint.ctx.prec = 3, 8, 8
    return honest(x)


def lowers_the_recursion_limit(x: Rows) -> Rows:
    answer = honest(x)
    sys.setrecursionlimit(200)
    return answer


def makes_warnings_errors(x: Rows) -> Rows:
    answer = honest(x)
    warnings.simplefilter("error")
    np.seterr(all="raise")
    return answer


def collects_no_garbage(x: Rows) -> Rows:
    gc.disable()
    return honest(x)


def is_out_of_descriptors(x: Rows) -> Rows:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, hard))
    return honest(x)
