"""Inputs that show what became worse: what each side gives, the truth, and the line to see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from lse_verify.audit.cell import Cell
from lse_verify.audit.compared import Compared
from lse_verify.audit.comparison import Comparison
from lse_verify.audit.finding import Finding
from lse_verify.audit.record import tallies
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.report.summary import ulps
from lse_verify.report.witnesses import (
    BROKEN_ROUNDING,
    GRAVEST_FIRST,
    LARGEST_ERROR,
    LOST_DIGITS,
    MORE_ERROR,
    SPECIAL_FAULT,
    Exhibit,
    answer,
    faults_of,
    lines_with,
    replay,
    replay_line,
)
from lse_verify.report.words import tidy


@dataclass(frozen=True, slots=True)
class Contrast:
    """One input that shows why a grade became worse.

    Attributes
    ----------
    exhibit : Exhibit
        The input and what the second side made of it.
    first_name : str
        The implementation of the first side.
    first_answer : str
        What it gives, or what is known of that.
    """

    exhibit: Exhibit
    first_name: str
    first_answer: str

    @property
    def text(self) -> str:
        """The input with both answers as lines for people, the replaying command last."""
        cell, witness = self.exhibit.cell, self.exhibit.witness
        answers = [("A", self.first_answer), ("B", answer(cell, witness))]
        told = [line for line in lines_with(self.exhibit, answers) if line]
        shown = replay_line(cell, witness, beside=self.first_name)
        return "\n".join([*told, shown])

    @property
    def command(self) -> str:
        """What shows the input again through both, as far as they are here."""
        return replay(self.exhibit.cell, self.exhibit.witness, beside=self.first_name)


def contrasts(c: Comparison) -> list[Contrast]:
    """Return an input for each implementation and function that got worse.

    What makes it wrong if it is wrong now; else the gravest of what is new or larger, and the
    easiest to see of these.
    """
    found: dict[tuple[tuple[str, str], str], list[tuple[tuple[object, ...], Contrast]]] = {}
    for grade in c.grades:
        if grade.turn == "worse":
            here = found.setdefault((grade.names, grade.function), [])
            here += ((_preference(grade, contrast), contrast) for contrast in _of(c, grade))
    return [min(here, key=itemgetter(0))[1] for here in found.values() if here]


_NOT_WRONG = (LOST_DIGITS, BROKEN_ROUNDING, MORE_ERROR, LARGEST_ERROR)


def _preference(grade: Compared, contrast: Contrast) -> tuple[object, ...]:
    exhibit = contrast.exhibit
    beside = grade.after.verdict is Verdict.WRONG and exhibit.fault in _NOT_WRONG
    return beside, GRAVEST_FIRST.index(exhibit.fault), exhibit.preference


def _of(c: Comparison, grade: Compared) -> Iterator[Contrast]:
    header = c.second.ledger.header
    drawn = (header.seed, header.samples)
    for regime, after in grade.after.regimes.items():
        before = grade.before.regimes[regime]
        had = dict(faults_of(before))
        for fault, witness in faults_of(after):
            if fault not in had or witness.size > had[fault].size:
                cell = Cell(grade.names[1], grade.function, grade.format, regime, *drawn)
                exhibit = Exhibit(cell, fault, witness)
                yield Contrast(exhibit, grade.names[0], _first_answer(grade, before, exhibit))


def _first_answer(grade: Compared, before: Finding, exhibit: Exhibit) -> str:
    """Say what the first side gives: its own witness of that input, or what bounds it."""
    if not grade.same_inputs:
        return "not known: it answered other inputs"
    wanted = exhibit.witness
    kept = next((w for w in _witnesses(before) if _is_same_input(w, wanted)), None)
    if kept is not None:
        return answer(exhibit.cell, kept)
    if exhibit.fault == SPECIAL_FAULT and not before.special.count:
        return "graded right, as every special value of this regime"
    if exhibit.fault in (LOST_DIGITS, MORE_ERROR) and before.worst_stability is not None:
        return f"not kept; its largest E in this regime is {tidy(before.worst_stability.stability)}"
    largest = before.worst_conditioned if exhibit.fault == LARGEST_ERROR else before.worst_error
    if largest is None:
        return "not kept"
    return f"not kept; its largest error in this regime is {ulps(largest)} ulp"


def _is_same_input(one: Witness, other: Witness) -> bool:
    if one.output != other.output or one.n_terms != other.n_terms:
        return False
    if one.arguments is None or other.arguments is None:
        return (one.arguments, one.seed, one.row) == (other.arguments, other.seed, other.row)
    return one.arguments == other.arguments


def _witnesses(finding: Finding) -> Iterator[Witness]:
    largest = (finding.worst_error, finding.worst_conditioned, finding.worst_stability)
    found = (*largest, *(tally.witness for tally in tallies(finding).values()))
    return (witness for witness in found if witness is not None)
