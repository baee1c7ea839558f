"""What tests said that they tried, kept by test, and the report of it.

Tests take hours, and may be run a part at a time: ``trials.json`` beside the report has what each
said when it last passed, and at which commit. One that fails is in it no more, and there is no
report until it passes. To begin anew, remove the file.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from trials import FAULTS, Trial

from lse_verify.audit import environment
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.report.grid import Grid
from lse_verify.report.words import code, counted, listed, plain

_TOLD = ("processor", "cores", "libc", "system", "python", "numpy", "numba", "python-flint")
"""Of what a report is made with; the commit is that of each test."""

TRIALS, REPORT = "trials.json", "report.md"
COMMAND = "pytest tests/reliability -m 'slow or not slow' --reliability-report reports/reliability"


class Passed(msgspec.Struct, frozen=True):
    """A test that passed.

    Attributes
    ----------
    commit : str
        Of the checkout.
    seconds : float
        How long it took.
    trials : list of Trial
        What it said.
    """

    commit: str
    seconds: float
    trials: list[Trial]


def update(passed: Mapping[str, Passed], failed: Iterable[str], folder: Path) -> Path | None:
    """Keep what tests said, and write the report; return where it is.

    Parameters
    ----------
    passed : mapping of Passed
        By the name of the test.
    failed : iterable of str
        Tests that failed. If there are any no report is written, and None is returned.
    folder : Path
        Where the report is; it is made.
    """
    make_folder(folder)
    path = folder / TRIALS
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, Passed]) if path.exists() else {}
    kept = {name: one for name, one in (known | dict(passed)).items() if name not in failed}
    ordered = msgspec.json.encode(dict(sorted(kept.items())))
    write_whole(path, msgspec.json.format(ordered, indent=1) + b"\n")
    if [*failed]:
        return None
    write_whole(folder / REPORT, markdown([*kept.values()]).encode())
    return folder / REPORT


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
    kinds = counted(len({trial.fault for trial in trials}), "kind")
    outcome = f"**{lost:,} times what must hold did not**" if lost else "nothing was lost"
    return f"{counted(times, 'fault')} of {kinds} were tried for real, and {outcome}."


def markdown(passed: Sequence[Passed]) -> str:
    """Return the report."""
    trials = [trial for one in passed for trial in one.trials]
    missing = [FAULTS[name][0] for name, of in _grouped(trials).items() if not of]
    commits = listed([code(commit) for commit in sorted({one.commit for one in passed})])
    minutes = sum(one.seconds for one in passed) / 60
    said = (
        f"{headline(trials)} Each is put to runs of lse-verify in processes of their own, by a "
        "test that fails where what must hold does not; the table is what these tests say that "
        "they tried."
    )
    made = {name: value for of in environment.described().values() for name, value in of.items()}
    return "\n".join(
        [
            "# Faults, tried for real",
            "",
            *_wrapped(said),
            "",
            table(trials).markdown,
            "",
            *(_wrapped(f"Not tried here: {'; '.join(missing)}.") if missing else []),
            *([""] if missing else []),
            "## How this was made",
            "",
            "```sh",
            COMMAND,
            "```",
            "",
            *_wrapped(
                f"{counted(len(passed), 'test')}, {minutes:.0f} minutes of them one after the "
                f"other, at {commits}; what each said is in [{TRIALS}]({TRIALS}). On"
            ),
            "",
            *(
                f"- {name}: {code(value)}"
                for name, value in made.items()
                if value and name in _TOLD
            ),
            "",
        ]
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)
