"""Rounding bounds that drop nothing, beside those of Blanchard, Higham & Higham."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from lse_verify.audit.finding import BASES, Basis, BoundUse, RoundingUse
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.report.grid import Grid
from lse_verify.report.summary import NONE
from lse_verify.report.witnesses import BROKEN_ROUNDING, Exhibit
from lse_verify.report.words import code, counted, listed, number, unbroken

BASIS: dict[Basis, str] = {
    "exhaustive": "every float tried",
    "elsewhere": "every float tried on other machines, a sample on this one",
    "documented": "documented, not measured",
}
"""How errors of elementary functions are known, in words."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """The table, what it says in sentences, and a broken row of each that broke its bound."""

    table: Grid
    sentences: list[str]
    exhibits: list[Exhibit]


@dataclass(frozen=True, slots=True)
class _Run:
    """One implementation of one function in one format, over all regimes."""

    implementation: str
    function: str
    format: str
    use: RoundingUse
    first_order: BoundUse | None
    exhibit: Exhibit | None

    @property
    def order(self) -> tuple[int, str, int]:
        functions, formats = list(FUNCTIONS), list(FORMATS)
        place = functions.index(self.function) if self.function in functions else len(functions)
        return place, self.implementation, formats.index(self.format)

    @property
    def words(self) -> str:
        return f"{code(self.implementation)} {self.function} in {self.format}"


def rounding(ledger: Ledger) -> Rounding | None:
    """Return what the ledger shows of rounding bounds, None where no scheme is known."""
    grouped: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in ledger.entries:
        if entry.finding.rounding_use is not None:
            key = (entry.cell.implementation, entry.cell.function, entry.cell.format)
            grouped.setdefault(key, []).append(entry)
    runs = sorted((_run(*key, entries) for key, entries in grouped.items()), key=lambda r: r.order)
    if not runs:
        return None
    found = [run.exhibit for run in runs if run.exhibit is not None]
    return Rounding(_table(runs), list(_sentences(runs)), found)


def _run(implementation: str, function: str, fmt: str, entries: list[Entry]) -> _Run:
    uses = [e.finding.rounding_use for e in entries if e.finding.rounding_use is not None]
    first_order = [e.finding.bound_use for e in entries if e.finding.bound_use is not None]
    shown = [
        Exhibit(entry.cell, BROKEN_ROUNDING, use.broken.witness)
        for entry, use in zip(entries, uses, strict=True)
        if use.broken.witness is not None
    ]
    return _Run(
        implementation,
        function,
        fmt,
        reduce(RoundingUse.merge, uses),
        reduce(BoundUse.merge, first_order) if first_order else None,
        min(shown, key=lambda exhibit: exhibit.preference, default=None),
    )


def _table(runs: Iterable[_Run]) -> Grid:
    headers = (
        "function",
        "implementation",
        "scheme",
        "format",
        "#exp, ulp",
        "#log, ulp",
        "both are",
        "#rows with a bound",
        "#without",
        "#beyond it",
        "#largest error / bound",
        "#the same, first-order bound",
    )
    return Grid(headers, tuple(_row(run) for run in runs)).without_empty_columns()


def _row(run: _Run) -> tuple[str, ...]:
    use, first_order = run.use, run.first_order
    return (
        run.function,
        code(run.implementation),
        code(use.scheme),
        run.format,
        _ulps(use.exp_ulps),
        _ulps(use.log_ulps),
        BASIS[use.basis],
        f"{use.broken.tested:,}",
        f"{use.unbounded:,}" if use.unbounded else NONE,
        f"**{use.broken.count:,}**" if use.broken.count else "0",
        _share(use.largest_use) if use.broken.tested else NONE,
        number(first_order.largest_use) if first_order and first_order.measured else NONE,
    )


def _ulps(value: float) -> str:
    # Not number(): three digits would print a bound of 0.5001 as 0.5.
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _share(use: float) -> str:
    """Write a share of a bound so that one within it never reads as 1.

    Examples
    --------
    >>> _share(0.875), _share(0.99999), _share(12.0)
    ('0.875', '0.9999', '12')
    """
    # Three digits would print 0.9996 as 1; rounding down keeps it below.
    return number(use) if use < 0.999 or use > 1 else f"{math.floor(use * 10_000) / 10_000:g}"


def _sentences(runs: list[_Run]) -> Iterable[str]:
    tested = sum(run.use.broken.tested for run in runs)
    broken = [run for run in runs if run.use.broken.count]
    for run in broken:
        tally = run.use.broken
        where = unbroken(f"{tally.count:,} of {tally.tested:,}")
        yield (
            f"**The a-priori bound is broken** by {run.words} on {where} rows: it is not the "
            f"scheme {code(run.use.scheme)} in {run.format} with such functions."
        )
    nearest = max((r for r in runs if not r.use.broken.count), key=_use, default=None)
    if nearest is not None:
        rest = "None of the others" if broken else f"None of {counted(tested, 'row')}"
        yield (
            f"{rest} is beyond its bound; the nearest to it is {nearest.words}, with "
            f"{_share(nearest.use.largest_use)} of it."
        )
    if any(run.use.basis == BASES[1] for run in runs):
        formats = sorted({run.format for run in runs if run.use.basis == BASES[1]})
        yield (
            f"This machine's exp and log of {listed(formats)} give other bits than those that "
            "were measured: the bounds rest on the largest errors measured elsewhere and on a "
            f"sample here. {code('python -m lse_verify.audit.platform')} measures this machine."
        )


def _use(run: _Run) -> float:
    return run.use.largest_use
