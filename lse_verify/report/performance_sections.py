"""The tables of the report on performance: a contender that was skipped has its row in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lse_verify.bench.contenders.contender import CORRECT, FEW, NARROW, TRUTH
from lse_verify.bench.measurements import Doubling, Entrant, FirstCall, Measurements, Timing
from lse_verify.bench.spread import Spread
from lse_verify.report.grid import Grid
from lse_verify.report.performance_targets import Judged
from lse_verify.report.performance_words import duration, durations, ratios, times
from lse_verify.report.words import code, counted, number, plain, unbroken

NONE = "–"
_TELLING_LENGTHS = (1, 2, 10, 100, 1000, 10**4, 10**5, 10**6)


def targets_table(lines: Iterable[Judged]) -> Grid:
    """Return a row a target."""
    headers = ("work", "against", "#measured", "#at least", "met", "#aim", "met")
    return Grid(headers, tuple(_target(line) for line in lines))


def _target(line: Judged) -> tuple[str, ...]:
    return (
        line.work,
        line.against,
        plain(line.spread),
        unbroken(line.at_least),
        _met(line.met),
        line.aim or NONE,
        _met(line.aim_met),
    )


def _met(met: bool | None) -> str:
    return NONE if met is None else "yes" if met else "**no**"


def contenders_table(found: Measurements) -> Grid:
    """Return a row a contender: what it is."""
    headers = ("contender", "what is timed", "answers", "version", "#largest difference")
    return Grid(headers, tuple(map(_contender, found.entrants)))


def _contender(entrant: Entrant) -> tuple[str, ...]:
    return (
        code(entrant.name),
        code(entrant.calls),
        plain(entrant.gives),
        f"skipped: {plain(entrant.skipped)}" if entrant.skipped else plain(entrant.version),
        NONE if entrant.difference is None else number(entrant.difference),
    )


def _skipped(entrant: Entrant) -> str:
    return f"skipped: {plain(entrant.why_skipped)}" if entrant.skipped else ""


def lengths_table(found: Measurements) -> Grid:
    """Return a row a contender and a column a length: time a row, and that over truth's."""
    lengths = [n for n in _TELLING_LENGTHS if n in found.plan.lengths]
    return _by_length(found, found.by_length, "binary64", lengths, [e.name for e in found.entrants])


def narrow_table(found: Measurements) -> Grid:
    """Return the same in binary32, which few are timed in."""
    return _by_length(found, found.by_length, "binary32", found.plan.narrow_lengths, NARROW)


def allocation_table(found: Measurements) -> Grid:
    """Return the same where freed memory is not kept."""
    return _by_length(found, found.by_allocation, "binary64", found.plan.few_lengths, FEW)


def _by_length(
    found: Measurements,
    timings: Iterable[Timing],
    fmt: str,
    lengths: Sequence[int],
    names: Sequence[str],
) -> Grid:
    seconds = {
        (t.case.contender, t.case.n_terms): t.row_seconds.middle
        for t in timings
        if t.case.format == fmt
    }

    def cell(name: str, n_terms: int) -> str:
        words = unbroken(duration(seconds[name, n_terms]))
        if name == TRUTH or (TRUTH, n_terms) not in seconds:
            return words
        return f"{words}<br>{times(seconds[name, n_terms] / seconds[TRUTH, n_terms])}"

    headers = ("contender", *(f"#n = {n:,}" for n in lengths))
    return Grid(headers, _rows(found, names, lengths, seconds, cell))


def rows_table(found: Measurements) -> Grid:
    """Return a row a contender and a column a number of rows: time a row."""
    counts = found.plan.row_counts
    seconds = {(t.case.contender, t.case.rows): t.row_seconds.middle for t in found.by_rows}
    names = [entrant.name for entrant in found.entrants if not entrant.loops]
    headers = ("contender", *(f"#{counted(count, 'row')}" for count in counts))

    def cell(name: str, count: int) -> str:
        return unbroken(duration(seconds[name, count]))

    return Grid(headers, _rows(found, names, counts, seconds, cell))


def _rows(
    found: Measurements,
    names: Sequence[str],
    columns: Sequence[int],
    known: Iterable[tuple[str, int]],
    cell: Callable[[str, int], str],
) -> tuple[tuple[str, ...], ...]:
    """Return a row a contender; the first cell says why, where it was skipped."""
    there = {*known}
    rows = []
    for entrant in found.entrants:
        if entrant.name in names:
            cells = [cell(entrant.name, c) if (entrant.name, c) in there else NONE for c in columns]
            rows.append((code(entrant.name), *([_skipped(entrant) or cells[0]] + cells[1:])))
    return tuple(rows)


def doublings_table(found: Measurements) -> Grid:
    """Return a row a case: rows a second of one and two processes, and the ratio."""
    headers = ("contender", "#n", "#one: rows a second", "#two: rows a second", "#ratio")
    measured = tuple(_doubling(doubling) for doubling in found.doublings)
    return Grid(headers, measured + _absent(found, FEW, len(headers)))


def _doubling(doubling: Doubling) -> tuple[str, ...]:
    rows = doubling.portion.rows * doubling.portion.calls
    return (
        code(doubling.case.contender),
        f"{doubling.case.n_terms:,}",
        number(rows / Spread.of(doubling.one).middle),
        number(2 * rows / Spread.of(doubling.two).middle),
        ratios(doubling.gain),
    )


def first_calls_table(found: Measurements) -> Grid:
    """Return a row a contender and format that compiles."""
    headers = ("contender", "format", "#nothing compiled before", "#later processes")
    measured = tuple(_first_call(first) for first in found.first_calls)
    return Grid(headers, measured + _absent(found, (TRUTH, CORRECT), len(headers)))


def _first_call(first: FirstCall) -> tuple[str, ...]:
    took = (unbroken(duration(seconds)) for seconds in (first.compiling, first.loading))
    return (code(first.contender), first.format, *took)


def _absent(found: Measurements, names: Sequence[str], width: int) -> tuple[tuple[str, ...], ...]:
    """Return the rows of those that were skipped."""
    return tuple(
        (code(e.name), _skipped(e), *[NONE] * (width - 2))
        for e in found.entrants
        if e.skipped and e.name in names
    )


def every_timing(found: Measurements) -> Grid:
    """Return a row a case: what one measurement was, and its median between the extremes."""
    headers = ("contender", "format", "#n", "#rows × calls", "#repetitions", "#time a row")
    return Grid(headers, tuple(_timing(timing) for timing in (*found.by_length, *found.by_rows)))


def _timing(timing: Timing) -> tuple[str, ...]:
    return (
        code(timing.case.contender),
        timing.case.format,
        f"{timing.case.n_terms:,}",
        f"{timing.portion.rows:,} × {timing.portion.calls:,}",
        str(len(timing.seconds)),
        unbroken(durations(timing.row_seconds)),
    )
