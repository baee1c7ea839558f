"""What trying every input showed, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.together import in_order
from lse_verify.audit.verdict import verdict
from lse_verify.report.exhaustive_tables import attained, share_of
from lse_verify.report.terminal import Table, console


def exhausted(ledgers: Sequence[Ledger], report: Path) -> None:
    """Print a table of each space of exhaustive ledgers, in at most 80 columns.

    Parameters
    ----------
    ledgers : sequence of Ledger
        Of `lse_verify.search.exhaust`; no two have a space in common.
    report : Path
        Where their report is.
    """
    terminal = console()
    spaces: dict[tuple[str, str], list[Entry]] = {}
    for entry in (entry for ledger in in_order(ledgers) for entry in ledger.entries):
        spaces.setdefault((entry.cell.function, entry.cell.format), []).append(entry)
    for (function, fmt), entries in spaces.items():
        terminal.print(_table(function, fmt, entries))
    terminal.print(f"report: {report}", soft_wrap=True)


def _table(function: str, fmt: str, entries: list[Entry]) -> Table:
    inputs = max(entry.finding.rows for entry in entries)
    table = Table(title=f"{function} {fmt}: all {inputs:,} inputs", title_justify="left")
    table.add_column("implementation", overflow="fold")
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
