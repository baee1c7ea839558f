"""Which implementations gave the same bits: classes, named and put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from lse_verify.report.leaderboard_rows import Row


@dataclass(frozen=True, slots=True, eq=False)
class SameBits:
    """Rows of one function and format that gave the same bits to every input they share.

    Attributes
    ----------
    rows : list of Row
        Best first; one alone is a class of its own.
    """

    rows: list[Row]

    @property
    def name(self) -> str:
        """The class is called by its textbook algorithm if it has one, or else by its best."""
        textbook = [row for row in self.rows if row.implementation.kind == "textbook"]
        return (textbook or self.rows)[0].name


def classes(rows: Iterable[Row]) -> list[SameBits]:
    """Put the rows of one function and format into classes, best first.

    A row joins the first class that it has the bits of every member of.

    Parameters
    ----------
    rows : iterable of Row
        Best first.
    """
    found: list[SameBits] = []
    for row in rows:
        known = (c for c in found if all(has_same_bits(row, other) for other in c.rows))
        home = next(known, None)
        if home is None:
            found.append(SameBits([row]))
        else:
            home.rows.append(row)
    return found


def has_same_bits(first: Row, second: Row) -> bool:
    """Tell whether two rows answered alike in every cell of the same inputs.

    Those must be at least half of the cells of each: a single one that they share would say
    little. Where a ledger has no fingerprints nothing is the same.
    """
    a, b = _answers(first), _answers(second)
    shared = a.keys() & b.keys()
    enough = shared and 2 * len(shared) >= max(len(a), len(b))
    return bool(enough) and all(a[cell] == b[cell] for cell in shared)


def is_known(row: Row) -> bool:
    """Tell whether there is anything to compare."""
    return bool(_answers(row))


def _answers(row: Row) -> dict[tuple[str, str], str]:
    """Return what tells the answers of each cell by its regime and what tells its inputs."""
    prints = ((e.cell.regime, e.finding.fingerprint) for e in row.entries)
    return {(r, p.inputs): p.answers for r, p in prints if p is not msgspec.UNSET}


def by_space(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Group rows by function and format."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.function, row.format), []).append(row)
    return found


def shared_bits(spaces: Iterable[Sequence[SameBits]]) -> list[tuple[SameBits, list[str]]]:
    """Return the classes of several members, each once with all formats that it has.

    Parameters
    ----------
    spaces : iterable of sequence of SameBits
        Of each function and format.
    """
    found: dict[tuple[str, frozenset[str]], tuple[SameBits, list[str]]] = {}
    for same in (c for group in spaces for c in group if len(c.rows) > 1):
        names = same.rows[0].function, frozenset(row.name for row in same.rows)
        found.setdefault(names, (same, []))[1].append(same.rows[0].format)
    return list(found.values())
