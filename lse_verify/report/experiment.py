"""The experiment of Blanchard, Higham & Higham, held against certified truth.

References
----------
P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax
functions", IMA J. Numer. Anal. 41(4), 2021, pp. 2311–2330.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lse_verify.audit.finding import BoundUse
from lse_verify.audit.ledger import Ledger
from lse_verify.report.grid import Grid
from lse_verify.report.words import code, counted, listed, number, percent, unbroken

REGIME = "digits"
FORMATS = ("binary16", "bfloat16")
ALGORITHMS = {
    "logsumexp.naive": "logsumexp, naive",
    "logsumexp.shifted": "logsumexp, shifted",
    "softmax.naive": "softmax, naive",
    "softmax.shifted": "softmax, shifted",
    "softmax.division_free_naive": "softmax, division-free, naive",
    "softmax.division_free_shifted": "softmax, division-free, shifted",
}
"""The six algorithms, in the order of the paper."""


@dataclass(frozen=True, slots=True)
class Run:
    """One algorithm in one format."""

    implementation: str
    format: str
    use: BoundUse

    @property
    def algorithm(self) -> str:
        """The algorithm in words."""
        return ALGORITHMS.get(self.use.algorithm, self.use.algorithm)

    @property
    def rows(self) -> int:
        """How many rows it was given."""
        return self.use.measured + self.use.overflowed


@dataclass(frozen=True, slots=True)
class Experiment:
    """The table and what it says in sentences."""

    table: Grid
    sentences: list[str]


def experiment(ledger: Ledger) -> Experiment | None:
    """Return the experiment, None where the ledger does not have it."""
    runs = [
        Run(entry.cell.implementation, entry.cell.format, entry.finding.bound_use)
        for entry in ledger.entries
        if entry.finding.bound_use is not None
        and entry.cell.regime == REGIME
        and entry.cell.format in FORMATS
    ]
    ordered = sorted(runs, key=_order)
    return Experiment(_table(ordered), list(_sentences(ordered))) if ordered else None


def _order(run: Run) -> tuple[int, int]:
    known = [*ALGORITHMS]
    name = run.use.algorithm
    place = known.index(name) if name in known else len(known)
    return place, FORMATS.index(run.format)


def _table(runs: Iterable[Run]) -> Grid:
    headers = (
        "algorithm",
        "implementation",
        "format",
        "#rows",
        "#overflowed",
        "#largest error / u",
        "#largest bound / u",
        "#largest use of the bound",
    )
    return Grid(headers, tuple(_row(run) for run in runs))


def _row(run: Run) -> tuple[str, ...]:
    use = run.use
    share = f" ({percent(use.overflowed, run.rows)})" if use.overflowed else ""
    measured = (number(use.largest_error), number(use.largest_bound), _hundredths(use.largest_use))
    return (
        run.algorithm,
        code(run.implementation),
        run.format,
        f"{run.rows:,}",
        unbroken(f"{use.overflowed:,}{share}"),
        *(measured if use.measured else ("–", "–", "–")),
    )


def _hundredths(use: float) -> str:
    return f"{100 * use:,.0f} %"


def _sentences(runs: list[Run]) -> Iterable[str]:
    yield _overflow(runs)
    yield _bounds(runs)
    yield from _division(runs)


def _division(runs: list[Run]) -> Iterable[str]:
    """Say what leaving out the division of the shifted softmax costs."""
    largest = {(r.use.algorithm, r.format): r.use.largest_error for r in runs if r.use.measured}
    ratios = [
        f"{number(largest['softmax.division_free_shifted', fmt] / error)} ({fmt})"
        for (algorithm, fmt), error in largest.items()
        if algorithm == "softmax.shifted"
        and error > 0
        and ("softmax.division_free_shifted", fmt) in largest
    ]
    if ratios:
        yield (
            "Without its division the shifted softmax has a largest error that is "
            f"{listed(ratios)} times what it is with it."
        )


def _overflow(runs: list[Run]) -> str:
    failing = [run for run in runs if run.use.overflowed]
    if not failing:
        return "No algorithm overflows on these rows."
    words = [
        f"{run.algorithm} in {run.format} on {counted(run.use.overflowed, 'row')}"
        for run in failing
    ]
    shifted = [r for r in failing if r.use.algorithm.endswith("shifted")]
    ending = "" if shifted else ": the shift is what prevents it"
    return f"An infinity or NaN although the truth fits: {listed(words)}{ending}."


def _bounds(runs: list[Run]) -> str:
    broken = [run for run in runs if run.use.largest_use > 1]
    tightest = max(runs, key=lambda run: run.use.largest_use)
    use = _hundredths(tightest.use.largest_use)
    where = f"{tightest.algorithm} in {tightest.format} uses {use} of its bound"
    if not broken:
        return f"No row that gave a number breaks its bound; the nearest to it: {where}."
    words = [f"{run.algorithm} in {run.format}" for run in broken]
    return (
        "The bounds hold to first order in u and where nothing overflows or underflows on the "
        "way; beyond its own went "
        f"{listed(words)} ({where})."
    )
