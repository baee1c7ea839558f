"""What is to be exhausted, as it was asked for, and how a run that was stopped finds it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lse_verify.audit.cell import Cell
from lse_verify.audit.ledger import Header, RegimeRow
from lse_verify.audit.request import Selected, again, installed, own_files, selected
from lse_verify.errors import UsageError
from lse_verify.execution.journal import read_part
from lse_verify.implementations.library import Implementation
from lse_verify.search.exhaust.spaces import Space

REGIME = RegimeRow("exhaustive", "every input that there is")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be exhausted.

    Attributes
    ----------
    command : str
        The command line that says the same, for the report.
    implementations : sequence of Implementation
        As selected, each of one of the functions.
    formats : sequence of str
        Names; each implementation is tried in those that it has.
    jobs : int
        Processes; 0 runs in this one.
    scheduler : str or None
        The address of a Dask cluster, which is used instead of processes.
    base : Path
        The folder that a user's relative paths start from.
    resume : bool
        Go on with what a run that was stopped left in the ledger's folder.
    """

    command: str
    implementations: Sequence[Implementation]
    formats: Sequence[str]
    jobs: int
    base: Path
    scheduler: str | None = None
    resume: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """One space of one implementation, and the error that its largest is known to reach."""

    implementation: str
    function: str
    format: str
    floor: float = 0.0

    @property
    def cell(self) -> Cell:
        """Its place in the ledger."""
        return Cell(self.implementation, self.function, self.format, REGIME.name, 0, 0)


class Asked(msgspec.Struct, frozen=True):
    """A `Request` in the journal, with the folders of this machine.

    Attributes
    ----------
    implementations : list of Selected
        Those that were selected, also where they have no space or are not installed.
    formats : list of str
        As named.
    base : str
        The folder that a user's relative paths start from.
    files : dict of str
        SHA-256 of the user's own files: they must not change while a run is stopped.
    """

    implementations: list[Selected]
    formats: list[str]
    base: str
    files: dict[str, str]


def asked(request: Request) -> Asked:
    """Return what the journal keeps of a request."""
    return Asked(
        selected(request.implementations),
        [*request.formats],
        str(request.base),
        own_files(request.implementations, request.base),
    )


class Beginning(msgspec.Struct, frozen=True):
    """The first line of the journal."""

    header: Header
    asked: Asked
    spaces: list[Chosen]


def spaces_of(request: Request) -> list[Chosen]:
    """Return the spaces of a request, library by library; those too large are left out.

    Raises
    ------
    UsageError
        If there is none, or all are too large.
    """
    chosen = [
        Chosen(i.name, i.function, fmt)
        for i in sorted(installed(request.implementations, request.base), key=lambda i: i.origin)
        for fmt in i.formats
        if not request.formats or fmt in request.formats
    ]
    if not chosen:
        raise UsageError(
            "nothing to exhaust: no implementation that is installed has this function in this "
            "format; 'lse-verify list' shows what there is"
        )
    small, refusals = [], []
    for one in chosen:
        try:
            Space.named(one.function, one.format)
        except UsageError as refusal:
            refusals.append(refusal)
        else:
            small.append(one)
    if not small:
        raise refusals[0]
    return small


def resumed(ledger_path: Path, jobs: int, scheduler: str | None = None) -> Request:
    """Return the request of a run that was stopped, from its journal.

    Raises
    ------
    LedgerError
        If there is no such run, or its journal is damaged.
    """
    beginning, _ = read_part(ledger_path, Beginning, msgspec.Raw)
    said = beginning.asked
    base = Path(said.base)
    return Request(
        command=beginning.header.command,
        implementations=again(said.implementations, base),
        formats=said.formats,
        jobs=jobs,
        base=base,
        scheduler=scheduler,
        resume=True,
    )
