"""The summary: a table a function, an implementation a row, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Header
from lse_verify.audit.standing import Outcome, Standing, by_function, excused
from lse_verify.audit.verdict import Verdict, reasons
from lse_verify.audit.witness import Witness
from lse_verify.formats import FORMATS
from lse_verify.report.grid import Grid
from lse_verify.report.words import code, plain, tidy, unbroken

NONE = "–"
"""What stands where there is nothing to tell."""


def formats_of(found: Iterable[Standing]) -> list[str]:
    """Return the formats that occur, in the order of `FORMATS`."""
    return formats_in_order({fmt for standing in found for fmt in standing.outcomes})


def formats_in_order(present: set[str]) -> list[str]:
    """Return names of formats in the order of `FORMATS`, and others behind them."""
    return [*(name for name in FORMATS if name in present), *sorted(present - {*FORMATS})]


def summary(found: list[Standing]) -> dict[str, Grid]:
    """Return the table of each function."""
    formats = formats_of(found)
    headers = (
        "implementation",
        *(f"{name} (sampled)" for name in formats),
        "faults, over all formats",
    )
    return {
        function: Grid(headers, tuple(_row(s, formats) for s in group)).without_empty_columns()
        for function, group in by_function(found).items()
    }


def overview(found: list[Standing], header: Header) -> Grid:
    """Return a row a library: how many of its grades are what; those not here are rows too."""
    grouped: dict[str, list[Outcome]] = {}
    for standing in found:
        grouped.setdefault(standing.library, []).extend(standing.outcomes.values())
    graded = [
        (code(name), plain(header.versions.get(name, "")) or NONE, *_counts(outcomes))
        for name, outcomes in sorted(grouped.items())
    ]
    skipped = [
        (code(s.name), f"skipped: {plain(s.reason)}", *[NONE] * (len(_GRADES) + 1))
        for s in header.skipped
    ]
    words = (f"#{verdict.word}" for verdict in _GRADES)
    return Grid(("library", "version", "#grades", *words), (*graded, *skipped))


_GRADES = [verdict for verdict in Verdict if verdict is not Verdict.UNTESTED]


def _counts(outcomes: list[Outcome]) -> tuple[str, ...]:
    counts = Counter(outcome.verdict for outcome in outcomes)
    return (str(len(outcomes)), *(str(counts[v]) if counts[v] else NONE for v in _GRADES))


def _row(standing: Standing, formats: Iterable[str]) -> tuple[str, ...]:
    mark = "†" if standing.row.composed else ""
    cells = [_cell(standing.outcomes.get(name)) for name in formats]
    return (f"{code(standing.name)}{mark}", *cells, why(standing.finding))


def _cell(outcome: Outcome | None) -> str:
    return NONE if outcome is None else f"{grade(outcome)}<br>{sizes(outcome.ordinary)}"


def grade(outcome: Outcome) -> str:
    """Return the verdict, saying so where special values alone make it wrong."""
    if outcome.only_special_is_wrong:
        return f"**wrong** (special values only, else {outcome.ordinary_verdict.word})"
    return word(outcome.verdict)


def word(verdict: Verdict) -> str:
    """Return the word of a verdict, bold where an answer cannot be trusted."""
    return f"**{verdict.word}**" if verdict >= Verdict.UNSTABLE else verdict.word


def sizes(finding: Finding) -> str:
    """Return the worst well-conditioned error and the worst stability factor."""
    if not finding.outputs:
        return "no number to measure"
    ulp, factor = f"{conditioned_ulps(finding)} ulp", f"E {stability(finding)}"
    return f"{unbroken(ulp)} · {unbroken(factor)}"


def conditioned_ulps(finding: Finding) -> str:
    """Return the worst error in ulps where κ ≤ 100."""
    return ulps(finding.worst_conditioned)


def ulps(witness: Witness | None) -> str:
    """Return an error in ulps; beside the limits of the verdicts it says on which side.

    Three digits of 0.5003 would be those of the nearest float.
    """
    if witness is None:
        return NONE
    for limit in ("0.5", "1"):
        if witness.error_ulps == limit and witness.size != float(limit):
            return f"{'above' if witness.size > float(limit) else 'below'} {limit}"
    return tidy(witness.error_ulps)


def stability(finding: Finding) -> str:
    """Return the worst stability factor."""
    worst = finding.worst_stability
    return tidy(worst.stability) if worst else NONE


def why(finding: Finding) -> str:
    """Say what makes a finding wrong, and how many violations are excused."""
    words = [plain(reason) for reason in reasons(finding)]
    words += [f"excused violation ×{excused(finding)}"] if excused(finding) else []
    return ", ".join(words) or NONE
