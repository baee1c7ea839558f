"""One call of ``lse-verify check``: an audit in processes of its own, and what it has to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.run import AuditInMemory, Observe, Request, audit_without_ledger
from lse_verify.audit.standing import Outcome, Standing, standings
from lse_verify.check.audit import Audit
from lse_verify.check.baseline import (
    Baseline,
    Held,
    hold,
    read_baseline,
    require_same_inputs,
    updated,
    witness_of,
    words_of,
    write_baseline,
)
from lse_verify.check.gate import Gate, checks
from lse_verify.check.outcome import Checked
from lse_verify.check.shown import Shown
from lse_verify.check.smallest import FindSmallest, Sought, as_met
from lse_verify.execution.executors import Lost
from lse_verify.report.witnesses import Exhibit

_SECONDS_A_SEARCH = 60.0


@dataclass(frozen=True, slots=True)
class Ratchet:
    """A baseline to hold grades against, or to record.

    Attributes
    ----------
    path : Path
        Its file.
    is_recorded : bool
        Whether it is to be recorded anew.
    before : Baseline or None
        What it has; None if there is none yet.
    """

    path: Path
    is_recorded: bool
    before: Baseline | None

    @classmethod
    def at(cls, path: Path, update: bool) -> Ratchet:
        """Return the ratchet of a file.

        Raises
        ------
        BadInput
            If there is none to hold grades against, or what is there is no baseline.
        """
        before = None if update and not path.exists() else read_baseline(path)
        return cls(path, update, before)


def check(
    request: Request, gate: Gate | None, ratchet: Ratchet | None, observe: Observe
) -> Checked:
    """Grade what is asked for, and hold it against what is required.

    Parameters
    ----------
    request : Request
        What to grade.
    gate : Gate or None
        What every grade has to be.
    ratchet : Ratchet or None
        Than which none may be worse.
    observe : callable
        Told of every step.

    Raises
    ------
    UsageError
        If there is nothing to grade, or the baseline is of other inputs.
    OutputError
        If the baseline cannot be written.
    OracleDisagreement
        If the oracles exclude one another.
    """
    if ratchet is not None and ratchet.before is not None and not ratchet.is_recorded:
        regimes = [regime.name for regime in request.regimes]
        require_same_inputs(ratchet.before, request.seed, request.samples, regimes, ratchet.path)
    with audit_without_ledger(request, observe) as audit:
        found = sorted(standings(audit.ledger), key=lambda one: (one.name, one.function))
        told = list(checks(gate, found)) if gate is not None else []
        shown = list(_shown(audit, gate, observe)) if gate is not None else []
    answer = Checked(audit.ledger, told, shown)
    return answer if ratchet is None else _ratcheted(answer, ratchet, found)


def _shown(audit: AuditInMemory, gate: Gate, observe: Observe) -> Iterator[Shown]:
    """Yield the smallest inputs of what fails, sought by those who graded it."""

    def ask(sought: Sought) -> Shown | None:
        cell = sought.entry.cell
        observe(f"the smallest input: {cell}", 0, 0)
        task = FindSmallest(audit.workplace, sought)
        ((_, shown),) = audit.workers.run(task, [cell], _SECONDS_A_SEARCH)
        return as_met(sought) if isinstance(shown, Lost) else shown

    found = list(checks(gate, standings(audit.ledger)))
    yield from Audit(audit.ledger, ask).smallest(gate, [one for one in found if not one.passed])


def _ratcheted(answer: Checked, ratchet: Ratchet, found: list[Standing]) -> Checked:
    before, ledger = ratchet.before, answer.ledger
    held = hold(before, found)
    if ratchet.is_recorded:
        write_baseline(ratchet.path, updated(before, ledger, found))
    checked = {one.key for one in held}
    others = [] if before is None else [one for one in before.records if one.key not in checked]
    return replace(
        answer,
        held=held,
        shown=[*answer.shown, *([] if ratchet.is_recorded else _worse(held, found, ledger))],
        baseline=str(ratchet.path),
        is_updated=ratchet.is_recorded,
        unchecked=len(others),
    )


def _worse(held: list[Held], found: list[Standing], ledger: Ledger) -> Iterator[Shown]:
    """Yield an input of each grade that got worse, as the audit met it."""
    outcomes = {
        (standing.name, standing.function, fmt): outcome
        for standing in found
        for fmt, outcome in standing.outcomes.items()
    }
    for one in held:
        for change in one.worse:
            witness = witness_of(change, outcomes[one.key])
            if witness is not None:
                cell = next(
                    entry.cell
                    for entry in ledger.entries
                    if (entry.cell.implementation, entry.cell.function, entry.cell.format)
                    == one.key
                    and witness_of(change, Outcome({}, entry.finding, entry.finding)) == witness
                )
                yield Shown(Exhibit(cell, words_of(change), witness), copies=0)
                break
