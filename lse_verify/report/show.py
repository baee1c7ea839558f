"""What the commands print: tables for people, JSON for programs."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from lse_verify.audit.explain import Answer
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import spell
from lse_verify.bench.measurements import Measurements, encode
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import FORMATS, Format
from lse_verify.implementations.library import Library
from lse_verify.implementations.registry import libraries
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.certify import Certified
from lse_verify.proving.coq import NOT_HERE
from lse_verify.proving.outcome import Proofs
from lse_verify.report.performance_table import performance_table
from lse_verify.report.proofs_table import proofs_table
from lse_verify.report.tables import summary_table
from lse_verify.report.terminal import Table, console, print_json
from lse_verify.report.words import counted
from lse_verify.wording import flat, visible

_MOST_OUTPUTS = 12


def _print(*things: str | Text | Table) -> None:
    """Print as it stands: brackets are no markup, and lines are not broken."""
    whole = not any(isinstance(thing, Table) for thing in things)
    console().print(*things, soft_wrap=whole)


def _bold(words: str) -> Text:
    return Text(words, style="bold")


class _RateColumn(ProgressColumn):
    """Steps a second or a minute, of late; what was there already is no part of it."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        often = task.speed >= 1
        return Text(f"{task.speed:.1f}/s" if often else f"{60 * task.speed:.1f}/min")


