"""One audit from request to ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from lse_verify.audit.cell import Cell, batches, plan
from lse_verify.audit.executors import SECONDS_A_CELL, GradeCell, executor, place_of, prepare_cell
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.grade import Graded, Workplace
from lse_verify.audit.header import audited, header, skipped_of
from lse_verify.audit.ledger import Ledger, read_ledger
from lse_verify.audit.request import DEFAULT_SAMPLES, Beginning, Request, asked, installed, resumed
from lse_verify.audit.writer import LedgerInMemory, LedgerWriter
from lse_verify.errors import UsageError
from lse_verify.execution.executors import Executor, Lost
from lse_verify.execution.grouped import GroupedExecutor
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.journal import kept_lines, part_of
from lse_verify.execution.lock import folder_lock
from lse_verify.execution.progress import Observe
from lse_verify.execution.scratch import scratch_folder
from lse_verify.implementations.user import is_spec
from lse_verify.inputs.witnesses import stored_path
from lse_verify.oracle.double_double.rows.enclose import load_kernels

__all__ = [
    "DEFAULT_SAMPLES",
    "AuditInMemory",
    "Observe",
    "Request",
    "audit",
    "audit_without_ledger",
    "go_on",
    "installed",
    "resumed",
]


@dataclass(slots=True)
class _Steps:
    """Counts what has ended, for the bar and for the line of a run that is stopped."""

    observe: Observe
    cells: int
    done: int = 0
    total: int = 0

    def begin(self, what: str, kept: int, total: int) -> None:
        self.done = kept
        self.total = total
        self.observe(what, self.done, total)

    def tell(self, what: str) -> None:
        self.observe(what, self.done, self.total)

    def end(self, what: str) -> None:
        self.done += 1
        self.observe(what, self.done, self.total)


def audit(request: Request, ledger_path: Path, observe: Observe) -> Ledger:
    """Run an audit and leave its ledger.

    Parameters
    ----------
    request : Request
        What to audit.
    ledger_path : Path
        Where the ledger goes; its folder is made.
    observe : callable
        Told of every step.

    Raises
    ------
    UsageError
        If nothing is left to audit, another run writes into the folder, or what is there to
        go on with was begun differently.
    OutputError
        If the ledger cannot be written.
    OracleDisagreement
        If the oracles exclude one another; the audit stops there.
    Interrupted
        If it was stopped by Ctrl-C or SIGTERM; it can go on.
    """
    cells = _cells(request)
    steps = _Steps(observe, len(cells))
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: _stopped(steps, ledger_path)))
        lock = stack.enter_context(folder_lock(ledger_path.parent))
        keep = partial(LedgerWriter, ledger_path, lock=lock, resume=request.resume)
        return _graded(request, cells, keep, steps, stack).ledger


@dataclass(frozen=True, slots=True)
class AuditInMemory:
    """An audit that has ended, and those who graded, who can be asked more.

    Attributes
    ----------
    ledger : Ledger
        Of all cells.
    workers : Executor
        They run tasks whose items are cells.
    workplace : Workplace
        What they share.
    """

    ledger: Ledger
    workers: Executor
    workplace: Workplace


@contextmanager
def audit_without_ledger(request: Request, observe: Observe) -> Iterator[AuditInMemory]:
    """Run an audit whose findings are kept nowhere but in what is returned.

    Yields
    ------
    AuditInMemory
        What was found; who graded it is stopped at the end of the context.

    Raises
    ------
    UsageError, OracleDisagreement
        As `audit` does.
    Interrupted
        If it was stopped; nothing is kept.
    """
    cells = _cells(request)
    steps = _Steps(observe, len(cells))
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: "stopped: nothing is kept"))
        yield _graded(request, cells, LedgerInMemory, steps, stack)


def _cells(request: Request) -> list[Cell]:
    here = installed(request.implementations, request.base)
    cells = plan(
        here, request.functions, request.formats, request.regimes, request.seed, request.samples
    )
    if not cells:
        raise UsageError(f"nothing to audit: {_why_nothing(request)}")
    return cells


def _graded(
    request: Request,
    cells: list[Cell],
    keep: Callable[[Beginning], LedgerInMemory],
    steps: _Steps,
    stack: ExitStack,
) -> AuditInMemory:
    """Grade what is not yet kept; the workers stay until the stack ends."""
    workplace = _workplace(request, stack)
    start = partial(executor, request.jobs, request.scheduler, workplace)
    workers = stack.enter_context(GroupedExecutor(start, _own_module))
    rows = audited(installed(request.implementations, request.base), cells)
    names = tuple(sorted({i.library for i in rows}))
    made = place_of(workers, names, workplace.base, request.scheduler)
    beginning = Beginning(header(request, rows, len(cells), made), asked(request))
    kept = stack.enter_context(keep(beginning))
    checked = made if request.scheduler is not None else None
    _grade_all(workers, GradeCell(workplace, checked), cells, kept, steps)
    return AuditInMemory(kept.finish(cells), workers, workplace)


def _why_nothing(request: Request) -> str:
    wanted = {i.library for i in request.implementations}
    skipped = skipped_of(request.implementations, request.base or Path.cwd())
    # What is broken is told of too, though nobody wants it.
    skipped = [one for one in skipped if one.name in wanted]
    if skipped and len(skipped) == len(wanted):
        return "; ".join(f"'{one.name}' is skipped: {one.reason}" for one in skipped)
    return (
        "no implementation has these functions in these formats and regimes; "
        "'lse-verify list' shows what there is"
    )


def go_on(ledger_path: Path, jobs: int, scheduler: str | None, observe: Observe) -> Ledger:
    """Go on with an audit that was stopped; one killed amid its report has only that to do.

    Parameters
    ----------
    ledger_path : Path
        Where its ledger would be.
    jobs, scheduler : int, str or None
        Who is to go on; the findings are the same.
    observe : callable
        Told of every step.

    Raises
    ------
    LedgerError
        If there is no such audit, or what it left is damaged or was begun differently.
    LseVerifyError
        As `audit` does.
    """
    if ledger_path.exists() and not part_of(ledger_path).exists():
        return read_ledger(ledger_path)
    return audit(resumed(ledger_path, jobs, scheduler), ledger_path, observe)


def _stopped(steps: _Steps, ledger_path: Path) -> str:
    # Counted in the file: a signal may come between a line and its count.
    return (
        f"stopped: {kept_lines(ledger_path)} of {steps.cells} cells are kept; "
        f"go on with: lse-verify audit --resume {ledger_path.parent}"
    )


def _workplace(request: Request, stack: ExitStack) -> Workplace:
    """Return what graders share; those of a cluster share no folder, and keep no references."""
    base = request.base or Path.cwd()
    data = None if request.data is None else request.data.absolute()
    folder = None
    if request.scheduler is None:
        folder = stack.enter_context(scratch_folder())
    return Workplace(folder, base, data, request.oracle, stored_path(request.regimes))


def _grade_all(
    workers: Executor,
    task: GradeCell,
    cells: list[Cell],
    kept: LedgerInMemory,
    steps: _Steps,
) -> None:
    left = sorted((cell for cell in cells if cell not in kept), key=_own_module)
    workplace = task.workplace
    # The truth is that of the batch; it is prepared where the first cells are graded.
    first_of_each = [
        msgspec.structs.replace(cell, implementation=left[0].implementation)
        for cell in (batches(left) if workplace.folder is not None else ())
    ]
    steps.begin("starting", len(kept), len(first_of_each) + len(cells))
    if first_of_each and workplace.oracle == "double-double":
        steps.tell("loading the kernels; the first run compiles them, some 10 s")
        load_kernels({cell.function for cell in left})
    for cell, _ in workers.run(partial(prepare_cell, workplace), first_of_each):
        steps.end(f"truth of {cell.function} {cell.format} {cell.regime}")
    for cell, graded in workers.run(task, left, SECONDS_A_CELL):
        kept.add(cell, _failed(graded) if isinstance(graded, Lost) else graded)
        steps.end(str(cell))


def _own_module(item: object) -> str:
    """Return the user's module that an item is about, or nothing.

    Processes that have loaded one load no other, and nothing else either: what it changes in the
    modules that it imports, of NumPy or of mpmath, is there for its own cells alone.
    """
    if isinstance(item, Cell) and is_spec(item.implementation):
        return item.implementation.rpartition(":")[0]
    return ""


def _failed(lost: Lost) -> Graded:
    return Graded(Finding(failure=Failure(kind=lost.kind, words=lost.words)))
