"""Each command that takes long or writes, with little to do, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from small_runs import LEDGER

_ONE = ("-i", "textbook.naive", "-f", "softplus")
_AUDIT = ("audit", *_ONE, "--format", "binary32", "--regime", "gap", "--samples", "20")
_EXHAUST = ("exhaust", *_ONE, "--format", "float8_e5m2")
_HUNT = ("hunt", *_ONE, "--format", "binary32", "--budget", "2000")
_CHECK = ("check", "textbook.naive", "-f", "softplus", "--regime", "gap", "--samples", "20")

COMMANDS = {
    "audit": (*_AUDIT, "--out", "out"),
    "exhaust": (*_EXHAUST, "--out", "out"),
    "hunt": (*_HUNT, "--witnesses", "elsewhere.jsonl", "--out", "out"),
    "hunt, its witnesses": (*_HUNT, "--witnesses", "out/witnesses.jsonl"),
    "check": (*_CHECK, "--baseline", "out/baseline.json", "--update"),
    "prove": ("prove", "trick", "--no-coq", "--out", "out"),
    "bench": ("bench", "--out", "out"),
    "bugs": ("bugs", "--out", "out"),
    "report": ("report", LEDGER, "--out", "out"),
    "report --html": ("report", LEDGER, "--out", "out", "--html"),
    "leaderboard": ("leaderboard", LEDGER, "--out", "out"),
}

_FEW = """
import sys
from functools import partial
from lse_verify.__main__ import main
if sys.argv[1] == "bench":
    from lse_verify.bench import run
    from lse_verify.bench.plan import Plan
    few = Plan(lengths=(2, 1000), narrow_lengths=(2,), row_counts=(1,), few_lengths=(2,))
    everyone = run.roster()
    run.roster = lambda: {name: c for name, c in everyone.items() if not c.compiles}
    run.Request = partial(run.Request, plan=few)
main()
"""
"""The command line, of which a bench takes seconds."""

_BUGS = """
library = "numpy"
title = "NumPy"
version = "2"
language = "Python"
repository = "numpy/numpy"

[[bug]]
name = "one"
class = "accumulator"
implementations = ["numpy.reduce"]
function = "logsumexp"
formats = ["binary16"]
faults = ["bound"]
input = ["-0.4541*10"]
code = '''{code}'''
prints = "1.85"
cause = "None."
"""


def bugs(code: str) -> str:
    """Return a file of one bug that is shown by a line of Python."""
    return _BUGS.format(code=code)


def begin(
    home: Path, name: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Begin one of the commands in a folder, as the leader of a group of processes."""
    return subprocess.Popen(
        [sys.executable, "-c", _FEW, *COMMANDS[name]],
        cwd=home,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def furnish(home: Path, ledger: bytes) -> None:
    """Put there what the commands read."""
    (home / LEDGER).write_bytes(ledger)
    (home / "out").mkdir(exist_ok=True)
    (home / "out" / "numpy.toml").write_text(bugs('import time; time.sleep(2); print("1.85")'))
