"""Where names stand beside the dots of a figure: near their own, and over nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_RINGS = (0.0, 4.0, 9.0, 15.0, 22.0, 30.0, 40.0, 52.0, 66.0, 82.0, 100.0)
"""How much farther from its dot a name is tried, in points, the nearest first."""

_DIRECTIONS = 16
_GAP = 1.5
"""Points that are left free around names and dots."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its lower left corner, in points."""

    left: float
    bottom: float
    width: float
    height: float

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """Tell whether two are nearer than a gap."""
        return (
            self.left < other.left + other.width + gap
            and other.left < self.left + self.width + gap
            and self.bottom < other.bottom + other.height + gap
            and other.bottom < self.bottom + self.height + gap
        )

    def is_within(self, room: Box) -> bool:
        """Tell whether it is in a room as a whole."""
        return (
            room.left <= self.left
            and room.bottom <= self.bottom
            and self.left + self.width <= room.left + room.width
            and self.bottom + self.height <= room.bottom + room.height
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of it that is nearest to a given one."""
        return (
            min(max(x, self.left), self.left + self.width),
            min(max(y, self.bottom), self.bottom + self.height),
        )


def placed(
    dots: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    room: Box,
    radius: float,
    taken: Iterable[Box] = (),
) -> list[Box | None]:
    """Return where the name of each dot stands, None where there is no free place for one.

    Those with the most other dots around them choose first: they have the fewest places. The
    same dots in the same order give the same places.

    Parameters
    ----------
    dots : sequence of (x, y)
        In points.
    sizes : sequence of (width, height)
        Of the names, in points.
    room : Box
        What no name leaves.
    radius : float
        Of the dots.
    taken : iterable of Box
        What else no name may cover.
    """
    marks = [Box(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in dots]
    used = [*taken]
    found: list[Box | None] = [None] * len(dots)
    for place in sorted(range(len(dots)), key=lambda p: (-_crowd(dots, p), p)):
        others = [*used, *(m for p, m in enumerate(marks) if p != place)]
        free = [
            box
            for box in _places(dots[place], sizes[place], radius)
            if box.is_within(room) and not any(box.meets(o, _GAP) for o in others)
        ]
        clear = (box for box in free if is_nearest_to(box, place, dots))
        found[place] = box = next(clear, free[0] if free else None)
        used += [box] if box is not None else []
    return found


def is_nearest_to(box: Box, place: int, dots: Sequence[tuple[float, float]]) -> bool:
    """Tell whether no other dot is nearer to a name than its own, so that none is mistaken."""
    away = [math.dist(dot, box.nearest(*dot)) for dot in dots]
    return all(a > away[place] for p, a in enumerate(away) if p != place)


def _crowd(dots: Sequence[tuple[float, float]], place: int, near: float = 60.0) -> int:
    x, y = dots[place]
    return sum(math.hypot(a - x, b - y) < near for a, b in dots)


def _places(dot: tuple[float, float], size: tuple[float, float], radius: float) -> Iterator[Box]:
    """Yield places around a dot, the nearest ring first and the right side first in each."""
    (x, y), (width, height) = dot, size
    for ring in _RINGS:
        away = radius + _GAP + ring
        for turn in _turns():
            angle = 2 * math.pi * turn / _DIRECTIONS
            across, up = math.cos(angle), math.sin(angle)
            # The middle of the name, so far that its nearest side is `away` from the dot.
            middle_x = x + across * (away + width / 2)
            middle_y = y + up * (away + height / 2)
            yield Box(middle_x - width / 2, middle_y - height / 2, width, height)


def _turns() -> Iterator[int]:
    """Yield all directions from the right, the nearest to level first, above before below."""
    yield 0
    for step in range(1, _DIRECTIONS // 2):
        yield from (step, -step)
    yield _DIRECTIONS // 2
