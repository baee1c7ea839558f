"""What the entries of a ledger say together: a standing an implementation and function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from statistics import fmean

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Entry, ImplementationRow, Ledger
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS

SPECIAL = "special"
"""The regime whose faults are told apart from those on ordinary numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all regimes of one implementation, function and format show.

    Attributes
    ----------
    regimes : dict of Finding
        By regime, in the order of the ledger.
    finding : Finding
        All of them merged.
    ordinary : Finding
        All but the special values merged; what sizes of errors are taken from.
    """

    regimes: dict[str, Finding]
    finding: Finding
    ordinary: Finding

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the regimes."""
        return max(map(verdict, self.regimes.values()))

    @property
    def ordinary_verdict(self) -> Verdict:
        """The worst verdict without the regime of special values."""
        ordinary = [verdict(f) for name, f in self.regimes.items() if name != SPECIAL]
        return max(ordinary, default=Verdict.UNTESTED)

    @property
    def only_special_is_wrong(self) -> bool:
        """Whether it is wrong, but on special values alone."""
        wrong = self.verdict is Verdict.WRONG
        return wrong and self.ordinary_verdict not in (Verdict.WRONG, Verdict.UNTESTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One implementation of one function over all formats.

    Attributes
    ----------
    row : ImplementationRow
        What the header says of it.
    outcomes : dict of Outcome
        By format, in the order of `FORMATS`.
    """

    row: ImplementationRow
    outcomes: dict[str, Outcome]

    @property
    def name(self) -> str:
        """The name of the implementation."""
        return self.row.name

    @property
    def function(self) -> str:
        """The function that it computes."""
        return self.row.function

    @property
    def library(self) -> str:
        """The library that it belongs to; a user's own is its own."""
        if self.row.kind == "user":
            return self.name
        name, at, place = self.name.partition("@")
        return name.split(".", 1)[0] + at + place

    @property
    def finding(self) -> Finding:
        """All formats and regimes merged: for counts, as sizes of formats do not compare."""
        return merged(outcome.finding for outcome in self.outcomes.values())

    @property
    def rank(self) -> tuple[float | str, ...]:
        """Sort key, best first: the worst verdict, the mean ones over formats, E, ulps."""
        outcomes = self.outcomes.values()
        return (
            max(outcome.verdict for outcome in outcomes),
            fmean(outcome.verdict for outcome in outcomes),
            fmean(outcome.ordinary_verdict for outcome in outcomes),
            max(_size(outcome.ordinary.worst_stability) for outcome in outcomes),
            max(_size(outcome.ordinary.worst_conditioned) for outcome in outcomes),
            self.name,
        )


def standings(ledger: Ledger) -> list[Standing]:
    """Return all standings, functions in the order of the family, best first in each."""
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in ledger.entries:
        key = (entry.cell.implementation, entry.cell.function)
        grouped.setdefault(key, []).append(entry)
    known = {(row.name, row.function): row for row in ledger.header.implementations}
    found = [
        Standing(known.get(key) or ImplementationRow(*key, "", False, "library"), _outcomes(e))
        for key, e in grouped.items()
    ]
    return sorted(found, key=lambda s: (_place(s.function, FUNCTIONS), s.function, s.rank))


def by_function(found: Iterable[Standing]) -> dict[str, list[Standing]]:
    """Group standings by function."""
    grouped: dict[str, list[Standing]] = {}
    for standing in found:
        grouped.setdefault(standing.function, []).append(standing)
    return grouped


def merged(findings: Iterable[Finding]) -> Finding:
    """Return all findings as one."""
    return reduce(Finding.merge, findings, Finding())


def unexcused(finding: Finding) -> int:
    """Count the violations that conditioning does not excuse."""
    return sum(t.count - t.excused for t in finding.violations.values())


def excused(finding: Finding) -> int:
    """Count the violations that conditioning excuses."""
    return sum(t.excused for t in finding.violations.values())


def _size(witness: Witness | None) -> float:
    return witness.size if witness else 0.0


def _outcomes(entries: list[Entry]) -> dict[str, Outcome]:
    formats: dict[str, dict[str, Finding]] = {}
    for entry in entries:
        regimes = formats.setdefault(entry.cell.format, {})
        before = regimes.get(entry.cell.regime, Finding())
        regimes[entry.cell.regime] = before.merge(entry.finding)
    ordered = sorted(formats.items(), key=lambda item: _place(item[0], FORMATS))
    return {name: outcome_of(regimes) for name, regimes in ordered}


def outcome_of(regimes: dict[str, Finding]) -> Outcome:
    """Return what the findings of some regimes, by name, show together."""
    ordinary = [finding for name, finding in regimes.items() if name != SPECIAL]
    return Outcome(regimes, merged(regimes.values()), merged(ordinary or regimes.values()))


def _place(name: str, known: Iterable[str]) -> int:
    names = list(known)
    return names.index(name) if name in names else len(names)
