"""A whole run: who is here, what a first call costs, the series, the processes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from lse_verify.bench.contenders.contender import Contender
from lse_verify.bench.contenders.roster import roster
from lse_verify.bench.isolated import KEPT_MEMORY, Isolated
from lse_verify.bench.measurements import (
    SCHEMA_VERSION,
    Case,
    Conditions,
    Doubling,
    Entrant,
    FirstCall,
    Measurements,
    Timing,
)
from lse_verify.bench.plan import Plan
from lse_verify.bench.series import Doubled, at_few_lengths, by_length, by_rows, doubling, in_turns
from lse_verify.execution.interruption import interruptible

Observe = Callable[[str, int, int], None]
"""Told what was measured, how much is done, and how much there is."""


class Bench(Doubled, Protocol):
    """What a run needs: a workbench in processes of its own; see `Isolated`."""

    def introduce(self, name: str) -> Entrant:
        """Say what a contender is, or why it cannot be timed."""

    def first_call(self, name: str, fmt: str) -> float:
        """Return the seconds of the first call."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure.

    Attributes
    ----------
    command : str
        The command line, for the report.
    seed : int
        Of the rows.
    made : dict
        Commit, machine and versions, by kind and name.
    plan : Plan
        How much of what.
    """

    command: str
    seed: int
    made: dict[str, dict[str, str]]
    plan: Plan = field(default_factory=Plan)


Open = Callable[[int, int, dict[str, str]], AbstractContextManager[Bench]]
"""Opens a bench of so many processes: seed, processes, variables of their environment."""


@interruptible(lambda: "stopped; nothing is kept of a bench")
def bench(
    request: Request,
    observe: Observe,
    contenders: Sequence[Contender] | None = None,
    opened: Open | None = None,
) -> Measurements:
    """Measure everything, side by side.

    Parameters
    ----------
    request : Request
        What.
    observe : callable
        Told how far it is, never while the clock runs.
    contenders : sequence of Contender, optional
        Who; by default all.
    opened : callable, optional
        Opens what they are timed on; by default processes.
    """
    everyone = contenders if contenders is not None else [*roster().values()]
    opening, progress = opened or _processes, _Progress(observe)
    start, (before, _, _) = time.monotonic(), psutil.getloadavg()
    with opening(request.seed, 1, KEPT_MEMORY) as timed:
        entrants = tuple(timed.introduce(contender.name) for contender in everyone)
        here = [c for c, known in zip(everyone, entrants, strict=True) if not known.skipped]
        progress.expect(_steps(request.plan, here))
        lengths = _series(by_length(request.plan, here), timed, request.plan, here, progress)
        rows = _series(by_rows(request.plan, here), timed, request.plan, here, progress)
    with opening(request.seed, 1, {}) as ordinary:
        groups = at_few_lengths(request.plan, here)
        allocation = _series(groups, ordinary, request.plan, here, progress)
    doublings = _doublings(request, here, opening, progress)
    first_calls = _first_calls(request.seed, here, opening, progress)
    return Measurements(
        schema=SCHEMA_VERSION,
        command=request.command,
        seed=request.seed,
        made=request.made,
        plan=request.plan,
        conditions=Conditions(
            load_before=before,
            load_after=psutil.getloadavg()[0],
            niceness=int(psutil.Process().nice()),
            seconds=time.monotonic() - start,
        ),
        entrants=entrants,
        by_length=lengths,
        by_rows=rows,
        by_allocation=allocation,
        doublings=doublings,
        first_calls=first_calls,
    )


class _Progress:
    """Counts what is done."""

    def __init__(self, observe: Observe) -> None:
        self._observe, self._steps, self._whole = observe, 0, 0

    def expect(self, steps: int) -> None:
        self._whole = steps

    def done(self, what: str) -> None:
        self._steps += 1
        self._observe(what, min(self._steps, self._whole), self._whole)


def _steps(plan: Plan, here: Sequence[Contender]) -> int:
    """Return about how many measurements there will be; slow cases have fewer."""
    few = at_few_lengths(plan, here)
    cases = sum(map(len, [*by_length(plan, here), *by_rows(plan, here), *few]))
    return cases * (1 + plan.repetitions) + sum(map(len, few)) * plan.repetitions


def _series(
    groups: Sequence[Sequence[Case]],
    timed: Bench,
    plan: Plan,
    here: Sequence[Contender],
    progress: _Progress,
) -> tuple[Timing, ...]:
    loops = {contender.name for contender in here if contender.loops}
    found = (in_turns(group, timed, plan, loops, progress.done) for group in groups)
    return tuple(timing for group in found for timing in group)


def _doublings(
    request: Request, here: Sequence[Contender], opening: Open, progress: _Progress
) -> tuple[Doubling, ...]:
    with opening(request.seed, 2, KEPT_MEMORY) as pair:
        cases = [case for group in at_few_lengths(request.plan, here) for case in group]
        return tuple(doubling(case, pair, request.plan, progress.done) for case in cases)


def _first_calls(
    seed: int, here: Sequence[Contender], opening: Open, progress: _Progress
) -> tuple[FirstCall, ...]:
    """Time first calls where nothing is compiled, and again where it was."""
    found = []
    for contender in here:
        for fmt in contender.compiles:
            with tempfile.TemporaryDirectory() as empty:
                variables = {"NUMBA_CACHE_DIR": empty}
                both = []
                for _ in range(2):
                    with opening(seed, 1, variables) as fresh:
                        both.append(fresh.first_call(contender.name, fmt))
                        progress.done(f"{contender.name}, first call")
            found.append(FirstCall(contender.name, fmt, *both))
    return tuple(found)


def _processes(seed: int, processes: int, variables: dict[str, str]) -> Isolated:
    return Isolated(seed, processes, variables)
