"""The comparison of searches as markdown: tables, and a figure of the climbs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from matplotlib.figure import Figure

from lse_verify.audit.contest import BISECTION, HUNT, UNIFORM, Case, Comparison, Contest
from lse_verify.errors import LedgerError
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.report.canvas import power_of_ten, svg
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import FIGURES, REPORT, environment
from lse_verify.report.words import code, number

METHODS = (HUNT, BISECTION, UNIFORM)
ENOUGH = 0.99
"""Of the true maximum, what counts as having found it."""

_COLOURS = {HUNT: "#0072B2", BISECTION: "#D55E00", UNIFORM: "#6b6b6b"}
_COLUMNS = 5
_FIGURE = "climbs.svg"


def write_comparison(found: Comparison, folder: Path) -> Path:
    """Write the report of a comparison: the same comparison gives the same bytes.

    Raises
    ------
    OutputError
        If something cannot be written.
    """
    make_folder(folder / FIGURES)
    write_whole(folder / FIGURES / _FIGURE, climbs(found))
    text = (
        environment()
        .get_template("hunt.md.j2")
        .render(
            found=found,
            known=known_table(found),
            unknown=unknown_table(found),
            sentences=sentences(found),
            figure=f"{FIGURES}/{_FIGURE}",
        )
    )
    path = folder / REPORT
    write_whole(path, f"{text.rstrip()}\n".encode())
    return path


def read_comparison(path: Path) -> Comparison:
    """Read a comparison.

    Raises
    ------
    LedgerError
        If the file is something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Comparison)
    except (OSError, msgspec.DecodeError) as error:
        raise LedgerError(f"'{path}' is no comparison: {error}; run it again") from error


def known_table(found: Comparison) -> Grid:
    """Return the shares of the true maximum that each method reached."""
    headers = ["function", "format", "implementation", "#true maximum (ulp)"]
    for method in METHODS:
        headers += [f"#{method}: worst, median, best share", f"#seeds ≥ {ENOUGH:.0%}"]
    rows = []
    for maximum in found.maxima:
        cells = [
            maximum.case.function,
            maximum.case.format,
            code(maximum.case.implementation),
            number(maximum.ulps),
        ]
        for method in METHODS:
            shares = [size / maximum.ulps for size in _largest(found, maximum.case, method)]
            if not shares:
                break
            enough = sum(share >= ENOUGH for share in shares)
            cells += [_spread([_share(s) for s in _ends(shares)]), f"{enough} of {len(shares)}"]
        else:
            rows.append(tuple(cells))
    return Grid(tuple(headers), tuple(rows))


def unknown_table(found: Comparison) -> Grid:
    """Return the largest errors where no one knows the largest of all."""
    known = {maximum.case for maximum in found.maxima}
    headers = ["function", "format", "#terms", "implementation"]
    headers += [f"#{method}: worst, median, best (ulp)" for method in METHODS]
    rows = []
    for case in dict.fromkeys(contest.case for contest in found.contests):
        if case not in known:
            spreads = [
                _spread([number(v) for v in _ends(_largest(found, case, method))])
                for method in METHODS
            ]
            terms = f"{case.n_terms}" if case.n_terms else "–"
            ahead = f"{_ahead(found, case)} of {found.seeds}"
            rows.append(
                (case.function, case.format, terms, code(case.implementation), *spreads, ahead)
            )
    return Grid((*headers, "#seeds with hunt ≥ both"), tuple(rows))


def sentences(found: Comparison) -> list[str]:
    """Say which bars are met: 9 of 10 seeds everywhere."""
    said = []
    reached = [
        sum(size >= ENOUGH * m.ulps for size in sizes) / len(sizes)
        for m in found.maxima
        if (sizes := _largest(found, m.case, HUNT))
    ]
    if reached:
        met = sum(share >= 0.9 for share in reached)
        said.append(
            f"The hunt reaches {ENOUGH:.0%} of the true maximum on 9 of 10 seeds in {met} of "
            f"{len(reached)} cases."
        )
    known = {maximum.case for maximum in found.maxima}
    others = [c for c in dict.fromkeys(t.case for t in found.contests) if c not in known]
    if others:
        met = sum(_ahead(found, case) >= 0.9 * found.seeds for case in others)
        said.append(
            "Where the true maximum is not known it finds at least as large an error as both "
            f"others on 9 of 10 seeds in {met} of {len(others)} cases."
        )
    return said


def climbs(found: Comparison) -> bytes:
    """Draw the largest error so far against evaluations: the median seed of each method."""
    cases = list(dict.fromkeys(contest.case for contest in found.contests))
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
    ax.set_yscale("log")
    for method in METHODS:
        contest = _middle(found, case, method)
        x = [evaluation for evaluation, _ in contest.climb] + [found.budget]
        y = [size for _, size in contest.climb] + [contest.largest or 1e-3]
        ax.step(x, y, where="post", color=_COLOURS[method], linewidth=1.0)
    ends = range(1, len(str(found.budget)), 2)
    ax.set_xticks([10.0**k for k in ends], [power_of_ten(k) for k in ends])
    ax.tick_params(labelsize=6)
    ax.minorticks_off()
    ax.grid(visible=True)


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
    # What is not all is never printed as all.
    return f"{min(share, 0.9999 if share < 1 - 1e-9 else 1.0):.2%}".replace("%", " %")


def _spread(words: Iterable[str]) -> str:
    return ", ".join(words)
