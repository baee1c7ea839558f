"""Nanoseconds a row, of implementations that answered the same rows on the same machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lse_verify.report.leaderboard_classes import by_space
from lse_verify.report.leaderboard_rows import Row

Timed = frozenset[tuple[str, int]]
"""Regimes, each with the number of rows that were timed."""


def nanoseconds(rows: Iterable[Row]) -> dict[Row, float]:
    """Return the time a row of each that has one.

    Of each function, format and machine only the regimes count that all answered; an
    implementation that answered less than half of what the others did, such as one that takes
    rows of two terms only, has no time that compares.
    """
    found: dict[Row, float] = {}
    for group in by_space(rows).values():
        for machine in {row.source.machine for row in group}:
            found |= _of_one_machine([row for row in group if row.source.machine == machine])
    return found


def _of_one_machine(rows: Sequence[Row]) -> dict[Row, float]:
    timed = {row: found for row in rows if (found := _timed(row))}
    if not timed:
        return {}
    groups = {row: [other for other in timed if _compares(row, other, timed)] for row in timed}
    standard = max(timed, key=lambda row: (len(groups[row]), len(timed[row]), row.name))
    members = groups[standard]
    shared = frozenset.intersection(*(timed[row] for row in members))
    return {row: _mean(row, shared) for row in members if shared}


def _timed(row: Row) -> Timed:
    return frozenset((e.cell.regime, e.rows) for e in row.entries if e.rows and e.seconds > 0)


def _compares(standard: Row, other: Row, timed: dict[Row, Timed]) -> bool:
    return 2 * len(timed[standard] & timed[other]) >= len(timed[standard])


def _mean(row: Row, shared: Timed) -> float:
    kept = [entry for entry in row.entries if (entry.cell.regime, entry.rows) in shared]
    return 1e9 * sum(entry.seconds for entry in kept) / sum(entry.rows for entry in kept)
