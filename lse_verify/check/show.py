"""What ``lse-verify check`` prints: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import msgspec
from rich.text import Text

from lse_verify.audit.record import Record
from lse_verify.audit.standing import standings
from lse_verify.check.baseline import records_of
from lse_verify.check.outcome import Checked, Line
from lse_verify.check.shown import Shown
from lse_verify.check.words import found_as
from lse_verify.report.terminal import Table, console, print_json
from lse_verify.report.witnesses import replay, replay_line
from lse_verify.wording import flat


def checked(found: Checked) -> None:
    """Print which requirements are met, and inputs that show why others are not."""
    terminal = console()
    for grade, lines in groupby(found.lines, lambda line: line.grade):
        terminal.print(Text(grade, style="bold"), soft_wrap=True)
        terminal.print(_table(lines))
    terminal.print()
    for shown in found.shown:
        terminal.print(witness_text(shown), soft_wrap=True)
        terminal.print()
    for skipped in found.ledger.header.skipped:
        terminal.print(f"skipped {flat(skipped.name)}: {flat(skipped.reason)}", soft_wrap=True)
    *others, last = found.sentences
    for sentence in others:
        terminal.print(sentence, soft_wrap=True)
    terminal.print(Text(last, style="bold green" if found.passed else "bold red"), soft_wrap=True)


def _table(lines: Iterable[Line]) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False, pad_edge=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=2)
    table.add_column(overflow="fold", ratio=3)
    for line in lines:
        word = Text("passed", style="green") if line.passed else Text("FAILED", style="bold red")
        table.add_row(word, Text(line.required), Text(line.measured))
    return table


def witness_text(shown: Shown) -> str:
    """Return an input as lines for people, the replaying command last."""
    exhibit = shown.exhibit
    lines = [line for line in exhibit.lines if line]
    return "\n".join([f"{found_as(shown)}:", *lines, replay_line(exhibit.cell, exhibit.witness)])


def checked_json(found: Checked) -> None:
    """Print the same as one JSON object."""
    header = found.ledger.header
    records: list[Record] = records_of(standings(found.ledger))
    told: dict[str, Any] = {
        "passed": found.passed,
        "seed": header.seed,
        "samples": header.samples,
        "requirements": [msgspec.to_builtins(line) for line in found.lines],
        "witnesses": [
            {
                "cell": msgspec.to_builtins(shown.exhibit.cell),
                "fault": shown.exhibit.fault,
                "witness": msgspec.to_builtins(shown.exhibit.witness),
                "equal_rows": shown.copies,
                "replay": replay(shown.exhibit.cell, shown.exhibit.witness),
            }
            for shown in found.shown
        ],
        "records": [msgspec.to_builtins(one) for one in records],
        "skipped": [msgspec.to_builtins(one) for one in header.skipped],
        "versions": header.versions,
        "machine": header.machine,
    }
    print_json(told)
