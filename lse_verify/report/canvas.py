"""Matplotlib, as reports use it: no global state, the same bytes every time.

The background is opaque, so that a figure reads on light and dark pages alike; lines have
the colours of Okabe and Ito, which colour-blind readers can tell apart, and markers of their
own besides; maps go from light to dark. Margins and ticks are given and not found, which
takes a fifth of the time.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

WIDTH = 9.4
"""Inches; what a page of GitHub shows without scaling."""

STYLE: dict[str, Any] = {
    "svg.hashsalt": "lse_verify",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 8.0,
    "axes.titlelocation": "left",
    "axes.linewidth": 0.6,
    "axes.unicode_minus": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "lines.linewidth": 0.8,
    "lines.markersize": 2.6,
}
_LINES = {
    "float8_e4m3fn": ("#009E73", "P"),
    "float8_e5m2": ("#56B4E9", "X"),
    "binary16": ("#D55E00", "o"),
    "bfloat16": ("#E69F00", "s"),
    "binary32": ("#0072B2", "^"),
    "binary64": ("#000000", "D"),
}
_OTHER_LINE = ("#CC79A7", "v")
REFERENCE: dict[str, Any] = {"color": "#6b6b6b", "linestyle": "--"}
"""How a line to compare with is drawn."""

_SHARES = {1e-6: "", 1e-5: "0.001 %", 1e-4: "0.01 %", 1e-3: "0.1 %", 1e-2: "1 %", 0.1: "10 %"}
_SHADES = "YlGnBu"
_LONGEST_NAME = 32

# Coordinates to a hundredth of a point: a fifth of the bytes less.
_HUNDREDTHS = re.compile(rb'(?<=[ "])(\d+\.\d\d)\d+')


@dataclass(frozen=True, slots=True)
class Axes:
    """What the two axes of small multiples show.

    Attributes
    ----------
    x, y : str
        Labels, with units.
    x_ticks : dict of float to str
        The ticks of the first axis; the first and the last are its ends.
    floor, ceiling : float
        What is drawn at the edge where it is below or above.
    reference : callable
        The dashed line: y at given x.
    reference_label : str
        What the dashed line means.
    """

    x: str
    y: str
    x_ticks: dict[float, str]
    floor: float
    ceiling: float
    reference: Callable[[Any], Any]
    reference_label: str


Curves = dict[str, tuple[Sequence[float], Sequence[float]]]
"""By format: the x and y of its points."""


def small_multiples(panels: dict[str, Curves], axes: Axes) -> bytes:
    """Draw a panel an implementation and a line a format, all on the same axes."""
    rows, columns = _grid(len(panels))
    # A page wide from three columns on; one or two panels are not stretched to it.
    width, height = min(max(2.9 * columns + 0.7, 6.2), WIDTH), 1.55 * rows + 1.05

    def draw(figure: Figure) -> None:
        figure.subplots_adjust(
            left=0.6 / width,
            right=1 - 0.12 / width,
            bottom=0.55 / height,
            top=1 - 0.55 / height,
            hspace=0.32,
            wspace=0.08,
        )
        for place, (name, curves) in enumerate(panels.items()):
            ax = figure.add_subplot(rows, columns, place + 1)
            _panel(ax, name, curves, axes)
            lowest, leftmost = place + columns >= len(panels), place % columns == 0
            ax.tick_params(bottom=False, left=False, labelbottom=lowest, labelleft=leftmost)
        figure.text(0.5, 0.1 / height, axes.x, ha="center")
        figure.text(0.1 / width, 0.5, axes.y, va="center", rotation=90)
        _legend(figure, panels.values(), axes.reference_label)

    return svg(draw, width, height)


def _grid(count: int) -> tuple[int, int]:
    """Return few rows of four or five columns, with as few gaps as that allows."""
    if count <= 5:
        return 1, count
    return min((-(-count // columns), columns) for columns in (4, 5))


def _panel(ax: Any, name: str, curves: Curves, axes: Axes) -> None:
    ax.set_title(literal(short(name)), pad=3)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks(list(axes.x_ticks), list(axes.x_ticks.values()))
    ax.set_yticks(*zip(*((10.0**k, power_of_ten(k)) for k in range(0, 21, 4)), strict=True))
    ax.minorticks_off()
    ax.grid(visible=True)
    for fmt, (x, y) in curves.items():
        colour, marker = _LINES.get(fmt, _OTHER_LINE)
        inside = np.clip(y, axes.floor, axes.ceiling)
        ax.plot(x, inside, color=colour, marker=marker, markevery=3)
    ends = np.array([min(axes.x_ticks), max(axes.x_ticks)])
    ax.plot(ends, axes.reference(ends), **REFERENCE)
    ax.set_xlim(ends[0] / 2, ends[1] * 2)
    ax.set_ylim(axes.floor / 2, axes.ceiling * 2)


def short(name: str) -> str:
    r"""Cut a name that no margin has room for, as a user's may be a path; show what is unseen.

    Examples
    --------
    >>> print(short("a/long/path/to/kernels/mine.py:logsumexp"), short("red\x1b[31m"))
    …th/to/kernels/mine.py:logsumexp red�[31m
    """
    cut = name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"
    # XML has no place for most of them.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def literal(text: str) -> str:
    """Write a text so that Matplotlib shows it as it is: dollars are no formula."""
    return text.replace("$", r"\$")


def power_of_ten(exponent: int) -> str:
    """Write a power of ten.

    Examples
    --------
    >>> power_of_ten(0), power_of_ten(12)
    ('1', '10¹²')
    """
    raised = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if exponent else "1"


def _legend(figure: Figure, panels: Iterable[Curves], reference_label: str) -> None:
    present = {fmt for curves in panels for fmt in curves}
    formats = [*(f for f in _LINES if f in present), *sorted(present - {*_LINES})]
    styles = [_LINES.get(fmt, _OTHER_LINE) for fmt in formats]
    handles = [Line2D([], [], color=colour, marker=marker) for colour, marker in styles]
    handles.append(Line2D([], [], **REFERENCE))
    labels = [*formats, reference_label]
    figure.legend(handles, labels, loc="upper center", ncols=len(labels), frameon=False)


def heat_maps(maps: dict[str, Any], rows: Sequence[str], columns: Sequence[str], bar: str) -> bytes:
    """Draw a map a panel, side by side: shares by row and column, a shade a power of ten.

    Parameters
    ----------
    maps : dict of ndarray
        By title; shares of 0 stay white, a row of NaN says that there is nothing.
    rows, columns : sequence of str
        Names of the rows and columns that all maps share.
    bar : str
        What the colours mean.
    """
    height = 0.21 * len(rows) + 1.2
    names = [literal(short(name)) for name in rows]
    margin = 0.075 * max(map(len, names)) + 0.15

    def draw(figure: Figure) -> None:
        bottom, top = 0.8 / height, 1 - 0.3 / height
        figure.subplots_adjust(left=margin / WIDTH, right=0.88, bottom=bottom, top=top, wspace=0.06)
        for place, (title, shares) in enumerate(maps.items()):
            ax = figure.add_subplot(1, len(maps), place + 1)
            _map(ax, title, shares, columns)
            ax.set_yticks(np.arange(len(rows)) + 0.5, names if place == 0 else [])
        figure.text(0.5, 0.1 / height, "error in ulps", ha="center")
        place_of_bar = figure.add_axes((0.895, 0.2 / height, 0.012, top - 0.2 / height))
        shades = ScalarMappable(_norm(), _SHADES)
        colours = figure.colorbar(shades, cax=place_of_bar, label=bar)
        colours.set_ticks([*_SHARES, 1.0], labels=[*_SHARES.values(), "all"])

    return svg(draw, WIDTH, height)


def _norm() -> BoundaryNorm:
    return BoundaryNorm([*_SHARES, 1.0], 256)


def _map(ax: Any, title: str, shares: Any, columns: Sequence[str]) -> None:
    places = np.argwhere(shares > 0)
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    squares = places[:, None, ::-1] + corners
    colours = mpl.colormaps[_SHADES](_norm()(shares[tuple(places.T)]))
    ax.add_collection(PolyCollection(squares, facecolors=colours, edgecolors="white", lw=0.5))
    for row in np.flatnonzero(np.isnan(shares).all(axis=1)):
        ax.text(len(columns) / 2, row + 0.55, "not offered", ha="center", va="center")
    ax.set_title(title)
    ax.set_xlim(0, len(columns))
    ax.set_ylim(len(shares), 0)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=90)
    ax.tick_params(bottom=False, left=False)
    ax.hlines(range(1, len(shares)), 0, len(columns), color="#e4e4e4", linewidth=0.6, zorder=0)


@contextmanager
def styled(**changed: float) -> Iterator[None]:
    """Draw in the style of reports, with some of it changed."""
    with mpl.rc_context(STYLE | changed), warnings.catch_warnings():
        # A sign of a name that the font has not is a box.
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from")
        yield


def svg(draw: Callable[[Figure], None], width: float, height: float) -> bytes:
    """Return what is drawn onto a figure of so many inches, in the style of reports."""
    with styled():
        figure = Figure(figsize=(width, height))
        draw(figure)
        buffer = io.BytesIO()
        # Not figure.savefig, which draws everything twice.
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return _HUNDREDTHS.sub(rb"\1", buffer.getvalue())
