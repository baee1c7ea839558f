"""What performance is wanted, and whether it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lse_verify.bench.contenders.contender import CORRECT, FLINT, MPMATH, SCIPY, TRUTH
from lse_verify.bench.measurements import Measurements, Timing
from lse_verify.bench.spread import Spread, slope
from lse_verify.report.performance_words import ratios, times

NOT_MEASURED = "not measured"
SLOPE_FROM = 100
"""Rows from this length on are in the slope."""

SLOPE_WITHIN = 0.05


@dataclass(frozen=True, slots=True)
class Target:
    """How much faster than a rival something is wanted to be.

    Attributes
    ----------
    ours, rival, format, n_terms
        What is held against what: by how much the rival's time is longer.
    at_least, aim : float
        That ratio; at the least, and as it is aimed at.
    """

    ours: str
    rival: str
    format: str
    n_terms: int
    at_least: float
    aim: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of the table.

    Attributes
    ----------
    work, against : str
        What is held against what.
    measured, spread : str
        The figure alone, and with its extremes; or why there is none.
    at_least, aim : str
        What is wanted; the aim is empty where there is only one wish.
    met, aim_met : bool or None
        None where nothing was measured, or nothing is aimed at.
    """

    work: str
    against: str
    measured: str
    spread: str
    at_least: str
    aim: str
    met: bool | None
    aim_met: bool | None


TARGETS = (
    Target(TRUTH, MPMATH, "binary64", 2, 200, 500),
    Target(TRUTH, FLINT, "binary64", 2, 25, 60),
    Target(TRUTH, SCIPY, "binary64", 2, 1.5, 3),
    Target(TRUTH, MPMATH, "binary64", 1000, 250, 500),
    Target(TRUTH, FLINT, "binary64", 1000, 28, 55),
    Target(TRUTH, SCIPY, "binary64", 1000, 0.4, 1),
    Target(CORRECT, SCIPY, "binary64", 2, 1, 3),
    Target(CORRECT, SCIPY, "binary64", 1000, 0.3, 1),
    *(Target(CORRECT, SCIPY, "binary32", n_terms, 1, 3) for n_terms in (2, 10, 100, 1000)),
)
DOUBLING = (1.8, 1.95)
"""Rows a second of two processes over those of one: at least, and aimed at."""


def judged(found: Measurements) -> list[Judged]:
    """Hold what was measured against all targets; what was not measured has its line too."""
    return [*(_ratio(found, target) for target in TARGETS), *_doublings(found), _slope(found)]


def timing(found: Measurements, contender: str, fmt: str, n_terms: int) -> Timing | None:
    """Return the timing of rows of some length, None if there is none."""
    return next(
        (
            timing
            for timing in found.by_length
            if (timing.case.contender, timing.case.format, timing.case.n_terms)
            == (contender, fmt, n_terms)
        ),
        None,
    )


def skipped(found: Measurements, names: Iterable[str]) -> str:
    """Say which of these were skipped, and why."""
    wanted = {*names}
    reasons = [
        f"{e.name} skipped: {e.why_skipped}"
        for e in found.entrants
        if e.skipped and e.name in wanted
    ]
    return "; ".join(reasons) or NOT_MEASURED


def _ratio(found: Measurements, target: Target) -> Judged:
    ours = timing(found, target.ours, target.format, target.n_terms)
    rival = timing(found, target.rival, target.format, target.n_terms)
    narrow = "" if target.format == "binary64" else f", {target.format}"
    ratio = rival.row_seconds.over(ours.row_seconds) if ours and rival else None
    return _line(
        f"{target.ours}, n = {target.n_terms:,}{narrow}",
        target.rival,
        ratio,
        skipped(found, (target.ours, target.rival)),
        (target.at_least, target.aim),
    )


def _line(
    work: str, against: str, ratio: Spread | None, reason: str, wanted: tuple[float, float]
) -> Judged:
    at_least, aim = wanted
    return Judged(
        work,
        against,
        times(ratio.middle) if ratio else reason,
        ratios(ratio) if ratio else reason,
        times(at_least),
        times(aim),
        ratio.middle >= at_least if ratio else None,
        ratio.middle >= aim if ratio else None,
    )


def _doublings(found: Measurements) -> Iterator[Judged]:
    gains = {d.case.n_terms: d.gain for d in found.doublings if d.case.contender == TRUTH}
    for n_terms in found.plan.few_lengths:
        work = f"truth, n = {n_terms:,}, two at once"
        yield _line(work, "one process", gains.get(n_terms), skipped(found, [TRUTH]), DOUBLING)


def truth_slope(found: Measurements) -> float | None:
    """Return the slope of log time a row against log n of truth; None if it is not known."""
    points = [
        (float(timing.case.n_terms), timing.row_seconds.middle)
        for timing in found.by_length
        if timing.case.contender == TRUTH and timing.case.n_terms >= SLOPE_FROM
    ]
    return slope(points) if len({x for x, _ in points}) > 1 else None


def _slope(found: Measurements) -> Judged:
    rise = truth_slope(found)
    words = skipped(found, [TRUTH]) if rise is None else f"{rise:.3f}"
    return Judged(
        f"truth, slope from n = {SLOPE_FROM} on",
        "1",
        words,
        words,
        f"within {100 * SLOPE_WITHIN:.0f} %",
        "",
        None if rise is None else abs(rise - 1) <= SLOPE_WITHIN,
        None,
    )
