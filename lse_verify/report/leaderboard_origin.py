"""What made the ledgers of a leaderboard: commands, machines and versions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lse_verify.report.grid import Grid
from lse_verify.report.leaderboard_rows import Source
from lse_verify.report.summary import NONE
from lse_verify.report.words import code, plain


@dataclass(frozen=True, slots=True)
class Origin:
    """Three tables.

    Attributes
    ----------
    ledgers, machines, versions : Grid
        A row a ledger, a machine, a package; versions that are the same in all have one column.
    """

    ledgers: Grid
    machines: Grid
    versions: Grid


def origin(sources: Sequence[Source]) -> Origin:
    """Return what made some ledgers."""
    return Origin(_ledgers(sources), _machines(sources), _versions(sources))


def _ledgers(sources: Sequence[Source]) -> Grid:
    headers = ("##", "command", "inputs", "#cells", "#machine", "commit", "digest of the findings")
    return Grid(
        headers,
        tuple(
            (
                str(source.number),
                code(source.ledger.header.command),
                _inputs(source),
                f"{source.ledger.header.cells:,}",
                str(source.machine),
                code(source.ledger.header.commit) if source.ledger.header.commit else NONE,
                code(source.ledger.digest),
            )
            for source in sources
        ),
    )


def _inputs(source: Source) -> str:
    header = source.ledger.header
    if source.ledger.is_exhaustive:
        return "every one"
    return f"sampled: seed {header.seed}, {header.samples:,} a regime"


def _machines(sources: Sequence[Source]) -> Grid:
    found = {source.machine: source.ledger.header.machine for source in sources}
    facts = list(dict.fromkeys(name for machine in found.values() for name in machine))
    rows = (
        (str(number), *(plain(machine.get(name, "")) or NONE for name in facts))
        for number, machine in sorted(found.items())
    )
    return Grid(("##", *map(plain, facts)), tuple(rows)).without_empty_columns()


def _versions(sources: Sequence[Source]) -> Grid:
    """Return a row a package; a ledger that says nothing of one does not rest on it."""
    headers = [source.ledger.header for source in sources]
    names = list(dict.fromkeys(name for header in headers for name in header.versions))
    told = [[header.versions.get(name, "") for header in headers] for name in names]
    if all(len({*versions} - {""}) <= 1 for versions in told):
        rows = tuple((plain(n), plain(max(found))) for n, found in zip(names, told, strict=True))
        return Grid(("package", "version"), rows)
    columns = (f"ledger {source.number}" for source in sources)
    return Grid(
        ("package", *columns),
        tuple(
            (plain(name), *(plain(version) or NONE for version in found))
            for name, found in zip(names, told, strict=True)
        ),
    )
