"""What trying every input showed, as markdown with maps and lines: ledger in, report out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.verdict import MEANING, Verdict, reasons, verdict
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import FIGURES, REPORT, environment
from lse_verify.report.properties import MEANING as PROPERTIES
from lse_verify.report.words import code, counted, percent, plain, unbroken

NONE = "–"
_PROPERTIES = {"monotone": "lower steps", "same when permuted": "orders differ"}
_LIMITS = {-1: "½", 0: "1", 1: "2", 4: "16", 10: "2¹⁰", 20: "2²⁰"}


class Part(msgspec.Struct, frozen=True):
    """All implementations of one space.

    Attributes
    ----------
    function, format : str
        Names.
    inputs : int
        How many there are.
    table, above, time : Grid
        The grades, how many errors are above limits, and what it took.
    wrong : list of str
        What is wrong, an entry a sentence.
    figures : dict of str
        Alternative texts by file name.
    """

    function: str
    format: str
    inputs: int
    table: Grid
    above: Grid
    time: Grid
    wrong: list[str]
    figures: dict[str, str]


def write_exhaustive(ledger: Ledger, folder: Path) -> Path:
    """Write the report of an exhaustive ledger: the same ledger gives the same bytes.

    Parameters
    ----------
    ledger : Ledger
        Of `lse_verify.search.exhaust`.
    folder : Path
        Where ``report.md`` and ``figures/`` go; it is made.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    """
    # Matplotlib takes a second to import, which no other command should wait for.
    from lse_verify.report.exhaustive_figures import drawn

    make_folder(folder / FIGURES)
    parts = []
    for (function, fmt), entries in _spaces(ledger.entries).items():
        figures = {}
        for name, alternative, content in drawn(function, fmt, entries):
            write_whole(folder / FIGURES / name, content)
            figures[name] = alternative
        parts.append(_part(function, fmt, entries, figures))
    template = environment().get_template("exhaustive.md.j2")
    text = template.render(
        header=ledger.header,
        digest=ledger.digest,
        parts=parts,
        verdicts={word.word: MEANING[word] for word in Verdict if word in MEANING},
        properties={_PROPERTIES[name]: PROPERTIES[name] for name in _PROPERTIES},
        figures=FIGURES,
    )
    path = folder / REPORT
    write_whole(path, (re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n").encode())
    return path


def _spaces(entries: Iterable[Entry]) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.cell.function, entry.cell.format), []).append(entry)
    return dict(sorted(found.items()))


def _part(function: str, fmt: str, entries: list[Entry], figures: dict[str, str]) -> Part:
    ranked = sorted(entries, key=_rank)
    return Part(
        function=function,
        format=fmt,
        inputs=max(entry.finding.rows for entry in entries),
        table=_table(ranked),
        above=_above(ranked),
        time=_time(ranked),
        wrong=[sentence for entry in ranked for sentence in _wrong(entry)],
        figures=figures,
    )


def _rank(entry: Entry) -> tuple[object, ...]:
    finding = entry.finding
    worst = finding.worst_error.size if finding.worst_error else 0.0
    return verdict(finding), worst, entry.cell.implementation


def _table(entries: list[Entry]) -> Grid:
    headers = (
        "implementation",
        "verdict",
        "#largest error (ulp)",
        "#inputs that attain it",
        "the first of them",
        "#nearest",
        "#faithful",
        *(f"#{name}" for name in _PROPERTIES.values()),
    )
    return Grid(headers, tuple(_row(entry) for entry in entries)).without_empty_columns()


def _row(entry: Entry) -> tuple[str, ...]:
    finding = entry.finding
    name, word = code(entry.cell.implementation), verdict(finding).word
    if finding.failure is not None:
        return (name, word, *(NONE,) * (5 + len(_PROPERTIES)))
    return (
        name,
        word,
        f"{finding.worst_error.size:.10g}" if finding.worst_error else "0",
        attained(finding),
        _where(finding),
        share_of(finding.correctly_rounded, finding.outputs),
        share_of(finding.faithful, finding.outputs),
        *(
            f"{finding.properties[p].count:,}" if p in finding.properties else NONE
            for p in _PROPERTIES
        ),
    )


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


def _above(entries: list[Entry]) -> Grid:
    headers = ("implementation", *(f"#≥ {text} ulp" for text in _LIMITS.values()))
    rows = []
    for entry in entries:
        finding = entry.finding
        by_octave = {
            int(name.removeprefix("2^")): count
            for name, count in finding.histogram.items()
            if name != "0"
        }
        counts = [sum(c for o, c in by_octave.items() if o >= limit) for limit in _LIMITS]
        cells = (f"{count:,}" if count else "0" for count in counts)
        rows.append((code(entry.cell.implementation), *cells))
    return Grid(headers, tuple(rows))


def _time(entries: list[Entry]) -> Grid:
    headers = (
        "implementation",
        "#processor time (s)",
        "#ns an input",
        "#inside the implementation",
    )
    rows = []
    for entry in entries:
        total = entry.seconds + entry.judging
        inputs = max(entry.finding.rows, 1)
        share = percent(round(1000 * entry.seconds), round(1000 * total))
        cells = (f"{total:.1f}", f"{1e9 * total / inputs:.1f}", unbroken(share))
        rows.append((code(entry.cell.implementation), *cells))
    return Grid(headers, tuple(rows))


def _wrong(entry: Entry) -> list[str]:
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
                shown = f"; the first or largest at {at}: got {code(witness.got)}"
                shown += f", truth {plain(witness.truth)}" if witness.truth else ""
            count = counted(tally.count - tally.excused, "answer")
            sentences.append(f"{name}, {kind}: {count}{shown}")
    return sentences or [f"{name}: {', '.join(reasons(finding))}"] * bool(reasons(finding))
