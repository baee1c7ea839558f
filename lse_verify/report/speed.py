"""Time a row, as a ratio to the fastest implementation of the same function and format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.report.grid import Grid
from lse_verify.report.words import code, number


@dataclass(frozen=True, slots=True)
class Speed:
    """The table, and the format that its times are of."""

    table: Grid
    format: str


def speed(ledger: Ledger) -> Speed | None:
    """Compare times in the format that most implementations have; None without any times.

    Of each function only the regimes count that all its implementations answered, so that
    all have the same rows to answer.
    """
    timed = [entry for entry in ledger.entries if entry.rows and entry.seconds > 0]
    if not timed:
        return None
    counts = Counter(entry.cell.format for entry in timed)
    fmt = max(counts, key=lambda name: (counts[name], _width(name)))
    times = _times(entry for entry in timed if entry.cell.format == fmt)
    return Speed(_table(times), fmt)


def _width(fmt: str) -> tuple[int, str]:
    return int("".join(filter(str.isdecimal, fmt)) or 0), fmt


def _times(entries: Iterable[Entry]) -> dict[str, dict[str, float]]:
    """Return seconds a row by function and implementation."""
    cells: dict[str, dict[str, dict[str, Entry]]] = {}
    for entry in entries:
        names = cells.setdefault(entry.cell.function, {})
        names.setdefault(entry.cell.implementation, {})[entry.cell.regime] = entry
    return {function: _common(names) for function, names in cells.items()}


def _common(names: dict[str, dict[str, Entry]]) -> dict[str, float]:
    shared = set.intersection(*(set(regimes) for regimes in names.values()))
    found = {}
    for name, regimes in names.items():
        kept = [entry for regime, entry in regimes.items() if regime in shared]
        rows = sum(entry.rows for entry in kept)
        if rows:
            found[name] = sum(entry.seconds for entry in kept) / rows
    return found


def _table(times: dict[str, dict[str, float]]) -> Grid:
    rows = []
    for function, found in times.items():
        ranked = sorted(found, key=lambda name: (found[name], name))
        if len(ranked) > 1:
            least = found[ranked[0]]
            others = [f"{code(name)} {number(found[name] / least)}" for name in ranked[1:]]
            rows.append((function, code(ranked[0]), number(1e6 * least), ", ".join(others)))
    headers = ("function", "fastest", "#µs a row", "the others, as multiples of it")
    return Grid(headers, tuple(rows))
