"""Tasks in a module that workers can import, too: they find what this process finds."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = """
    import os, signal, socket, subprocess, sys, threading, time
    from pathlib import Path
    from lse_verify.errors import BadInput
    from lse_verify.execution.retirement import retire

    def square(number):
        return number * number

    def process(number):
        return os.getpid()

    def noted(folder, number):
        with open(Path(folder, str(number)), "a") as notes:
            notes.write(f"{os.getpid()}\\n")

    def fails_as_told(folder, number):
        noted(folder, number)
        if number == 1:
            os._exit(3)
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 3:
            time.sleep(1000)
        return number * number

    def waits_once(folder, number):
        noted(folder, number)
        if len(Path(folder, str(number)).read_text().splitlines()) == 1:
            time.sleep(1000)
        return number * number

    def starts_another(folder, number):
        other = subprocess.Popen(["sleep", "1000"])
        Path(folder, "other").write_text(str(other.pid))
        time.sleep(1000)

    def is_the_first_here(number):
        sys.modules[__name__].runs = getattr(sys.modules[__name__], "runs", 0) + 1
        return sys.modules[__name__].runs == 1

    def first_ones(number):
        return is_the_first_here(number)

    def fails_unless_first(how, number):
        if is_the_first_here(number):
            return number
        if how == "raises":
            raise ValueError("not mine")
        if how == "dies":
            os._exit(3)
        time.sleep(1000)

    def retires(number):
        retire()
        return os.getpid(), is_the_first_here(number)

    def leaves_a_bomb(number):
        if number == 0:
            threading.Timer(2, os._exit, [3]).start()
        time.sleep(0.3)
        return number

    def has_no_memory(number):
        raise MemoryError

    def raises_an_interrupt(number):
        raise KeyboardInterrupt

    def exits(number):
        sys.exit(0)

    def forks(number):
        os.fork()
        return os.getpid()

    def answers_twice(number):
        # The copy takes itself for its original, and answers when that has the next item.
        pid = os.getpid()
        if number == 0 and os.fork() == 0:
            os.getpid = lambda: pid
            time.sleep(0.4)
            return 100
        time.sleep(0.8 if number else 0)
        return number

    def closes_its_pipe(number):
        os.closerange(3, 256)
        return number

    def takes_its_pipe(number):
        one, other = sys.modules[__name__].kept = socket.socketpair()
        for descriptor in {*range(3, 64)} - {one.fileno(), other.fileno()}:
            os.dup2(one.fileno(), descriptor)
        return number

    def writes_into_its_pipe(noise, number):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, noise)
            except OSError:
                continue
        time.sleep(number)
        return number

    def stops_amid_its_answer(number):
        # More than a pipe holds, and who would read it is stopped meanwhile.
        os.kill(os.getppid(), signal.SIGSTOP)
        resume = f"sleep 0.3; kill -STOP {os.getpid()}; kill -CONT {os.getppid()}"
        subprocess.Popen(["sh", "-c", resume])
        return bytes(30_000_000)

    def closes_standard_error(number):
        os.closerange(2, 3)
        return os.getpid()

    def prints(number):
        print("PRINTED", flush=True)
        os.write(1, b"WRITTEN")
        os.write(2, b"WRITTEN")
        return number

    def bad_input(number):
        raise BadInput(f"{number} is bad")

    def divides(number):
        return 1 // number

    class Stubborn(Exception):
        def __init__(self, one, two):
            super().__init__("stubborn words")

    def raises_what_cannot_travel(number):
        raise Stubborn(1, 2)

    def returns_what_cannot_travel(number):
        return lambda: number

    def sends_three_megabytes(number):
        time.sleep(0.005)
        return bytes([number % 256]) * 3_000_000

    def initialize(value):
        os.environ["GIVEN"] = value

    def given(number):
        return os.environ["GIVEN"]

    def end_at_once():
        os._exit(7)
"""


@pytest.fixture(scope="session")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("importable")
    Path(folder, "tasks_of_tests.py").write_text(textwrap.dedent(SOURCE))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module("tasks_of_tests")
    del sys.modules["tasks_of_tests"]
