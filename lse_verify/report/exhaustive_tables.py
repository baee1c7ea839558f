"""What one space shows, implementation by implementation: grades, sizes, faults, time."""

from __future__ import annotations

from collections.abc import Iterable

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Entry
from lse_verify.audit.verdict import reasons, verdict
from lse_verify.report.grid import Grid
from lse_verify.report.summary import NONE, stability, ulps, word
from lse_verify.report.words import code, counted, number, percent, plain, unbroken

PROPERTIES = {"monotone": "lower steps", "same when permuted": "orders differ"}
"""Columns of properties, by name."""

_LIMITS = {-1: "½", 0: "1", 1: "2", 4: "16", 10: "2¹⁰", 20: "2²⁰"}


def ranked(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a space, best first."""
    return sorted(entries, key=_rank)


def _rank(entry: Entry) -> tuple[object, ...]:
    finding = entry.finding
    worst = finding.worst_error.size if finding.worst_error else 0.0
    return verdict(finding), finding.failure is not None, worst, entry.cell.implementation


def grades(entries: list[Entry]) -> Grid:
    """Return a row an implementation: verdict, largest error, and how many are how good."""
    headers = (
        "implementation",
        "verdict",
        "#largest error (ulp)",
        "#inputs that attain it",
        "the first of them",
        "#largest E",
        "#nearest",
        "#faithful",
        *(f"#{name}" for name in PROPERTIES.values()),
    )
    return Grid(headers, tuple(_row(entry) for entry in entries)).without_empty_columns()


def _row(entry: Entry) -> tuple[str, ...]:
    finding = entry.finding
    name, grade = code(entry.cell.implementation), word(verdict(finding))
    if finding.failure is not None:
        return (name, grade, *(NONE,) * (6 + len(PROPERTIES)))
    return (
        name,
        grade,
        f"{finding.worst_error.size:.10g}" if finding.worst_error else "0",
        attained(finding),
        _where(finding),
        stability(finding),
        share_of(finding.correctly_rounded, finding.outputs),
        share_of(finding.faithful, finding.outputs),
        *(
            f"{finding.properties[p].count:,}" if p in finding.properties else NONE
            for p in PROPERTIES
        ),
    )


def largest(finding: Finding) -> str:
    """Write the largest error in three digits with its unit, or why there is none."""
    if finding.failure is not None:
        return finding.failure.kind
    if not finding.outputs:
        return "no number"
    return unbroken(f"{ulps(finding.worst_error) if finding.worst_error else 0} ulp")


def attained(finding: Finding) -> str:
    """Return how many inputs have the largest error."""
    if finding.exhausted is None or not finding.exhausted.candidates:
        return NONE
    count = sum(candidate.count for candidate in finding.exhausted.candidates)
    return f"≥{count:,}" if finding.exhausted.crowded else f"{count:,}"


def _where(finding: Finding) -> str:
    worst = finding.worst_error
    if worst is None or worst.arguments is None:
        return NONE
    return code("; ".join(worst.arguments))


def share_of(part: int, whole: int) -> str:
    """Write a share with the digits that tell it from all and from nothing."""
    if whole == 0 or part in (0, whole):
        return percent(part, whole)
    for digits in range(2, 8):
        text = f"{100 * part / whole:.{digits}f}"
        if float(text) not in (0.0, 100.0):
            return unbroken(f"{text} %")
    return percent(part, whole)


def above(entries: Iterable[Entry]) -> Grid:
    """Return how many errors are at or above limits; without those that measured nothing."""
    headers = ("implementation", *(unbroken(f"#≥ {text} ulp") for text in _LIMITS.values()))
    rows = []
    for entry in entries:
        if not entry.finding.outputs:
            continue
        by_octave = {
            int(name.removeprefix("2^")): count
            for name, count in entry.finding.histogram.items()
            if name != "0"
        }
        counts = [sum(c for o, c in by_octave.items() if o >= limit) for limit in _LIMITS]
        cells = (f"{count:,}" if count else "0" for count in counts)
        rows.append((code(entry.cell.implementation), *cells))
    return Grid(headers, tuple(rows))


def time(entries: Iterable[Entry]) -> Grid:
    """Return what it took, and how much of that was the implementation's."""
    headers = (
        "implementation",
        "#processor time (s)",
        "#time an input (ns)",
        "#of it inside the implementation",
    )
    rows = []
    for entry in entries:
        if not entry.finding.rows:
            continue
        total = entry.seconds + entry.judging
        share = percent(round(1e6 * entry.seconds), round(1e6 * total))
        cells = (number(total), number(1e9 * total / entry.finding.rows), unbroken(share))
        rows.append((code(entry.cell.implementation), *cells))
    return Grid(headers, tuple(rows))


def faults(entry: Entry) -> list[str]:
    """Say what is wrong with an implementation, an entry a kind."""
    finding = entry.finding
    name = code(entry.cell.implementation)
    if finding.failure is not None:
        return [f"{name}: {finding.failure.kind}: {plain(finding.failure.words)}"]
    tallies = {
        "spurious NaN": finding.spurious_nan,
        "spurious infinity": finding.spurious_infinity,
        "wrong special value": finding.special,
        **finding.unexcused,
    }
    sentences = []
    for kind, tally in tallies.items():
        if tally.count - tally.excused > 0:
            witness = tally.witness
            shown = ""
            if witness is not None and witness.arguments is not None:
                at = code("; ".join(witness.arguments))
                which = "the largest" if kind in finding.unexcused else "for example"
                shown = f", {which} at {at}: got {code(witness.got)}"
                shown += f", truth {plain(witness.truth)}" if witness.truth else ""
            count = counted(tally.count - tally.excused, "answer")
            sentences.append(f"{name}, {kind}: {count}{shown}")
    return sentences or [f"{name}: {', '.join(reasons(finding))}"] * bool(reasons(finding))
