"""One grade of two ledgers, held against each other over what both have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec.structs import replace

from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.properties import OTHER_LAYOUTS
from lse_verify.audit.record import (
    EXCUSED,
    SIZES,
    UNDECIDED,
    Change,
    Key,
    Record,
    changes,
    faults,
    record,
    tallies,
)
from lse_verify.audit.standing import Outcome, outcome_of

Bits = Literal["same", "other", "unknown"]
Turn = Literal["worse", "better", "even"]

NOTABLE_SHARE = 0.01
"""By less a share of correct rounding differs if other inputs were drawn and nothing else is."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One grade of either ledger, over the regimes that both have.

    Attributes
    ----------
    names : (str, str)
        The implementation in the first and in the second ledger.
    function, format : str
        Of both.
    before, after : Outcome
        What they showed, without properties that only one was tried for.
    same_inputs : bool
        Whether both answered the same.
    bits : str
        Whether the answers are the same bit for bit, as far as the inputs are the same;
        ``"unknown"`` where nothing tells.
    changes : tuple of Change
        What differs. Of other inputs counts of faults are shares of what was tried, and only what
        is not explained by drawing others is there.
    """

    names: tuple[str, str]
    function: str
    format: str
    before: Outcome
    after: Outcome
    same_inputs: bool
    bits: Bits
    changes: tuple[Change, ...]

    @property
    def turn(self) -> Turn:
        """Whether it got worse or better: the verdict, or a fault that it did not have."""
        graded = next((c for c in self.changes if c.figure == "verdict"), None)
        if graded is not None:
            return "worse" if graded.is_worse else "better"
        had, has = grave(self.before.finding), grave(self.after.finding)
        if not self.same_inputs or had == has:
            return "even"
        return "worse" if has - had else "better"

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.changes) or self.bits == "other"

    @property
    def records(self) -> tuple[Record, Record]:
        """The figures of both."""
        first, second = self.names
        return (
            record(first, self.function, self.format, self.before),
            record(second, self.function, self.format, self.after),
        )


def compared(
    keys: tuple[Key, Key], one: Outcome, other: Outcome, drawn_alike: bool
) -> Compared | None:
    """Hold one grade against another; None if no regime is in both.

    Parameters
    ----------
    keys : ((str, str, str), (str, str, str))
        What each is of.
    one, other : Outcome
        What they showed.
    drawn_alike : bool
        Whether seed and samples are the same.
    """
    (first, function, fmt), (second, *_) = keys
    before, after = _in_common(one, other, _place(first) != _place(second))
    if not before.regimes:
        return None
    cells = [(before.regimes[name], after.regimes[name]) for name in before.regimes]
    same = all(_same_inputs(x, y, drawn_alike) for x, y in cells)
    found = changes(record(*keys[0], before), record(*keys[1], after))
    told = found if same else _beyond_drawing(found, before, after)
    names = (first, second)
    return Compared(names, function, fmt, before, after, same, _bits(cells), tuple(told))


def _place(name: str) -> str:
    return name.partition("@")[2]


def _in_common(one: Outcome, other: Outcome, apart: bool) -> tuple[Outcome, Outcome]:
    """Return what both show in the regimes that both have, of properties that both were tried for.

    What runs elsewhere is sent copies, which have no other layout: of two that run apart that
    property tells nothing.
    """
    regimes = [name for name in one.regimes if name in other.regimes]
    tried = _tried(one.finding) & _tried(other.finding) - ({OTHER_LAYOUTS} if apart else set())
    return _restricted(one, regimes, tried), _restricted(other, regimes, tried)


def _tried(finding: Finding) -> set[str]:
    return {name for name, tally in finding.properties.items() if tally.tested}


def _restricted(outcome: Outcome, regimes: list[str], tried: set[str]) -> Outcome:
    if [*outcome.regimes] == regimes and tried == _tried(outcome.finding):
        return outcome
    return outcome_of({name: _only_tried(outcome.regimes[name], tried) for name in regimes})


def _only_tried(finding: Finding, tried: set[str]) -> Finding:
    kept = {name: tally for name, tally in finding.properties.items() if name in tried}
    return replace(finding, properties=kept)


def _same_inputs(one: Finding, other: Finding, drawn_alike: bool) -> bool:
    a, b = one.fingerprint, other.fingerprint
    if a is not msgspec.UNSET and b is not msgspec.UNSET:
        return a.inputs == b.inputs
    # Of a cell that was lost nothing is known but what was to be drawn.
    lost = one.failure is not None or other.failure is not None
    return drawn_alike and (lost or one.rows == other.rows)


def _bits(cells: Iterable[tuple[Finding, Finding]]) -> Bits:
    # Where nothing was answered, as by a cell that was lost, there are no bits.
    answered = [(one, other) for one, other in cells if one.rows or other.rows]
    prints = [(one.fingerprint, other.fingerprint) for one, other in answered]
    known = [
        a.answers == b.answers
        for a, b in prints
        if a is not msgspec.UNSET and b is not msgspec.UNSET and a.inputs == b.inputs
    ]
    if not all(known):
        return "other"
    return "same" if len(known) == len(prints) else "unknown"


def _beyond_drawing(found: list[Change], before: Outcome, after: Outcome) -> Iterable[Change]:
    """Yield what is changed by more than that other inputs were drawn."""
    by_figure = {change.figure: change for change in found}
    if "verdict" in by_figure:
        yield from (by_figure[name] for name in ("verdict", *SIZES) if name in by_figure)
        tried = tallies(before.finding), tallies(after.finding)
        for name in sorted(grave(before.finding) | grave(after.finding)):
            had, has = (_share(told.get(name, Tally())) for told in tried)
            yield Change(name, had, has, has > had)
    share = by_figure.get("share")
    if share is not None and abs(share.after - share.before) >= NOTABLE_SHARE:
        yield share


def _share(tally: Tally) -> float:
    return tally.count / tally.tested if tally.tested else 0.0


def grave(finding: Finding) -> set[str]:
    """Return the names of the faults that make a verdict wrong."""
    harmless = {EXCUSED, UNDECIDED, *finding.properties}
    return {name for name in faults(finding) if name not in harmless}
