"""Where the errors of all inputs lie: maps of the plane of pairs, and lines of one variable.

An axis has every bit pattern in the order of its value: as many floats between 1 and 2 as between
2 and 4, NaNs at both ends.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from PIL import Image

from lse_verify.audit.exhausted import LEAST_OCTAVE, NOTHING, PER_OCTAVE, WRONG, Codes, map_of
from lse_verify.audit.ledger import Entry
from lse_verify.formats import Format, format_named
from lse_verify.report.canvas import STYLE, WIDTH, power_of_ten, svg

_PIXELS = 1024
_DPI = 100
_LEFT, _RIGHT, _BOTTOM, _TOP = 110, 190, 70, 40

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

_NOTHING, _WRONG = ("not measured", "#bdbdbd"), ("no number, or special and wrong", "#000000")
_FLOOR = 2.0**-6


def drawn(function: str, fmt: str, entries: Iterable[Entry]) -> Iterator[tuple[str, str, bytes]]:
    """Yield the name, the alternative text and the bytes of each figure of a space."""
    layout, lines = format_named(fmt), {}
    for entry in sorted(entries, key=lambda e: e.cell.implementation):
        extra = entry.finding.exhausted
        if extra is None:
            continue
        codes, name = map_of(extra), entry.cell.implementation
        # A user's name may be a path.
        file_name = re.sub(r"[^\w.-]+", "-", name)
        if codes is not None:
            file = f"map-{function}-{fmt}-{file_name}.png"
            title = f"{function} {fmt}, {name}: largest error of each cell"
            yield file, title, _map(layout, codes, title)
        if extra.line:
            lines[name] = extra.line
    if lines:
        title = f"{function} {fmt}: largest error of each part of the line"
        yield f"line-{function}-{fmt}.svg", title, _lines(layout, lines)


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
    with mpl.rc_context(STYLE | {"font.size": 10.0, "axes.titlesize": 11.0}):
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
        ax.set_title(title)
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
    handles = [
        Patch(facecolor=colour, edgecolor="#6b6b6b", linewidth=0.4, label=name)
        for name, colour in every
        if (name, colour) in present
    ]
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
    top = max(max(line.values()) for line in lines.values())
    ceiling = 2.0 ** np.ceil(np.log2(min(max(top, 4.0), 1e12)))

    def draw(figure: Figure) -> None:
        figure.subplots_adjust(
            left=0.07,
            right=0.985,
            bottom=0.5 / height,
            top=1 - 0.25 / height,
            hspace=0.35,
            wspace=0.05,
        )
        for place, (name, line) in enumerate(sorted(lines.items())):
            ax: Any = figure.add_subplot(rows, columns, place + 1)
            parts = max(max(line) + 1, 1)
            x = (np.array(list(line)) + 0.5) / parts
            y = np.clip(np.array(list(line.values())), _FLOOR, ceiling)
            ax.plot(x, y, color="#0072B2", linewidth=0.7)
            ax.set_title(name, pad=3)
            ax.set_yscale("log", base=2)
            ax.set_ylim(_FLOOR, ceiling * 1.5)
            ax.axhline(0.5, color="#6b6b6b", linestyle="--", linewidth=0.6)
            ax.set_yticks(*_heights(ceiling))
            ax.minorticks_off()
            ticks = _ticks(fmt)
            ax.set_xticks(list(ticks), list(ticks.values()))
            ax.set_xlim(0, 1)
            ax.grid(visible=True)
            ax.tick_params(
                bottom=False,
                left=False,
                labelbottom=place + columns >= len(lines),
                labelleft=place % columns == 0,
            )
        figure.text(0.5, 0.1 / height, "every float of the format in order", ha="center")
        figure.text(0.012, 0.5, "largest error (ulp)", va="center", rotation=90)

    return svg(draw, WIDTH, height)


def _heights(ceiling: float) -> tuple[list[float], list[str]]:
    powers = [v for v in (1e2, 1e4, 1e6, 1e8, 1e10, 1e12) if v <= ceiling]
    texts = [power_of_ten(round(float(np.log10(v)))) for v in powers]
    return [2.0**-5, 0.5, 1.0, 4.0, *powers], ["2⁻⁵", "½", "1", "4", *texts]
