"""The order of cells that are words for people: verdicts, numbers with units, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from lse_verify.audit.verdict import Verdict
from lse_verify.report.summary import NONE

_GRADES = {verdict.word: verdict for verdict in Verdict}
# What is wrong may be a special value, which is no verdict.
_VERDICT = re.compile(rf"({'|'.join(_GRADES)})(?!\w| special)")

# No longer exponents: a ledger may say anything, and Decimal ends at 10**18 digits.
_NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d{1,5}(?!\d))?")
_SIDES = {"below": -1, "above": 1, "over": 1, "≥": 1}
_POWERS = {"ns": -9, "µs": -6, "ms": -3}
"""Powers of ten of what stands beside seconds in a column."""

_DIGITS = re.compile(r"(\d+)")

Key = tuple[object, ...]


def verdict_of(text: str) -> str:
    """Return the verdict that a cell begins with, empty if with none.

    Examples
    --------
    >>> verdict_of("wrong (special values only, else weak)"), verdict_of("wrong special value ×2")
    ('wrong', '')
    """
    found = _VERDICT.match(text)
    return found[1] if found else ""


def ranks(cells: Sequence[str], are_numbers: bool) -> list[int | None]:
    """Return the place of each cell among those of its column, None where there is nothing.

    Parameters
    ----------
    cells : sequence of str
        As they are read.
    are_numbers : bool
        Whether the column is one of numbers: then the first in each cell counts.

    Examples
    --------
    >>> ranks(["8.56e7", "above 0.5", "–", "1e600", "1,740", "0.5", "below 0.5"], True)
    [4, 2, None, 5, 3, 1, 0]
    >>> ranks(["wrong 3 ulp", "stable 70 ulp", "wrong 1e9 ulp", "stable 8 ulp"], False)
    [2, 1, 3, 0]
    >>> ranks(["12 µs", "3 ms", "900 ns"], True), ranks(["log10", "log2", "Log"], False)
    ([1, 2, 0], [2, 1, 0])
    """
    keys = [_key(cell, are_numbers) for cell in cells]
    places = {key: place for place, key in enumerate(sorted({key for key in keys if key}))}
    return [places[key] if key else None for key in keys]


def _key(text: str, is_number: bool) -> Key:
    """Return what orders a cell: verdicts, then numbers, then words; empty where nothing is."""
    if text in ("", NONE):
        return ()
    if grade := verdict_of(text):
        return (0, int(_GRADES[grade]), *_size(text))
    if is_number and (size := _size(text)):
        return (1, *size)
    # Every other piece is digits, which are compared as the number they are.
    pieces = _DIGITS.split(text.casefold())
    return (2, *((len(p.lstrip("0")), p) if at % 2 else p for at, p in enumerate(pieces)))


def _size(text: str) -> Key:
    """Return the first number of a text, and on which side of it the truth is."""
    found = _NUMBER.search(text)
    if found is None:
        return ()
    value = Decimal(found[0].replace(",", "").replace("−", "-"))
    before, after = text[: found.start()].split()[-1:], text[found.end() :].split()[:1]
    power = _POWERS.get(after[0], 0) if after else 0
    return value.scaleb(power), _SIDES.get(before[0], 0) if before else 0
