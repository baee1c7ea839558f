"""The figures of two grades side by side, in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from lse_verify.audit.compared import Compared, grave
from lse_verify.audit.record import SIZES, Change
from lse_verify.audit.verdict import Verdict
from lse_verify.report.words import LARGEST, number, tidy

LABELS = {
    "stability": "largest E",
    "conditioned_ulps": "largest error where κ ≤ 100, ulp",
    "share": "correctly rounded",
    "largest_ulps": "largest error, ulp",
}
"""What the figures are called that are no faults, the most telling first."""

_MOST_DIGITS = 17
_LEAST_FACTOR = 1.005


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both sides, in words.

    Attributes
    ----------
    figure, before, after : str
        What, and how much of it in either ledger.
    factor : str
        How many times as much, or as little; empty where that says nothing.
    is_worse : bool
        Whether the second is worse.
    tells : bool
        Whether it is what a grade rests on: a verdict, a fault, a size that ranks, or the share of
        correct rounding; and not a property, or an error that κ may explain.
    weight : float
        How large the change is, to sort by.
    """

    figure: str
    before: str
    after: str
    factor: str
    is_worse: bool
    tells: bool
    weight: float


def lines(grade: Compared) -> list[Line]:
    """Return what differs between two grades, the most telling first.

    First is the verdict, then the faults that make one wrong, sizes, the share that is correctly
    rounded, and last the properties.
    """
    telling = ["verdict", *sorted(grave(grade.before.finding) | grave(grade.after.finding))]
    order = [*telling, *LABELS]
    found = sorted(
        grade.changes,
        key=lambda c: (order.index(c.figure) if c.figure in order else len(order), c.figure),
    )
    return [_line(grade, change, change.figure in order[:-1]) for change in found]


def _line(grade: Compared, change: Change, tells: bool) -> Line:
    before, after = _texts(change, counts=grade.same_inputs)
    return Line(
        figure=_label(grade, change),
        before=before,
        after=after,
        factor=_factor(change),
        is_worse=change.is_worse,
        tells=tells,
        weight=_weight(change),
    )


def _label(grade: Compared, change: Change) -> str:
    for outcome in (grade.after, grade.before):
        failure = outcome.finding.failure
        if failure is not None and failure.kind == change.figure:
            return f"{failure.kind}: {failure.words}"
    return LABELS.get(change.figure, change.figure)


def _texts(change: Change, counts: bool) -> tuple[str, str]:
    if change.figure == "verdict":
        return Verdict(int(change.before)).word, Verdict(int(change.after)).word
    if change.figure in SIZES:
        return told_apart(change.before, change.after, _size)
    if change.figure == "share":
        return told_apart(change.before, change.after, lambda x, n: f"{100 * x:.{n - 2}f} %")
    if counts:
        return f"{change.before:,.0f}", f"{change.after:,.0f}"
    return told_apart(change.before, change.after, lambda x, n: f"{100 * x:.{n}g} %")


def told_apart(before: float, after: float, write: Callable[[float, int], str]) -> tuple[str, str]:
    """Write two numbers with as many digits as tell one from the other, three at least.

    Examples
    --------
    >>> told_apart(2.5, 2.50004, lambda x, digits: f"{x:.{digits}g}")
    ('2.5', '2.50004')
    """
    texts = ((write(before, digits), write(after, digits)) for digits in range(3, _MOST_DIGITS))
    return next((pair for pair in texts if pair[0] != pair[1]), (write(before, 3), write(after, 3)))


def _size(value: float, digits: int) -> str:
    return number(value) if value >= LARGEST else tidy(f"{value:.{digits}g}")


def _factor(change: Change) -> str:
    if change.figure in ("verdict", "share") or not (change.before and change.after):
        return ""
    grown, shrunk = change.after / change.before, change.before / change.after
    if max(grown, shrunk) < _LEAST_FACTOR:
        return ""
    return f"×{number(grown)}" if grown > 1 else f"÷{number(shrunk)}"


def _weight(change: Change) -> float:
    if not (change.before > 0 and change.after > 0):
        return math.inf
    return abs(math.log(change.after / change.before))
