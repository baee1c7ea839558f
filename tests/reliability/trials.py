"""What is tried for real, how often, and what was lost: the rows of reports/reliability/report.md.

A test of this folder says with the fixture ``tried`` which fault it tries and how often; the report
is what they said, so that nothing is in it that no test shows.
"""

from __future__ import annotations

import shlex
import textwrap
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


def table(trials: Iterable[Trial]) -> Grid:
    """Return a row a fault, in the order of `FAULTS`."""
    rows = (
        (
            FAULTS[name][0],
            FAULTS[name][1],
            f"{sum(trial.times for trial in of):,}",
            f"{sum(trial.lost for trial in of):,}",
            "; ".join(_measured(of)),
        )
        for name, of in _grouped(trials).items()
        if of
    )
    return Grid(("fault", "must hold", "#tried", "#lost", "measured"), tuple(rows))


def _grouped(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    grouped: dict[str, list[Trial]] = {name: [] for name in FAULTS}
    for trial in trials:
        grouped[trial.fault].append(trial)
    return grouped


def _measured(of: Sequence[Trial]) -> list[str]:
    longest = max(trial.seconds for trial in of)
    notes = dict.fromkeys(plain(trial.note) for trial in of if trial.note)
    return [*([f"at most {longest:.1f} s"] if longest else []), *notes]


def headline(trials: Sequence[Trial]) -> str:
    """Say how many faults were tried, and what was lost."""
    times, lost = (sum(getattr(trial, what) for trial in trials) for what in ("times", "lost"))
    kinds = len({trial.fault for trial in trials})
    outcome = f"**{lost:,} times what must hold did not**" if lost else "nothing was lost"
    return f"{times:,} faults of {kinds} kinds were tried for real, and {outcome}."


def write(trials: Sequence[Trial], folder: Path, arguments: Sequence[str], minutes: float) -> Path:
    """Write the report and return where it is."""
    make_folder(folder)
    path = folder / "report.md"
    write_whole(path, _markdown(trials, command(arguments), minutes).encode())
    return path


_WITH_VALUE = ("-n", "-p", "--durations", "--maxfail", "--tb")
_ALONE = ("-q", "-v", "-x", "-s", *_WITH_VALUE)


def command(arguments: Sequence[str]) -> str:
    """Return the command line without what changes nothing of the report.

    Examples
    --------
    >>> command(["/a/tests/reliability", "-q", "-n", "2", "-m", "slow or not slow", "-n0"])
    "pytest reliability -m 'slow or not slow'"
    """
    kept: list[str] = []
    before = ""
    for argument in arguments:
        if before not in _WITH_VALUE and not argument.startswith(_ALONE):
            kept.append(Path(argument).name if Path(argument).is_absolute() else argument)
        before = argument
    return shlex.join(["pytest", *kept])


def _markdown(trials: Sequence[Trial], line: str, minutes: float) -> str:
    grid = table(trials)
    rows = [" | ".join(cells) for cells in (grid.titles, grid.rules, *grid.rows)]
    missing = [FAULTS[name][0] for name, of in _grouped(trials).items() if not of]
    made = environment.described()
    return "\n".join(
        [
            "# Faults, tried for real",
            "",
            *_wrapped(
                f"{headline(trials)} Each is put to runs of lse-verify in processes of their own, "
                "by a test that fails where what must hold does not; the table is what these "
                "tests say that they tried."
            ),
            "",
            *(f"| {row} |" for row in rows),
            "",
            *(_wrapped(f"Not tried here: {'; '.join(missing)}.") if missing else []),
            *([""] if missing else []),
            "## How this was made",
            "",
            "```sh",
            line,
            "```",
            "",
            f"In {minutes:.0f} minutes, on",
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


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)
