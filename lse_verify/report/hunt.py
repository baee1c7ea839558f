"""The comparison of searches as markdown: tables, and a figure of the climbs.

The true maxima are those of exhaustive ledgers, of the same versions of the same libraries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from matplotlib.figure import Figure

from lse_verify.audit.contest import BISECTION, HUNT, UNIFORM, Case, Comparison, Contest
from lse_verify.audit.ledger import Ledger
from lse_verify.errors import LedgerError
from lse_verify.execution.differences import differences
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.execution.lines import read_whole
from lse_verify.report.canvas import power_of_ten, svg
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import FIGURES, REPORT, environment
from lse_verify.report.words import code, number

METHODS = (HUNT, BISECTION, UNIFORM)
ENOUGH = 0.99
"""Of the true maximum, what counts as having found it."""

_ENOUGH = f"{ENOUGH:.0%}".replace("%", " %")

SAME = 1e-6
"""Relative to the true maximum: within it a found one is that."""

_NOTHING = 1e-6
"""Ulps: of as little there is nothing to tell."""

_COLOURS = {HUNT: "#0072B2", BISECTION: "#D55E00", UNIFORM: "#6b6b6b"}
_COLUMNS = 5
_FIGURE = "climbs.svg"


Maxima = Mapping[Case, float]
"""The largest errors over all inputs, in ulps."""


def maxima_of(found: Comparison, ledgers: Iterable[Ledger]) -> Maxima:
    """Return the true maxima of a comparison's cases that exhaustive ledgers have.

    Raises
    ------
    LedgerError
        If a ledger is not exhaustive, or was made with another version of something.
    """
    maxima: dict[Case, float] = {}
    for ledger in ledgers:
        if not ledger.is_exhaustive:
            raise LedgerError(
                f"the ledger of '{ledger.header.command}' samples and has no true maxima; "
                "give ledgers of exhaust"
            )
        told = differences(*_in_both(found.versions, ledger.header.versions))
        if told:
            raise LedgerError(
                f"the maxima of '{ledger.header.command}' are of other versions ({told}) than the "
                "searches; exhaust or compare again"
            )
        for entry in ledger.entries:
            cell, worst = entry.cell, entry.finding.worst_error
            if worst is not None:
                maxima[Case(cell.function, cell.format, cell.implementation)] = worst.size
    return {case: maxima[case] for case in _cases(found) if case in maxima}


def _in_both(
    first: dict[str, str], second: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    names = [name for name in first if name in second]
    return {name: first[name] for name in names}, {name: second[name] for name in names}


def write_comparison(
    found: Comparison, ledgers: Sequence[Ledger], folder: Path
) -> tuple[list[str], Path]:
    """Write the report of a comparison: the same comparison gives the same bytes.

    Parameters
    ----------
    found : Comparison
        The searches.
    ledgers : sequence of Ledger
        Exhaustive ones, for the true maxima.
    folder : Path
        Where ``report.md`` and ``figures/`` go; it is made.

    Returns
    -------
    sentences : list of str
        Which bars are met.
    path : Path
        Of the report.

    Raises
    ------
    LedgerError
        If a ledger was made with another version of something.
    OutputError
        If something cannot be written.
    """
    maxima = maxima_of(found, ledgers)
    said = sentences(found, maxima)
    make_folder(folder / FIGURES)
    write_whole(folder / FIGURES / _FIGURE, climbs(found))
    text = (
        environment()
        .get_template("hunt.md.j2")
        .render(
            found=found,
            known=known_table(found, maxima),
            unknown=unknown_table(found, maxima),
            sentences=said,
            ledgers=[ledger for ledger in ledgers if maxima_of(found, [ledger])],
            figure=f"{FIGURES}/{_FIGURE}",
        )
    )
    path = folder / REPORT
    write_whole(path, f"{text.rstrip()}\n".encode())
    return said, path


def read_comparison(path: Path) -> Comparison:
    """Read a comparison.

    Raises
    ------
    LedgerError
        If the file is something else.
    """
    try:
        return msgspec.json.decode(read_whole(path), type=Comparison)
    except (OSError, msgspec.DecodeError) as error:
        raise LedgerError(f"'{path}' is no comparison: {error}; run it again") from error


def holds_comparison(path: Path) -> bool:
    """Tell whether a file is of a comparison, whole or damaged."""
    try:
        return b'"contests"' in read_whole(path)
    except OSError:
        return False


def known_table(found: Comparison, maxima: Maxima) -> Grid:
    """Return the shares of the true maximum that each method reached."""
    headers = ["function", "format", "implementation", "#true maximum (ulp)"]
    for method in METHODS:
        headers += [f"#{method}: worst, median, best share", f"#seeds ≥ {_ENOUGH}"]
    rows = []
    for case, ulps in maxima.items():
        cells = [case.function, case.format, code(case.implementation), number(ulps)]
        for method in METHODS:
            shares = [size / ulps for size in _largest(found, case, method)]
            enough = sum(share >= ENOUGH for share in shares)
            cells += [_spread([_share(s) for s in _ends(shares)]), f"{enough} of {len(shares)}"]
        rows.append(tuple(cells))
    return Grid(tuple(headers), tuple(rows))


def unknown_table(found: Comparison, maxima: Maxima) -> Grid:
    """Return the largest errors where no one knows the largest of all."""
    headers = ["function", "format", "#terms", "implementation"]
    headers += [f"#{method}: worst, median, best (ulp)" for method in METHODS]
    rows = []
    for case in _cases(found):
        if case not in maxima:
            spreads = [
                _spread([_size(v) for v in _ends(_largest(found, case, method))])
                for method in METHODS
            ]
            terms = f"{case.n_terms}" if case.n_terms else "–"
            ahead = f"{_ahead(found, case)} of {found.seeds}"
            rows.append(
                (case.function, case.format, terms, code(case.implementation), *spreads, ahead)
            )
    return Grid((*headers, "#seeds with hunt ≥ both"), tuple(rows))


def sentences(found: Comparison, maxima: Maxima) -> list[str]:
    """Say which bars are met: 9 of 10 seeds everywhere."""
    said = []
    reached = [
        sum(size >= ENOUGH * ulps for size in _largest(found, case, HUNT)) / found.seeds
        for case, ulps in maxima.items()
    ]
    if reached:
        met = sum(share >= 0.9 for share in reached)
        said.append(
            f"The hunt reaches {_ENOUGH} of the true maximum on 9 of 10 seeds in {met} of "
            f"{len(reached)} cases."
        )
    others = [case for case in _cases(found) if case not in maxima]
    if others:
        met = sum(_ahead(found, case) >= 0.9 * found.seeds for case in others)
        said.append(
            "Where the true maximum is not known it finds at least as large an error as both "
            f"others on 9 of 10 seeds in {met} of {len(others)} cases."
        )
    return said


def climbs(found: Comparison) -> bytes:
    """Draw the largest error so far against evaluations: the median seed of each method."""
    cases = _cases(found)
    rows = -(-len(cases) // _COLUMNS)
    width, height = 9.4, 1.6 * rows + 0.9

    def draw(figure: Figure) -> None:
        figure.subplots_adjust(
            left=0.06, right=0.99, bottom=0.5 / height, top=1 - 0.5 / height, hspace=0.5, wspace=0.3
        )
        for place, case in enumerate(cases):
            _panel(figure.add_subplot(rows, _COLUMNS, place + 1), found, case)
        handles = figure.axes[0].get_lines() if figure.axes else []
        figure.legend(handles, METHODS, loc="upper center", ncols=3, frameon=False)
        figure.text(0.5, 0.1 / height, "evaluations", ha="center")

    return svg(draw, width, height)


def _panel(ax: Any, found: Comparison, case: Case) -> None:
    terms = f" n={case.n_terms}" if case.n_terms else ""
    ax.set_title(f"{case.implementation}\n{case.function} {case.format}{terms}", fontsize=6, pad=3)
    ax.set_xscale("log")
    contests = {method: _middle(found, case, method) for method in METHODS}
    sizes = [size for contest in contests.values() for _, size in contest.climb if size > _NOTHING]
    low, high = min(sizes, default=1.0), max(sizes, default=1.0)
    if high > 10 * low:
        ax.set_yscale("log")
        # Errors of nothing would take most of the room.
        ax.set_ylim(low / 3, high * 3)
    else:
        # Within a decade a logarithmic axis would have one number on it, or none.
        ax.yaxis.set_major_formatter(lambda value, _: number(value))
    for method, contest in contests.items():
        x = [evaluation for evaluation, _ in contest.climb] + [found.budget]
        y = [size for _, size in contest.climb] + [contest.largest or 1e-3]
        ax.step(x, y, where="post", color=_COLOURS[method], linewidth=1.0)
    ends = range(1, len(str(found.budget)), 2)
    ax.set_xticks([10.0**k for k in ends], [power_of_ten(k) for k in ends])
    ax.tick_params(labelsize=6)
    ax.minorticks_off()
    ax.grid(visible=True)


def _cases(found: Comparison) -> list[Case]:
    return list(dict.fromkeys(contest.case for contest in found.contests))


def _of(found: Comparison, case: Case, method: str) -> list[Contest]:
    return [c for c in found.contests if c.case == case and c.method == method]


def _largest(found: Comparison, case: Case, method: str) -> list[float]:
    return [contest.largest for contest in _of(found, case, method)]


def _middle(found: Comparison, case: Case, method: str) -> Contest:
    ordered = sorted(_of(found, case, method), key=lambda contest: contest.largest)
    return ordered[(len(ordered) - 1) // 2]


def _ahead(found: Comparison, case: Case) -> int:
    sizes = (_largest(found, case, method) for method in METHODS)
    return sum(ours >= max(others) for ours, *others in zip(*sizes, strict=True))


def _ends(values: Sequence[float]) -> tuple[float, float, float]:
    return min(values), median(values), max(values)


def _share(share: float) -> str:
    # What is not all is never printed as all; searches measure to some 1e-9 of what the judge says.
    if abs(share - 1) > SAME:
        share = min(share, 0.9999) if share < 1 else max(share, 1.0001)
    return f"{share:.2%}".replace("%", " %")


def _size(ulps: float) -> str:
    return number(ulps) if ulps > _NOTHING else "≈ 0"


def _spread(words: Iterable[str]) -> str:
    return ", ".join(words)
