"""The smallest input found that alone makes a requirement fail."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from lse_verify.audit.answer import Asker, NoAnswerError
from lse_verify.audit.cell import Cell
from lse_verify.audit.confirm import confirmed
from lse_verify.audit.executors import grader_at
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Workplace
from lse_verify.audit.ledger import Entry
from lse_verify.audit.point import COPIES
from lse_verify.audit.verdict import verdict
from lse_verify.audit.witness import Witness, read_number, read_row
from lse_verify.check.gate import MAX_ULP, NO_VIOLATIONS, Check, Gate, fails
from lse_verify.check.refused import refused_input
from lse_verify.check.shown import Shown
from lse_verify.family import function_named
from lse_verify.family.block import Point
from lse_verify.formats import format_named
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find
from lse_verify.oracle.ladder import Ladder
from lse_verify.report.witnesses import Exhibit, faults_of
from lse_verify.search.hunt.examine import Examiner, limits_of, spelled_whole
from lse_verify.search.shrink import shrink

MOST_TERMS = 1000
"""Longer rows are shown as they are: each step of making them smaller would take long."""

_MOST_TESTS = 400


@dataclass(frozen=True, slots=True)
class Sought:
    """What a smallest input is sought of; it travels to a worker.

    Attributes
    ----------
    gate : Gate
        What is required.
    name : str
        Of the requirement that is not met.
    entry : Entry
        The cell and what it showed.
    """

    gate: Gate
    name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class FindSmallest:
    """The task of finding it, for processes of their own; its item is the cell."""

    workplace: Workplace
    sought: Sought

    def __call__(self, cell: Cell) -> Shown | None:
        """Return the smallest input, None if no witness was kept."""
        implementation = find(cell.implementation, cell.function, self.workplace.base)
        return smallest(self.sought, implementation, grader_at(self.workplace).ladder)


def sought_of(gate: Gate, check: Check, entries: list[Entry]) -> Iterator[Sought]:
    """Yield what to look for where a check failed: in each regime that it names."""
    for entry in entries:
        cell = entry.cell
        key = (cell.implementation, cell.function, cell.format)
        is_its = key == (check.implementation, check.function, check.format)
        if is_its and cell.regime in check.regimes:
            yield Sought(gate, check.name, entry)


def smallest(sought: Sought, implementation: Implementation, ladder: Ladder) -> Shown | None:
    """Return the smallest input that alone makes a requirement fail as gravely as was found.

    Parameters
    ----------
    sought : Sought
        What is required, and where it failed.
    implementation : Implementation
        Asked again, in this process.
    ladder : Ladder
        The oracles.

    Returns
    -------
    Shown or None
        Where none fails when asked by itself, the gravest as the audit met it; None if the
        audit kept no input, as of what crashes.
    """
    cell = sought.entry.cell
    function, fmt = function_named(cell.function), format_named(cell.format)
    try:
        asker = Asker.loaded(implementation, fmt)
        examiner = Examiner(implementation, asker, ladder)
    except Exception:
        # It has been graded: what it raises now is no news, and its witness is known.
        return as_met(sought)
    limits = dataclasses.replace(limits_of(function, fmt), most_tests=_MOST_TESTS)
    refused = refused_input(sought.entry, asker, limits)
    if refused is not None:
        return refused
    for _, witness in _candidates(sought.entry.finding, sought.name):
        point = _point_of(cell, witness)
        if point is None:
            continue
        for copies in (1, COPIES):
            alone = _Alone(sought, examiner, copies)
            if alone.holds(point):
                return alone.shown(shrink(point, limits, alone.holds))
    return as_met(sought)


def as_met(sought: Sought) -> Shown | None:
    """Return the gravest input as the audit met it, None if it kept none."""
    for fault, witness in _candidates(sought.entry.finding, sought.name):
        return Shown(Exhibit(sought.entry.cell, fault, witness), copies=0)
    return None


@dataclass(frozen=True, slots=True)
class _Alone:
    """Asks for one input by itself, or as equal rows."""

    sought: Sought
    examiner: Examiner
    copies: int

    def holds(self, point: Point) -> bool:
        """Tell whether it fails, and as gravely as was found."""
        try:
            finding = self.examiner.examine(point, "error", self.copies).finding
        except NoAnswerError:
            return False
        found = self.sought.entry.finding
        return fails(self.sought.gate, self.sought.name, finding) and _grave(finding, found)

    def shown(self, point: Point) -> Shown:
        examined = self.examiner.examine(point, "error", self.copies)
        finding = confirmed(examined.finding, [examined.site])
        fault, witness = next(_candidates(finding, self.sought.name))
        whole = msgspec.structs.replace(witness, arguments=spelled_whole(point))
        return Shown(Exhibit(self.sought.entry.cell, fault, whole), self.copies, finding)


def _grave(finding: Finding, found: Finding) -> bool:
    """Tell whether an input earns the verdict of its cell, where inputs have earned that."""
    return found.failure is not None or verdict(finding) >= verdict(found)


def _candidates(finding: Finding, name: str) -> Iterator[tuple[str, Witness]]:
    """Yield the witnesses that can show why a requirement fails, the gravest first."""
    faults = list(faults_of(finding))
    if name == NO_VIOLATIONS:
        yield from _broken(finding)
    elif name == MAX_ULP:
        yield from (one for one in faults if one[0] in _WITHOUT_ERROR)
        if finding.worst_conditioned is not None:
            yield _CONDITIONED, finding.worst_conditioned
    else:
        yield from faults


_CONDITIONED = "the largest error where κ ≤ 100"
_WITHOUT_ERROR = (
    "NaN where the truth is a number",
    "an infinity where the truth is a number that fits",
    "a wrong special value",
)


def _broken(finding: Finding) -> Iterator[tuple[str, Witness]]:
    tallies = dict(finding.violations)
    if finding.rounding_use is not None:
        tallies["a-priori bound"] = finding.rounding_use.broken
    # What conditioning does not excuse first.
    for name, tally in sorted(tallies.items(), key=lambda item: item[1].count == item[1].excused):
        if tally.witness is not None:
            excused = ", excused by conditioning" if tally.count == tally.excused else ""
            yield f"{name} broken{excused}", tally.witness


def _point_of(cell: Cell, witness: Witness) -> Point | None:
    """Return the input of a witness; None of one that is long, or not written in the ledger."""
    if witness.arguments is None or witness.n_terms > MOST_TERMS:
        return None
    kinds = function_named(cell.function).arguments
    pairs = zip(kinds, witness.arguments, strict=True)
    return tuple(read_row(text) if kind == "row" else read_number(text) for kind, text in pairs)
