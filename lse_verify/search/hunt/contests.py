"""One search, or one sweep, of a comparison, as it travels to a worker."""

from __future__ import annotations

import msgspec

from lse_verify.audit.contest import Case, Contest, Maximum
from lse_verify.search.hunt.quest import Quest, explore
from lse_verify.search.hunt.sweep import sweep


class Item(msgspec.Struct, frozen=True):
    """One search, or one sweep where there is no method."""

    case: Case
    method: str
    seed: int
    budget: int


class Line(msgspec.Struct, frozen=True):
    """What one item showed."""

    item: Item
    contest: Contest | None = None
    maximum: Maximum | None = None


def one(item: Item) -> Line:
    """Run one search or sweep."""
    if not item.method:
        return Line(item, maximum=sweep(item.case))
    hunt = explore(
        Quest(
            implementation=item.case.implementation,
            function=item.case.function,
            format=item.case.format,
            n_terms=item.case.n_terms or None,
            seed=item.seed,
            evaluations=item.budget,
            method=item.method,
            judged=False,
        )
    )
    climb = [(step.evaluation, step.size) for step in hunt.climb]
    return Line(
        item, contest=Contest(case=item.case, method=item.method, seed=item.seed, climb=climb)
    )
