"""A section a library: what is called, its grades, its witnesses, its policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.verdict import Verdict, reasons, verdict
from lse_verify.report.standing import Outcome, Standing, excused, standings, unexcused
from lse_verify.report.summary import NONE, conditioned_ulps, formats_of, grade, stability, word
from lse_verify.report.table import Table
from lse_verify.report.witnesses import Exhibit, exhibits
from lse_verify.report.words import code, counted, listed, percent, plain, tidy


@dataclass(frozen=True, slots=True)
class Section:
    """What the report says of one library.

    Attributes
    ----------
    title, sentence : str
        Its name with its version, and how it was graded in a sentence.
    calls, grades, regimes : Table
        What is called; a row a format; a row a regime.
    exhibits : dict of list of Exhibit
        Witnesses by ``implementation function``.
    failures, policies : list of str
        What could not be graded, and what is given where nothing is right or wrong.
    """

    title: str
    sentence: str
    calls: Table
    grades: Table
    regimes: Table
    exhibits: dict[str, list[Exhibit]]
    failures: list[str]
    policies: list[str]


def sections(ledger: Ledger) -> list[Section]:
    """Return the sections, the user's own first, then libraries, then the textbook."""
    grouped: dict[str, list[Standing]] = {}
    for standing in standings(ledger):
        grouped.setdefault(standing.library, []).append(standing)
    order = {"user": 0, "library": 1, "textbook": 2}
    ranked = sorted(grouped.items(), key=lambda g: (order.get(g[1][0].row.kind, 1), g[0]))
    shown = exhibits(ledger)
    return [_section(ledger, name, found, shown) for name, found in ranked]


def _section(
    ledger: Ledger,
    name: str,
    found: list[Standing],
    shown: dict[tuple[str, str], list[Exhibit]],
) -> Section:
    return Section(
        title=f"{code(name)} {plain(ledger.header.versions.get(name, ''))}".rstrip(),
        sentence=_sentence(found),
        calls=_calls(found),
        grades=_grades(found),
        regimes=_regimes(found, formats_of(ledger)),
        exhibits={_label(s): shown.get((s.name, s.function), []) for s in found},
        failures=list(_failures(found)),
        policies=list(_policies(found)),
    )


def _label(standing: Standing) -> str:
    return f"{code(standing.name)} {standing.function}"


def _sentence(found: list[Standing]) -> str:
    outcomes = [outcome for standing in found for outcome in standing.outcomes.values()]
    counts = Counter(outcome.verdict for outcome in outcomes)
    words = [f"{counts[v]} {v.word}" for v in sorted(Verdict) if counts[v]]
    undecided = sum(outcome.finding.undecided.count for outcome in outcomes)
    left = f" {counted(undecided, 'answer')} left undecided." if undecided else ""
    return f"{counted(len(outcomes), 'grade')}: {listed(words)}.{left}"


def _calls(found: Iterable[Standing]) -> Table:
    rows = tuple(
        (
            code(s.name),
            s.function,
            code(s.row.calls) if s.row.calls else NONE,
            "composed" if s.row.composed else "native",
        )
        for s in found
    )
    return Table(("implementation", "function", "what is called", "kind"), rows)


def _grades(found: Iterable[Standing]) -> Table:
    headers = (
        "implementation",
        "function",
        "format",
        "verdict",
        "#ulp, κ ≤ 100",
        "#ulp",
        "#E",
        "#≤ ½ ulp",
        "#< 1 ulp",
        "#violations",
        "#excused",
        "#NaN",
        "#±∞",
        "#special",
    )
    rows = tuple(
        (code(s.name), s.function, name, *_graded(outcome))
        for s in found
        for name, outcome in s.outcomes.items()
    )
    return Table(headers, rows).without_empty_columns()


def _graded(outcome: Outcome) -> Iterable[str]:
    finding, ordinary = outcome.finding, outcome.ordinary
    worst = ordinary.worst_error
    counts = (
        unexcused(finding),
        excused(finding),
        finding.spurious_nan.count,
        finding.spurious_infinity.count,
        finding.special.count,
    )
    return (
        grade(outcome),
        conditioned_ulps(ordinary),
        tidy(worst.error_ulps) if worst else NONE,
        stability(ordinary),
        percent(finding.correctly_rounded, finding.outputs),
        percent(finding.faithful, finding.outputs),
        *(f"{count:,}" if count else NONE for count in counts),
    )


def _regimes(found: Iterable[Standing], formats: list[str]) -> Table:
    rows = tuple(
        (code(s.name), s.function, regime, *(_regime(s, name, regime) for name in formats))
        for s in found
        for regime in dict.fromkeys(r for o in s.outcomes.values() for r in o.regimes)
    )
    return Table(("implementation", "function", "regime", *formats), rows).without_empty_columns()


def _regime(standing: Standing, fmt: str, regime: str) -> str:
    outcome = standing.outcomes.get(fmt)
    finding = outcome.regimes.get(regime) if outcome else None
    return NONE if finding is None else _brief(finding)


def _brief(finding: Finding) -> str:
    grade = verdict(finding)
    why = plain(", ".join(reasons(finding)))
    figures = f"{conditioned_ulps(finding)} / {stability(finding)}" if finding.outputs else ""
    return f"{word(grade)} {figures}{f' ({why})' if why else ''}".strip()


def _failures(found: Iterable[Standing]) -> Iterable[str]:
    for standing in found:
        for name, outcome in standing.outcomes.items():
            for regime, finding in outcome.regimes.items():
                if finding.failure:
                    where = f"{_label(standing)}, {name}, regime {regime}"
                    yield f"{where}: {finding.failure.kind}: {plain(finding.failure.words)}"


def _policies(found: Iterable[Standing]) -> Iterable[str]:
    """Yield each policy once, with the formats that have it."""
    for standing in found:
        formats: dict[str, list[str]] = {}
        for name, outcome in standing.outcomes.items():
            for policy in outcome.finding.policies:
                formats.setdefault(policy, []).append(name)
        for policy, names in formats.items():
            everywhere = len(names) == len(standing.outcomes)
            where = "" if everywhere else f" ({', '.join(names)})"
            yield f"{code(standing.name)}: {code(policy)}{where}"
