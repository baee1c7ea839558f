r"""A head and a tail to an enclosure, whatever their sizes.

Results of the family are a head that is exact, such as the peak, and a tail with a relative
error, such as log1p of the rest. Either may be beyond the other's last bit, and the tail is
known to be there even so: what it adds is kept as the low part down to 2**-`DROPPED` of the
head, and below that the radius says so.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import EnclosureArray
from lse_verify.oracle.double_double.arithmetic import (
    ADD_RELATIVE,
    add,
    double,
    two_to_the,
    word,
)
from lse_verify.oracle.double_double.compilation import inlined

DROPPED = 960
"""A tail below 2**-DROPPED of its head is left out, and so is such a head."""

DROPPED_RADIUS = 2.0**-950
"""Where lo is 0 besides, the centre is the head, exactly."""

UNSEEN_TAIL = 2.0**-108
"""Relative to a head of two floats, which have no room for such a tail."""

_LOST_RADIUS = 2.0**-890
"""Where lo is 0 because the low part of the head underflowed: the centre is not the head."""

_CANCELLED = 2.0**-960
"""Where the sum is less than that of what is added, its digits tell nothing."""

_ZERO_EXPONENT = -(2**40)
_FRACTION_AND_SIGN = -0x7FF0000000000001
_HALF_EXPONENT = 1022 << 52

UPWARD = 1 + 2.0**-30
"""More than the roundings of a radius."""


def empty_enclosures(count: int) -> EnclosureArray:
    """Return room for so many enclosures."""
    table = np.empty((3, count))
    return EnclosureArray(table[0], table[1], table[2], np.empty(count, dtype=np.int64))


@inlined
def mantissa_exponent(value: float) -> tuple[float, int]:
    """Return (m, e) with value = m·2ᵉ and ½ ≤ |m| < 1, or (0, `_ZERO_EXPONENT`); value finite."""
    is_small = abs(value) < 2.0**-960
    bits = word(value * 2.0**120 if is_small else value)
    exponent = ((bits >> 52) & 0x7FF) - 1022
    mantissa = double((bits & _FRACTION_AND_SIGN) | _HALF_EXPONENT)
    exponent = exponent - 120 if is_small else exponent
    is_zero = value == 0.0
    return (0.0 if is_zero else mantissa), (_ZERO_EXPONENT if is_zero else exponent)


@inlined
def times_two_to_the(value: float, shift: int) -> float:
    """Return value·2**shift, |shift| ≤ 2044 and 0 beyond: exact unless it underflows.

    Two factors, so that neither over- nor underflows before the product does.
    """
    inside = min(max(shift, -2044), 2044)
    half = inside >> 1
    product = (value * two_to_the(half)) * two_to_the(inside - half)
    return product if shift > -2044 else 0.0


@inlined
def combine(
    head_hi: float,
    head_lo: float,
    head_exponent: int,
    tail_hi: float,
    tail_lo: float,
    tail_exponent: int,
    relative: float,
) -> tuple[float, float, float, int]:
    r"""Return (hi, lo, radius, exponent) that hold head + tail, ½ ≤ |hi| < 1.

    Parameters
    ----------
    head_hi, head_lo, head_exponent
        (hi + lo)·2**exponent exactly: a normal double-double.
    tail_hi, tail_lo, tail_exponent
        The same for the tail, within `relative` of itself.
    relative
        Bound of the relative error of the tail.

    Notes
    -----
    Both are brought to the larger exponent, exactly unless `DROPPED`. Their sum rounds to
    4u² (`add`); but if the head is one float and |tail| ≤ 2⁻⁵⁴·|head|, the answer is (head,
    tail_hi) and what is lost is tail_lo, at most u·|tail|. 2u·|tail| is counted: the other half
    is 2⁻¹⁰¹⁵ or more, and covers low parts that underflow below 2⁻¹⁰⁷⁴, and their radii. So does,
    where the head is not one float, 4u² against the 3u² of `add`.

    Beside a head of two floats a tail below `UNSEEN_TAIL` of it is not added: the answer is the
    head, exactly, with twice the tail for a radius. So who knows the tail's sign knows on which
    side of the head the value lies, which decides where the head is itself a midpoint.
    """
    _, head_power = mantissa_exponent(head_hi)
    _, tail_power = mantissa_exponent(tail_hi)
    head_power += head_exponent
    tail_power += tail_exponent
    exponent = max(head_power, tail_power)
    has_both = (head_hi != 0.0) and (tail_hi != 0.0)
    drops_head, drops_tail = exponent - head_power > DROPPED, exponent - tail_power > DROPPED
    head_shift, tail_shift = head_exponent - exponent, tail_exponent - exponent
    a_hi = 0.0 if drops_head else times_two_to_the(head_hi, head_shift)
    a_lo = 0.0 if drops_head else times_two_to_the(head_lo, head_shift)
    b_hi = 0.0 if drops_tail else times_two_to_the(tail_hi, tail_shift)
    b_lo = 0.0 if drops_tail else times_two_to_the(tail_lo, tail_shift)
    high, low = add(a_hi, a_lo, b_hi, b_lo)
    is_far_below = (a_lo == 0.0) and (abs(b_hi) <= 2.0**-54 * abs(a_hi))
    is_unseen = (a_lo != 0.0) and (abs(b_hi) <= UNSEEN_TAIL * abs(a_hi))
    high, low = a_hi if is_unseen else high, a_lo if is_unseen else low
    rounding = abs(b_hi) * 2.0**-52 if is_far_below else abs(high) * ADD_RELATIVE
    rounding = 2.0 * abs(b_hi) if is_unseen else rounding
    rounding = DROPPED_RADIUS if drops_head or drops_tail else rounding
    rounding = rounding if has_both else 0.0
    lost = _LOST_RADIUS if (head_lo != 0.0) and (a_lo == 0.0) else 0.0
    is_zero = abs(high) < _CANCELLED
    cancelled = 2.0 * _CANCELLED if is_zero and high != 0.0 else 0.0
    radius = (abs(b_hi) * relative + rounding) * UPWARD + (lost + cancelled)
    _, power = mantissa_exponent(high)
    power = 0 if is_zero else power
    exponent = 0 if is_zero and radius == 0.0 else exponent
    scale = two_to_the(-power)
    return (
        0.0 if is_zero else high * scale,
        0.0 if is_zero else low * scale,
        radius * scale,
        exponent + power,
    )
