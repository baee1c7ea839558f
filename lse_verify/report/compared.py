"""What a comparison of two ledgers says before its tables: what matters, and what made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lse_verify.audit.compared import Compared
from lse_verify.audit.comparison import Comparison, Side
from lse_verify.audit.record import Key
from lse_verify.report.words import counted, listed


def headline(c: Comparison) -> str:
    """Say in a sentence what matters."""
    turns = Counter(grade.turn for grade in c.grades)
    still = [grade for grade in c.grades if grade.turn == "even"]
    alike = [grade for grade in still if not grade.differs]
    bits = sum(grade.bits == "other" for grade in still)
    figures = len(still) - len(alike) - bits
    rest = [
        f"{bits:,} with the same verdict but other bits" if bits else "",
        f"{figures:,} with the same verdict but another figure" if figures else "",
        f"{len(alike):,} {_alike(alike)}" if alike else "",
    ]
    if len(alike) == len(c.grades):
        return f"Nothing differs: {counted(len(alike), 'grade')} {_alike(alike)}."
    worse = counted(turns["worse"], "grade") if turns["worse"] else "No grade"
    said = [f"{worse} got worse", f"{turns['better']:,} better"]
    return ", ".join([*said, *filter(None, rest)]) + "."


def _alike(grades: Sequence[Compared]) -> str:
    if any(not grade.same_inputs for grade in grades):
        return "with the same verdict"
    known = all(grade.bits == "same" for grade in grades)
    return "the same bit for bit" if known else "the same in every figure"


def title(grade: Compared) -> str:
    """Name the implementations of a grade; where they run is told for all together."""
    return " → ".join(dict.fromkeys(_base(name) for name in grade.names))


def _base(name: str) -> str:
    return name if ":" in name else name.partition("@")[0]


def inputs(c: Comparison) -> str:
    """Say whether both answered the same inputs, and what follows if not."""
    other = sum(not grade.same_inputs for grade in c.grades)
    if not other:
        every = c.first.ledger.is_exhaustive
        return "Both tried every input." if every else "Both answered the same inputs."
    whose = "" if other == len(c.grades) else f" of {other:,} of {counted(len(c.grades), 'grade')}"
    return (
        f"The inputs{whose} are not the same: verdicts and largest errors are those of each "
        f"side's own sample{_less(c)}, counts are given as shares, and bits tell nothing."
    )


def _less(c: Comparison) -> str:
    first, second = (side.ledger.header.samples for side in (c.first, c.second))
    return "" if first == second else " and a smaller one finds less"


def differences(c: Comparison) -> list[tuple[str, str, str]]:
    """Return what made the ledgers and is not the same: what it is, of the first, of the second."""
    first, second = c.first.ledger.header, c.second.ledger.header
    facts = [
        *_versions(c),
        ("run in", *_places(c)),
        *_machines(first.machine, second.machine),
        ("commit", first.commit, second.commit),
        ("seed", str(first.seed), str(second.seed)),
        ("samples", f"{first.samples:,}", f"{second.samples:,}"),
        ("regimes", *_alone(*([r.name for r in h.regimes] for h in (first, second)))),
    ]
    return [(what, a, b) for what, a, b in facts if a != b]


def _versions(c: Comparison) -> Iterable[tuple[str, str, str]]:
    """Yield the versions of what both have, and of the libraries that are compared."""
    first, second = (side.ledger.header.versions for side in (c.first, c.second))
    yield from ((name, first[name], second[name]) for name in first if name in second)
    pairs = ((c.first.library(g.names[0]), c.second.library(g.names[1])) for g in c.grades)
    for a, b in dict.fromkeys(pairs):
        if a != b:
            name = " → ".join(dict.fromkeys([_base(a), _base(b)]))
            yield name, first.get(a, ""), second.get(b, "")


def _places(c: Comparison) -> tuple[str, str]:
    """Return where what is compared runs, if not here."""
    names = ([grade.names[side] for grade in c.grades] for side in (0, 1))
    here, there = (
        " ".join(dict.fromkeys(name.removeprefix(_base(name))[1:] for name in side)).strip()
        for side in names
    )
    return here, there


def _machines(first: dict[str, str], second: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    for name in dict.fromkeys([*first, *second]):
        a, b = first.get(name, ""), second.get(name, "")
        # Of a long list only what one of them has.
        yield (name, *(_alone(a.split(), b.split()) if name == "features" else (a, b)))


def _alone(first: list[str], second: list[str]) -> tuple[str, str]:
    only = ([n for n in a if n not in b] for a, b in ((first, second), (second, first)))
    here, there = (" ".join(names) for names in only)
    return here, there


def only_one_has(side: Side, keys: Sequence[Key], other: Side) -> str:
    """Say which grades the other side lacks, a library at a time, and why if that is known."""
    by_library: dict[str, list[Key]] = {}
    for key in keys:
        by_library.setdefault(side.library(key[0]), []).append(key)
    skipped = {row.name: row.reason for row in other.ledger.header.skipped}
    return "; ".join(
        _of_library(name, found) + (f", {skipped[name]} in the other" if name in skipped else "")
        for name, found in by_library.items()
    )


_FEW = 2


def _of_library(library: str, keys: Sequence[Key]) -> str:
    if len(keys) > _FEW:
        return f"{library} ({counted(len(keys), 'grade')})"
    return listed([" ".join(key) for key in keys])
