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
    import os, signal, subprocess, sys, time
    from pathlib import Path
    from lse_verify.errors import BadInput

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
