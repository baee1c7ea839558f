"""What trying every input showed, on the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.verdict import verdict
from lse_verify.report.exhaustive import attained, share_of


def exhausted(ledger: Ledger, report: Path) -> None:
    """Print a table of an exhaustive ledger, in at most 80 columns.

    Parameters
    ----------
    ledger : Ledger
        Of `lse_verify.search.exhaust`.
    report : Path
        Where its report is.
    """
    console = Console(highlight=False, emoji=False, markup=False)
    spaces = {(entry.cell.function, entry.cell.format): None for entry in ledger.entries}
    for function, fmt in spaces:
        chosen = [e for e in ledger.entries if (e.cell.function, e.cell.format) == (function, fmt)]
        console.print(_table(function, fmt, chosen))
    console.print(f"report: {report}", soft_wrap=True)


def _table(function: str, fmt: str, entries: list[Entry]) -> Table:
    inputs = max(entry.finding.rows for entry in entries)
    table = Table(title=f"{function} {fmt}: all {inputs:,} inputs", title_justify="left")
    table.add_column("implementation")
    table.add_column("verdict")
    for name in ("max ulp", "at", "nearest", "drops", "ns"):
        table.add_column(name, justify="right")
    for entry in entries:
        table.add_row(entry.cell.implementation, *_cells(entry))
    return table


def _cells(entry: Entry) -> tuple[str, ...]:
    finding = entry.finding
    if finding.failure is not None:
        return verdict(finding).word, "–", "–", "–", "–", "–"
    drops = finding.properties["monotone"].count if "monotone" in finding.properties else 0
    spent = (entry.seconds + entry.judging) / max(finding.rows, 1) * 1e9
    return (
        verdict(finding).word,
        f"{finding.worst_error.size:.6g}" if finding.worst_error else "0",
        attained(finding),
        share_of(finding.correctly_rounded, finding.outputs),
        f"{drops:,}",
        f"{spent:.0f}",
    )
