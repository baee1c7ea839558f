"""The rows of the leaderboard: what all ledgers say of an implementation, function and format."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from lse_verify.audit.exhausted import EXHAUSTIVE
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.ledger import Entry, ImplementationRow, Ledger
from lse_verify.audit.standing import SPECIAL, Outcome, Standing, merged, standings
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.implementations.foreign.interpreter import DEVICES

Reach = Literal["sampled", "exhaustive", "sampled and all pairs", "all pairs"]
"""Which inputs the figures of a row are of."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A ledger, and what the leaderboard calls it and its machine by.

    Attributes
    ----------
    number, machine : int
        From 1; ledgers of the same machine have its number in common.
    ledger : Ledger
        The ledger.
    """

    number: int
    machine: int
    ledger: Ledger


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One implementation of one function in one format.

    Attributes
    ----------
    implementation : ImplementationRow
        What the header says of it.
    format : str
        The format.
    source : Source
        The ledger of its cells; the exhaustive one where there is no other.
    entries : tuple of Entry
        Its cells with drawn inputs.
    outcome : Outcome
        What they show together with every input, where every input was tried: its verdict is
        the worst of all, its figures are those of every input where that is all there is.
    sampled : Outcome or None
        What drawn inputs alone show.
    every : Finding or None
        What every input shows; of functions of rows, every pair.
    is_twice : bool
        Whether another ledger has the same implementation, function and format, but other
        findings: then its name alone does not tell which it is.
    is_partial : bool
        Whether it answered less than half of the rows that another did, such as only those of
        two terms: its figures are then of an easier question.
    """

    implementation: ImplementationRow
    format: str
    source: Source
    entries: tuple[Entry, ...]
    outcome: Outcome
    sampled: Outcome | None
    every: Finding | None
    is_twice: bool = False
    is_partial: bool = False

    @property
    def n_drawn(self) -> int:
        """How many drawn rows it answered."""
        return self.sampled.finding.rows if self.sampled else 0

    @property
    def function(self) -> str:
        """The function that it computes."""
        return self.implementation.function

    @property
    def name(self) -> str:
        """The name of the implementation, with the ledger's number where there are two.

        Of one in another interpreter the version stands in the place of the path, which tells
        people less.
        """
        ledger = f" (ledger {self.source.number})" if self.is_twice else ""
        name, _, place = self.implementation.name.partition("@")
        version = self.source.ledger.header.versions.get(self.library)
        is_path = place and place not in DEVICES
        shown = f"{name}@{version}" if is_path and version else self.implementation.name
        return f"{shown}{ledger}"

    @property
    def library(self) -> str:
        """The library that it belongs to."""
        return Standing(self.implementation, {}).library

    @property
    def reach(self) -> Reach:
        """Which inputs its figures are of."""
        if self.every is None:
            return "sampled"
        if takes_numbers(self.function):
            return "exhaustive"
        return "all pairs" if self.sampled is None else "sampled and all pairs"

    @property
    def rank(self) -> tuple[float | str, ...]:
        """Sort key, best first.

        The verdict, that without special values, the worst E, the worst error in ulps where
        κ ≤ 100, and the share that is not correctly rounded.
        """
        figures = self.outcome.ordinary
        finding = self.outcome.finding
        # What gave no number at all has no E, and is no better for that.
        none = math.inf if self.outcome.verdict is Verdict.WRONG else 0.0
        missed = finding.outputs - finding.correctly_rounded
        return (
            self.outcome.verdict,
            self.outcome.ordinary_verdict,
            _size(figures.worst_stability, none),
            _size(figures.worst_conditioned, none),
            missed / finding.outputs if finding.outputs else none,
            self.implementation.name,
            self.source.number,
        )

    @property
    def is_surprising(self) -> bool:
        """Whether drawn inputs show worse than every input did, asked one way on one machine."""
        if self.sampled is None or self.every is None or self.reach != "exhaustive":
            return False
        every = self.outcome.ordinary
        known, drawn = _size(every.worst_error, 0.0), _size(self.sampled.ordinary.worst_error, 0.0)
        # Both sizes are the judge's, of at least three digits.
        return drawn > 1.001 * known or self.sampled.verdict > verdict_of(self.every)


def verdict_of(every: Finding) -> Verdict:
    """Return the verdict on every input alone."""
    return _with_every_input(None, every, whole=True).verdict


def takes_numbers(function: str) -> bool:
    """Tell whether every input of a function can be tried: it takes no row of any length."""
    known = FUNCTIONS.get(function)
    return known is not None and "row" not in known.arguments


