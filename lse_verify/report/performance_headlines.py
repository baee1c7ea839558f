"""What the report on performance says first."""

from __future__ import annotations

from collections.abc import Iterator

from lse_verify.bench.contenders.contender import FLINT, MPMATH, SCIPY, TRUTH
from lse_verify.bench.measurements import Measurements
from lse_verify.report.performance_targets import judged, timing
from lse_verify.report.performance_words import duration
from lse_verify.report.words import code, counted, listed, number

QUIET = 0.3
"""A load above this before the run: something else was at work."""

_TOLD_LENGTHS = (2, 1000)


def headlines(found: Measurements) -> list[str]:
    """Return the sentences, markdown."""
    return [*_targets(found), *_truth(found), *_skipped(found), *_disturbed(found)]


def _targets(found: Measurements) -> Iterator[str]:
    lines = judged(found)
    met, aims = sum(line.met is True for line in lines), sum(line.aim_met is True for line in lines)
    yield (
        f"**{met} of {counted(len(lines), 'target')} {'is' if met == 1 else 'are'} met** at the "
        f"least wanted, {aims} of them as aimed at."
    )
    missed = [
        f"{line.work} against {line.against} ({line.measured})"
        for line in lines
        if line.met is False
    ]
    if missed:
        yield f"**Missed**: {'; '.join(missed)}."
    open_ = [f"{line.work} against {line.against}" for line in lines if line.met is None]
    if open_:
        yield f"**Not measured**: {'; '.join(open_)}."


def _truth(found: Measurements) -> Iterator[str]:
    for n_terms in _TOLD_LENGTHS:
        ours = timing(found, TRUTH, "binary64", n_terms)
        if ours is None:
            continue
        spread = ours.row_seconds
        rivals = {name: timing(found, name, "binary64", n_terms) for name in (MPMATH, FLINT, SCIPY)}
        shares = [
            f"{number(rival.row_seconds.middle / spread.middle)} times as long in {code(name)}"
            for name, rival in rivals.items()
            if rival is not None
        ]
        compared = f"; it takes {listed(shares)}" if shares else ""
        took = duration(spread.middle)
        yield f"Certified truth of a row of n = {n_terms:,} takes {took}{compared}."


def _skipped(found: Measurements) -> Iterator[str]:
    for entrant in found.entrants:
        if entrant.skipped:
            yield f"{code(entrant.name)} skipped: {entrant.skipped}."


def _disturbed(found: Measurements) -> Iterator[str]:
    conditions = found.conditions
    if conditions.load_before > QUIET:
        yield (
            f"The machine was **not quiet**: {conditions.load_before:.2f} other processes ran or "
            "waited, on average over the minute before the run."
        )
    if conditions.niceness > 0:
        yield f"The run gave way to other processes (niceness {conditions.niceness})."
