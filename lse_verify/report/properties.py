"""Properties that do not change the verdict: how often each is broken, and by how much."""

from __future__ import annotations

from collections.abc import Iterable

from lse_verify.audit.finding import Tally
from lse_verify.audit.standing import Standing
from lse_verify.family import FUNCTIONS
from lse_verify.report.grid import Grid
from lse_verify.report.summary import NONE
from lse_verify.report.words import LARGEST, code, number, unbroken

MEANING = {
    "monotone": "raising one input by one float never lowers the result; size in floats",
    "exact shift moves": "adding c exactly to every input of logsumexp moves the result by c; "
    "size in multiples of what the two roundings explain",
    "exact shift stays": "adding c exactly to every input of softmax, log_softmax or its gradient "
    "moves nothing; size in floats",
    "same when permuted": "reversing the terms moves nothing; size in floats",
    "same alone and in a batch": "a row gives the same bits alone, at another place, in the batch "
    "and at each of the last 16 places among 607; size in floats",
    "same in other layouts": "numbers in memory of other strides, backwards, column by column or "
    "read-only give the same bits; size in floats, NaN too where they are refused",
    "same as its twin": "what is compiled gives the bits of the same call uncompiled, and a call "
    "along another axis or with other arguments of the same meaning those of the plain call; "
    "size in floats",
    "order kept": "larger inputs never have smaller outputs; size in floats",
    "zero sign": "a result that underflows to zero keeps the sign of the truth",
}
"""Every property that has a column, with what is counted and the unit of its size."""


def properties_table(found: Iterable[Standing]) -> Grid:
    """Return a row an implementation: broken, of tested, and the largest size."""
    grouped: dict[str, dict[str, Tally]] = {}
    for standing in found:
        tallies = grouped.setdefault(standing.name, {})
        for name, tally in _tallies(standing):
            tallies[name] = tallies.get(name, Tally()).merge(tally)
    rows = tuple(
        (code(name), *(_cell(tallies.get(column), column) for column in MEANING))
        for name, tallies in sorted(grouped.items())
    )
    return Grid(("implementation", *(f"#{n}" for n in MEANING)), rows).without_empty_columns()


def _tallies(standing: Standing) -> Iterable[tuple[str, Tally]]:
    """Yield the tallies of one standing, a shift under what it should do."""
    function = FUNCTIONS.get(standing.function)
    does = "stays" if function is not None and function.shift == "leaves" else "moves"
    for name, tally in standing.finding.properties.items():
        yield (f"{name} {does}" if name == "exact shift" else name), tally


def _cell(tally: Tally | None, column: str) -> str:
    if tally is None or not tally.tested:
        return NONE
    counts = unbroken(f"{tally.count:,} of {tally.tested:,}")
    if tally.witness is None or column == "zero sign":
        return counts
    size = "NaN" if tally.witness.size >= LARGEST else number(tally.witness.size)
    return f"{counts}<br>{unbroken(f'largest {size}')}"