def rows_of(ledgers: Sequence[Ledger]) -> tuple[list[Source], list[Row]]:
    """Return ledgers with their numbers, and all rows.

    Parameters
    ----------
    ledgers : sequence of Ledger
        As `read_all` orders them: audits before exhaustive ones.
    """
    machines = [ledger.header.machine for ledger in ledgers]
    known = [machine for place, machine in enumerate(machines) if machine not in machines[:place]]
    sources = [
        Source(number, known.index(machine) + 1, ledger)
        for number, (machine, ledger) in enumerate(zip(machines, ledgers, strict=True), 1)
    ]
    audits = [s for s in sources if not s.ledger.is_exhaustive]
    exhaustive = [s for s in sources if s.ledger.is_exhaustive]
    rows = _different([row for source in audits for row in _sampled(source)])
    for source in exhaustive:
        for standing in standings(source.ledger):
            for fmt, outcome in standing.outcomes.items():
                rows = list(_joined(rows, source, standing, fmt, outcome.finding))
    return sources, _told_apart(rows)


def _sampled(source: Source) -> Iterator[Row]:
    entries: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in source.ledger.entries:
        cell = entry.cell
        entries.setdefault((cell.implementation, cell.function, cell.format), []).append(entry)
    for standing in standings(source.ledger):
        for fmt, outcome in standing.outcomes.items():
            own = tuple(entries[standing.name, standing.function, fmt])
            yield Row(standing.row, fmt, source, own, outcome, outcome, None)


def _different(rows: Iterable[Row]) -> list[Row]:
    """Leave out rows that another ledger has with the very findings."""
    kept: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        same = kept.setdefault(_space(row), [])
        if all(_findings(row) != _findings(other) for other in same):
            same.append(row)
    return [row for same in kept.values() for row in same]


def _findings(row: Row) -> dict[str, Finding]:
    return {str(entry.cell): entry.finding for entry in row.entries}


def _space(row: Row) -> tuple[str, str, str]:
    return row.implementation.name, row.function, row.format


def _joined(
    rows: Sequence[Row], source: Source, standing: Standing, fmt: str, every: Finding
) -> Iterator[Row]:
    """Yield the rows with what every input shows, which is a row of its own if it is of none.

    It is of the rows of the same version of the library.
    """
    whole = takes_numbers(standing.function)
    space = standing.name, standing.function, fmt
    version = source.ledger.header.versions.get(standing.library)
    found = False
    for row in rows:
        theirs = row.source.ledger.header.versions.get(row.library)
        if _space(row) == space and theirs == version and row.every is None:
            found = True
            outcome = _with_every_input(row.sampled, every, whole)
            yield replace(row, outcome=outcome, every=every)
        else:
            yield row
    if not found:
        outcome = _with_every_input(None, every, whole)
        yield Row(standing.row, fmt, source, (), outcome, None, every)


def _with_every_input(sampled: Outcome | None, every: Finding, whole: bool) -> Outcome:
    """Return what drawn inputs and every input show together, special values still apart.

    Parameters
    ----------
    sampled : Outcome or None
        What drawn inputs show.
    every : Finding
        What every input shows.
    whole : bool
        Whether there are no others: then sizes and counts are of these alone.
    """
    ordinary = msgspec.structs.replace(every, special=Tally())
    regimes = {} if sampled is None else dict(sampled.regimes)
    special = regimes.get(SPECIAL, Finding()).merge(Finding(special=every.special))
    regimes |= {EXHAUSTIVE: ordinary, SPECIAL: special}
    if whole:
        return Outcome(regimes, every, ordinary)
    others = [finding for name, finding in regimes.items() if name != SPECIAL]
    return Outcome(regimes, merged(regimes.values()), merged(others))


def _told_apart(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in order, with marks where a name alone does not tell which it is."""
    ordered = sorted(rows, key=_order)
    counts = Counter(_space(row) for row in ordered)
    most: dict[tuple[str, str], int] = {}
    for row in ordered:
        question = row.function, row.format
        most[question] = max(most.get(question, 0), row.n_drawn)
    return [
        replace(
            row,
            is_twice=counts[_space(row)] > 1,
            is_partial=0 < 2 * row.n_drawn < most[row.function, row.format],
        )
        for row in ordered
    ]


def _order(row: Row) -> tuple[object, ...]:
    return place(row.function, FUNCTIONS), row.function, place(row.format, FORMATS), row.rank


def place(name: str, known: Iterable[str]) -> int:
    """Return the place of a name among those that are known, or the one behind them."""
    names = list(known)
    return names.index(name) if name in names else len(names)


def _size(witness: Witness | None, none: float) -> float:
    return witness.size if witness else none
