"""LSE(t·x)/t, a smooth maximum, and −LSE(−t·x)/t, a smooth minimum, for t > 0."""

from __future__ import annotations

from fractions import Fraction

from lse_verify.enclosure import Floats
from lse_verify.family.block import Block, Point
from lse_verify.family.function import row_of, value_of
from lse_verify.family.lse_form import LseForm, LseFunction


class SmoothExtremum(LseFunction):
    """``smoothmax(x, t)`` for direction 1 and ``smoothmin(x, t)`` for direction −1."""

    arguments = ("row", "parameter")
    symmetric = True

    def __init__(self, name: str, direction: int) -> None:
        self.name = name
        self._direction = direction
        self.side_of_limit = direction

    def form(self, point: Point) -> LseForm:
        """Return the entries with multiplier ±t and scale ±1/t."""
        sharpness = self._direction * Fraction(value_of(point, 1))
        return LseForm(row_of(point), sharpness, 1 / sharpness)

    def entries(self, block: Block) -> Floats:
        """Return the rows."""
        return block.wide(0)

    def keep(self, point: Point, kept: tuple[int, ...]) -> Point:
        """Return the row without the entries that count for nothing."""
        return (tuple(row_of(point)[place] for place in kept), point[1])


SMOOTHMAX = SmoothExtremum("smoothmax", 1)
SMOOTHMIN = SmoothExtremum("smoothmin", -1)
