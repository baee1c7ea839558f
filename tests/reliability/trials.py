"""What is tried for real, how often, and what was lost: the rows of reports/reliability/report.md.

A test of this folder says with the fixture ``tried`` which fault it tries and how often; the report
is what they said, so that nothing is in it that no test shows.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from lse_verify.audit import environment
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.report.grid import Grid
from lse_verify.report.words import code, plain

FAULTS: dict[str, tuple[str, str]] = {
    "main killed": (
        "kill −9 of the main process at random moments",
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
        "one line, exit code 2, and no file anywhere else",
    ),
    "ledger torn": ("ledger or journal torn or truncated", "refused or repaired, told which"),
    "ledger flipped": ("ledger with a flipped byte", "refused with the line, never half read"),
    "ledger newer": ("ledger of a newer schema", "refused with both versions"),
    "ledger large": ("ledger of 1 GB", "read or refused, memory bounded"),
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
    "second run": ("two runs in one folder", "the second refused"),
    "terminal": (
        "locale with a decimal comma, no UTF-8 terminal, no terminal, 40 columns, NO_COLOR",
        "readable, and numbers with a point",
    ),
    "hostile code": (
        "implementations that abort, hang, exit, fill standard error, change the process",
        "a finding of theirs; all other lines of the ledger as without them",
    ),
    "cluster": ("a cluster that loses a worker, or is not there", "the same ledger, or one line"),
}
"""By a short name: the fault, and what must hold."""


class Tried(Protocol):
    """Records what a test has tried."""

    def __call__(self, fault: str, times: int = 1, lost: int = 0, note: str = "") -> None:
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
    """

    fault: str
    times: int
    lost: int
    note: str


def table(trials: Iterable[Trial]) -> Grid:
    """Return a row a fault, in the order of `FAULTS`."""
    grouped: dict[str, list[Trial]] = {name: [] for name in FAULTS}
    for trial in trials:
        grouped[trial.fault].append(trial)
    rows = (
        (
            FAULTS[name][0],
            FAULTS[name][1],
            f"{sum(trial.times for trial in of):,}",
            f"{sum(trial.lost for trial in of):,}",
            "; ".join(dict.fromkeys(plain(trial.note) for trial in of if trial.note)),
        )
        for name, of in grouped.items()
        if of
    )
    return Grid(("fault", "must hold", "#tried", "#lost", "measured"), tuple(rows))


def write(trials: Sequence[Trial], folder: Path, arguments: Sequence[str]) -> Path:
    """Write the report and return where it is."""
    make_folder(folder)
    path = folder / "report.md"
    write_whole(path, _markdown(table(trials), arguments).encode())
    return path


def _markdown(grid: Grid, arguments: Sequence[str]) -> str:
    lines = [" | ".join(cells) for cells in (grid.titles, grid.rules, *grid.rows)]
    made = environment.described()
    return "\n".join(
        [
            "# Faults, tried for real",
            "",
            "What a run of lse-verify is put through, in processes of their own on this machine, "
            "how often, and how often what must hold did not.",
            "",
            *(f"| {line} |" for line in lines),
            "",
            "## How this was made",
            "",
            "```sh",
            shlex.join(["pytest", *arguments]),
            "```",
            "",
            *(
                f"- {name}: {code(value)}"
                for of in made.values()
                for name, value in of.items()
                if value
            ),
            "",
        ]
    )
