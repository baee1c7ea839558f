"""The tables of the leaderboard: one a function and format, and those that sum them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.ledger import Skipped
from lse_verify.audit.standing import excused
from lse_verify.audit.verdict import Verdict
from lse_verify.report.exhaustive_tables import share_of
from lse_verify.report.grid import Grid
from lse_verify.report.leaderboard_classes import SameBits, is_known
from lse_verify.report.leaderboard_rows import Row, Source
from lse_verify.report.summary import NONE, conditioned_ulps, grade, stability, ulps
from lse_verify.report.words import code, counted, listed, number, plain, unbroken

GRADES = tuple(verdict for verdict in Verdict if verdict is not Verdict.UNTESTED)
GLANCED = ("binary32", "binary64")
"""The formats that the first table and the figures show."""

_WELL_CONDITIONED_BINADES = 7
"""From here on a binade of κ in a finding's profile is all above 100."""

_HEADERS = (
    "##",
    "implementation",
    "language",
    "same bits",
    "verdict",
    "#E",
    "#ulp, κ ≤ 100",
    "#ulp, κ > 100",
    "#nearest",
    "violations",
    "no number",
    "#special values",
    "#lower steps",
    "#order broken",
    "#ns a row",
    "#machine",
    "inputs",
)

Spaces = dict[tuple[str, str], list[SameBits]]
"""The classes of each function and format, in the order of the report."""


def ranking(group: Sequence[SameBits], times: dict[Row, float], n_machines: int = 1) -> Grid:
    """Return the table of one function and format, best first.

    Rows of a class that differ in nothing but their time share a line of the table.

    Parameters
    ----------
    group : sequence of SameBits
        The classes.
    times : dict of float
        Nanoseconds a row, of those that have them.
    n_machines : int
        How many machines there are: of several it is said which.
    """
    letters = _letters(group)
    rows = []
    for place, same in enumerate(group, 1):
        for cells, members in groupby(same.rows, key=_figures):
            letter = letters.get(same, NONE)
            rows.append(_line(place, cells, list(members), letter, times, n_machines > 1))
    return Grid(_HEADERS, tuple(rows)).without_empty_columns()


def _letters(group: Sequence[SameBits]) -> dict[SameBits, str]:
    """Name the classes of several members by letters, in their order."""
    several = [same for same in group if len(same.rows) > 1]
    return {same: _letter(place) for place, same in enumerate(several)}


def _letter(place: int) -> str:
    """Return a, b and so on; after z come aa, ab and so on.

    Examples
    --------
    >>> _letter(0), _letter(25), _letter(26)
    ('a', 'z', 'aa')
    """
    first, last = divmod(place, 26)
    return (_letter(first - 1) if first else "") + chr(ord("a") + last)


def _line(
    place: int,
    cells: tuple[str, ...],
    members: Sequence[Row],
    letter: str,
    times: dict[Row, float],
    several: bool,
) -> tuple[str, ...]:
    *figures, inputs = cells
    where = [str(row.source.machine) if several and row in times else NONE for row in members]
    return (
        str(place),
        "<br>".join(named(row) for row in members),
        _each([plain(row.implementation.language) or NONE for row in members]),
        letter,
        *figures,
        _each([_time(times.get(row)) for row in members]),
        _each(where),
        inputs,
    )


def named(row: Row) -> str:
    """Write the name of a row, with marks if it is composed, and if it answered few rows."""
    composed, partial = row.implementation.composed, row.is_partial
    return f"{code(row.name)}{'†' if composed else ''}{'‡' if partial else ''}"


def _each(cells: Sequence[str]) -> str:
    """Write one of equal cells, or each beside its name."""
    return cells[0] if len(set(cells)) == 1 else "<br>".join(cells)


def _time(nanoseconds: float | None) -> str:
    return NONE if nanoseconds is None else number(nanoseconds)


def _figures(row: Row) -> tuple[str, ...]:
    """Return all cells that say how accurate a row is."""
    finding, ordinary = row.outcome.finding, row.outcome.ordinary
    return (
        _verdict(row),
        stability(ordinary),
        conditioned_ulps(ordinary),
        cancellation(ordinary),
        share_of(finding.correctly_rounded, finding.outputs),
        _violations(finding),
        _no_number(finding),
        _count(finding.special),
        _count(finding.properties.get("monotone", Tally())),
        _count(finding.properties.get("order kept", Tally())),
        inputs(row),
    )


def _verdict(row: Row) -> str:
    failures = (f.failure.kind for f in row.outcome.regimes.values() if f.failure)
    kinds = ", ".join(sorted(set(failures)))
    return f"{grade(row.outcome)}{f' ({kinds})' if kinds else ''}"


def cancellation(finding: Finding) -> str:
    """Return the worst error where κ > 100, as far as it is known.

    A finding keeps the largest error of all inputs and that where κ ≤ 100: if they differ the
    former is it, and if not it is no larger.
    """
    worst, conditioned = finding.worst_error, finding.worst_conditioned
    if worst is None:
        return NONE
    if conditioned is None or worst.size > conditioned.size:
        return ulps(worst)
    binades = finding.profiles.get("condition", {})
    has_some = any(binade >= _WELL_CONDITIONED_BINADES for binade in binades)
    return "no larger" if has_some or not binades else NONE


