"""What is hunted, as it was asked for, and as the file of a hunt keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from lse_verify.audit.header import place
from lse_verify.audit.hunted import Hunt
from lse_verify.audit.request import own_files
from lse_verify.errors import BadInput, LedgerError
from lse_verify.execution.journal import read_part
from lse_verify.execution.lines import decoded, read_lines
from lse_verify.family import function_named
from lse_verify.formats import format_named
from lse_verify.implementations.registry import find
from lse_verify.search.hunt.quest import Quest

SCHEMA_VERSION = 2

JOURNAL = "hunt.jsonl"
"""The file of a hunt in its folder."""

ISLAND_EVALUATIONS = 10**6
"""The most that one island tries: a few seconds, after which a new one begins elsewhere."""

DEFAULT_BUDGET = 10**6

_COUNTLESS = 10**9


@dataclass(frozen=True, slots=True)
class Request:
    """What is hunted.

    Attributes
    ----------
    implementation, function, format : str
        Names; the implementation may be a user's own.
    objective : str
        One of `lse_verify.audit.hunted.OBJECTIVES`.
    budget : int or None
        Inputs to try, over all islands; None if `seconds` decides.
    seconds : float or None
        How long to go on: then the finds depend on the machine.
    seed : int
        The same seed, budget and islands give the same finds, whatever the number of jobs.
    n_terms : int or None
        Terms of rows; None makes the length, from 1 to 1000, part of the search.
    islands : int or None
        How many share the budget; None for as few as `ISLAND_EVALUATIONS` allows.
    jobs : int
        Processes; 0 runs in this one, without isolation.
    scheduler : str or None
        The address of a Dask cluster, which is used instead of processes.
    base : Path or None
        The folder that a user's relative paths start from; None for the working directory.
    folder : Path or None
        Where the journal is kept, and the result as ``hunt.jsonl``; None keeps none.
    resume : bool
        Go on with the journal that is there.
    command : str
        The command line that says the same, for the report.
    """

    implementation: str
    function: str
    format: str
    objective: str = "error"
    budget: int | None = DEFAULT_BUDGET
    seconds: float | None = None
    seed: int = 0
    n_terms: int | None = None
    islands: int | None = None
    jobs: int = 0
    scheduler: str | None = None
    base: Path | None = None
    folder: Path | None = None
    resume: bool = False
    command: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a hunt's file: what makes its islands what they are.

    Its files are the user's own, with their SHA-256: they must not change while a hunt is stopped.
    """

    schema: int
    first: Quest
    budget: int
    seconds: float
    islands: int
    versions: dict[str, str]
    machine: dict[str, str]
    commit: str
    command: str = ""
    files: dict[str, str]


class Line(msgspec.Struct, frozen=True):
    """What one island found."""

    number: int
    hunt: Hunt


def head_of(request: Request) -> Head:
    """Return what the file of a hunt begins with.

    Raises
    ------
    UsageError
        If the request cannot be met.
    """
    implementation = find(request.implementation, request.function, request.base)
    format_named(request.format)
    _check(request, implementation.formats)
    islands = request.islands or max(-(-(request.budget or 0) // ISLAND_EVALUATIONS), 1)
    made = place((implementation.library,), request.base or Path.cwd())
    return Head(
        schema=SCHEMA_VERSION,
        first=Quest(
            implementation=request.implementation,
            function=request.function,
            format=request.format,
            objective=request.objective,
            n_terms=request.n_terms,
            seed=request.seed,
            evaluations=0,
            base=str(request.base or Path.cwd()),
        ),
        budget=0 if request.seconds else request.budget or DEFAULT_BUDGET,
        seconds=request.seconds or 0.0,
        islands=_COUNTLESS if request.seconds else islands,
        versions=made.versions,
        machine=made.machine,
        commit=made.commit,
        command=request.command,
        files=own_files([implementation], request.base or Path.cwd()),
    )


def _check(request: Request, formats: tuple[str, ...]) -> None:
    if request.format not in formats:
        raise BadInput(
            f"'{request.implementation}' has no {request.format} for {request.function}; "
            f"it has {', '.join(formats)}"
        )
    if request.n_terms is not None and "row" not in function_named(request.function).arguments:
        raise BadInput(f"{request.function} takes no rows; leave --terms {request.n_terms} out")
    if request.budget is not None and request.budget < 1:
        raise BadInput(f"a budget of {request.budget} tries nothing; give at least 1")


def read_hunt(path: Path) -> tuple[Head, Hunt]:
    """Read the file of a hunt that has ended.

    Raises
    ------
    LedgerError
        If it is none, or damaged.
    """
    try:
        first, second = read_lines(path)
    except (OSError, ValueError) as error:
        raise LedgerError(
            f"'{path}' is not the file of a hunt; give the {JOURNAL} that a hunt wrote"
        ) from error
    return decoded(path, 1, first, Head, _AGAIN), decoded(path, 2, second, Hunt, _AGAIN)


_AGAIN = "hunt again"


def resumed(folder: Path, jobs: int, scheduler: str | None = None) -> Request:
    """Return the request whose journal is in a folder.

    Raises
    ------
    LedgerError
        If there is none, or it is damaged.
    """
    head, _ = read_part(folder / JOURNAL, Head, Line)
    first = head.first
    return Request(
        implementation=first.implementation,
        function=first.function,
        format=first.format,
        objective=first.objective,
        budget=head.budget or None,
        seconds=head.seconds or None,
        seed=first.seed,
        n_terms=first.n_terms,
        islands=head.islands or None,
        jobs=jobs,
        scheduler=scheduler,
        base=Path(first.base),
        folder=folder,
        resume=True,
        command=head.command,
    )
