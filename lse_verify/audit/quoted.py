"""A value as somebody quotes it: which floats of a format it can stand for.

Hex floats are what they say. A decimal may be a float that is printed in full, one that is rounded
to a few digits, or no float at all:

- what is exactly a float, written as programs write that, is that float: 0, 0.5, 40.0;
- where one float only lies within half a unit of the last digit, it is that one;
- of several the nearest, if there are more digits than every float keeps (15 of binary64), as
  programs print in full;
- with fewer digits it may be any of them: a judgement holds as far as the digits tell;
- where there is none, it is a number and no float, and is judged as it stands.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from lse_verify.audit.witness import read_number
from lse_verify.errors import BadInput
from lse_verify.formats import Format, power_of_two

Kind = Literal["float", "digits", "number"]

_LARGEST_EXPONENT = 20_000
"""Numbers with more digits than that before or after the point are not read."""

_LONGEST = 1200
"""The characters of what is read; a binary64 written in full has at most some 1,080."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is written, exactly.

    Attributes
    ----------
    text : str
        As it was given.
    value : Fraction or float
        The number; a float for ±∞ and NaN alone.
    half_unit : Fraction
        Half a unit of the last digit; 0 where nothing is rounded.
    digits : int
        Significant digits of a decimal, 0 of anything else.
    in_full : bool
        Whether a program would write a float so, without zeros that say nothing.
    """

    text: str
    value: Fraction | float
    half_unit: Fraction = Fraction(0)
    digits: int = 0
    in_full: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What a quoted value stands for in a format.

    Attributes
    ----------
    quoted : Quoted
        What is written.
    kind : str
        ``"float"``, one float of the format, ±∞ and NaN included; ``"digits"``, one of several;
        ``"number"``, none.
    nearest, lowest, highest : float
        The float nearest to what is written, and the ends of those that it may be: of one float,
        and of a number that is none, the nearest again.
    """

    quoted: Quoted
    kind: Kind
    nearest: float
    lowest: float
    highest: float


def read_quoted(text: str) -> Quoted:
    """Read a decimal, a hex float, ``inf`` or ``nan``, without rounding it.

    Raises
    ------
    BadInput
        If it is none of these, or too large or small to be of use.

    Examples
    --------
    >>> quoted = read_quoted("4.2484e-18")
    >>> quoted.value == Fraction(42484, 10**22), quoted.half_unit == Fraction(5, 10**23)
    (True, True)
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise BadInput(
            f"'{text[:20]}…' has {len(text):,} characters; the longest float has fewer than "
            f"{_LONGEST:,}, give no more"
        )
    if found := _HEX.fullmatch(text):
        return Quoted(text, _from_hex(text, found))
    try:
        decimal = Decimal(text)
    except InvalidOperation:
        # It says what is wrong, or reads what only floats are written as.
        return Quoted(text, read_number(text))
    if not decimal.is_finite():
        # A NaN of Decimal may have digits, and signal; one of float has neither.
        return Quoted(text, math.nan if decimal.is_nan() else float(decimal))
    return _from_decimal(text, decimal)


_HEX = re.compile(r"([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?", re.IGNORECASE)


def _from_hex(text: str, found: re.Match[str]) -> Fraction:
    sign, whole, part, exponent = found.groups()
    scale = int(exponent or 0)
    if not whole + part or abs(scale) > _LARGEST_EXPONENT:
        raise BadInput(f"'{text}' is no number that can be used; write hex floats as 0x1.8p+0")
    magnitude = int(whole + part, 16) * power_of_two(scale - 4 * len(part))
    return -magnitude if sign == "-" else magnitude


def _from_decimal(text: str, decimal: Decimal) -> Quoted:
    _, digits, exponent = decimal.as_tuple()
    assert isinstance(exponent, int)
    if abs(exponent) > _LARGEST_EXPONENT or abs(decimal.adjusted()) > _LARGEST_EXPONENT:
        raise BadInput(f"'{text}' is beyond every format; give a number of a float's size")
    scientific = "e" in text.lower()
    # Programs write 0.0 so; and 0.0000e+00 is not rounded, or it would have another exponent.
    in_full = exponent >= -1 or digits[-1] != 0 or (scientific and not any(digits))
    half_unit = Fraction(Decimal((0, (5,), exponent - 1)))
    return Quoted(text, Fraction(decimal), half_unit, len(digits), in_full)


def read_in(quoted: Quoted, fmt: Format) -> Reading:
    """Return what a quoted value stands for in a format.

    Examples
    --------
    >>> from lse_verify.formats import BINARY32, BINARY64
    >>> read_in(read_quoted("0.1"), BINARY64).kind, read_in(read_quoted("0.5"), BINARY64).kind
    ('digits', 'float')
    >>> read_in(read_quoted("0.30000000000000004"), BINARY64).highest
    0.30000000000000004
    >>> read_in(read_quoted("0.30000000000000004"), BINARY32).kind
    'number'
    """
    value = quoted.value
    if isinstance(value, float):
        value = fmt.stored(value)
        return Reading(quoted, "float", value, value, value)
    # The sign of a zero is no part of its value.
    nearest = math.copysign(fmt.round(value), -1.0 if quoted.text.startswith("-") else 1.0)
    if quoted.in_full and fmt.contains(value):
        return Reading(quoted, "float", nearest, nearest, nearest)
    lowest = fmt.round(value - quoted.half_unit, "up")
    highest = fmt.round(value + quoted.half_unit, "down")
    if lowest > highest:
        nearest = min(max(nearest, -fmt.largest), fmt.largest)
        return Reading(quoted, "number", nearest, nearest, nearest)
    if lowest == highest:
        return Reading(quoted, "float", lowest, lowest, lowest)
    kept = math.floor((fmt.precision - 1) * math.log10(2))
    if quoted.digits > kept:
        return Reading(quoted, "float", nearest, nearest, nearest)
    return Reading(quoted, "digits", nearest, lowest, highest)
