"""A section a library: what is called, its grades, its witnesses, its policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.standing import Outcome, Standing, excused, unexcused
from lse_verify.audit.verdict import Verdict, reasons, verdict
from lse_verify.report.grid import Grid
from lse_verify.report.summary import (
    NONE,
    conditioned_ulps,
    formats_of,
    grade,
    stability,
    ulps,
    word,
)
from lse_verify.report.witnesses import Exhibit, exhibits
from lse_verify.report.words import code, counted, listed, percent, plain


@dataclass(frozen=True, slots=True)
class Section:
    """What the report says of one library.

    Attributes
    ----------
    title, sentence : str
        Its name with its version, and how it was graded in a sentence.
    calls, grades, regimes : Grid
        What is called; a row a format; a row a regime.
    exhibits : dict of list of Exhibit
        Witnesses by ``implementation function``.
    failures, policies : list of str
        What could not be graded, and what is given where nothing is right or wrong.
    """

    title: str
    sentence: str
    calls: Grid
    grades: Grid
    regimes: Grid
    exhibits: dict[str, list[Exhibit]]
    failures: list[str]
    policies: list[str]


def sections(ledger: Ledger, found: Iterable[Standing]) -> list[Section]:
    """Return the sections, the user's own first, then libraries, then the textbook."""
    grouped: dict[str, list[Standing]] = {}
    for standing in found:
        grouped.setdefault(standing.library, []).append(standing)
    order = {"user": 0, "library": 1, "textbook": 2}
    ranked = sorted(grouped.items(), key=lambda g: (order.get(g[1][0].row.kind, 1), g[0]))
    shown = exhibits(ledger)
    versions = ledger.header.versions
    return [_section(name, versions.get(name, ""), group, shown) for name, group in ranked]


def _section(
    name: str,
    version: str,
    found: list[Standing],
    shown: dict[tuple[str, str], list[Exhibit]],
) -> Section:
    return Section(
        title=f"{code(name)} {plain(version)}".rstrip(),
        sentence=_sentence(found),
        calls=_calls(found),
        grades=grades(found),
        regimes=_regimes(found, formats_of(found)),
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


def _calls(found: Iterable[Standing]) -> Grid:
    rows = tuple(
        (
            code(s.name),
            s.function,
            code(s.row.calls) if s.row.calls else NONE,
            "composed" if s.row.composed else "native",
        )
        for s in found
    )
    return Grid(("implementation", "function", "what is called", "kind"), rows)


def grades(found: Iterable[Standing]) -> Grid:
    """Return a row a grade, with the figures behind it."""
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
    return Grid(headers, rows).without_empty_columns()


def _graded(outcome: Outcome) -> Iterable[str]:
    finding, ordinary = outcome.finding, outcome.ordinary
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
        ulps(ordinary.worst_error),
        stability(ordinary),
        percent(finding.correctly_rounded, finding.outputs),
        percent(finding.faithful, finding.outputs),
        *(f"{count:,}" if count else NONE for count in counts),
    )


def _regimes(found: Iterable[Standing], formats: list[str]) -> Grid:
    cells = (
        (s, regime, [_regime(s, name, regime) for name in formats])
        for s in found
        for regime in dict.fromkeys(r for o in s.outcomes.values() for r in o.regimes)
    )
    rows = tuple(
        (code(s.name), s.function, plain(regime), *texts)
        for s, regime, texts in cells
        if set(texts) != {NONE}
    )
    return Grid(("implementation", "function", "regime", *formats), rows).without_empty_columns()


def _regime(standing: Standing, fmt: str, regime: str) -> str:
    outcome = standing.outcomes.get(fmt)
    finding = outcome.regimes.get(regime) if outcome else None
    tested = finding is not None and verdict(finding) is not Verdict.UNTESTED
    return _brief(finding) if finding is not None and tested else NONE


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
                    where = f"{_label(standing)}, {name}, regime {plain(regime)}"
                    yield f"{where}: {finding.failure.kind}: {plain(finding.failure.words)}"


def _policies(found: Iterable[Standing]) -> Iterable[str]:
    """Yield what each implementation does; inputs that give nothing but NaN as one line."""
    for standing in found:
        policies = standing.finding.policies
        nan = [policy for policy in policies if _gives_nan(policy)]
        if nan:
            inputs = counted(len(nan), "input")
            yield f"{_label(standing)}: NaN throughout on {inputs}, such as {code(nan[0])}"
        for policy in policies:
            if policy not in nan:
                yield f"{_label(standing)}: {code(policy)}"


def _gives_nan(policy: str) -> bool:
    _, gives, answer = policy.rpartition(" gives ")
    return bool(gives) and set(answer.split(", ")) == {"nan"}
