"""Which grades of ledgers are ``wrong`` or ``unstable``, and which bugs account for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from lse_verify.audit.bug import Bug, Excuse, Release
from lse_verify.audit.cell import Cell
from lse_verify.audit.exhausted import EXHAUSTIVE
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.report.leaderboard_rows import Row, rows_of
from lse_verify.report.witnesses import Exhibit

_GRADED = "library"
"""The kind of an implementation whose bugs are those of a release."""


@dataclass(frozen=True, slots=True, eq=False)
class Grade:
    """One implementation, function and format that is ``wrong`` or ``unstable``.

    Attributes
    ----------
    row : Row
        What the ledgers say.
    faults : dict of Exhibit or None
        By the names of `lse_verify.audit.bug.FAULTS`: the input that is easiest to see; None
        where the ledger has none, as of a crash.
    """

    row: Row
    faults: dict[str, Exhibit | None]

    @property
    def key(self) -> tuple[str, str, str]:
        """Implementation, function and format."""
        return self.row.implementation.name, self.row.function, self.row.format

    def explained_by(self, written: Bug | Excuse) -> bool:
        """Tell whether something that is written up accounts for one of its faults."""
        return any(written.explains(*self.key, fault) for fault in self.faults)

    def left(self, releases: Iterable[Release]) -> dict[str, Exhibit | None]:
        """Return the faults that nothing accounts for."""
        written: list[Bug | Excuse] = []
        for release in releases:
            written += release.bugs
            written += release.excuses
        return {
            fault: exhibit
            for fault, exhibit in self.faults.items()
            if not any(w.explains(*self.key, fault) for w in written)
        }


def grades(ledgers: Sequence[Ledger]) -> list[Grade]:
    """Return the grades of libraries that are ``wrong`` or ``unstable``.

    Parameters
    ----------
    ledgers : sequence of Ledger
        As `lse_verify.audit.together.read_all` gives them, exhaustive ones among them.
    """
    _, rows = rows_of(ledgers)
    found = [
        Grade(row, _shown(row))
        for row in rows
        if row.implementation.kind == _GRADED and row.outcome.verdict >= Verdict.UNSTABLE
    ]
    return sorted(found, key=lambda g: g.row.library)


def uncovered(
    ledgers: Sequence[Ledger], releases: Iterable[Release]
) -> list[tuple[Grade, dict[str, Exhibit | None]]]:
    """Return the grades with faults that nobody has written up, and these faults.

    Parameters
    ----------
    ledgers : sequence of Ledger
        As for `grades`.
    releases : iterable of Release
        What is written up.
    """
    written = list(releases)
    return [(g, left) for g in grades(ledgers) if (left := g.left(written))]


def _shown(row: Row) -> dict[str, Exhibit | None]:
    """Return the faults of a row, each with the exhibit that is preferred."""
    found: dict[str, list[Exhibit]] = {}
    for cell, finding in _findings(row):
        for fault, witness in _faults(finding):
            exhibits = found.setdefault(fault, [])
            if witness is not None:
                exhibits.append(Exhibit(cell, fault, witness))
    return {
        fault: min(exhibits, key=lambda e: e.preference, default=None)
        for fault, exhibits in found.items()
    }


def _findings(row: Row) -> Iterator[tuple[Cell, Finding]]:
    for entry in row.entries:
        yield entry.cell, entry.finding
    if row.every is not None:
        yield Cell(row.implementation.name, row.function, row.format, EXHAUSTIVE, 0, 0), row.every


def _faults(finding: Finding) -> Iterator[tuple[str, Witness | None]]:
    """Yield what makes a finding wrong or unstable."""
    counted = {
        "nan": finding.spurious_nan,
        "infinity": finding.spurious_infinity,
        "special": finding.special,
    }
    for fault, tally in counted.items():
        if tally.count:
            yield fault, tally.witness
    if finding.not_weak.count:
        yield "digits", finding.worst_stability
    for name, tally in finding.unexcused.items():
        witness = tally.witness
        yield "bound", witness and msgspec.structs.replace(witness, note=witness.note or name)
    if finding.failure is not None:
        yield finding.failure.kind, None
