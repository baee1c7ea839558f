"""What the leaderboard draws: accuracy against speed, one dot an implementation.

Dots have the name of their library, and a number where that has several of the same accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from lse_verify.audit.verdict import Verdict
from lse_verify.formats import FORMATS
from lse_verify.report.canvas import WIDTH, literal, power_of_ten, short, svg
from lse_verify.report.figures import Drawing
from lse_verify.report.leaderboard_labels import Box, is_nearest_to, placed
from lse_verify.report.leaderboard_rows import Row
from lse_verify.report.leaderboard_tables import GLANCED, Spaces, named
from lse_verify.report.performance_words import duration
from lse_verify.report.words import file_name, number

STYLES = {
    Verdict.CORRECTLY_ROUNDED: ("#009E73", "o"),
    Verdict.FAITHFUL: ("#56B4E9", "s"),
    Verdict.STABLE: ("#0072B2", "D"),
    Verdict.WEAK: ("#E69F00", "^"),
    Verdict.UNDECIDED: ("#6b6b6b", "P"),
    Verdict.UNSTABLE: ("#D55E00", "v"),
    Verdict.WRONG: ("#000000", "X"),
}
"""Colours that colour-blind readers can tell apart, and markers besides."""

_HEIGHT = 4.3
_LEFT, _RIGHT, _BOTTOM, _TOP, _BETWEEN = 0.55, 0.12, 0.5, 0.62, 0.5
"""Inches around and between the panels."""

_FLOOR = 0.35
_BAND = 0.15
"""The share of a panel's height that is for answers which are no number."""

_NO_NUMBER = "NaN, ∞ or no answer where the truth is a number"
_FONT = 6.6
_RADIUS = 3.2
_FAR = 9.0
"""Points between a dot and its name from which on a line joins them."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One implementation: its time a row in seconds, and its worst E, ∞ if it is no number."""

    row: Row
    seconds: float
    factor: float


def drawings(spaces: Spaces, times: Mapping[Row, float]) -> list[Drawing]:
    """Draw a figure a function and machine, a panel a format, where there is what compares."""
    found: list[Drawing] = []
    for function in dict.fromkeys(function for function, _ in spaces):
        dots = {fmt: [*_dots(spaces, function, fmt, times)] for fmt in GLANCED}
        machines = sorted({dot.row.source.machine for of in dots.values() for dot in of})
        for machine in machines:
            panels = {fmt: [dot for dot in of if _on(dot, machine)] for fmt, of in dots.items()}
            panels = {fmt: there for fmt, there in panels.items() if len(there) > 1}
            if panels:
                where = f", machine {machine}" if len(machines) > 1 else ""
                found.append(_drawing(function, machine, where, panels))
    return found


def _dots(spaces: Spaces, function: str, fmt: str, times: Mapping[Row, float]) -> Iterator[Dot]:
    for row in (row for same in spaces.get((function, fmt), []) for row in same.rows):
        if row in times:
            yield Dot(row, times[row] * 1e-9, _factor(row))


def _on(dot: Dot, machine: int) -> bool:
    return dot.row.source.machine == machine


def _factor(row: Row) -> float:
    """Return the worst E on ordinary numbers, ∞ where an answer is no number or there is none."""
    ordinary = row.outcome.ordinary
    kinds = {f.failure.kind for f in row.outcome.regimes.values() if f.failure}
    # Whoever harms the process it runs in has answered all the same.
    fails = kinds - {"environment"}
    if fails or ordinary.spurious_nan.count or ordinary.spurious_infinity.count:
        return math.inf
    return math.inf if ordinary.worst_stability is None else ordinary.worst_stability.size


def _drawing(function: str, machine: int, where: str, panels: dict[str, list[Dot]]) -> Drawing:
    def draw(figure: Figure) -> None:
        for column, (fmt, dots) in enumerate(panels.items()):
            _panel(figure, column, len(panels), fmt, dots)
        _legend(figure, [dot for dots in panels.values() for dot in dots])

    width = _width(len(panels))
    return Drawing(
        f"speed-{file_name(function)}{f'-{machine}' if where else ''}.svg",
        function,
        f"accuracy of {function} against speed{where}",
        f"**{function}{where}.** {' '.join(_caption(fmt, dots) for fmt, dots in panels.items())}",
        svg(draw, width, _HEIGHT),
    )


