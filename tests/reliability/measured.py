"""A command in a process of its own, with what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """How a command ended.

    Attributes
    ----------
    code : int
        Its exit code.
    out, err : str
        What it printed.
    megabytes, seconds : float
        The most memory that it had, and how long it took.
    """

    code: int
    out: str
    err: str
    megabytes: float
    seconds: float


def measured(*arguments: object, home: Path | None = None) -> Measured:
    """Run Python with some arguments, in a folder."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=home,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    # What is told on the one is a line where it is long on the other.
    with process.stdout, process.stderr:
        out, err = process.stdout.read().decode(), process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    return Measured(process.returncode, out, err, usage.ru_maxrss / 1000, seconds)
