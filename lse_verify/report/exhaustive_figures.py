"""Where the errors of all inputs lie: maps of the plane of pairs, and lines of one variable.

An axis has every bit pattern in the order of its value: as many floats between 1 and 2 as between
2 and 4, NaNs at both ends.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from PIL import Image

from lse_verify.audit.exhausted import LEAST_OCTAVE, NOTHING, PER_OCTAVE, WRONG, Codes, map_of
from lse_verify.audit.ledger import Entry
from lse_verify.formats import Format, format_named
from lse_verify.report.canvas import REFERENCE, WIDTH, literal, power_of_ten, short, styled, svg
from lse_verify.report.words import file_name

_PIXELS = 1024
_DPI = 100
_LEFT, _RIGHT, _BOTTOM, _TOP = 110, 190, 70, 40
_MARGIN = 15
"""Characters that have room on the right."""

_CLASSES = {
    -3: ("below ⅛", "#f7fbff"),
    -2: ("⅛ to ¼", "#deebf7"),
    -1: ("¼ to ½", "#9ecae1"),
    0: ("½ to 1", "#4292c6"),
    1: ("1 to 2", "#084594"),
    2: ("2 to 4", "#fed976"),
    4: ("4 to 16", "#fd8d3c"),
    10: ("16 to 2¹⁰", "#e31a1c"),
    99: ("2¹⁰ or more", "#67000d"),
}
"""By the octave that they end at: what is below, and its colour."""

_NOTHING = ("nothing to measure", "#bdbdbd")
_WRONG = ("no number, or a wrong special value", "#000000")
_FLOOR, _LARGEST = 2.0**-6, 1e12
_ALL_WRONG = float(np.finfo(np.float64).max)
"""What stands in a line for a part where an answer is no number."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of the report.

    Attributes
    ----------
    name, alternative : str
        Of its file, and what stands in its place where it cannot be seen.
    content : bytes
        An SVG, or a PNG of a map.
    implementation : str
        Whose map it is; empty where it is no map.
    """

    name: str
    alternative: str
    content: bytes
    implementation: str = ""


def drawn(function: str, fmt: str, entries: Sequence[Entry]) -> Iterator[Drawing]:
    """Draw the figures of a space, in the order of its entries: lines in one, and maps."""
    layout = format_named(fmt)
    extras = {e.cell.implementation: e.finding.exhausted for e in entries if e.finding.exhausted}
    lines = {name: extra.line for name, extra in extras.items() if extra.line}
    if lines:
        title = f"{function} {fmt}: largest error of each part of the line"
        yield Drawing(f"line-{file_name(function)}-{fmt}.svg", title, _lines(layout, lines))
    for name, extra in extras.items():
        codes = map_of(extra)
        if codes is not None:
            title = f"{function} {fmt}, {short(name)}: largest error of each cell"
            content = _map(layout, codes, title)
            file = f"map-{file_name(function)}-{fmt}-{file_name(name)}.png"
            yield Drawing(file, title, content, name)


def colours() -> Drawing:
    """Draw what the colours of all maps mean: they are too small to say it themselves."""

    def draw(figure: Figure) -> None:
        handles = [_patch(*named) for named in (*_CLASSES.values(), _WRONG, _NOTHING)]
        title = "largest error of a cell (ulp)"
        figure.legend(handles=handles, title=title, loc="center", ncols=6, frameon=False)

    return Drawing("colours.svg", "what the colours of maps mean", svg(draw, WIDTH, 0.75))


def _patch(name: str, colour: str) -> Patch:
    return Patch(facecolor=colour, edgecolor="#6b6b6b", linewidth=0.4, label=name)


def _rank(fmt: Format, value: float) -> int:
    """Return the place of a float among all patterns in the order of their values."""
    half = 1 << (fmt.bits - 1)
    word = int(fmt.cast(np.array([value])).view(f"int{fmt.bits}")[0])
    return half + word if word >= 0 else -1 - word


def _ticks(fmt: Format) -> dict[float, str]:
    """Return places on an axis of all patterns, from 0 to 1, and what stands there."""
    half_way = fmt.emax // 2
    powers = {1.0: "1", fmt.largest: "max"}
    powers |= {2.0**k: f"2{_raised(k)}" for k in (half_way, -half_way)}
    places = {_rank(fmt, v) / 2.0**fmt.bits: text for v, text in powers.items()}
    places |= {_rank(fmt, -v) / 2.0**fmt.bits: f"−{text}" for v, text in powers.items()}
    return places | {0.5: "0"}


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _map(fmt: Format, codes: Codes, title: str) -> bytes:
    palette = np.array([_colour(code) for code in range(256)])
    width, height = (_LEFT + _PIXELS + _RIGHT, _BOTTOM + _PIXELS + _TOP)
    with styled(**{"font.size": 10.0, "axes.titlesize": 11.0}):
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        part = (_LEFT / width, _BOTTOM / height, _PIXELS / width, _PIXELS / height)
        ax: Any = figure.add_axes(part)
        # The second argument upwards, as on paper.
        ax.imshow(
            palette[codes.T], origin="lower", interpolation="nearest", extent=(0.0, 1.0, 0.0, 1.0)
        )
        ticks = _ticks(fmt)
        ax.set_xticks(list(ticks), list(ticks.values()))
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.set_xlabel("first argument, every float of the format in order")
        ax.set_ylabel("second argument")
        ax.set_title(literal(title))
        _legend(figure, codes, (_LEFT + _PIXELS + 10) / width)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    buffer = io.BytesIO()
    # 64 colours, a byte a pixel: a quarter of the size.
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.quantize(64, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _legend(figure: Figure, codes: Codes, left: float) -> None:
    present = {_class(int(code)) for code in np.unique(codes)}
    every = [*_CLASSES.values(), _WRONG, _NOTHING]
    handles = [_patch(fill(name, _MARGIN), c) for name, c in every if (name, c) in present]
    figure.legend(
        handles=handles, title="ulp", loc="upper left", bbox_to_anchor=(left, 0.96), frameon=False
    )


def _class(code: int) -> tuple[str, str]:
    if code in (NOTHING, WRONG):
        return _NOTHING if code == NOTHING else _WRONG
    octave = LEAST_OCTAVE + (code - 1) / PER_OCTAVE
    return next(named for end, named in _CLASSES.items() if octave < end)


def _colour(code: int) -> NDArray[np.uint8]:
    return np.round(255 * np.array(to_rgb(_class(code)[1]))).astype(np.uint8)


def _lines(fmt: Format, lines: dict[str, dict[int, float]]) -> bytes:
    columns = min(len(lines), 2)
    rows = -(-len(lines) // columns)
    height = 1.7 * rows + 0.7
    numbers = [v for line in lines.values() for v in line.values() if v < _ALL_WRONG]
    ceiling = 2.0 ** np.ceil(np.log2(np.clip(max(numbers, default=0.0), 4.0, _LARGEST)))

    def draw(figure: Figure) -> None:
        figure.subplots_adjust(
            left=0.07,
            right=0.985,
            bottom=0.5 / height,
            top=1 - 0.25 / height,
            hspace=0.35,
            wspace=0.12,
        )
        for place, (name, line) in enumerate(lines.items()):
            ax: Any = figure.add_subplot(rows, columns, place + 1)
            _line(ax, line, ceiling)
            ax.set_title(literal(short(name)), pad=3)
            ticks = _ticks(fmt)
            ax.set_xticks(list(ticks), list(ticks.values()))
            ax.tick_params(
                bottom=False,
                left=False,
                labelbottom=place + columns >= len(lines),
                labelleft=place % columns == 0,
            )
        figure.text(0.07, 0.1 / height, "every float of the format in order")
        figure.text(0.012, 0.5, "largest error (ulp)", va="center", rotation=90)
        handles = [Line2D([], [], label="½ ulp", **_HALF), _patch(*_WRONG)]
        corner = (0.985, 0.02 / height)
        figure.legend(
            handles=handles, loc="lower right", bbox_to_anchor=corner, ncols=2, frameon=False
        )

    return svg(draw, WIDTH, height)


_HALF: dict[str, Any] = REFERENCE | {"linewidth": 0.6}


def _line(ax: Any, line: dict[int, float], ceiling: float) -> None:
    places, sizes = np.array(sorted(line)), np.array([line[part] for part in sorted(line)])
    # Of 16 bits only every second part of the line has a number of its own.
    width = int(np.diff(places).min()) if places.size > 1 else 1
    whole = int(places.max()) + width
    is_wrong = sizes >= _ALL_WRONG
    heights = np.where((sizes < 0) | is_wrong, np.nan, np.clip(sizes, _FLOOR, ceiling))
    ax.plot((places + width / 2) / whole, heights, color="#0072B2", linewidth=0.7)
    edges = np.flatnonzero(np.diff(is_wrong, prepend=False, append=False))
    for first, end in edges.reshape(-1, 2):
        span = places[first] / whole, (places[end - 1] + width) / whole
        ax.axvspan(*span, color=_WRONG[1], lw=0, zorder=3)
    ax.axhline(0.5, **_HALF)
    ax.set_yscale("log", base=2)
    ax.set_ylim(_FLOOR, ceiling * 1.5)
    ax.set_yticks(*_heights(ceiling))
    ax.minorticks_off()
    ax.set_xlim(0, 1)
    ax.grid(visible=True)


_HEIGHTS = {
    0.5: "½",
    **{10.0**k: power_of_ten(k) for k in (2, 4, 6, 8, 10, 12)},
    4.0: "4",
    16.0: "16",
    1.0: "1",
    2.0: "2",
    2.0**-3: "⅛",
    2.0**-5: "2⁻⁵",
}
"""Ticks of errors: those that matter most first."""


def _heights(ceiling: float) -> tuple[list[float], list[str]]:
    """Return ticks that have room beside one another."""
    room, kept = np.log2(ceiling * 1.5 / _FLOOR) / 9, list[float]()
    for value in _HEIGHTS:
        if value <= ceiling and all(abs(np.log2(value / other)) >= room for other in kept):
            kept.append(value)
    return kept, [_HEIGHTS[value] for value in kept]
