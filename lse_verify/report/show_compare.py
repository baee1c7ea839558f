"""Two ledgers held against each other, on the terminal and as JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.text import Text

from lse_verify.audit.compared import Compared
from lse_verify.audit.comparison import Comparison
from lse_verify.audit.verdict import Verdict
from lse_verify.report.compared import differences, headline, inputs, only_one_has, title
from lse_verify.report.compared_lines import Line, lines
from lse_verify.report.compared_page import page
from lse_verify.report.compared_witnesses import Contrast, contrasts
from lse_verify.report.summary import NONE
from lse_verify.report.terminal import Table, console, print_json

_MOST_EVEN = 12
"""Grades of the same verdict that are shown; all are in the markdown."""

_MOST_WITNESSES = 6

_TURNS = {"worse": "got worse", "better": "got better"}


def compared(c: Comparison) -> None:
    """Print what matters first, then what got worse or better and by how much, in 80 columns."""
    terminal = console()
    terminal.print(Text(headline(c), style="bold"))
    terminal.print(inputs(c))
    for label, side in (("A", c.first), ("B", c.second)):
        terminal.print(f"{label} is {side.path}", soft_wrap=True)
    terminal.print(_differences(c))
    for turn, words in _TURNS.items():
        grades = [grade for grade in c.grades if grade.turn == turn]
        if grades:
            told = [(grade, [line for line in lines(grade) if line.tells]) for grade in grades]
            terminal.print(_table(words, told))
    _even(terminal, c)
    found = contrasts(c)
    for contrast in found[:_MOST_WITNESSES]:
        terminal.print(contrast.text, soft_wrap=True, end="\n\n")
    if len(found) > _MOST_WITNESSES:
        terminal.print(f"and {len(found) - _MOST_WITNESSES} more witnesses: --markdown has all")
    for label, words in zip("AB", _only(c), strict=True):
        if words:
            terminal.print(f"only in {label}: {words}")


def _differences(c: Comparison) -> Table | str:
    found = differences(c)
    if not found:
        return "nothing that the ledgers tell of their making differs\n"
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), collapse_padding=True)
    table.add_column("differs", overflow="fold")
    for name in "AB":
        table.add_column(name, overflow="fold")
    for row in found:
        table.add_row(*(cell or NONE for cell in row))
    return table


def _table(words: str, found: Sequence[tuple[Compared, Sequence[Line]]]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), collapse_padding=True)
    table.add_column(words, overflow="fold", ratio=1)
    table.add_column("A", justify="right")
    table.add_column("B", justify="right")
    table.add_column("", justify="right", no_wrap=True)
    for name, group in groupby(found, key=lambda pair: f"{title(pair[0])} {pair[0].function}"):
        table.add_row(Text(name, style="bold"))
        for grade, told in group:
            _rows(table, grade, told)
    return table


def _rows(table: Table, grade: Compared, told: Sequence[Line]) -> None:
    for place, line in enumerate(told):
        where = grade.format if place == 0 else ""
        style = "red" if line.is_worse else "green"
        figure = f"{where:<10}{line.figure}"
        table.add_row(figure, line.before, Text(line.after, style=style), line.factor)


def _even(terminal: Console, c: Comparison) -> None:
    """Print one line of each grade that has its verdict still, of the largest changes."""
    still = [(grade, lines(grade)) for grade in c.grades if grade.turn == "even" and grade.differs]
    telling = [(grade, told[:1]) for grade, told in still if told and told[0].tells]
    largest = sorted(telling, key=lambda pair: -pair[1][0].weight)[:_MOST_EVEN]
    if largest:
        terminal.print(_table("same verdict", [pair for pair in telling if pair in largest]))
    if len(still) > len(largest):
        left = f"{len(still) - len(largest):,} more" if largest else f"{len(still):,}"
        terminal.print(f"{left} with the same verdict: --markdown lists them\n")


def _only(c: Comparison) -> tuple[str, str]:
    return (
        only_one_has(c.first, c.only_first, c.second),
        only_one_has(c.second, c.only_second, c.first),
    )


def compared_markdown(c: Comparison, command: str) -> None:
    """Print the comparison as markdown."""
    sys.stdout.write(page(c, command))


def compared_json(c: Comparison) -> None:
    """Print every grade of both with all that differs."""
    told = {
        "headline": headline(c),
        "inputs": inputs(c),
        "ledgers": [
            {"path": side.path, "digest": side.ledger.digest, "command": side.ledger.header.command}
            for side in (c.first, c.second)
        ],
        "differences": [
            {"what": what, "first": first, "second": second}
            for what, first, second in differences(c)
        ],
        "grades": [_grade(grade) for grade in c.grades],
        "witnesses": [_contrast(contrast) for contrast in contrasts(c)],
        "only_first": c.only_first,
        "only_second": c.only_second,
    }
    print_json(told)


def _grade(grade: Compared) -> dict[str, Any]:
    before, after = (msgspec.to_builtins(found) for found in grade.records)
    return {
        "implementations": list(grade.names),
        "function": grade.function,
        "format": grade.format,
        "turn": grade.turn,
        "same_inputs": grade.same_inputs,
        "bits": grade.bits,
        "before": before,
        "after": after,
        "changes": [
            {
                "figure": change.figure,
                "before": _figure(change.figure, change.before),
                "after": _figure(change.figure, change.after),
                "is_worse": change.is_worse,
            }
            for change in grade.changes
        ],
    }


def _figure(name: str, value: float) -> float | str:
    return Verdict(int(value)).word if name == "verdict" else value


def _contrast(contrast: Contrast) -> dict[str, Any]:
    exhibit = contrast.exhibit
    return {
        "cell": msgspec.to_builtins(exhibit.cell),
        "fault": exhibit.fault,
        "witness": msgspec.to_builtins(exhibit.witness),
        "first": contrast.first_answer,
        "replay": contrast.command,
    }
