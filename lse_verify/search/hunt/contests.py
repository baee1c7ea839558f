"""One search of a comparison, as it travels to a worker."""

from __future__ import annotations

import msgspec

from lse_verify.audit.contest import Case, Contest, Method
from lse_verify.search.hunt.quest import Quest, explore


class Item(msgspec.Struct, frozen=True):
    """One search."""

    case: Case
    method: Method
    seed: int
    budget: int


class Line(msgspec.Struct, frozen=True):
    """What one item showed."""

    item: Item
    contest: Contest


def one(item: Item) -> Line:
    """Run one search."""
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
    return Line(item, Contest(case=item.case, method=item.method, seed=item.seed, climb=climb))