@contextmanager
def progress(quiet: bool, still: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar with the rate, the time left and what is at work, on standard error.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    still : bool
        Draw when told something and never meanwhile, for what is timed meanwhile.
    """
    terminal = console(to_error=True)
    drawn = terminal.is_terminal and not quiet
    bar = Progress(
        BarColumn(bar_width=18),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
        console=terminal,
        disable=not drawn,
        transient=True,
        auto_refresh=not still,
    )
    # Where nothing can be drawn over, all that is left of a bar is an empty line; before 14.3, Rich
    # ends one that is disabled by it too.
    with bar if drawn else nullcontext():
        task = bar.add_task("starting the workers", total=None)

        def observe(what: str, done: int, total: int) -> None:
            bar.update(task, description=visible(what), completed=done, total=total, refresh=still)

        yield observe


def summary(ledger: Ledger, report_path: Path) -> None:
    """Print the summary of a ledger and where its report is."""
    console().print(summary_table(ledger))
    grades = [verdict(entry.finding) for entry in ledger.entries]
    counts = {grade: grades.count(grade) for grade in Verdict}
    words = ", ".join(f"{n} {grade.word}" for grade, n in counts.items() if n)
    _print(f"{len(grades)} cells: {words}")
    for skipped in ledger.header.skipped:
        _print(f"skipped {flat(skipped.name)}: {flat(skipped.reason)}")
    _print(f"report: {report_path}")


def page(path: Path) -> None:
    """Print where the page of a report is."""
    _print(f"page: {path}")


def ledger_json(ledger: Ledger) -> None:
    """Print what each cell showed, and its verdict."""
    print_json(
        {
            "header": msgspec.to_builtins(ledger.header),
            "digest": ledger.digest,
            "findings": [
                {
                    "cell": msgspec.to_builtins(entry.cell),
                    "verdict": verdict(entry.finding).word,
                    "finding": msgspec.to_builtins(entry.finding),
                }
                for entry in ledger.entries
            ],
        }
    )


def shown(point: Point) -> str:
    """Write an input for a heading: decimals that read back to the same floats."""
    texts = [
        ", ".join(map(repr, a[:8])) + (f", … ({len(a)} terms)" if len(a) > 8 else "")
        if isinstance(a, tuple)
        else repr(a)
        for a in point
    ]
    return "; ".join(texts)


def proved(proofs: Proofs, report_path: Path | None) -> None:
    """Print how each claim stands, and where the report is, if it is."""
    console().print(proofs_table(proofs))
    for claim in proofs.claims:
        if claim.reason:
            _print(f"{claim.name}: {claim.reason}")
    count = sum(claim.is_proved for claim in proofs.claims)
    points = f"{proofs.evaluations:,} points judged"
    _print(f"{count} of {counted(len(proofs.claims), 'claim')} proved; {points}")
    if proofs.coq is not None and not proofs.coq.version:
        _print(NOT_HERE)
    if report_path is not None:
        _print(f"report: {report_path}")


def proofs_json(proofs: Proofs, command: str, made: dict[str, dict[str, str]]) -> None:
    """Print what came of each claim, step by step."""
    found: Any = msgspec.to_builtins(proofs)
    for written, claim in zip(found["claims"], proofs.claims, strict=True):
        written |= {"status": claim.word, "proved": claim.is_proved}
    print_json({"command": command, **made} | found)


def benched(found: Measurements, report_path: Path | None) -> None:
    """Print how performance stands against what is wanted, and where the report is, if it is."""
    console().print(performance_table(found))
    for entrant in found.entrants:
        if entrant.skipped:
            _print(f"skipped {flat(entrant.name)}: {flat(entrant.skipped)}")
    _print("measured: the other's time over ours, medians; wanted at least, and aimed at")
    if report_path is not None:
        _print(f"report: {report_path}")


def bench_json(found: Measurements) -> None:
    """Print all that was measured, as it is kept."""
    sys.stdout.write(encode(found).decode())


def certified(
    function: Function, point: Point, outputs: Sequence[Certified], as_json: bool
) -> None:
    """Print certified digits and the correct rounding in each format."""
    if as_json:
        print_json(
            {
                "function": function.name,
                "arguments": [
                    [spell(v) for v in a] if isinstance(a, tuple) else spell(a) for a in point
                ],
                "outputs": [
                    asdict(o)
                    | {
                        "condition": o.condition if math.isfinite(o.condition) else None,
                        "rounded": {name: spell(v) for name, v in o.rounded.items()},
                    }
                    for o in outputs
                ],
            }
        )
        return
    for number, output in enumerate(outputs):
        name = f"{function.name}({shown(point)})"
        _print(f"{name}[{number}]" if function.returns_row else name)
        _print(f"  = {output.digits}" + (f" = {output.rational}" if output.rational else ""))
        if not math.isnan(output.condition):
            _print(f"  condition number κ = {output.condition:.4g}")
        _print(_roundings(output))


def _roundings(output: Certified) -> Table:
    table = Table("format", "correctly rounded", "hex", box=None, padding=(0, 2, 0, 2))
    for name, value in output.rounded.items():
        table.add_row(name, repr(value), spell(value))
    return table


def explained(
    function: Function,
    fmt: Format,
    point: Point,
    answers: Iterable[list[Answer]],
    as_json: bool,
) -> None:
    """Print what each implementation makes of one input."""
    if as_json:
        print_json([msgspec.to_builtins(answer) for group in answers for answer in group])
        return
    found = [answer for group in answers for answer in group]
    _print(f"{function.name}({shown(point)}) in {fmt.name}")
    for output in sorted({answer.output for answer in found})[:_MOST_OUTPUTS]:
        here = [a for a in found if a.output == output and not a.failure]
        if here:
            label = f"output {output}: " if function.returns_row else ""
            kappa = f"   κ = {here[0].condition}" if here[0].condition else ""
            _print(f"{label}truth {here[0].truth}{kappa}")
            _print(_answers(here))
    for answer in found:
        if answer.failure:
            who = f"{answer.implementation} {_asked(answer)}".rstrip()
            _print(f"{who}: {answer.failure}")
    if any(answer.copies > 1 for answer in found):
        _print(_EQUAL_ROWS)
    if not found:
        _print("no installed implementation takes this input; 'lse-verify list' shows all")


def _answers(answers: Sequence[Answer]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 1))
    table.add_column("implementation", overflow="fold")
    table.add_column("got (decimal, hex)", no_wrap=True)
    table.add_column("error (ulp)", justify="right", no_wrap=True)
    table.add_column("E", justify="right", no_wrap=True)
    for a in answers:
        # One under the other: side by side they would not fit into 80 columns.
        got = Text(a.got)
        if a.got_hex != a.got:
            got.append(f"\n{a.got_hex}", style="dim")
        who = Text(a.implementation)
        if asked := _asked(a):
            who.append(f"\n{asked}", style="dim")
        table.add_row(who, got, a.error_ulps, a.stability)
    return table


_EQUAL_ROWS = "equal rows: the input many times at once, which is not answered as it is alone"


def _asked(answer: Answer) -> str:
    """Say as what an input was asked, empty where it was alone."""
    if answer.copies == 1:
        return ""
    of = "as" if answer.times == answer.copies else f"in {answer.times} of"
    return f"{of} {answer.copies} equal rows"


def everything(as_json: bool) -> None:
    """Print libraries, functions, formats and regimes."""
    from lse_verify.theory.shelf import claims

    if as_json:
        print_json(
            {
                "libraries": [library.describe() for library in libraries().values()],
                "functions": list(FUNCTIONS),
                "formats": list(FORMATS),
                "regimes": {name: regime.reason for name, regime in REGIMES.items()},
                "claims": {name: claim.sentence for name, claim in claims().items()},
            }
        )
        return
    for library in libraries().values():
        _library(library)
    _print(_bold("functions"), ", ".join(FUNCTIONS))
    _print(_bold("formats"), ", ".join(FORMATS))
    table = Table("regime", "why", box=None, padding=(0, 1))
    for name, regime in REGIMES.items():
        table.add_row(name, regime.reason)
    _print(table)
    _print(_bold("claims"), ", ".join(claims()))


def _library(library: Library) -> None:
    if library.error:
        state = f"broken: {library.error}"
    elif library.installed:
        state = library.version or "built in"
    else:
        state = f"not installed: {library.install}"
    _print(_bold(library.name), state)
    table = Table("implementation", "function", "formats", "calls", box=None, padding=(0, 1))
    for i in library.implementations:
        calls = f"{i.calls} (composed)" if i.composed else i.calls
        table.add_row(i.name, i.function, " ".join(i.formats), calls)
    _print(table)
