"""The inputs that tell most about an implementation, each with the line that replays it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.standing import SPECIAL
from lse_verify.audit.witness import Witness
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.report.decimals import shortened, shortened_hex
from lse_verify.report.words import tidy
from lse_verify.wording import MOST_IN_A_LINE, visible

MOST_A_FUNCTION = 3
SHORT_ROW = 10
"""A row of more terms is shown only where there is no shorter one."""

RETURN_ROWS = frozenset(name for name, function in FUNCTIONS.items() if function.returns_row)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One witness with the cell that it comes from.

    Attributes
    ----------
    cell : Cell
        Which.
    fault : str
        What it shows, in words.
    witness : Witness
        The input and what became of it.
    """

    cell: Cell
    fault: str
    witness: Witness

    @property
    def preference(self) -> tuple[object, ...]:
        """Sort key among exhibits of one fault: what is easiest to see and largest first."""
        w = self.witness
        formats = list(FORMATS)
        width = formats.index(self.cell.format) if self.cell.format in formats else -1
        special = self.cell.regime == SPECIAL
        return (special, w.arguments is None, w.n_terms > SHORT_ROW, -width, -w.size)

    @property
    def text(self) -> str:
        """The witness as lines for people, the replaying command last."""
        return "\n".join([*self.lines, replay_line(self.cell, self.witness)])

    @property
    def lines(self) -> list[str]:
        """The witness as lines for people, without a command."""
        got = [("got", answer(self.cell, self.witness))] if self.witness.got else []
        return lines_with(self, got)


def exhibits(ledger: Ledger) -> dict[tuple[str, str], list[Exhibit]]:
    """Return the most telling witnesses of each implementation and function.

    One of each fault, the gravest first; where nothing is at fault, the largest error among
    the well conditioned.
    """
    grouped: dict[tuple[str, str], dict[str, list[Exhibit]]] = {}
    for entry in ledger.entries:
        faults = grouped.setdefault((entry.cell.implementation, entry.cell.function), {})
        for fault, witness in faults_of(entry.finding):
            faults.setdefault(fault, []).append(Exhibit(entry.cell, fault, witness))
    return {key: _chosen(faults) for key, faults in grouped.items()}


def replay(cell: Cell, witness: Witness, beside: str | None = None) -> str:
    """Return the command that shows one input again through its implementation.

    Parameters
    ----------
    cell, witness : Cell, Witness
        What showed what.
    beside : str, optional
        Another implementation to show with it, which comes first.
    """
    names = dict.fromkeys([beside or cell.implementation, cell.implementation])
    words = ["lse-verify", "explain", *(word for name in names for word in ("-i", name))]
    words += ["-f", cell.function, "--format", cell.format]
    if witness.arguments is not None:
        words += ["--", *witness.arguments]
    else:
        words += ["--regime", cell.regime, "--samples", str(cell.samples)]
        words += ["--seed", str(witness.seed), "--row", str(witness.row)]
    return shlex.join(words)


def replay_line(cell: Cell, witness: Witness, beside: str | None = None) -> str:
    """Return what `replay` does as a line to show."""
    return visible(f"$ {replay(cell, witness, beside)}", MOST_IN_A_LINE)


BROKEN_ROUNDING = "the a-priori bound broken"
SPECIAL_FAULT = "a wrong special value"
LOST_DIGITS, MORE_ERROR = (
    "digits lost that the input did not cost",
    "more error than a good algorithm has",
)
LARGEST_ERROR = "the largest error where κ ≤ 100"

GRAVEST_FIRST = (
    "NaN where the truth is a number",
    "an infinity where the truth is a number that fits",
    LOST_DIGITS,
    "a bound broken",
    BROKEN_ROUNDING,
    SPECIAL_FAULT,
    MORE_ERROR,
    LARGEST_ERROR,
)


def faults_of(finding: Finding) -> Iterator[tuple[str, Witness]]:
    """Yield the witnesses of a finding with what they show, the gravest first."""
    unstable = finding.worst_stability if finding.not_weak.count else None
    weak = finding.worst_stability if finding.not_stable.count else None
    found = (
        finding.spurious_nan.witness,
        finding.spurious_infinity.witness,
        unstable,
        _broken_bound(finding),
        finding.rounding_use.broken.witness if finding.rounding_use else None,
        finding.special.witness,
        None if unstable else weak,
        finding.worst_conditioned,
    )
    for fault, witness in zip(GRAVEST_FIRST, found, strict=True):
        if witness is not None:
            yield fault, witness


def _broken_bound(finding: Finding) -> Witness | None:
    witnesses = [t.witness for t in finding.unexcused.values() if t.witness is not None]
    return max(witnesses, key=lambda w: w.size, default=None)


def _chosen(faults: dict[str, list[Exhibit]]) -> list[Exhibit]:
    """Take the best exhibit of each fault, no input twice, a mere largest error last."""
    ordered = [min(faults[f], key=lambda e: e.preference) for f in GRAVEST_FIRST if f in faults]
    at_fault = [e for e in ordered if e.fault != GRAVEST_FIRST[-1]] or ordered
    different = {replay(e.cell, e.witness): e for e in reversed(at_fault)}
    return list(reversed(different.values()))[:MOST_A_FUNCTION]


def lines_with(exhibit: Exhibit, answers: Iterable[tuple[str, str]]) -> list[str]:
    """Return a witness as lines for people, each answer to its input under its label."""
    answered = (f"  {label:<6} {text}" for label, text in answers)
    lines = (*_asked(exhibit), *answered, *_told(exhibit))
    return [visible(line, MOST_IN_A_LINE) for line in lines]


def answer(cell: Cell, witness: Witness) -> str:
    """Write what was got, in decimals and in hex."""
    return f"{shortened([witness.got], cell.format)}    {witness.got}"


def _asked(exhibit: Exhibit) -> Iterator[str]:
    cell, w = exhibit.cell, exhibit.witness
    where = f"[{w.output}]" if cell.function in RETURN_ROWS else ""
    yield f"{cell.function}{where}, {cell.format}, regime {cell.regime}: {exhibit.fault}"
    if w.arguments is None:
        yield f"  input  row {w.row}, {w.n_terms:,} terms"
    else:
        yield f"  input  {shortened(w.arguments, cell.format) or '(no terms)'}"
        yield f"         {shortened_hex(w.arguments)}".rstrip()


def _told(exhibit: Exhibit) -> Iterator[str]:
    w = exhibit.witness
    if w.got:
        yield f"  truth  {w.truth}"
    unit = " ulp" if w.stability else ""
    measures = [("error", w.error_ulps, unit), ("E", w.stability, ""), ("κ", w.condition, "")]
    known = [f"{name} {tidy(text)}{unit}" for name, text, unit in measures if text]
    notes = [w.note] if w.note else []
    yield f"  {',  '.join([*known, *notes])}".rstrip()
