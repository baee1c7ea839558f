"""The smallest input that has no answer: an exception, a wrong shape or dtype, or written over."""

from __future__ import annotations

from lse_verify.audit.answer import Asker, NoAnswerError
from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Failure
from lse_verify.audit.ledger import Entry
from lse_verify.audit.point import block_of
from lse_verify.audit.witness import Witness
from lse_verify.check.shown import Shown
from lse_verify.family.block import Block, Point
from lse_verify.inputs.regimes import REGIMES
from lse_verify.report.witnesses import Exhibit
from lse_verify.search.hunt.examine import spelled_whole
from lse_verify.search.shrink import Limits, shrink

_IN_HERE = ("exception", "shape", "dtype", "overwritten")
"""Kinds of failure that can be asked for again without losing the process."""

_MOST_TERMS = 1000


def refused_input(entry: Entry, asker: Asker, limits: Limits) -> Shown | None:
    """Return the smallest input without an answer, where the failure of a cell is of that kind.

    Parameters
    ----------
    entry : Entry
        The cell and what it showed.
    asker : Asker
        Asks again.
    limits : Limits
        What smaller inputs have to keep to.

    Returns
    -------
    Shown or None
        None where nothing fails so, or no single row does by itself.
    """
    cell, failure = entry.cell, entry.finding.failure
    if failure is None or failure.kind not in _IN_HERE or cell.regime not in REGIMES:
        return None
    drawn = REGIMES[cell.regime].draw(cell.function, asker.fmt, cell.seed, cell.samples)
    for block in drawn.blocks:
        if 0 < block.n_terms <= _MOST_TERMS and _refusal(asker, block, failure):
            row = _row(asker, block, failure)
            return None if row is None else _shown(cell, asker, row.point(0), failure, limits)
    return None


def _row(asker: Asker, block: Block, failure: Failure) -> Block | None:
    """Return the row for which there is no answer, found by halving."""
    while block.n_rows > 1:
        middle = block.n_rows // 2
        halves = block.between(0, middle), block.between(middle, block.n_rows)
        found = next((half for half in halves if _refusal(asker, half, failure)), None)
        if found is None:
            return None
        block = found
    return block


def _shown(
    cell: Cell, asker: Asker, point: Point, failure: Failure, limits: Limits
) -> Shown | None:
    def holds(smaller: Point) -> bool:
        return _refusal(asker, block_of(asker.function, asker.fmt, smaller), failure) is not None

    last = shrink(point, limits, holds)
    again = _refusal(asker, block_of(asker.function, asker.fmt, last), failure)
    if again is None:
        return None
    block = block_of(asker.function, asker.fmt, last)
    witness = Witness(
        size=0.0,
        arguments=spelled_whole(last),
        seed=cell.seed,
        row=0,
        n_terms=block.n_terms,
        output=0,
        got="",
    )
    return Shown(Exhibit(cell, f"{again.kind}: {again.words}", witness), copies=1)


def _refusal(asker: Asker, block: Block, failure: Failure) -> Failure | None:
    """Return why there is no answer, if the reason is of the same kind."""
    try:
        asker.ask(block)
    except NoAnswerError as no_answer:
        return no_answer.failure if no_answer.failure.kind == failure.kind else None
    return None
