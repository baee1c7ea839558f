"""What is said of repeated timings: the median between the extremes, and a slope."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the extremes beside it.

    Attributes
    ----------
    low, middle, high : float
        Least, median and largest.
    """

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of at least one value.

        Examples
        --------
        >>> Spread.of([3.0, 1.0, 2.0, 9.0])
        Spread(low=1.0, middle=2.5, high=9.0)
        """
        return cls(min(values), statistics.median(values), max(values))

    def over(self, other: Spread) -> Spread:
        """Return the ratio of the medians, between the least and the largest that can be had.

        Examples
        --------
        >>> Spread(1.0, 2.0, 4.0).over(Spread(1.0, 2.0, 2.0))
        Spread(low=0.5, middle=1.0, high=4.0)
        """
        return Spread(self.low / other.high, self.middle / other.middle, self.high / other.low)


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Return the slope of log y against log x, by least squares.

    Parameters
    ----------
    points : iterable of (float, float)
        At least two of different x; all positive.

    Examples
    --------
    >>> slope([(100.0, 3.0), (1000.0, 30.0), (10000.0, 300.0)])
    1.0
    """
    x, y = zip(*((math.log(x), math.log(y)) for x, y in points), strict=True)
    return round(statistics.linear_regression(x, y).slope, 12)