def _violations(finding: Finding) -> str:
    words = [f"{plain(n)} ×{t.count - t.excused:,}" for n, t in finding.unexcused.items()]
    words += [f"(excused ×{excused(finding):,})"] if excused(finding) else []
    return ", ".join(words) or NONE


def _no_number(finding: Finding) -> str:
    counts = {"NaN": finding.spurious_nan.count, "∞": finding.spurious_infinity.count}
    return ", ".join(unbroken(f"{w} ×{count:,}") for w, count in counts.items() if count) or NONE


def _count(tally: Tally) -> str:
    if not tally.tested:
        return NONE
    return unbroken(f"{tally.count:,} of {tally.tested:,}")


def inputs(row: Row) -> str:
    """Say which inputs the figures of a row are of, and how many."""
    every = f"{row.every.rows:,}" if row.every else ""
    drawn = counted(row.n_drawn, "row") if row.sampled else ""
    return {
        "sampled": f"sampled, {drawn}",
        "exhaustive": f"**exhaustive**, {every}",
        "all pairs": f"all {every} pairs, no longer rows",
        "sampled and all pairs": f"sampled, {drawn}; all {every} pairs",
    }[row.reach]


def glance(spaces: Spaces) -> Grid:
    """Return a row a function and format: how many are what, and which are best."""
    headers = (
        "function",
        "format",
        "#implementations",
        "#with bits of their own",
        *(f"#{verdict.word}" for verdict in GRADES),
        "#of these on special values only",
        "best",
        "next",
    )
    rows = tuple(
        (function, fmt, *_glanced(group))
        for (function, fmt), group in spaces.items()
        if fmt in GLANCED and function not in alone(spaces)
    )
    return Grid(headers, rows)


def _glanced(group: Sequence[SameBits]) -> Iterable[str]:
    rows = [row for same in group for row in same.rows]
    counts = Counter(row.outcome.verdict for row in rows)
    special = sum(row.outcome.only_special_is_wrong for row in rows)
    numbers = (len(rows), _own_bits(group), *(counts[verdict] for verdict in GRADES), special)
    first = [" = ".join(named(row) for row in same.rows) for same in best(group)[:2]]
    return (*(str(n) if n else NONE for n in numbers), *first, *[NONE] * (2 - len(first)))


def _own_bits(group: Sequence[SameBits]) -> int:
    """Count the classes, 0 where not all of them can be told."""
    return len(group) if all(is_known(same.rows[0]) for same in group) else 0


def best(group: Sequence[SameBits]) -> list[SameBits]:
    """Return the classes in order without those that answered few rows, if others did all."""
    return [same for same in group if not same.rows[0].is_partial] or list(group)


def alone(spaces: Spaces) -> list[str]:
    """Return the functions with nobody to compare: one implementation each."""
    names: dict[str, set[str]] = {}
    for (function, _), group in spaces.items():
        names.setdefault(function, set()).update(row.name for same in group for row in same.rows)
    return [function for function, found in names.items() if len(found) == 1]


def libraries(rows: Sequence[Row], sources: Iterable[Source]) -> Grid:
    """Return a row a library: version, language, how much it has; those missing are rows too."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.library, []).append(row)
    present = [(code(name), *_library(name, grouped[name])) for name in sorted(grouped)]
    missing = {s.name: s for source in sources for s in source.ledger.header.skipped}
    skipped = [_skipped(missing[name]) for name in sorted(missing) if name not in grouped]
    headers = ("library", "version", "language", "#implementations", "functions", "ledgers")
    return Grid(headers, (*present, *skipped)).without_empty_columns()


def _library(name: str, rows: Sequence[Row]) -> tuple[str, ...]:
    headers = [row.source.ledger.header for row in rows]
    versions = {header.versions.get(name, "") for header in headers} - {""}
    languages = {row.implementation.language for row in rows} - {""}
    names = {row.implementation.name for row in rows}
    functions = dict.fromkeys(row.function for row in rows)
    ledgers = sorted({row.source.number for row in rows})
    return (
        ", ".join(map(plain, sorted(versions))) or NONE,
        ", ".join(map(plain, sorted(languages))) or NONE,
        str(len(names)),
        ", ".join(functions),
        ", ".join(map(str, ledgers)),
    )


def _skipped(skipped: Skipped) -> tuple[str, ...]:
    return (code(skipped.name), f"skipped: {plain(skipped.reason)}", *[NONE] * 4)


@dataclass(frozen=True, slots=True)
class Shared:
    """What is said of one class: its name, what a textbook would write, and who is in it."""

    function: str
    name: str
    calls: str
    others: str
    formats: str


def shared(found: Iterable[tuple[SameBits, list[str]]]) -> Iterator[Shared]:
    """Yield what is said of classes of several members."""
    for same, formats in found:
        first = next(row for row in same.rows if row.name == same.name)
        yield Shared(
            function=first.function,
            name=code(same.name),
            calls=code(first.implementation.calls) if first.implementation.calls else "",
            others=listed([named(row) for row in same.rows if row is not first]),
            formats=listed(formats),
        )
