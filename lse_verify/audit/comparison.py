"""Two ledgers held against each other, grade by grade: what became worse, better, or other bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lse_verify.audit.compared import Compared, compared
from lse_verify.audit.ledger import Ledger, read_ledger
from lse_verify.audit.pairing import Subject, asked, paired
from lse_verify.audit.record import Key
from lse_verify.audit.standing import Standing, standings
from lse_verify.errors import LedgerError, UsageError


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ledgers.

    Attributes
    ----------
    path : str
        As it was given.
    ledger : Ledger
        What is in it.
    standings : dict of Standing
        By implementation and function.
    """

    path: str
    ledger: Ledger
    standings: dict[Subject, Standing] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Side:
        """Read a ledger."""
        ledger = read_ledger(path)
        return cls(str(path), ledger, {(s.name, s.function): s for s in standings(ledger)})

    def library(self, name: str) -> str:
        """Return the library of an implementation that it has."""
        return next(s.library for (known, _), s in self.standings.items() if known == name)

    @property
    def drawn(self) -> tuple[int, int]:
        """What all its inputs are drawn by: seed and samples."""
        return self.ledger.header.seed, self.ledger.header.samples

    @property
    def keys(self) -> list[Key]:
        """What it has grades of."""
        return [(*subject, fmt) for subject, s in self.standings.items() for fmt in s.outcomes]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ledgers held against each other.

    Attributes
    ----------
    first, second : Side
        The ledgers.
    grades : list of Compared
        Those that both have, in the order of the first.
    only_first, only_second : list of (str, str, str)
        Implementation, function and format of those that one has.
    """

    first: Side
    second: Side
    grades: list[Compared]
    only_first: list[Key]
    only_second: list[Key]


def compare(first: Side, second: Side, pairs: Sequence[str] = ()) -> Comparison:
    """Hold two ledgers against each other.

    Parameters
    ----------
    first, second : Side
        Two of audits, or two of exhaustive runs.
    pairs : sequence of str
        ``A=B``, names to compare with each other and nothing else; by their names if none.

    Raises
    ------
    LedgerError
        If one tried every input and the other a sample.
    UsageError
        If they have nothing in common.
    """
    if first.ledger.is_exhaustive != second.ledger.is_exhaustive:
        every, drawn = (first, second) if first.ledger.is_exhaustive else (second, first)
        raise LedgerError(
            f"'{every.path}' tried every input and '{drawn.path}' a sample; compare two of a kind"
        )
    subjects = [*first.standings], [*second.standings]
    found = asked(pairs, *subjects) if pairs else paired(*subjects)
    grades = [grade for a, b in found for grade in _grades(first, second, a, b)]
    if not grades:
        raise UsageError(
            f"no grade of '{first.path}' is in '{second.path}' too; pair names that differ: "
            "--pair torch=torch_compile"
        )
    ours, theirs = zip(*found, strict=True) if pairs else subjects
    return Comparison(
        first,
        second,
        grades,
        _only(first, {*ours}, ((g.names[0], g.function, g.format) for g in grades)),
        _only(second, {*theirs}, ((g.names[1], g.function, g.format) for g in grades)),
    )


def _only(side: Side, concerned: set[Subject], compared: Iterable[Key]) -> list[Key]:
    known = {*compared}
    return [key for key in side.keys if key not in known and key[:2] in concerned]


def _grades(first: Side, second: Side, a: Subject, b: Subject) -> Iterator[Compared]:
    one, other = first.standings[a].outcomes, second.standings[b].outcomes
    for fmt in (fmt for fmt in one if fmt in other):
        keys = (*a, fmt), (*b, fmt)
        found = compared(keys, one[fmt], other[fmt], first.drawn == second.drawn)
        if found is not None:
            yield found
