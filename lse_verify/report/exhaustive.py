"""What trying every input showed, as markdown with maps and lines: ledgers in, report out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.together import in_order
from lse_verify.audit.verdict import MEANING, verdict
from lse_verify.execution.files import write_whole
from lse_verify.report import exhaustive_tables as tables
from lse_verify.report.exhaustive_origin import origins
from lse_verify.report.exhaustive_overview import anchor, overview, tally
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import FIGURES, REPORT, environment, write_figures
from lse_verify.report.summary import formats_in_order

if TYPE_CHECKING:
    from lse_verify.report.exhaustive_figures import Drawing

_OURS = ("map-*.png", "line-*.svg", "colours.svg")


@dataclass(frozen=True, slots=True)
class Part:
    """All implementations of one function and format.

    Attributes
    ----------
    function, format, anchor : str
        Names, and what the heading is linked by.
    inputs : int
        How many there are.
    grades, above, time : Grid
        The grades, how many errors are above limits, and what it took.
    faults : list of str
        What is wrong, an entry a sentence.
    captions : dict of str
        What is said of each implementation under its map.
    figures : list of Drawing
        Lines first, then a map an implementation.
    """

    function: str
    format: str
    anchor: str
    inputs: int
    grades: Grid
    above: Grid
    time: Grid
    faults: list[str]
    captions: dict[str, str]
    figures: list[Drawing]


def write_exhaustive(ledgers: Sequence[Ledger], folder: Path) -> Path:
    """Write the report of exhaustive ledgers: the same ones, in any order, give the same bytes.

    Parameters
    ----------
    ledgers : sequence of Ledger
        Of `lse_verify.search.exhaust`; no two have a space in common.
    folder : Path
        Where ``report.md`` and ``figures/`` go; it is made. Figures of an earlier report
        there that this one does not have are removed.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    LedgerError
        If a map of a ledger is damaged.
    """
    # Matplotlib takes a second to import, which no other command should wait for.
    from lse_verify.report.exhaustive_figures import colours, drawn

    ledgers = in_order(ledgers)
    entries = [entry for ledger in ledgers for entry in ledger.entries]
    parts = [
        _part(function, fmt, some, list(drawn(function, fmt, some)))
        for (function, fmt), some in _spaces(entries).items()
    ]
    drawings = [drawing for part in parts for drawing in part.figures]
    key = colours() if any(drawing.implementation for drawing in drawings) else None
    write_figures([*drawings, *filter(None, [key])], folder / FIGURES, _OURS)
    path = folder / REPORT
    write_whole(path, _render(ledgers, entries, parts, key).encode())
    return path


def _render(
    ledgers: Sequence[Ledger], entries: Sequence[Entry], parts: list[Part], key: Drawing | None
) -> str:
    text = (
        environment()
        .get_template("exhaustive.md.j2")
        .render(
            overview=overview(entries),
            tally=tally(entries),
            parts=parts,
            properties={title for part in parts for title in part.grades.titles},
            crowded=any(e.finding.exhausted and e.finding.exhausted.crowded for e in entries),
            verdicts={word.word: meaning for word, meaning in MEANING.items()},
            origins=origins(ledgers),
            figures=FIGURES,
            key=key,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _spaces(entries: Sequence[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """Return entries by function and format, formats in their own order, best first."""
    formats = formats_in_order({entry.cell.format for entry in entries})
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.cell.function, entry.cell.format), []).append(entry)
    return {
        space: tables.ranked(found[space])
        for space in sorted(found, key=lambda space: (space[0], formats.index(space[1])))
    }


def _part(function: str, fmt: str, entries: list[Entry], figures: list[Drawing]) -> Part:
    return Part(
        function=function,
        format=fmt,
        anchor=anchor(function, fmt),
        inputs=max(entry.finding.rows for entry in entries),
        grades=tables.grades(entries),
        above=tables.above(entries),
        time=tables.time(entries),
        faults=[sentence for entry in entries for sentence in tables.faults(entry)],
        captions={
            e.cell.implementation: f"{verdict(e.finding).word}, {tables.largest(e.finding)}"
            for e in entries
        },
        figures=figures,
    )
