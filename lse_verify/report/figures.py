"""What is drawn: errors by size, error against conditioning, loss against the gap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lse_verify.audit.finding import EXACT_BUCKET, Finding
from lse_verify.audit.standing import Standing, by_function
from lse_verify.audit.verdict import weak_limit
from lse_verify.formats import FORMATS
from lse_verify.report.canvas import Axes, Curves, heat_maps, power_of_ten, small_multiples
from lse_verify.report.words import code, file_name, listed, number

READING = {
    "Errors": "how the answers of each implementation (rows, best first) are spread over the "
    "sizes of their errors, in ulps (columns): dark is frequent, each shade ten times the one "
    "before it, white is never. *none*: NaN or an infinity where the truth is a number that "
    "fits. Badly conditioned inputs are among them, so that some large errors are nobody's fault",
    "Conditioning": "the largest error in each binade of the condition number κ, in ulps. The "
    "dashed line is an error of κ ulp, about what rounding the input alone can cost: an error "
    "far above it is the implementation's own. Beyond κ = 10²⁰ nothing can be told",
    "Absorption": "the largest stability factor E against the distance of the two terms. Where "
    "the larger term is near 0, all that is left is the smaller one, and code that adds it to 1 "
    "first loses it: E rises above the dashed line",
}
"""What each kind of figure shows; special values are in none of them."""

MOST_FUNCTIONS = 6
"""Figures are drawn for the functions with the most implementations to compare."""

_EDGES = (-1, 0, 1, 2, 4, 8, 16, 32)
_COLUMNS = ("< ½", "½–1", "1–2", "2–4", "4–2⁴", "2⁴–2⁸", "2⁸–2¹⁶", "2¹⁶–2³²", "≥ 2³²", "none")
_LARGEST_X = 1e20
_CEILING = 1e20


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of the report.

    Attributes
    ----------
    name : str
        Of its file.
    function : str
        What it is about.
    alternative, caption : str
        What stands in its place where it cannot be seen, and below it, in markdown.
    content : bytes
        The SVG.
    """

    name: str
    function: str
    alternative: str
    caption: str
    content: bytes


def drawings(found: list[Standing]) -> list[Drawing]:
    """Draw all figures of a report."""
    grouped = by_function(found)
    compared = sorted(grouped, key=lambda function: -len(grouped[function]))[:MOST_FUNCTIONS]
    return [
        drawing
        for function, group in grouped.items()
        if function in compared
        for drawing in _of_function(function, group)
    ]


def _of_function(function: str, found: list[Standing]) -> Iterator[Drawing]:
    yield from _errors(function, found)
    yield from _conditioning(function, found)
    yield from _gap(function, found)


def _errors(function: str, found: list[Standing]) -> Iterator[Drawing]:
    present = {fmt for s in found for fmt in s.outcomes}
    formats = [*(fmt for fmt in FORMATS if fmt in present), *sorted(present - {*FORMATS})]
    nothing = [np.nan] * len(_COLUMNS)
    maps = {
        fmt: np.array(
            [_shares(s.outcomes[fmt].ordinary) if fmt in s.outcomes else nothing for s in found]
        )
        for fmt in formats
    }
    content = heat_maps(maps, [s.name for s in found], _COLUMNS, "share of the answers")
    caption = f"**Errors of {function}.** {_unanswered(found)}"
    name = f"errors-{file_name(function)}.svg"
    yield Drawing(name, function, f"errors of {function}", caption, content)


def _unanswered(found: list[Standing]) -> str:
    names = [
        code(standing.name)
        for standing in found
        if any(_shares(outcome.ordinary)[-1] > 0 for outcome in standing.outcomes.values())
    ]
    return f"With answers that are no number: {listed(names)}." if names else "All are numbers."


def _shares(finding: Finding) -> list[float]:
    """Return the share of the answers in each column."""
    counts = [0] * len(_COLUMNS)
    for bucket, count in finding.histogram.items():
        counts[_column(bucket)] += count
    counts[-1] = finding.spurious_nan.count + finding.spurious_infinity.count
    whole = sum(counts)
    return [count / whole if whole else float("nan") for count in counts]


def _column(bucket: str) -> int:
    if bucket == EXACT_BUCKET:
        return 0
    exponent = int(bucket.removeprefix("2^"))
    return sum(exponent >= edge for edge in _EDGES)


def _conditioning(function: str, found: list[Standing]) -> Iterator[Drawing]:
    panels = _panels(found, "condition", _condition_middle)
    if not panels:
        return
    axes = Axes(
        "condition number κ",
        "largest error (ulp)",
        {10.0**k: power_of_ten(k) for k in range(0, 17, 4)} | {_LARGEST_X: ""},
        floor=0.1,
        ceiling=_CEILING,
        reference=lambda x: x,
        reference_label="error of κ ulp",
    )
    caption = f"**Conditioning of {function}.** {_farthest(panels)}"
    alternative = f"error of {function} against conditioning"
    content = small_multiples(panels, axes)
    name = f"conditioning-{file_name(function)}.svg"
    yield Drawing(name, function, alternative, caption, content)


def _farthest(panels: dict[str, Curves]) -> str:
    """Name the curve that rises farthest above the line."""
    ratio, name, fmt = max(
        (size / x, name, fmt)
        for name, curves in panels.items()
        for fmt, points in curves.items()
        for x, size in zip(*points, strict=True)
    )
    if ratio <= 4:
        return "None is more than 4 times above the line."
    return f"Farthest above the line: {code(name)} in {fmt}, {number(ratio)} times κ ulp."


def _gap(function: str, found: list[Standing]) -> Iterator[Drawing]:
    panels = _panels(found, "gap", _gap_middle)
    if not panels:
        return
    limit = weak_limit(2)
    axes = Axes(
        "distance of the two terms",
        "largest stability factor E",
        {0.5: "", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"},
        floor=0.1,
        ceiling=_CEILING,
        reference=lambda x: 0 * x + limit,
        reference_label=f"E = {limit:g}: unstable above",
    )
    losing = [code(name) for name, curves in panels.items() if _highest(curves) > limit]
    who = f"Above the line: {listed(losing)}." if losing else "None is above the line."
    caption = f"**Absorption in {function} of two terms.** {who}"
    alternative = f"stability factor of {function} against the gap"
    content = small_multiples(panels, axes)
    name = f"gap-{file_name(function)}.svg"
    yield Drawing(name, function, alternative, caption, content)


def _panels(
    found: list[Standing], profile: str, middle: Callable[[int], float]
) -> dict[str, Curves]:
    """Return the curves of one profile by implementation, those without any left out."""
    panels = {s.name: _curves(s, profile, middle) for s in found}
    return {name: curves for name, curves in panels.items() if curves}


def _curves(standing: Standing, profile: str, middle: Callable[[int], float]) -> Curves:
    curves: Curves = {}
    for fmt, outcome in standing.outcomes.items():
        maxima: dict[float, float] = {}
        for bucket, size in outcome.ordinary.profiles.get(profile, {}).items():
            x = middle(bucket)
            maxima[x] = max(maxima.get(x, 0.0), size)
        shown = sorted(x for x in maxima if x <= _LARGEST_X)
        if shown:
            curves[fmt] = (shown, [maxima[x] for x in shown])
    return curves


def _condition_middle(bucket: int) -> float:
    return math.ldexp(math.sqrt(2), bucket)


def _gap_middle(bucket: int) -> float:
    width = 1 if bucket < 8 else 4 if bucket < 64 else 64
    return bucket - bucket % width + width / 2


def _highest(curves: Curves) -> float:
    return max(size for _, sizes in curves.values() for size in sizes)
