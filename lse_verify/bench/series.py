"""Series of measurements: contenders take turns, so that a drift of the machine hits all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

from lse_verify.bench.contenders.contender import FEW, NARROW, Contender
from lse_verify.bench.measurements import Case, Doubling, Portion, Timing
from lse_verify.bench.plan import Plan
from lse_verify.bench.timing import calibrated

Done = Callable[[str], None]
"""Told what was just measured."""


class Timed(Protocol):
    """What tells the time of a portion; a `Workbench`, here or in another process."""

    def seconds(self, case: Case, portion: Portion, stream: int = 0) -> float:
        """Return what it takes."""


class Doubled(Timed, Protocol):
    """The same, in two processes."""

    def together(self, case: Case, portion: Portion) -> tuple[float, ...]:
        """Return what it takes in each when both are at it."""


def by_length(plan: Plan, contenders: Sequence[Contender]) -> list[list[Case]]:
    """Return the cases of each length of rows: these are timed in turns."""
    names = [contender.name for contender in contenders]
    narrow = [name for name in names if name in NARROW]
    groups = []
    for n_terms in sorted({*plan.lengths, *plan.narrow_lengths}):
        rows = max(1, plan.batch_terms // n_terms)
        wide = names if n_terms in plan.lengths else []
        both = narrow if n_terms in plan.narrow_lengths else []
        groups.append(
            [Case(name, "binary64", n_terms, rows) for name in wide]
            + [Case(name, "binary32", n_terms, rows) for name in both]
        )
    return groups


def by_rows(plan: Plan, contenders: Sequence[Contender]) -> list[list[Case]]:
    """Return the cases of each number of rows, of those who answer all in one call."""
    names = [contender.name for contender in contenders if not contender.loops]
    return [
        [Case(name, "binary64", plan.counted_length, rows) for name in names]
        for rows in plan.row_counts
    ]


def at_few_lengths(plan: Plan, contenders: Sequence[Contender]) -> list[list[Case]]:
    """Return the cases of few contenders at few lengths."""
    names = [contender.name for contender in contenders if contender.name in FEW]
    return [
        [Case(name, "binary64", n_terms, max(1, plan.batch_terms // n_terms)) for name in names]
        for n_terms in plan.few_lengths
    ]


def in_turns(
    cases: Iterable[Case], timed: Timed, plan: Plan, loops: Collection[str], done: Done
) -> list[Timing]:
    """Time cases round robin: all once, then all again, as often as the plan says.

    Parameters
    ----------
    cases : iterable of Case
        Each once, all of one shape.
    timed : Timed
        What tells the time.
    plan : Plan
        How long and how often.
    loops : collection of str
        The contenders that may take fewer rows than there are.
    done : callable
        Told of each measurement.
    """
    portions: dict[Case, Portion] = {}
    found: dict[Case, list[float]] = {}
    for case in cases:
        portions[case], took = _portion(case, timed, plan, case.contender in loops)
        # What lasts so long is not done once for nothing.
        found[case] = [took] if took > plan.slow_s else []
        done(named(case))
    for case in _turns(portions, found, plan):
        found[case].append(timed.seconds(case, portions[case]))
        done(named(case))
    return [Timing(case, portions[case], tuple(found[case])) for case in portions]


def _portion(case: Case, timed: Timed, plan: Plan, loops: bool) -> tuple[Portion, float]:
    if not loops:
        # The first call may have code to load, and must not pass for a long one.
        timed.seconds(case, Portion(case.rows, 1))
    return calibrated(
        lambda portion: timed.seconds(case, portion), case.rows, loops, plan.measurement_s
    )


def _turns(cases: Iterable[Case], found: dict[Case, list[float]], plan: Plan) -> Iterator[Case]:
    """Yield the cases again and again, slow ones less often."""
    wanted = {c: plan.slow_repetitions if found[c] else plan.repetitions for c in cases}
    for _ in range(plan.repetitions):
        for case, count in wanted.items():
            if len(found[case]) < count:
                yield case


def doubling(case: Case, timed: Doubled, plan: Plan, done: Done) -> Doubling:
    """Time one process and two, alternately."""
    # Both have their code loaded and their rows made before anything counts.
    timed.together(case, Portion(case.rows, 1))
    portion, _ = calibrated(
        lambda portion: timed.seconds(case, portion), case.rows, False, plan.doubled_s
    )
    one, two = [], []
    for _ in range(plan.repetitions):
        one.append(timed.seconds(case, portion))
        two.append(max(timed.together(case, portion)))
        done(f"two processes, {named(case)}")
    return Doubling(case, portion, tuple(one), tuple(two))


def named(case: Case) -> str:
    """Return what a progress bar calls a case."""
    return f"{case.contender}, n = {case.n_terms:,}"
