"""Ctrl-C and SIGTERM: in order, in one line, within two seconds."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from machine import within

from lse_verify.errors import Interrupted
from lse_verify.execution.interruption import interruptible

SOURCE = """
import sys; sys.path.insert(0, sys.argv[1])
from functools import partial
from lse_verify.errors import LseVerifyError
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.pool import PoolExecutor
import tasks_of_tests

try:
    with interruptible(lambda: "stopped: 0 of 2"), PoolExecutor(2) as pool:
        list(pool.run(partial(tasks_of_tests.waits_once, sys.argv[2]), [1, 2]))
except LseVerifyError as error:
    print(error)
    raise SystemExit(error.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_workers_and_is_told_within_two_seconds(
    number: signal.Signals, tasks: ModuleType, tmp_path: Path
) -> None:
    folder = str(Path(str(tasks.__file__)).parent)
    command = [sys.executable, "-c", SOURCE, folder, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.02)
        workers = psutil.Process(process.pid).children()
        sent = time.monotonic()
        process.send_signal(number)
        assert process.communicate(timeout=10)[0] == "stopped: 0 of 2\n"
        assert time.monotonic() - sent < within(2.0)
    assert process.returncode == 130
    assert len(workers) == 2
    assert not any(worker.is_running() for worker in workers)


def test_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(Interrupted, match="words"), interruptible(lambda: "words"):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def _interrupted_thrice(left: list[str]) -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        left.append("left")


def test_a_second_signal_does_not_break_into_the_way_out() -> None:
    left: list[str] = []
    with pytest.raises(Interrupted, match="words"), interruptible(lambda: "words"):
        _interrupted_thrice(left)
    assert left == ["left"]


def test_what_is_inside_another_tells_its_own_words() -> None:
    with (
        pytest.raises(Interrupted, match="inner"),
        interruptible(lambda: "outer"),
        interruptible(lambda: "inner"),
    ):
        signal.raise_signal(signal.SIGINT)


def _import_that_is_interrupted() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt as interrupt:
        raise ImportError("NumPy failed to import") from interrupt


def test_an_error_that_a_signal_has_become_is_told_as_a_signal() -> None:
    with pytest.raises(Interrupted, match="words"), interruptible(lambda: "words"):
        _import_that_is_interrupted()


PROGRAM = """
import signal, sys, time
from lse_verify.errors import LseVerifyError
from lse_verify.execution.interruption import interruptible, whole_program

class Deaf:
    def __del__(self):
        print("ready", flush=True)
        time.sleep(1000)

def wait():
    print("ready", flush=True)
    time.sleep(1000)

def deaf():
    with interruptible(lambda: "stopped: go on"):
        try:
            wait()
        except KeyboardInterrupt:
            wait()

def unraisable():
    with interruptible(lambda: "stopped: go on"):
        Deaf()
        time.sleep(1000)

def blocked():
    import ctypes
    libc, thread = ctypes.CDLL(None), ctypes.c_ulong()
    sleeping = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: time.sleep(1000))
    with interruptible(lambda: "stopped: go on"):
        libc.pthread_create(ctypes.byref(thread), None, sleeping, None)
        print("ready", flush=True)
        # Handlers run when a call into C has returned, and this one is gone on with.
        libc.pthread_join(thread, None)

with whole_program():
    try:
        globals()[sys.argv[1]]()
    except LseVerifyError as error:
        print(f"lse-verify: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
"""


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("wait", "interrupted"),
        ("deaf", "stopped: go on"),
        ("unraisable", "stopped: go on"),
        ("blocked", "stopped: go on"),
    ],
)
def test_a_program_ends_with_its_line_whoever_hears_of_the_signal(what: str, told: str) -> None:
    command = [sys.executable, "-c", PROGRAM, what]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert time.monotonic() - sent < within(2.0)
    assert process.returncode == 130
    assert err == f"lse-verify: {told}\n"
