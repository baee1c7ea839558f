"""The header of an audit's ledger: what made it, of what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lse_verify.audit import environment
from lse_verify.audit.cell import Cell
from lse_verify.audit.ledger import (
    SCHEMA_VERSION,
    Header,
    ImplementationRow,
    RegimeRow,
    Skipped,
)
from lse_verify.audit.request import Request
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import libraries, library_of


class Place(msgspec.Struct, frozen=True):
    """What findings depend on besides their cells.

    Attributes
    ----------
    libraries : tuple of str
        Whose versions are told besides those that verdicts rest on.
    versions, machine, commit : dict, dict, str
        As `Header` has them.
    """

    libraries: tuple[str, ...]
    versions: dict[str, str]
    machine: dict[str, str]
    commit: str


def place(names: tuple[str, ...], base: Path) -> Place:
    """Return what this process grades libraries with; names of others are a user's own.

    Parameters
    ----------
    names : tuple of str
        Of the libraries.
    base : Path
        The folder that the path of an interpreter starts from.
    """
    present = [found for name in names if (found := library_of(name, base)) is not None]
    return Place(names, environment.versions(present), environment.machine(), environment.commit())


def audited(here: Sequence[Implementation], cells: Sequence[Cell]) -> list[Implementation]:
    """Return the implementations that have a cell."""
    pairs = {(cell.implementation, cell.function) for cell in cells}
    return [i for i in here if (i.name, i.function) in pairs]


def header(request: Request, rows: Sequence[Implementation], n_cells: int, where: Place) -> Header:
    """Return the header.

    Parameters
    ----------
    request : Request
        What was asked.
    rows : sequence of Implementation
        Those with cells.
    n_cells : int
        How many cells there are.
    where : Place
        Of the processes that grade.
    """
    regimes = [RegimeRow(regime.name, regime.reason) for regime in request.regimes]
    base = request.base or Path.cwd()
    skipped = skipped_of(request.implementations, base)
    found = header_of(request.command, skipped, rows, regimes, n_cells, where)
    return msgspec.structs.replace(found, seed=request.seed, samples=request.samples)


def header_of(
    command: str,
    skipped: list[Skipped],
    rows: Sequence[Implementation],
    regimes: list[RegimeRow],
    n_cells: int,
    where: Place,
) -> Header:
    """Return the header of a run that draws nothing: seed and samples are 0.

    Parameters
    ----------
    command : str
        The command line.
    skipped : list of Skipped
        What was selected and is not here.
    rows : sequence of Implementation
        Those with cells.
    regimes : list of RegimeRow
        Where the inputs are from.
    n_cells : int
        How many cells there are.
    where : Place
        Of the processes that grade.
    """
    return Header(
        schema=SCHEMA_VERSION,
        command=command,
        seed=0,
        samples=0,
        cells=n_cells,
        versions=where.versions,
        machine=where.machine,
        commit=where.commit,
        implementations=[_row(implementation) for implementation in rows],
        regimes=regimes,
        skipped=skipped,
    )


def _row(implementation: Implementation) -> ImplementationRow:
    library = libraries().get(implementation.library.partition("@")[0])
    return ImplementationRow(
        implementation.name,
        implementation.function,
        implementation.calls,
        implementation.composed,
        "user" if library is None else library.kind,
        "" if library is None else library.language,
    )


def skipped_of(wanted: Sequence[Implementation], base: Path) -> list[Skipped]:
    """Return a row for every library that was wanted and is not there, and every broken one.

    Parameters
    ----------
    wanted : sequence of Implementation
        As selected.
    base : Path
        The folder that the path of an interpreter starts from.
    """
    names = {implementation.library for implementation in wanted}
    broken = {name for name, library in libraries().items() if library.error}
    known = ((name, library_of(name, base)) for name in sorted(names | broken))
    return [
        Skipped(name, library.error or f"not installed ({library.install})")
        for name, library in known
        if library is not None and not library.installed
    ]
