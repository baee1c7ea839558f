"""What is kept of a grade to hold later ones against it, and what has changed since.

A baseline is made of these, and two ledgers are compared by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from lse_verify.audit.fields import Label, Name
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.standing import Outcome, Standing
from lse_verify.audit.verdict import Verdict

Key = tuple[str, str, str]
"""Implementation, function and format."""

EXCUSED, UNDECIDED = "excused violation", "undecided"

SIZES = ("largest_ulps", "conditioned_ulps", "stability")
"""The fields of a `Record` that are largest sizes."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one implementation, function and format, over all regimes.

    Attributes
    ----------
    implementation, function, format : str
        Which.
    verdict : str
        The worst of the regimes.
    largest_ulps, conditioned_ulps : float
        The largest error in ulps, and the largest where κ ≤ 100; special values apart.
    stability : float
        The largest stability factor E; special values apart.
    outputs, correctly_rounded : int
        Answers measured, and those of them with an error of at most 0.5 ulp.
    faults : dict of int
        How often by name: what makes a verdict wrong, what conditioning excuses, broken
        properties, and what was left undecided. Those that did not happen are left out.
    """

    implementation: str
    function: Name
    format: Name
    verdict: Label
    largest_ulps: float
    conditioned_ulps: float
    stability: float
    outputs: int
    correctly_rounded: int
    faults: dict[Label, int] = {}

    @property
    def key(self) -> Key:
        """What it is the record of."""
        return self.implementation, self.function, self.format

    @property
    def share(self) -> float:
        """The share of answers that are correctly rounded; 1 if none was measured."""
        return self.correctly_rounded / self.outputs if self.outputs else 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is not what it was.

    Attributes
    ----------
    figure : str
        Which: a field of `Record` or the name of a fault.
    before, after : float
        The figure; of verdicts their `Verdict`, of which a larger one is worse.
    is_worse : bool
        Whether it is worse than before.
    """

    figure: str
    before: float
    after: float
    is_worse: bool


def records(standing: Standing) -> Iterator[Record]:
    """Yield what is kept of a standing, a record a format."""
    for fmt, outcome in standing.outcomes.items():
        yield record(standing.name, standing.function, fmt, outcome)


def record(implementation: str, function: str, fmt: str, outcome: Outcome) -> Record:
    """Return what is kept of an outcome."""
    ordinary = outcome.ordinary
    return Record(
        implementation=implementation,
        function=function,
        format=fmt,
        verdict=outcome.verdict.word,
        largest_ulps=ordinary.worst_error.size if ordinary.worst_error else 0.0,
        conditioned_ulps=ordinary.worst_conditioned.size if ordinary.worst_conditioned else 0.0,
        stability=ordinary.worst_stability.size if ordinary.worst_stability else 0.0,
        outputs=outcome.finding.outputs,
        correctly_rounded=outcome.finding.correctly_rounded,
        faults=faults(outcome.finding),
    )


def faults(finding: Finding) -> dict[str, int]:
    """Return how often each fault happened, those that did not left out."""
    return {name: tally.count for name, tally in tallies(finding).items() if tally.count}


def tallies(finding: Finding) -> dict[str, Tally]:
    """Return how often each fault happened among how many; what is excused is one of its own."""
    found = {
        "spurious NaN": finding.spurious_nan,
        "spurious infinity": finding.spurious_infinity,
        "wrong special value": finding.special,
        UNDECIDED: finding.undecided,
    }
    if finding.failure is not None:
        found[finding.failure.kind] = Tally(tested=1, count=1)
    found |= {name: _unexcused(tally) for name, tally in finding.violations.items()}
    found[EXCUSED] = Tally(
        tested=sum(tally.tested for tally in finding.violations.values()),
        count=sum(tally.excused for tally in finding.violations.values()),
    )
    return found | {name: _unexcused(tally) for name, tally in finding.properties.items()}


def _unexcused(tally: Tally) -> Tally:
    return replace(tally, count=tally.count - tally.excused, excused=0)


def changes(before: Record, after: Record) -> list[Change]:
    """Return what has changed from one record to another of the same inputs.

    Parameters
    ----------
    before, after : Record
        Of the same rows: counts of other rows do not compare.

    Examples
    --------
    >>> from msgspec.structs import replace
    >>> old = Record(implementation="mine", function="softplus", format="binary32",
    ...              verdict="stable", largest_ulps=3.0, conditioned_ulps=3.0, stability=1.5,
    ...              outputs=100, correctly_rounded=60)
    >>> changes(old, replace(old, largest_ulps=2.0, faults={"spurious NaN": 1}))
    [Change(figure='largest_ulps', before=3.0, after=2.0, is_worse=False), \
Change(figure='spurious NaN', before=0, after=1, is_worse=True)]
    """
    graded = _VERDICTS[before.verdict], _VERDICTS[after.verdict]
    pairs: dict[str, tuple[float, float]] = {"verdict": graded}
    for name in SIZES:
        pairs[name] = getattr(before, name), getattr(after, name)
    for name in sorted({*before.faults, *after.faults}):
        pairs[name] = before.faults.get(name, 0), after.faults.get(name, 0)
    found = [Change(name, old, new, new > old) for name, (old, new) in pairs.items() if old != new]
    if before.share != after.share:
        found.append(Change("share", before.share, after.share, after.share < before.share))
    return found


_VERDICTS = {verdict.word: verdict for verdict in Verdict}
