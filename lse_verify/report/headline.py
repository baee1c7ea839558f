"""What a report says first, in sentences made from the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from lse_verify.audit.finding import Finding
from lse_verify.audit.standing import Outcome, Standing
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.report.decimals import shortened
from lse_verify.report.words import code, counted, listed, tidy

_REASONS: dict[str, Callable[[Finding], bool]] = {
    "an exception, a crash, a hang, a wrong shape or a changed process": lambda f: bool(f.failure),
    "a NaN where the truth is a number": lambda f: bool(f.spurious_nan.count),
    "an infinity where the truth is a number that fits": lambda f: bool(f.spurious_infinity.count),
    "a wrong special value": lambda f: bool(f.special.count),
    "a broken bound": lambda f: bool(f.unexcused),
}


_WHOSE = {
    "user": "of the user's own implementations",
    "library": "of libraries",
    "textbook": "of textbook algorithms",
}
"""What the kinds of implementations are called, what matters most to a reader first."""


def subject(found: list[Standing]) -> str:
    """Say what was graded."""
    outcomes = [outcome for standing in found for outcome in standing.outcomes.values()]
    cells = sum(len(outcome.regimes) for outcome in outcomes)
    outputs = sum(outcome.finding.outputs for outcome in outcomes)
    names = {standing.name for standing in found}
    functions = {standing.function for standing in found}
    formats = {fmt for standing in found for fmt in standing.outcomes}
    return (
        f"{counted(len(names), 'implementation')} of {counted(len(functions), 'function')} in "
        f"{counted(len(formats), 'format')}: {counted(cells, 'cell')}, "
        f"{counted(outputs, 'output')} measured against their exact values."
    )


def headlines(found: list[Standing]) -> list[str]:
    """Return what is most notable, a sentence or two each."""
    by_kind = {kind: [s for s in found if s.row.kind == kind] for kind in _WHOSE}
    lines = [line for kind, whose in _WHOSE.items() for line in _group(by_kind[kind], whose)]
    telling = next((group for group in by_kind.values() if group), [])
    return [
        *lines,
        *_most_lost(telling),
        *_beyond_rounding(found),
        *_undecided(found),
        *_decided(found),
    ]


def _group(found: list[Standing], whose: str) -> list[str]:
    outcomes = [outcome for standing in found for outcome in standing.outcomes.values()]
    if not outcomes:
        return []
    counts = Counter(outcome.verdict for outcome in outcomes)
    wrong = counts.pop(Verdict.WRONG, 0)
    words = listed([f"{counts[v]} {v.word}" for v in sorted(counts)])
    others = f"; the others: {words}" if wrong and words else f": {words}" if words else ""
    first = (
        f"**{wrong or 'None'} of {counted(len(outcomes), 'grade')} {whose} "
        f"{'are' if wrong > 1 else 'is'} wrong**{others}."
    )
    return [" ".join([first, *_because(outcomes)])]


def _because(outcomes: Iterable[Outcome]) -> list[str]:
    wrong = [outcome for outcome in outcomes if outcome.verdict is Verdict.WRONG]
    if not wrong:
        return []
    counts = {
        words: sum(happened(outcome.finding) for outcome in wrong)
        for words, happened in _REASONS.items()
    }
    listing = listed([f"{words} ({count})" for words, count in counts.items() if count])
    special = sum(outcome.only_special_is_wrong for outcome in wrong)
    alone = f" On special values alone: {special} of {len(wrong)}." if special else ""
    return [f"Their faults, some have several: {listing}.{alone}"]


def _most_lost(found: Iterable[Standing]) -> list[str]:
    """Show the largest E, or say that every E is small."""
    worst = [
        (outcome.ordinary.worst_stability, standing, name)
        for standing in found
        for name, outcome in standing.outcomes.items()
        if outcome.ordinary.worst_stability is not None and outcome.ordinary.not_weak.count
    ]
    if not worst:
        return ["No answer loses digits that its input did not cost (no verdict is unstable)."]
    witness, standing, name = max(worst, key=lambda item: item[0].size)
    return [_loss(witness, standing, name)]


def _loss(witness: Witness, standing: Standing, fmt: str) -> str:
    arguments = shortened(witness.arguments, fmt) or f"a row of {witness.n_terms} terms"
    got = shortened([witness.got], fmt)
    return (
        f"Most digits lost: {code(standing.name)} in {fmt} gives {got} for "
        f"`{standing.function}` of ({arguments}) where the truth is {witness.truth}: "
        f"{tidy(witness.error_ulps)} ulp, {tidy(witness.stability)} times what the input's own "
        "rounding explains."
    )


def _beyond_rounding(found: Iterable[Standing]) -> list[str]:
    broken = [
        f"{code(standing.name)} {standing.function} in {name} "
        f"({outcome.finding.rounding_use.scheme})"
        for standing in found
        for name, outcome in standing.outcomes.items()
        if outcome.finding.rounding_use and outcome.finding.rounding_use.broken.count
    ]
    if not broken:
        return []
    return [f"Beyond what the roundings of their declared scheme can explain: {listed(broken)}."]


def _decided(found: Iterable[Standing]) -> list[str]:
    """Say which tier of the oracle decided how many outputs."""
    counts = Counter[str]()
    for standing in found:
        counts.update(standing.finding.tiers)
    words = listed([f"{counts[name]:,} {_BY[name]}" for name in _BY if counts[name]])
    return [f"Outputs decided: {words}."] if words else []


_BY = {
    "double-double": "by double-double kernels",
    "arb": "by Arb",
    "mpmath": "by mpmath",
    "settled": "exactly, without evaluation",
}
"""What to say of `TIER_NAMES`, the cheapest first."""


def _undecided(found: Iterable[Standing]) -> list[str]:
    count = sum(standing.finding.undecided.count for standing in found)
    if not count:
        return []
    verb = "was" if count == 1 else "were"
    return [f"{counted(count, 'answer')} {verb} left undecided by the limit of precision."]