def _width(panels: int) -> float:
    return WIDTH if panels > 1 else WIDTH * 0.62


def _caption(fmt: str, dots: Sequence[Dot]) -> str:
    """Name the fastest of all, and the fastest that loses no digits."""
    fastest = min(dots, key=lambda dot: (dot.seconds, dot.row.name))
    good = [dot for dot in dots if dot.row.outcome.ordinary_verdict <= Verdict.STABLE]
    first = f"In {fmt} {named(fastest.row)} is the fastest, {duration(fastest.seconds)} a row"
    if not good:
        return f"{first}; none is stable."
    best = min(good, key=lambda dot: (dot.seconds, dot.row.name))
    if best is fastest:
        return f"{first}, and stable or better."
    ratio = number(best.seconds / fastest.seconds)
    return f"{first}; of those stable or better {named(best.row)}, {ratio} times that."


def _panel(figure: Figure, column: int, columns: int, fmt: str, dots: Sequence[Dot]) -> None:
    room = _room(column, columns)
    width, height = 72 * _width(columns), 72 * _HEIGHT
    ax = figure.add_axes(
        (room.left / width, room.bottom / height, room.width / width, room.height / height)
    )
    ax.set_title(fmt, pad=4)
    ax.set_xlim(0, room.width)
    ax.set_ylim(0, room.height)
    ax.grid(visible=True)
    ax.set_axisbelow(True)
    ax.tick_params(bottom=False, left=False)
    ax.set_xlabel("time a row, in calls on whole batches")
    if column == 0:
        ax.set_ylabel("worst stability factor E, lower is better")
    across, up = _Scale.of_times(dots, room.width), _Scale.of_factors(fmt, room.height)
    ax.set_xticks(*across.marked(_steps(across), duration))
    powers = range(0, math.floor(math.log10(up.high)) + 1, 1 if up.decades < 10 else 2)
    ax.set_yticks(*up.marked([10.0**k for k in powers], lambda v: _power(round(math.log10(v)))))
    _draw_band(ax, up, room)
    _draw_dots(ax, dots, across, up, room)


