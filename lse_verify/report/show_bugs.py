"""Bugs on the terminal, and as JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.text import Text

from lse_verify.audit.bug import FAULTS
from lse_verify.report.bugs import Dossier, headlines, subject
from lse_verify.report.bugs_blocks import Case
from lse_verify.report.bugs_tables import by_library, word
from lse_verify.report.terminal import Table, console, print_json
from lse_verify.report.witnesses import replay


def bugs(found: Dossier, report: Path) -> None:
    """Print how each library's bugs stand, what changed, and where the report is."""
    terminal = console()
    terminal.print(subject(found), soft_wrap=True)
    terminal.print(_table(found))
    for case in found.cases:
        if case.state in ("otherwise", "gone", "failed"):
            terminal.print(_changed(case), soft_wrap=True)
    for line in headlines(found):
        terminal.print(line)
    for grade, faults in found.left:
        name, function, fmt = grade.key
        told = ", ".join(FAULTS[fault] for fault in faults)
        terminal.print(f"not written up: {name} {function} {fmt}: {told}", soft_wrap=True)
    terminal.print(f"report: {report}", soft_wrap=True)


def _table(found: Dossier) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), collapse_padding=True)
    table.add_column("library", overflow="fold", ratio=1)
    for name in ("bugs", "as recorded", "otherwise", "gone", "not run"):
        table.add_column(name, justify="right", no_wrap=True)
    for group in by_library(found.cases).values():
        release = group[0].release
        states = [case.state for case in group]
        other = states.count("otherwise") + states.count("failed")
        counts = (states.count("as recorded"), other, states.count("gone"), states.count("not run"))
        title = Text(f"{release.title} {release.version}")
        table.add_row(title, str(len(group)), *(str(count or "–") for count in counts))
    return table


def _changed(case: Case) -> str:
    shown = case.seen and (case.seen.printed or case.seen.ended)
    version = case.seen.version if case.seen else ""
    return (
        f"{case.state}: {case.release.library}/{case.bug.name} showed {shown} with {version}, "
        f"written is {case.gives}, true is {case.measured.truth}"
    )


def bugs_json(found: Dossier) -> None:
    """Print every bug with its truth and what running it showed, and what is not written up."""
    told = {
        "bugs": [_bug(case) for case in found.cases],
        "not_written_up": [
            {
                "implementation": grade.key[0],
                "function": grade.key[1],
                "format": grade.key[2],
                "verdict": word(grade),
                "fault": fault,
                "witness": exhibit and msgspec.to_builtins(exhibit.witness),
                "replay": exhibit and replay(exhibit.cell, exhibit.witness),
            }
            for grade, faults in found.left
            for fault, exhibit in faults.items()
        ],
    }
    print_json(told)


def _bug(case: Case) -> dict[str, Any]:
    return {
        "library": case.release.library,
        "version": case.release.version,
        **msgspec.to_builtins(case.bug),
        "truth": case.measured.truth,
        "error_ulps": case.error or None,
        "state": case.state,
        "seen": None if case.seen is None else msgspec.to_builtins(case.seen),
    }
