"""The tables of the report of bugs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lse_verify.audit.bug import FAULTS, KINDS, Excuse, Kind
from lse_verify.audit.verdict import Verdict
from lse_verify.report.bugs_blocks import Case
from lse_verify.report.bugs_grades import Grade
from lse_verify.report.decimals import shortened
from lse_verify.report.grid import Grid
from lse_verify.report.summary import NONE
from lse_verify.report.witnesses import Exhibit, replay
from lse_verify.report.words import code, plain, unbroken

Left = list[tuple[Grade, dict[str, Exhibit | None]]]


def glance(cases: Sequence[Case]) -> Grid:
    """Return how many bugs of which class each library has."""
    kinds = [kind for kind in KINDS if any(case.bug.kind == kind for case in cases)]
    grouped = by_library(cases)
    rows = [
        (
            f"[{plain(group[0].release.title)}](#{library})",
            plain(group[0].release.version),
            str(len(group)),
            *_counts(group, kinds),
        )
        for library, group in grouped.items()
    ]
    total = ("all", "", str(len(cases)), *_counts(cases, kinds))
    headers = ("library", "version", "#bugs", *(f"#{plain(KINDS[kind][0])}" for kind in kinds))
    return Grid(headers, (*rows, total))


def _counts(cases: Sequence[Case], kinds: Iterable[Kind]) -> tuple[str, ...]:
    counts = Counter(case.bug.kind for case in cases)
    return tuple(str(counts[kind] or NONE) for kind in kinds)


def by_library(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Group bugs by library, in the order they come in."""
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        grouped.setdefault(case.release.library, []).append(case)
    return grouped


def listing(cases: Sequence[Case]) -> Grid:
    """Return a row a bug of one library."""
    headers = ("##", "function", "input", "format", "gives", "truth", "#ulp", "class")
    return Grid(
        headers,
        tuple(
            (
                case.label,
                f"{code(case.bug.function)}{_output(case)}",
                _input(case),
                unbroken(" ".join(case.bug.formats[:1])) + _others(case),
                code(case.gives),
                plain(case.measured.truth),
                case.error or NONE,
                plain(case.kind) + ("" if case.state == "as recorded" else f" ({case.state})"),
            )
            for case in cases
        ),
    )


def _input(case: Case) -> str:
    return plain(case.input) or "(no terms)"


def _output(case: Case) -> str:
    returns_row = case.bug.subject[0].returns_row
    return f" of {case.bug.implementations[0]}, entry {case.bug.output}" if returns_row else ""


def _others(case: Case) -> str:
    more = len(case.bug.formats) - 1
    return f" +{more}" if more else ""


def index(found: Sequence[Grade], cases: Sequence[Case], excuses: Sequence[Excuse]) -> Grid:
    """Return which bugs account for which grades of one library."""
    formats = list(dict.fromkeys(grade.row.format for grade in found))
    groups: dict[tuple[str, str], dict[str, Grade]] = {}
    for grade in found:
        name, function, fmt = grade.key
        groups.setdefault((name, function), {})[fmt] = grade
    rows = tuple(
        (code(name), function, *(_cell(of.get(fmt), cases, excuses) for fmt in formats))
        for (name, function), of in sorted(groups.items())
    )
    return Grid(("implementation", "function", *formats), rows)


def _cell(grade: Grade | None, cases: Sequence[Case], excuses: Sequence[Excuse]) -> str:
    if grade is None:
        return NONE
    known = [case.label for case in cases if grade.explained_by(case.bug)]
    known += ["no bug"] if any(grade.explained_by(excuse) for excuse in excuses) else []
    return f"{word(grade)}: {', '.join(known) or '**not written up**'}"


def word(grade: Grade) -> str:
    """Return the verdict in words, with what ordinary numbers alone would earn."""
    outcome = grade.row.outcome
    if outcome.only_special_is_wrong and outcome.ordinary_verdict < Verdict.UNSTABLE:
        return "wrong on special values"
    return outcome.verdict.word


def missing(left: Left) -> Grid:
    """Return a row a fault that nobody has written up, with the line that replays it."""
    headers = ("implementation", "function", "format", "verdict", "fault", "input", "got", "truth")
    rows = [
        (
            code(grade.key[0]),
            grade.row.function,
            grade.row.format,
            word(grade),
            plain(FAULTS[fault]),
            *_shown(grade, exhibit),
        )
        for grade, faults in left
        for fault, exhibit in faults.items()
    ]
    return Grid((*headers, "replay"), tuple(rows))


def _shown(grade: Grade, exhibit: Exhibit | None) -> tuple[str, ...]:
    if exhibit is None:
        failures = (entry.finding.failure for entry in grade.row.entries)
        words = next((failure.words for failure in failures if failure), "")
        return NONE, plain(words) or NONE, NONE, NONE
    witness = exhibit.witness
    fmt = exhibit.cell.format
    return (
        plain(shortened(witness.arguments, fmt)) or f"{witness.n_terms:,} terms",
        plain(shortened([witness.got], fmt)),
        plain(witness.truth) or NONE,
        code(replay(exhibit.cell, witness)),
    )