def _room(column: int, columns: int) -> Box:
    """Return where a panel is, in points."""
    free = _width(columns) - _LEFT - _RIGHT - _BETWEEN * (columns - 1)
    wide = free / columns
    left = _LEFT + column * (wide + _BETWEEN)
    return Box(72 * left, 72 * _BOTTOM, 72 * wide, 72 * (_HEIGHT - _BOTTOM - _TOP))


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic axis in points: where it begins and ends, and how long it is."""

    low: float
    high: float
    length: float

    @classmethod
    def of_times(cls, dots: Sequence[Dot], length: float) -> _Scale:
        # Room to both sides, for names.
        return cls(
            min(dot.seconds for dot in dots) / 2.2, max(dot.seconds for dot in dots) * 2.2, length
        )

    @classmethod
    def of_factors(cls, fmt: str, length: float) -> _Scale:
        """Return the axis up to where every digit is lost, and below the band."""
        return cls(_FLOOR, 4 / FORMATS[fmt].unit_roundoff, length * (1 - _BAND))

    @property
    def decades(self) -> float:
        return math.log10(self.high / self.low)

    def at(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.length * math.log10(inside / self.low) / self.decades

    def marked(
        self, values: Iterable[float], words: Callable[[float], str]
    ) -> tuple[list[float], list[str]]:
        """Return where values are that are on the axis, and what stands there."""
        inside = [value for value in values if self.low <= value <= self.high]
        return [self.at(value) for value in inside], [words(value) for value in inside]


def _steps(scale: _Scale) -> list[float]:
    """Return powers of ten, and of a short axis their doubles and halves too."""
    factors = (1, 2, 5) if scale.decades < 2.5 else (1,)
    first, last = math.floor(math.log10(scale.low)), math.floor(math.log10(scale.high))
    return [factor * 10.0**k for k in range(first, last + 1) for factor in factors]


def _power(exponent: int) -> str:
    return "10" if exponent == 1 else power_of_ten(exponent)


def _draw_band(ax: Any, up: _Scale, room: Box) -> None:
    ax.axhspan(up.length, room.height, color="#f3e3e3", linewidth=0, zorder=0)
    ax.text(4, room.height - 4, _NO_NUMBER, va="top", fontsize=_FONT, color="#7a3b3b")


def _draw_dots(ax: Any, dots: Sequence[Dot], across: _Scale, up: _Scale, room: Box) -> None:
    band = up.length + (room.height - up.length) * 0.4
    spots = [
        (across.at(dot.seconds), up.at(dot.factor) if math.isfinite(dot.factor) else band)
        for dot in dots
    ]
    for dot, (x, y) in zip(dots, spots, strict=True):
        _draw_dot(ax, dot.row, x, y)
    names = {place: literal(name) for place, name in labels(dots).items()}
    # Dots without a name have one of no size, which takes no room.
    sizes = [_size(names[place]) if place in names else (0.0, 0.0) for place in range(len(dots))]
    inside = Box(1, 1, room.width - 2, room.height - 2)
    title = Box(4, room.height - 11, _size(_NO_NUMBER)[0], 11)
    border = Box(0, up.length - 0.5, room.width, 1)
    places = placed(spots, sizes, inside, _RADIUS, [title, border])
    for place, name in names.items():
        box = places[place]
        if box is not None:
            _draw_name(ax, name, spots[place], box, joined=not is_nearest_to(box, place, spots))


def labels(dots: Sequence[Dot]) -> dict[int, str]:
    """Return names by the place of their dot: one for all that a library has of the same E.

    Variants of one library, such as calls along another axis, mostly fail alike: one of them
    stands for those within half a power of ten, and says how many they are.
    """
    groups: dict[tuple[str, float], list[int]] = {}
    for place, dot in enumerate(dots):
        about = round(2 * math.log10(dot.factor)) if 0 < dot.factor < math.inf else dot.factor
        own = dot.row.name if dot.row.implementation.kind == "textbook" else dot.row.library
        groups.setdefault((own, about), []).append(place)
    found = {}
    for places in groups.values():
        first = min(places, key=lambda place: (len(dots[place].row.name), dots[place].row.name))
        more = f" +{len(places) - 1}" if len(places) > 1 else ""
        found[first] = f"{short(dots[first].row.name)}{more}"
    return found


def _size(text: str) -> tuple[float, float]:
    """Return the width of a name in points, and the height of any."""
    extent = TextPath((0, 0), text, size=_FONT, prop=FontProperties("DejaVu Sans")).get_extents()
    return float(extent.x1), _FONT * 1.05


def _draw_dot(ax: Any, row: Row, x: float, y: float) -> None:
    colour, marker = STYLES.get(row.outcome.ordinary_verdict, STYLES[Verdict.UNDECIDED])
    hollow = row.outcome.only_special_is_wrong
    ax.plot(
        [x],
        [y],
        marker=marker,
        markersize=2 * _RADIUS,
        markerfacecolor="white" if hollow else colour,
        markeredgecolor=colour if hollow else "white",
        markeredgewidth=1.1 if hollow else 0.5,
        linestyle="",
        zorder=3,
    )


def _draw_name(ax: Any, name: str, dot: tuple[float, float], box: Box, joined: bool) -> None:
    """Write a name, joined to its dot by a line if it must be or is far from it."""
    end = box.nearest(*dot)
    if joined or math.dist(dot, end) > _FAR:
        ax.plot([dot[0], end[0]], [dot[1], end[1]], color="#9a9a9a", linewidth=0.5, zorder=2)
    ax.text(box.left, box.bottom + 0.24 * box.height, name, fontsize=_FONT, zorder=4)


def _legend(figure: Figure, dots: Sequence[Dot]) -> None:
    present = sorted({dot.row.outcome.ordinary_verdict for dot in dots})
    shown = [verdict for verdict in present if verdict in STYLES]
    handles = [_handle(verdict, hollow=False) for verdict in shown]
    labels = [verdict.word for verdict in shown]
    if any(dot.row.outcome.only_special_is_wrong for dot in dots):
        handles.append(_handle(Verdict.STABLE, hollow=True))
        labels.append("hollow: wrong on special values only")
    figure.legend(handles, labels, loc="upper center", ncols=len(labels), frameon=False)


def _handle(verdict: Verdict, hollow: bool) -> Line2D:
    colour, marker = STYLES[verdict]
    return Line2D(
        [],
        [],
        marker=marker,
        linestyle="",
        markersize=2 * _RADIUS,
        markerfacecolor="white" if hollow else colour,
        markeredgecolor="#6b6b6b" if hollow else "white",
        markeredgewidth=1.1 if hollow else 0.5,
    )
