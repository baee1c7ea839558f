"""One audit from request to ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lse_verify.audit import environment
from lse_verify.audit.cell import Cell, batches, plan
from lse_verify.audit.executors import Executor, InlineExecutor, PoolExecutor
from lse_verify.audit.grade import Workplace
from lse_verify.audit.ledger import (
    SCHEMA_VERSION,
    Header,
    ImplementationRow,
    Ledger,
    LedgerWriter,
    RegimeRow,
    Skipped,
    unwritable,
)
from lse_verify.errors import UsageError
from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.registry import libraries
from lse_verify.inputs.batch import Regime
from lse_verify.oracle.double_double.rows.enclose import load_kernels
from lse_verify.oracle.truth import FIRST_TIERS

DEFAULT_SAMPLES = 8000
"""Rows a batch, of up to ten terms: so that an audit measures 10⁸ outputs in minutes."""

Observe = Callable[[str, int, int], None]
"""Told what is at work, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be audited.

    Attributes
    ----------
    command : str
        The command line that says the same, for the report.
    implementations : sequence of Implementation
        As selected; those of libraries that are not installed become skipped rows.
    functions, formats : sequence of str
        None of a kind keeps all.
    regimes : sequence of Regime
        Those to draw from.
    data : Path or None
        The file behind a ``data:`` regime.
    oracle : str
        Which tier of the ladder begins, one of `FIRST_TIERS`.
    seed, samples, jobs : int
        Jobs is the number of processes; 0 runs in this one.
    """

    command: str
    implementations: Sequence[Implementation]
    functions: Sequence[str]
    formats: Sequence[str]
    regimes: Sequence[Regime]
    seed: int
    samples: int
    jobs: int
    data: Path | None = None
    oracle: str = FIRST_TIERS[0]


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
        If nothing is left to audit.
    OutputError
        If the ledger cannot be written.
    OracleDisagreement
        If the oracles exclude one another; the audit stops there.
    """
    here = installed(request.implementations)
    cells = plan(
        here, request.functions, request.formats, request.regimes, request.seed, request.samples
    )
    if not cells:
        raise UsageError(
            "nothing to audit: no implementation has these functions in these formats and "
            "regimes; 'lse-verify list' shows what there is"
        )
    try:
        ledger_path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(ledger_path.parent, error) from error
    if request.oracle == "double-double":
        observe("loading the kernels; the first run compiles them, some 10 s", 0, len(cells))
        load_kernels()
    with LedgerWriter(ledger_path, _header(request, here, cells)) as writer:
        _execute(request, cells, writer, observe)
        return writer.finish(cells)


def _execute(request: Request, cells: list[Cell], writer: LedgerWriter, observe: Observe) -> None:
    with tempfile.TemporaryDirectory(prefix="lse_verify_") as folder:
        workplace = Workplace(Path(folder), Path.cwd(), request.data, request.oracle)
        if request.jobs == 0:
            _steps(InlineExecutor(workplace), cells, writer, observe)
            return
        with PoolExecutor(request.jobs, workplace) as pool:
            _steps(pool, cells, writer, observe)


def _steps(executor: Executor, cells: list[Cell], writer: LedgerWriter, observe: Observe) -> None:
    first_of_each = list(batches(cells))
    total = len(first_of_each) + len(cells)
    done = 0
    for cell in executor.prepare(first_of_each):
        done += 1
        observe(f"truth of {cell.function} {cell.format} {cell.regime}", done, total)
    for cell, graded in executor.run(cells):
        writer.add(cell, graded)
        done += 1
        observe(str(cell), done, total)


def _library_of(implementation: Implementation) -> Library | None:
    return libraries().get(implementation.library)


def installed(implementations: Sequence[Implementation]) -> list[Implementation]:
    """Return those whose library is here; a user's own always is."""
    here = []
    for implementation in implementations:
        library = _library_of(implementation)
        if library is None or library.installed:
            here.append(implementation)
    return here


def _header(request: Request, here: list[Implementation], cells: list[Cell]) -> Header:
    audited = {(cell.implementation, cell.function) for cell in cells}
    rows = [i for i in here if (i.name, i.function) in audited]
    present = [library for library in map(_library_of, rows) if library is not None]
    return Header(
        schema=SCHEMA_VERSION,
        command=request.command,
        seed=request.seed,
        samples=request.samples,
        cells=len(cells),
        versions=environment.versions(present),
        machine=environment.machine(),
        commit=environment.commit(),
        implementations=[_row(implementation) for implementation in rows],
        regimes=[RegimeRow(regime.name, regime.reason) for regime in request.regimes],
        skipped=_skipped(request.implementations),
    )


def _row(implementation: Implementation) -> ImplementationRow:
    library = _library_of(implementation)
    return ImplementationRow(
        implementation.name,
        implementation.function,
        implementation.calls,
        implementation.composed,
        "user" if library is None else library.kind,
    )


def _skipped(implementations: Sequence[Implementation]) -> list[Skipped]:
    """Return a row for every library that was wanted and is not here."""
    wanted = {implementation.library for implementation in implementations}
    return [
        Skipped(name, library.error or f"not installed ({library.install})")
        for name, library in libraries().items()
        if not library.installed and (name in wanted or library.error)
    ]
