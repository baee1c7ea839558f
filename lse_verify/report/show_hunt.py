"""What the hunt prints: the climb as it goes, and the finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from lse_verify.audit.hunted import Find, Hunt, Step
from lse_verify.report.terminal import Table, console, print_json
from lse_verify.report.words import number, tidy
from lse_verify.wording import flat

_UNITS = {
    "error": "ulp",
    "stability": "E",
    "bound": "of its bound",
    "violation": "floats beyond a bound",
}
_WIDEST = 32
_LONGEST = 240
"""Characters of an input that are shown."""


def rise(step: Step, evaluations: int, objective: str) -> None:
    """Print one line of the climb, on standard error: that of a result stays clean."""
    size = f"{number(step.size)} {_UNITS[objective]}"
    where = _cut("; ".join(step.arguments), _WIDEST)
    console(to_error=True).print(f"{evaluations:>12,}  {size:<16} {step.strategy:<14} {where}")


def hunted(hunt: Hunt, objective: str) -> None:
    """Print what a hunt found, in at most 80 columns."""
    terminal = console()
    if hunt.failure is not None:
        what = "besides" if hunt.failure.kind == "environment" else "ended early"
        terminal.print(f"{what}: {hunt.failure.kind}: {flat(hunt.failure.words)}", soft_wrap=True)
    for find in sorted(hunt.finds.values(), key=lambda f: f.kind != objective):
        _find(terminal, find)
    if not hunt.finds:
        terminal.print("no error was found")
    terminal.print(f"{hunt.evaluations:,} inputs tried")


def compared(said: Sequence[str], report: Path) -> None:
    """Print which bars a comparison of searches meets, and where its report is."""
    for sentence in said:
        console().print(sentence)
    console().print(f"report: {report}", soft_wrap=True)


def hunt_json(hunt: Hunt) -> None:
    """Print what a hunt found as JSON."""
    print_json(msgspec.to_builtins(hunt))


def command_of(find: Find) -> str:
    """Return the command that shows a find again.

    Examples
    --------
    >>> find = Find(kind="error", size=3.0, verdict="weak", implementation="torch",
    ...     function="softplus", format="binary32", arguments=["-0x1p+0"], n_terms=2, output=0,
    ...     got="0x1p+0", truth="0.3")
    >>> command_of(find)
    'lse-verify explain -i torch -f softplus --format binary32 -- -0x1p+0'
    """
    said = f"-i {find.implementation} -f {find.function} --format {find.format}"
    arguments = " ".join(f"'{a}'" if "*" in a else a for a in find.arguments)
    return f"lse-verify explain {said} -- {arguments}"


def _find(terminal: Console, find: Find) -> None:
    size = f" of {number(find.size)} {_UNITS[find.kind]}" if find.kind in _UNITS else ""
    terminal.print(f"{find.kind}{size}, {find.verdict}")
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column("what", no_wrap=True)
    table.add_column("is", overflow="fold")
    given = "; ".join(find.arguments)
    rows = {
        "input": given
        if len(given) <= _LONGEST
        else f"{_cut(given, _LONGEST)} ({find.n_terms} terms)",
        "got": find.got,
        "truth": find.truth,
        "error": f"{tidy(find.error_ulps)} ulp" if find.error_ulps else "",
        "E, κ": f"{find.stability}, {find.condition}" if find.stability else "",
        "found by": f"{find.strategy}, evaluation {find.evaluation:,}",
        "as": "; ".join(find.found),
        "asked": f"as {find.copies} equal rows; alone it is not as bad: explain shows both"
        if find.copies > 1
        else "",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    terminal.print(table)
    shown_by = command_of(find)
    if len(given) > _LONGEST:
        shown_by = "--json prints the whole input, and every later audit replays it"
    terminal.print(f"  {shown_by}", soft_wrap=True)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
