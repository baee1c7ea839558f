"""Times and ratios as the report on performance prints them."""

from __future__ import annotations

from lse_verify.bench.spread import Spread
from lse_verify.report.words import number, unbroken

_UNITS = ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def duration(seconds: float) -> str:
    """Write a time with three digits and its unit.

    Examples
    --------
    >>> duration(1.234e-7), duration(9.9996e-7), duration(0.05), duration(81.25)
    ('123 ns', '1 µs', '50 ms', '81.2 s')
    """
    rounded = float(f"{seconds:.3g}")
    size, name = next(
        (unit for unit in reversed(_UNITS) if rounded >= unit[0] * (1 - 1e-9)), _UNITS[0]
    )
    return f"{number(rounded / size)} {name}"


def durations(spread: Spread) -> str:
    """Write a median and its extremes.

    Examples
    --------
    >>> durations(Spread(1e-6, 1.2e-6, 2e-6))
    '1.2 µs (1 µs – 2 µs)'
    """
    return f"{duration(spread.middle)} ({duration(spread.low)} – {duration(spread.high)})"


def times(ratio: float) -> str:
    """Write a ratio so that no line ends within it.

    Examples
    --------
    >>> times(312.4).replace(chr(160), " ")
    '312 ×'
    """
    return unbroken(f"{number(ratio)} ×")


def ratios(spread: Spread) -> str:
    """Write a ratio and its extremes.

    Examples
    --------
    >>> ratios(Spread(290.0, 312.4, 331.0)).replace(chr(160), " ")
    '312 × (290 – 331)'
    """
    return unbroken(f"{times(spread.middle)} ({number(spread.low)} – {number(spread.high)})")
