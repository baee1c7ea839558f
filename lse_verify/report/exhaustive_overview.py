"""All spaces of a report at a glance: one table, how many are what, and where each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Entry
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.report.exhaustive_tables import largest
from lse_verify.report.grid import Grid
from lse_verify.report.summary import NONE, formats_in_order, word
from lse_verify.report.words import code, counted, listed


def overview(entries: Sequence[Entry]) -> Grid:
    """Return a row a function and implementation, best first, and a column a format.

    Not a column an implementation: there are more of them than a page is wide, and few are of
    every function.
    """
    formats = formats_in_order({entry.cell.format for entry in entries})
    rows: dict[tuple[str, str], dict[str, Finding]] = {}
    for entry in entries:
        pair = entry.cell.function, entry.cell.implementation
        rows.setdefault(pair, {})[entry.cell.format] = entry.finding
    best_first = sorted(rows, key=lambda pair: _rank(pair, rows[pair].values()))
    return Grid(
        ("function", "implementation", *formats),
        tuple(
            (pair[0], code(pair[1]), *(_cell(rows[pair].get(fmt)) for fmt in formats))
            for pair in best_first
        ),
    )


def _rank(pair: tuple[str, str], findings: Iterable[Finding]) -> tuple[object, ...]:
    function, implementation = pair
    grades = sorted((verdict(finding) for finding in findings), reverse=True)
    return function, grades, implementation


def _cell(finding: Finding | None) -> str:
    return NONE if finding is None else f"{word(verdict(finding))}<br>{largest(finding)}"


def tally(entries: Sequence[Entry]) -> str:
    """Say how many spaces there are, of how many inputs, and how many are graded what."""
    grades = Counter(verdict(entry.finding) for entry in entries)
    words = [f"{grades[grade]} {grade.word}" for grade in Verdict if grades[grade]]
    inputs = counted(sum(entry.finding.rows for entry in entries), "input")
    return f"{counted(len(entries), 'space')}, {inputs}: {listed(words)}."


def anchor(function: str, fmt: str) -> str:
    """Return what the heading of a space is linked by."""
    return f"{function}-{fmt}"
