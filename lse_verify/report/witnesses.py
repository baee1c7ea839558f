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
        return "\n".join([*self.lines, f"$ {replay(self.cell, self.witness)}"])

    @property
    def lines(self) -> list[str]:
        """The witness as lines for people, without a command."""
        return list(_lines(self))


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


def replay(cell: Cell, witness: Witness) -> str:
    """Return the command that shows one input again through its implementation."""
    words = ["lse-verify", "explain", "-i", cell.implementation, "-f", cell.function]
    words += ["--format", cell.format]
    if witness.arguments is not None:
        words += ["--", *witness.arguments]
    else:
        words += ["--regime", cell.regime, "--samples", str(cell.samples)]
        words += ["--seed", str(witness.seed), "--row", str(witness.row)]
    return shlex.join(words)


BROKEN_ROUNDING = "the a-priori bound broken"

_GRAVEST_FIRST = (
    "NaN where the truth is a number",
    "an infinity where the truth is a number that fits",
    "digits lost that the input did not cost",
    "a bound broken",
    BROKEN_ROUNDING,
    "a wrong special value",
    "more error than a good algorithm has",
    "the largest error where κ ≤ 100",
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
    for fault, witness in zip(_GRAVEST_FIRST, found, strict=True):
        if witness is not None:
            yield fault, witness


def _broken_bound(finding: Finding) -> Witness | None:
    witnesses = [t.witness for t in finding.unexcused.values() if t.witness is not None]
    return max(witnesses, key=lambda w: w.size, default=None)


def _chosen(faults: dict[str, list[Exhibit]]) -> list[Exhibit]:
    """Take the best exhibit of each fault, no input twice, a mere largest error last."""
    ordered = [min(faults[f], key=lambda e: e.preference) for f in _GRAVEST_FIRST if f in faults]
    at_fault = [e for e in ordered if e.fault != _GRAVEST_FIRST[-1]] or ordered
    different = {replay(e.cell, e.witness): e for e in reversed(at_fault)}
    return list(reversed(different.values()))[:MOST_A_FUNCTION]


def _lines(exhibit: Exhibit) -> Iterable[str]:
    cell, w = exhibit.cell, exhibit.witness
    where = f"[{w.output}]" if cell.function in RETURN_ROWS else ""
    yield f"{cell.function}{where}, {cell.format}, regime {cell.regime}: {exhibit.fault}"
    if w.arguments is None:
        yield f"  input  row {w.row}, {w.n_terms:,} terms"
    else:
        yield f"  input  {shortened(w.arguments, cell.format) or '(no terms)'}"
        yield f"         {shortened_hex(w.arguments)}".rstrip()
    if w.got:
        yield f"  got    {shortened([w.got], cell.format)}    {w.got}"
        yield f"  truth  {w.truth}"
    unit = " ulp" if w.stability else ""
    measures = [("error", w.error_ulps, unit), ("E", w.stability, ""), ("κ", w.condition, "")]
    known = [f"{name} {tidy(text)}{unit}" for name, text, unit in measures if text]
    notes = [w.note] if w.note else []
    yield f"  {',  '.join([*known, *notes])}".rstrip()
