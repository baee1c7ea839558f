"""A command in a process of its own, with what it took."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
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
    begun, peaks = time.monotonic(), [0.0]
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=home,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    watch = threading.Thread(target=_watch, args=(process.pid, peaks))
    watch.start()
    assert process.stderr is not None
    assert process.stdout is not None
    # What is told on the one is a line where it is long on the other.
    with process.stdout, process.stderr:
        out, err = process.stdout.read().decode(), process.stderr.read().decode()
    watch.join()
    code = process.wait()
    return Measured(code, out, err, max(peaks), time.monotonic() - begun)


def _watch(pid: int, peaks: list[float]) -> None:
    """Note the most memory of a process until it ends.

    What the system tells of one that has ended counts whoever it was forked from.
    """
    status = Path(f"/proc/{pid}/status")
    with suppress(OSError):
        # One that has ended and is not waited for has no memory any more.
        while peak := re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE):
            peaks.append(int(peak[1]) * 1024 / 1e6)
            time.sleep(0.002)
