"""What the leaderboard says first, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lse_verify.audit.verdict import Verdict
from lse_verify.report.leaderboard_classes import is_known
from lse_verify.report.leaderboard_rows import Row, Source
from lse_verify.report.leaderboard_tables import Spaces, named
from lse_verify.report.summary import ulps
from lse_verify.report.words import counted, listed, plain


def subject(rows: Sequence[Row], sources: Sequence[Source]) -> str:
    """Say what is compared."""
    names = {row.name for row in rows}
    languages = sorted({plain(row.implementation.language) for row in rows} - {""})
    functions, formats = {row.function for row in rows}, {row.format for row in rows}
    told = f" in {listed(languages)}" if languages else ""
    return (
        f"{counted(len(names), 'implementation')}{told} of "
        f"{counted(len(functions), 'function')} in {counted(len(formats), 'format')}, from "
        f"{counted(len(sources), 'ledger')}."
    )


def headlines(rows: Sequence[Row], spaces: Spaces, sources: Sequence[Source]) -> list[str]:
    """Return what is most notable, a sentence or two each."""
    return [_grades(rows), _reach(rows), *_bits(spaces, sources), *_surprises(rows)]


def _grades(rows: Sequence[Row]) -> str:
    counts = Counter(row.outcome.verdict for row in rows)
    wrong = counts.pop(Verdict.WRONG, 0)
    special = sum(row.outcome.only_special_is_wrong for row in rows)
    words = listed([f"{counts[v]} {v.word}" for v in sorted(counts)])
    first = f"**{wrong or 'None'} of {counted(len(rows), 'grade')} {_are(wrong)} wrong**"
    alone = f", {special} of them on special values only" if special else ""
    return f"{first}{alone}{f'; the others: {words}' if words else ''}."


def _are(count: int) -> str:
    return "are" if count > 1 else "is"


def _reach(rows: Sequence[Row]) -> str:
    whole = [row for row in rows if row.reach == "exhaustive"]
    if not whole:
        return "All are sampled: their maxima are lower bounds of the true ones."
    tried = sum(row.every.rows for row in whole if row.every)
    return (
        f"{counted(len(whole), 'grade')} {'rest' if len(whole) > 1 else 'rests'} on every input "
        f"that there is ({tried:,} answers), and the figures are the true ones; the others are "
        "sampled, and their maxima are lower bounds."
    )


def _bits(spaces: Spaces, sources: Sequence[Source]) -> list[str]:
    known = [same for group in spaces.values() for same in group if is_known(same.rows[0])]
    several = [same for same in known if len(same.rows) > 1]
    members = sum(len(same.rows) for same in several)
    compared = sum(len(same.rows) for same in known)
    if several:
        some = f"{members} of {compared} grades whose bits can be compared share them with others"
        told = [f"{some}, in {len(several)} {'classes' if len(several) > 1 else 'class'}."]
    else:
        told = ["No two whose bits can be compared give the same."] if known else []
    return [*told, *_unknown(sources)]


def _unknown(sources: Iterable[Source]) -> list[str]:
    numbers = [
        str(source.number)
        for source in sources
        if not source.ledger.is_exhaustive and not _has_prints(source)
    ]
    if not numbers:
        return []
    which = f"Ledger {numbers[0]} has" if len(numbers) == 1 else f"Ledgers {listed(numbers)} have"
    return [
        f"{which} no fingerprints of the answers: which of its implementations give the same bits "
        "is not known."
    ]


def _has_prints(source: Source) -> bool:
    return any(entry.finding.fingerprint for entry in source.ledger.entries)


def _surprises(rows: Iterable[Row]) -> list[str]:
    return [
        f"{named(row)} {row.function} in {row.format} shows more on drawn inputs "
        f"({row.sampled.verdict.word}, {ulps(row.sampled.ordinary.worst_error)} ulp) than on every "
        f"input ({ulps(row.outcome.ordinary.worst_error)} ulp): its answers depend on how it is "
        "asked, or on the machine. Its verdict is the worse of the two."
        for row in rows
        if row.sampled is not None and row.is_surprising
    ]
