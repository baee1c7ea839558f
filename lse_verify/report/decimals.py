"""Floats of a format in short decimals, and rows of them shortened."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np

from lse_verify.audit.witness import read_number
from lse_verify.formats import Format, format_named

MOST_SHOWN = 4
"""A longer row is shown by its first three terms and its last."""


def shortest(value: float, fmt: Format) -> str:
    """Write the fewest digits that round to the float that a number is in a format.

    Examples
    --------
    >>> from lse_verify.formats import BINARY16, BINARY64
    >>> shortest(0.0999755859375, BINARY16), shortest(0.1, BINARY64), shortest(-40.0, BINARY64)
    ('0.1', '0.1', '-40')
    >>> shortest(-0.21101, BINARY16)
    '-0.211'
    """
    rounded = float(fmt.cast(np.array(value)))
    if not np.isfinite(rounded):
        return str(rounded)
    tries = (float(f"{rounded:.{digits}g}") for digits in count(1))
    short = next(t for t in tries if float(fmt.cast(np.array(t))) == rounded)
    return repr(short).removesuffix(".0")


def shortened(arguments: Sequence[str] | None, fmt_name: str) -> str:
    """Write the arguments of a witness in decimals; empty where they are not known.

    Examples
    --------
    >>> shortened(["0x0p+0,-0x1.4p+5"], "binary64"), shortened(["0x0p+0*3", "0x1p-1"], "binary64")
    ('0, -40', '0 ×3; 0.5')
    >>> shortened(["0x1p+0,0x1p+1,0x1p+2,0x1p+3,0x1p+4"], "binary64")
    '1, 2, 4, …, 16 (5 terms)'
    """
    fmt = format_named(fmt_name)
    return "; ".join(_row(text, fmt) for text in arguments or ())


def shortened_hex(arguments: Sequence[str] | None) -> str:
    """Write the arguments of a witness as they are, long rows shortened."""
    return "; ".join(", ".join(_few(text.split(","))) for text in arguments or ())


def _row(text: str, fmt: Format) -> str:
    items = [item for item in text.split(",") if item]
    words = ", ".join(_few([_item(item, fmt) for item in items]))
    return words if len(items) <= MOST_SHOWN else f"{words} ({_terms(items)} terms)"


def _item(item: str, fmt: Format) -> str:
    value, star, times = item.partition("*")
    return f"{shortest(read_number(value), fmt)}{' ×' + times if star else ''}"


def _few(items: list[str]) -> list[str]:
    return items if len(items) <= MOST_SHOWN else [*items[: MOST_SHOWN - 1], "…", items[-1]]


def _terms(items: list[str]) -> int:
    return sum(int(item.partition("*")[2] or 1) for item in items)
