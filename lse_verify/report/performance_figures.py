"""What the report on performance draws: time against n, and against the number of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from matplotlib.figure import Figure

from lse_verify.bench.contenders.contender import (
    CORRECT,
    FLINT,
    GMPY2,
    MPMATH,
    NUMPY,
    SCIPY,
    TORCH,
    TRUTH,
)
from lse_verify.bench.measurements import Measurements, Timing
from lse_verify.report.canvas import REFERENCE, power_of_ten, svg
from lse_verify.report.figures import Drawing
from lse_verify.report.performance_targets import SLOPE_FROM, truth_slope
from lse_verify.report.performance_words import duration
from lse_verify.report.words import number

_LINES = {
    MPMATH: ("#CC79A7", "v"),
    GMPY2: ("#E69F00", "s"),
    FLINT: ("#D55E00", "o"),
    TRUTH: ("#000000", "D"),
    CORRECT: ("#0072B2", "^"),
    NUMPY: ("#56B4E9", "X"),
    SCIPY: ("#009E73", "P"),
    TORCH: ("#8c6d1f", "*"),
}
"""Colours that colour-blind readers can tell apart, slowest first, and markers besides."""

_OURS = (TRUTH, CORRECT)
_HEIGHT = 3.6
_ROOM = 1.8
_MARGIN = 1.25
"""Inches beside the panels, for the names."""

Line = tuple[list[float], list[float]]
"""x and y of its points."""


def drawings(found: Measurements) -> list[Drawing]:
    """Draw what was measured; nothing where nothing was."""
    wide = [timing for timing in found.by_length if timing.case.format == "binary64"]
    drawn = []
    if wide:
        drawn.append(_by_length(found, wide))
    if found.by_rows:
        drawn.append(_by_rows(found))
    return drawn


def _by_length(found: Measurements, timings: Sequence[Timing]) -> Drawing:
    lines = _lines(timings, lambda timing: timing.case.n_terms)
    over = _over_truth(lines)

    def draw(figure: Figure) -> None:
        panels = 2 if over else 1
        absolute = figure.add_subplot(1, panels, 1)
        _panel(absolute, lines, "n, entries of a row", "time a row")
        _time_ticks(absolute)
        if TRUTH in lines:
            _proportional(absolute, lines[TRUTH])
        if over:
            relative = figure.add_subplot(1, 2, 2)
            _panel(relative, over, "n, entries of a row", "time over that of truth")
            relative.axhline(1.0, **REFERENCE)
            _ratio_ticks(relative)
        _frame(figure, absolute, 9.4 if over else 5.6)

    rise = truth_slope(found)
    ending = "" if rise is None else f" From n = {SLOPE_FROM} on the slope of truth is {rise:.3f}."
    return Drawing(
        "time-by-length.svg",
        "length",
        "time a row against its length, by contender",
        "**Time against n.** Medians; dashed: in proportion to n, and as fast as truth." + ending,
        svg(draw, 9.4 if over else 5.6, _HEIGHT),
    )


def _by_rows(found: Measurements) -> Drawing:
    lines = _lines(found.by_rows, lambda timing: timing.case.rows)

    def draw(figure: Figure) -> None:
        ax = figure.add_subplot(1, 1, 1)
        _panel(ax, lines, f"rows in one call, n = {found.plan.counted_length}", "time a row")
        _time_ticks(ax)
        _frame(figure, ax, 5.6)

    caption = (
        "**Time a row against the number of rows in one call.** Medians; what a call costs by "
        "itself weighs until there are rows enough."
    )
    return Drawing(
        "time-by-rows.svg",
        "rows",
        "time a row against the number of rows, by contender",
        caption,
        svg(draw, 5.6, _HEIGHT),
    )


def _lines(timings: Iterable[Timing], x_of: Callable[[Timing], int]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for timing in timings:
        x, y = found.setdefault(timing.case.contender, ([], []))
        x.append(float(x_of(timing)))
        y.append(timing.row_seconds.middle)
    known = [name for name in _LINES if name in found]
    return {name: found[name] for name in [*known, *sorted(found.keys() - _LINES.keys())]}


def _over_truth(lines: dict[str, Line]) -> dict[str, Line]:
    if TRUTH not in lines:
        return {}
    ours = dict(zip(*lines[TRUTH], strict=True))
    over = {}
    for name, (x, y) in lines.items():
        shared = [(n, seconds / ours[n]) for n, seconds in zip(x, y, strict=True) if n in ours]
        if name != TRUTH and shared:
            over[name] = ([n for n, _ in shared], [ratio for _, ratio in shared])
    return over


def _panel(ax: Any, lines: dict[str, Line], x_label: str, y_label: str) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.grid(visible=True)
    ax.minorticks_off()
    ax.tick_params(bottom=False, left=False)
    ax.set_xlabel(x_label)
    ax.set_title(y_label, pad=4)
    for name, (x, y) in lines.items():
        colour, marker = _LINES.get(name, ("#6b6b6b", "."))
        ours = name in _OURS
        ax.plot(
            x,
            y,
            color=colour,
            marker=marker,
            markersize=4.0,
            linewidth=1.8 if ours else 0.9,
            zorder=3 if ours else 2,
            label=name,
        )
    ticks = _decades([value for x, _ in lines.values() for value in x])
    ax.set_xticks([10.0**k for k in ticks], [power_of_ten(k) for k in ticks])
    ax.minorticks_off()


def _decades(values: Iterable[float]) -> range:
    """Return the exponents of ten that hold all values between them."""
    logs = [math.log10(value) for value in values]
    return range(math.floor(min(logs)), math.ceil(max(logs)) + 1)


def _time_ticks(ax: Any) -> None:
    _ticks(ax, duration)


def _ratio_ticks(ax: Any) -> None:
    _ticks(ax, lambda ratio: f"{number(ratio)} ×")


def _ticks(ax: Any, words: Callable[[float], str]) -> None:
    """Put a tick at each power of ten, and some room above and below the points."""
    values = [float(value) for line in ax.get_lines() for value in line.get_ydata()]
    low, high = min(values) / _ROOM, max(values) * _ROOM
    ticks = [10.0**k for k in _decades(values) if low <= 10.0**k <= high]
    ax.set_yticks(ticks, [words(tick) for tick in ticks])
    ax.set_ylim(low, high)
    ax.minorticks_off()


def _proportional(ax: Any, line: Line) -> None:
    """Draw the dashed line through the longest rows of truth."""
    x, y = line
    ends = [min(x), max(x)]
    ax.plot(ends, [y[-1] * end / x[-1] for end in ends], zorder=1, **REFERENCE)


def _frame(figure: Figure, ax: Any, width: float) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.subplots_adjust(
        left=0.55 / width,
        right=1 - _MARGIN / width,
        bottom=0.5 / _HEIGHT,
        top=1 - 0.3 / _HEIGHT,
        wspace=0.22,
    )
    figure.legend(
        handles,
        labels,
        loc="center left",
        bbox_to_anchor=(1 - (_MARGIN - 0.08) / width, 0.5),
        frameon=False,
        labelspacing=0.9,
    )
