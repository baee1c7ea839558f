"""What is tried for real: a test of this folder says with the fixture ``tried`` what, how often."""

from __future__ import annotations

from typing import Protocol

import msgspec

FAULTS: dict[str, tuple[str, str]] = {
    "main killed": (
        "kill −9 of the main process at random moments, its report among them",
        "after `--resume` the same ledger and report as undisturbed, nothing counted twice",
    ),
    "worker killed": (
        "kill −9 of a worker at random moments",
        "the same ledger and report as undisturbed, nothing counted twice",
    ),
    "full disk": ("full disk", "one line, exit code 2, all findings up to there intact"),
    "read-only folder": ("read-only folder", "one line, exit code 2"),
    "folder deleted": (
        "folder deleted during the run",
        "one line, exit code 2; the folder is there again with all findings up to there",
    ),
    "ledger torn": ("ledger or journal torn or truncated", "refused or repaired, told which"),
    "ledger flipped": (
        "ledger or journal with a flipped byte",
        "a ledger refused with the line, a journal repaired; never half read",
    ),
    "ledger newer": ("ledger of a newer schema", "refused with both versions"),
    "ledger large": (
        "ledger of 1 GB, of one line, of zeros, without an end",
        "read or refused, memory bounded",
    ),
    "interrupted": (
        "Ctrl-C and SIGTERM",
        "stops within 2 s, ledger complete up to there, a hint how to resume",
    ),
    "command lines": (
        "fuzzed command lines",
        "no traceback, no hang over 10 s, exit code 2 with one line",
    ),
    "data files": ("fuzzed data files and ledgers", "no traceback, refused with one line or read"),
    "hostile names": (
        "names and messages with markdown, HTML, ANSI or control characters, 1 MB long",
        "escaped and cut in every report and on the terminal",
    ),
    "pickled objects": ("a .npy with pickled objects", "refused; nothing is unpickled"),
    "zip bomb": ("a .npz that unpacks to gigabytes", "refused before it is unpacked"),
    "path outside": ("a path outside the folder in a ledger", "refused or not followed"),
    "second run": ("two runs in one folder, at the same instant too", "exactly one goes on"),
    "terminal": (
        "locale with a decimal comma, no UTF-8 terminal, no terminal, 40 columns, NO_COLOR",
        "readable, and numbers with a point",
    ),
    "hostile code": (
        "implementations that abort, hang, exit, fill standard error, change the process",
        "a finding of theirs; all other lines of the ledger as without them",
    ),
    "interpreters": (
        "Python 3.11 to 3.14, with the newest and the oldest versions of what is needed",
        "the same findings, and the tests of the command line pass",
    ),
    "cluster": ("a cluster that loses a worker, or is not there", "the same ledger, or one line"),
}
"""By a short name: the fault, and what must hold."""


class Tried(Protocol):
    """Records what a test has tried."""

    def __call__(
        self, fault: str, times: int = 1, lost: int = 0, note: str = "", seconds: float = 0.0
    ) -> None:
        """Say that a fault was tried so often, and how much was lost of what must hold."""


class Trial(msgspec.Struct, frozen=True):
    """What one test said.

    Attributes
    ----------
    fault : str
        A key of `FAULTS`.
    times, lost : int
        How often it was tried, and how often what must hold did not.
    note : str
        What else there is to say, such as where memory stayed.
    seconds : float
        How long it took at most, where that is to be told.
    """

    fault: str
    times: int
    lost: int
    note: str
    seconds: float = 0.0
