"""What is to be audited, as it was asked for, and how a run that was stopped finds it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from lse_verify.audit.ledger import Header
from lse_verify.errors import BadInput
from lse_verify.execution.journal import read_part
from lse_verify.implementations import user
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find, library_of
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.files import spec_of
from lse_verify.inputs.regimes import regime_named
from lse_verify.inputs.witnesses import stored_path
from lse_verify.oracle.truth import FIRST_TIERS

DEFAULT_SAMPLES = 8000
"""Rows a batch, of up to ten terms: so that an audit measures 10⁸ outputs in minutes."""


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
    scheduler : str or None
        The address of a Dask cluster, which is used instead of processes.
    base : Path or None
        The folder that a user's relative paths start from; None for the working directory.
    resume : bool
        Go on with what a run that was stopped left in the ledger's folder.
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
    scheduler: str | None = None
    base: Path | None = None
    resume: bool = False


class Selected(msgspec.Struct, frozen=True):
    """An implementation as it was selected."""

    name: str
    function: str
    formats: list[str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A `Request` in the journal, with the folders of this machine.

    Attributes
    ----------
    regimes : list of str
        What `regime_named` makes them from.
    files : dict of str
        SHA-256 of the user's own files: they must not change while a run is stopped.
    """

    implementations: list[Selected]
    functions: list[str]
    formats: list[str]
    regimes: list[str]
    data: str | None
    oracle: str
    base: str
    files: dict[str, str]


def asked(request: Request) -> Asked:
    """Return what the journal keeps of a request, apart from what the ledger's header says."""
    base = request.base or Path.cwd()
    files = [request.data, stored_path(request.regimes)]
    return Asked(
        implementations=selected(request.implementations),
        functions=[*request.functions],
        formats=[*request.formats],
        regimes=[spec_of(regime) for regime in request.regimes],
        data=None if request.data is None else str(request.data.absolute()),
        oracle=request.oracle,
        base=str(base),
        files=own_files(request.implementations, base) | _digests(files),
    )


def selected(implementations: Sequence[Implementation]) -> list[Selected]:
    """Return what a journal keeps of implementations as they were selected."""
    return [Selected(i.name, i.function, [*i.formats]) for i in implementations]


def own_files(implementations: Sequence[Implementation], base: Path) -> dict[str, str]:
    """Return the SHA-256 of the user's own files, which must not change while a run is stopped."""
    own = [i.name for i in implementations if user.is_spec(i.name)]
    return _digests(user.parse(name, base).file for name in own)


def _digests(files: Iterable[Path | None]) -> dict[str, str]:
    return {str(file.absolute()): _digest(file) for file in files if file is not None}


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"cannot read '{file}': {error.strerror}; check the path") from error


def installed(
    implementations: Sequence[Implementation], base: Path | None = None
) -> list[Implementation]:
    """Return those whose library is here, or where it was asked for; a user's own always is.

    Parameters
    ----------
    implementations : sequence of Implementation
        As selected.
    base : Path, optional
        The folder that the path of an interpreter starts from; the working directory if None.
    """
    here = []
    for implementation in implementations:
        library = library_of(implementation.library, base or Path.cwd())
        if library is None or library.installed:
            here.append(implementation)
    return here


class Beginning(msgspec.Struct, frozen=True):
    """The first line of an audit's journal."""

    header: Header
    asked: Asked


def resumed(ledger_path: Path, jobs: int, scheduler: str | None = None) -> Request:
    """Return the request of a run that was stopped, from its journal.

    Parameters
    ----------
    ledger_path : Path
        Where its ledger would be.
    jobs, scheduler : int, str or None
        Who is to go on; the findings are the same.

    Raises
    ------
    LedgerError
        If there is no such run, or its journal is damaged.
    """
    beginning, _ = read_part(ledger_path, Beginning, msgspec.Raw)
    header, said = beginning.header, beginning.asked
    base = Path(said.base)
    return Request(
        command=header.command,
        implementations=again(said.implementations, base),
        functions=said.functions,
        formats=said.formats,
        regimes=[regime_named(spec) for spec in said.regimes],
        seed=header.seed,
        samples=header.samples,
        jobs=jobs,
        data=None if said.data is None else Path(said.data),
        oracle=said.oracle,
        scheduler=scheduler,
        base=base,
        resume=True,
    )


def again(kept: Iterable[Selected], base: Path) -> list[Implementation]:
    """Return the implementations that a journal kept.

    Raises
    ------
    UnknownName, ImplementationLoadError
        If one is not there any more.
    """
    return [replace(find(c.name, c.function, base), formats=tuple(c.formats)) for c in kept]
