"""A table of all grades, each with its witnesses, which markdown has no room for."""

from __future__ import annotations

from collections.abc import Iterator

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.standing import standings
from lse_verify.report.page.content import Writer
from lse_verify.report.page.tables import Table
from lse_verify.report.summary import conditioned_ulps, grade, stability, why
from lse_verify.report.witnesses import Exhibit, exhibits
from lse_verify.report.words import code, percent, plain
from lse_verify.wording import flat, visible_lines

_HEADERS = {
    "implementation": False,
    "function": False,
    "format": False,
    "verdict": False,
    "ulp, κ ≤ 100": True,
    "E": True,
    "≤ ½ ulp": True,
    "faults": False,
}
"""Whether they stand over numbers."""


def grades(ledger: Ledger, writer: Writer) -> Table:
    """Return a row an implementation, function and format, in the order of the summary."""
    shown = _exhibits_by_format(ledger)
    rows, folded = [], []
    for standing in standings(ledger):
        for fmt, outcome in standing.outcomes.items():
            names = (code(standing.name), plain(standing.function), plain(fmt))
            measured = _measured(outcome.ordinary, outcome.finding)
            rows.append([*map(writer.cell, (*names, grade(outcome), *measured))])
            told = shown[fmt].get((standing.name, standing.function), [])
            folded.append(_witnesses(outcome.finding, told))
    headers = [*map(writer.cell, _HEADERS)]
    return Table("All grades", headers, [*_HEADERS.values()], rows, folded)


def _measured(ordinary: Finding, whole: Finding) -> Iterator[str]:
    yield conditioned_ulps(ordinary)
    yield stability(ordinary)
    yield percent(whole.correctly_rounded, whole.outputs)
    yield why(whole)


def _exhibits_by_format(ledger: Ledger) -> dict[str, dict[tuple[str, str], list[Exhibit]]]:
    formats = dict.fromkeys(entry.cell.format for entry in ledger.entries)
    return {
        fmt: exhibits(Ledger(ledger.header, [e for e in ledger.entries if e.cell.format == fmt]))
        for fmt in formats
    }


def _witnesses(finding: Finding, shown: list[Exhibit]) -> list[str]:
    failure = finding.failure
    texts = [flat(f"{failure.kind}: {failure.words}")] if failure else []
    texts += [exhibit.text for exhibit in shown]
    return [visible_lines(text) for text in texts]
