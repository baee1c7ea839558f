"""A hunt from request to what it found: islands, one after the other or side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from lse_verify.audit.executors import executor
from lse_verify.audit.finding import Failure
from lse_verify.audit.grade import Workplace
from lse_verify.audit.hunted import Hunt, Step
from lse_verify.execution.executors import Lost
from lse_verify.execution.files import make_folder
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.journal import Journal, kept_lines, part_of
from lse_verify.execution.lines import checked
from lse_verify.execution.lock import folder_lock
from lse_verify.oracle.double_double.rows.enclose import load_kernels
from lse_verify.search.hunt.quest import Quest, explore
from lse_verify.search.hunt.request import (
    ISLAND_EVALUATIONS,
    JOURNAL,
    Head,
    Line,
    Request,
    head_of,
    read_hunt,
)

_SECONDS_AN_ISLAND = 1800.0
"""After so long an island has hung."""

Observe = Callable[[Step | None, int, int], None]
"""Told of each rise of the largest size (None where there is none), of the inputs tried so far,
and of how many there will be (0 where the time decides)."""


Keep = Callable[[Hunt], object]
"""Given all that has been found when a hunt ends, also where it is stopped."""


def run(request: Request, observe: Observe, keep: Keep = bool) -> Hunt:
    """Hunt, and return what all islands found.

    Parameters
    ----------
    request : Request
        What to hunt.
    observe : callable
        Told of each rise: as it happens where islands run in this process, and else as
        islands end.
    keep : callable, optional
        Given what was found.

    Raises
    ------
    UsageError
        If the request is wrong, or another run writes into the folder.
    OutputError
        If the journal cannot be written.
    Interrupted
        If it was stopped by Ctrl-C or SIGTERM; it can go on from its journal.
    OracleDisagreement
        If the oracles exclude one another.
    """
    head = head_of(request)
    told = _Told(observe, head.budget)
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: _stopped(request, head, told)))
        load_kernels()
        journal = _journal(request, head, stack)
        try:
            _hunt(request, head, journal, told, stack)
        finally:
            # Before the journal ends: who is killed between the two goes on, and does it again.
            keep(told.hunt)
        if journal is not None:
            journal.finish(checked(_nowhere(head)) + checked(told.hunt))
    return told.hunt


def _hunt(
    request: Request,
    head: Head,
    journal: Journal[Head, Line] | None,
    told: _Told,
    stack: ExitStack,
) -> None:
    done = journal.lines if journal else []
    for line in done:
        told.island(line.hunt)
    numbers = {line.number for line in done}
    quests = (quest for quest in _quests(head) if quest.number not in numbers)
    for number, hunt in _explored(request, quests, told, stack):
        if journal is not None:
            journal.append(Line(number, hunt))
        told.island(hunt)


def ended(folder: Path) -> tuple[Head, Hunt] | None:
    """Return the hunt of a folder that has ended, None where there is one to go on with.

    Raises
    ------
    LedgerError
        If its file is damaged.
    """
    path = folder / JOURNAL
    return read_hunt(path) if path.exists() and not part_of(path).exists() else None


def _nowhere(head: Head) -> Head:
    """Return the head of what goes on no more, and need not say where it was."""
    files = {Path(name).name: digest for name, digest in head.files.items()}
    return replace(head, first=replace(head.first, base="."), files=files)


@dataclass(slots=True)
class _Told:
    """What islands have found so far, and who is told of it."""

    observe: Observe
    total: int
    hunt: Hunt = field(default_factory=Hunt)
    shown: float = 0.0

    def island(self, hunt: Hunt) -> None:
        """Take what one island found."""
        self.hunt = self.hunt.merge(hunt)
        for step in hunt.climb:
            self.step(step, 0)
        self.observe(None, self.hunt.evaluations, self.total)

    def step(self, step: Step, evaluations: int) -> None:
        """Tell of a rise, if it is one over all islands."""
        if step.size > self.shown:
            self.shown = step.size
            self.observe(step, self.hunt.evaluations + evaluations, self.total)


def _explored(
    request: Request, quests: Iterator[Quest], told: _Told, stack: ExitStack
) -> Iterator[tuple[int, Hunt]]:
    if request.jobs == 0 and request.scheduler is None:
        yield from ((quest.number, explore(quest, told.step)) for quest in quests)
        return
    workplace = Workplace(None, request.base or Path.cwd())
    workers = stack.enter_context(executor(request.jobs, request.scheduler, workplace))
    for quest, outcome in workers.run(explore, quests, _SECONDS_AN_ISLAND):
        if isinstance(outcome, Lost):
            outcome = Hunt(failure=Failure(kind=outcome.kind, words=outcome.words))
        yield quest.number, outcome


def _quests(head: Head) -> Iterator[Quest]:
    until = time.time() + head.seconds if head.seconds else 0.0
    share, rest = divmod(head.budget, head.islands)
    for number in range(head.islands):
        if until and time.time() >= until:
            return
        evaluations = ISLAND_EVALUATIONS if until else share + (number < rest)
        yield replace(head.first, number=number, evaluations=evaluations, until=until)


def _journal(request: Request, head: Head, stack: ExitStack) -> Journal[Head, Line] | None:
    if request.folder is None:
        return None
    make_folder(request.folder)
    lock = stack.enter_context(folder_lock(request.folder))
    path = request.folder / JOURNAL
    return stack.enter_context(Journal(path, head, Line, lock, resume=request.resume))


def _stopped(request: Request, head: Head, told: _Told) -> str:
    if request.folder is None:
        return f"stopped after {told.hunt.evaluations:,} evaluations; what they found is kept"
    # Counted in the file: a signal may come between a line and its count.
    islands = f"{kept_lines(request.folder / JOURNAL)}"
    if head.budget:
        islands += f" of {head.islands}"
    return (
        f"stopped: {islands} islands are kept; "
        f"go on with: lse-verify hunt --resume {request.folder}"
    )
