"""Exhausting spaces: from request to ledger, shard by shard."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import msgspec

from lse_verify.audit.executors import executor, place_of, require_place
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.grade import Workplace
from lse_verify.audit.header import Place, header_of, skipped_of
from lse_verify.audit.ledger import Entry, Ledger, encode, read_ledger
from lse_verify.audit.request import installed
from lse_verify.execution.executors import Executor, Lost
from lse_verify.execution.grouped import GroupedExecutor
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.journal import Journal, kept_lines, part_of, read_part
from lse_verify.execution.lock import folder_lock
from lse_verify.execution.progress import Observe
from lse_verify.implementations.library import Implementation
from lse_verify.search.exhaust.finish import finished
from lse_verify.search.exhaust.look import look
from lse_verify.search.exhaust.request import (
    REGIME,
    Beginning,
    Chosen,
    Request,
    asked,
    resumed,
    spaces_of,
)
from lse_verify.search.exhaust.shard import Exhibit, ShardGrader
from lse_verify.search.exhaust.spaces import Shard, Space

__all__ = ["Request", "exhaust", "go_on", "resumed", "spaces_of"]

SECONDS_A_SHARD = 600.0


def exhaust(request: Request, ledger_path: Path, observe: Observe) -> Ledger:
    """Try every input, and leave the ledger.

    Parameters
    ----------
    request : Request
        What to try.
    ledger_path : Path
        Where the ledger goes; its folder is made.
    observe : callable
        Told of every million inputs.

    Raises
    ------
    UsageError
        If there is nothing to try, or another run writes into the folder.
    OutputError
        If the ledger cannot be written.
    Interrupted
        If it was stopped by Ctrl-C or SIGTERM; it can go on.
    """
    chosen = spaces_of(request)
    told = _Told(observe, sum(len(_shards(one)) for one in chosen))
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: told.stopped(ledger_path)))
        lock = stack.enter_context(folder_lock(ledger_path.parent))
        workers = stack.enter_context(_workers(request))
        rows = _rows(request, chosen)
        made = _made(request, rows)
        beginning = _beginning(request, chosen, rows, made, workers, ledger_path)
        journal = Journal(ledger_path, beginning, Exhibit, lock, resume=request.resume)
        stack.enter_context(journal)
        task = GradeShard(request.base, made if request.scheduler is not None else None)
        exhibits = _grade(beginning, journal, workers, task, told)
        ledger = Ledger(beginning.header, _entries(beginning, exhibits, workers, told))
        journal.finish(encode(ledger))
        return ledger


def _workers(request: Request) -> Executor:
    origins = {i.name: i.origin for i in request.implementations}
    return GroupedExecutor(partial(_new_workers, request), lambda p: origins[p.implementation])


def _new_workers(request: Request) -> Executor:
    return executor(request.jobs, request.scheduler, Workplace(None, request.base))


def go_on(ledger_path: Path, jobs: int, scheduler: str | None, observe: Observe) -> Ledger:
    """Go on with a run that was stopped; one that was killed amid its report has only that to do.

    Parameters
    ----------
    ledger_path : Path
        Where its ledger would be.
    jobs, scheduler : int, str or None
        Who is to go on; the findings are the same.
    observe : callable
        Told of every million inputs.

    Raises
    ------
    LedgerError
        If there is no such run, or what it left is damaged or was begun differently.
    LseVerifyError
        As `exhaust` does.
    """
    if ledger_path.exists() and not part_of(ledger_path).exists():
        return read_ledger(ledger_path)
    return exhaust(resumed(ledger_path, jobs, scheduler), ledger_path, observe)


@dataclass(slots=True)
class _Told:
    """Counts inputs for the bar, and shards for the line of a run that is stopped."""

    observe: Observe
    shards: int
    done: int = 0
    total: int = 0

    def begin(self, all_shards: list[Shard], there: set[Shard]) -> None:
        self.total = sum(_millions(shard) for shard in all_shards)
        self.done = sum(_millions(shard) for shard in there)
        self.observe("starting", self.done, self.total)

    def end(self, shard: Shard) -> None:
        self.done += _millions(shard)
        what = f"{shard.implementation} {shard.function} {shard.format}"
        self.observe(what, self.done, self.total)

    def say(self, what: str) -> None:
        self.observe(what, self.done, self.total)

    def stopped(self, ledger_path: Path) -> str:
        # Counted in the file: a signal may come between a line and its count.
        return (
            f"stopped: {kept_lines(ledger_path)} of {self.shards} shards are kept; "
            f"go on with: lse-verify exhaust --resume {ledger_path.parent}"
        )


def _millions(shard: Shard) -> int:
    """Return the inputs of a shard in millions, at least one."""
    return max(Space.named(shard.function, shard.format).inputs_of(shard) >> 20, 1)


def _rows(request: Request, chosen: list[Chosen]) -> list[Implementation]:
    """Return the implementations that have a space."""
    pairs = {(one.implementation, one.function) for one in chosen}
    here = installed(request.implementations, request.base)
    return [i for i in here if (i.name, i.function) in pairs]


def _made(request: Request, rows: list[Implementation]) -> Place:
    names = tuple(sorted({i.library for i in rows}))
    with _new_workers(request) as workers:
        return place_of(workers, names, request.base, request.scheduler)


def _beginning(
    request: Request,
    chosen: list[Chosen],
    rows: list[Implementation],
    made: Place,
    workers: Executor,
    ledger_path: Path,
) -> Beginning:
    """Return what the run begins with; one that goes on begins as it did."""
    skipped = skipped_of(request.implementations, request.base)
    header = header_of(request.command, skipped, rows, [REGIME], len(chosen), made)
    if request.resume:
        there, _ = read_part(ledger_path, Beginning, msgspec.Raw)
        return Beginning(header, asked(request), there.spaces)
    floors = {
        one: 0.0 if isinstance(floor, Lost) else floor
        for one, floor in workers.run(partial(_look, request.base), chosen, SECONDS_A_SHARD)
    }
    spaces = [msgspec.structs.replace(one, floor=floors[one]) for one in chosen]
    return Beginning(header, asked(request), spaces)


def _look(base: Path, chosen: Chosen) -> float:
    return look(grader_at(base), chosen.implementation, chosen.function, chosen.format)


@lru_cache(maxsize=1)
def grader_at(base: Path) -> ShardGrader:
    """Return the grader of this process."""
    return ShardGrader(base)


@dataclass(frozen=True, slots=True)
class GradeShard:
    """The task of grading a shard.

    Attributes
    ----------
    base : Path
        The folder that a user's relative paths start from.
    expected : Place or None
        As `audit.executors.GradeCell` has it.
    """

    base: Path
    expected: Place | None = None

    def __call__(self, shard: Shard) -> Exhibit:
        """Grade one.

        Raises
        ------
        UsageError
            If this process is not what is expected.
        """
        require_place(self.expected, self.base)
        return grader_at(self.base).grade(shard)


def _shards(one: Chosen) -> list[Shard]:
    space = Space.named(one.function, one.format)
    return [
        msgspec.structs.replace(shard, floor=one.floor)
        for shard in space.shards(one.implementation)
    ]


def _grade(
    beginning: Beginning,
    journal: Journal[Beginning, Exhibit],
    workers: Executor,
    task: GradeShard,
    told: _Told,
) -> dict[Shard, Exhibit]:
    shards = [shard for one in beginning.spaces for shard in _shards(one)]
    exhibits = {exhibit.shard: exhibit for exhibit in journal.lines}
    told.begin(shards, set(exhibits))
    left = [shard for shard in shards if shard not in exhibits]
    for shard, outcome in workers.run(task, left, SECONDS_A_SHARD):
        exhibit = _lost(shard, outcome) if isinstance(outcome, Lost) else outcome
        journal.append(exhibit)
        exhibits[shard] = exhibit
        told.end(shard)
    return exhibits


def _lost(shard: Shard, lost: Lost) -> Exhibit:
    return Exhibit(shard, Finding(failure=Failure(kind=lost.kind, words=lost.words)), 0.0, 0.0)


def _entries(
    beginning: Beginning, exhibits: dict[Shard, Exhibit], workers: Executor, told: _Told
) -> list[Entry]:
    merged = [(one, [exhibits[shard] for shard in _shards(one)]) for one in beginning.spaces]
    told.say("judging the largest errors")
    return [_entry(one, parts) for one, parts in merged]


def _entry(one: Chosen, parts: list[Exhibit]) -> Entry:
    whole = Finding()
    for part in parts:
        whole = whole.merge(part.finding)
    finding = finished(Space.named(one.function, one.format), whole)
    calling = sum(part.calling for part in parts)
    return Entry(
        one.cell,
        finding,
        seconds=calling,
        rows=finding.rows,
        judging=sum(part.seconds for part in parts) - calling,
    )
