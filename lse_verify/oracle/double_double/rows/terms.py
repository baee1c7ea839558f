r"""The terms exp(t·(x − peak)) of a tile, and their sums side by side.

Each step (`peaks` for what a tile is) is a loop of its own over buffers
that stay in cache, so that LLVM vectorises it; a loop that did all of it at once would need
more registers than there are.

Relative errors, u = 2⁻⁵³, all of terms that are not negative:

- a difference x − peak is exact in two floats. Times t it is within 4u² (`multiply_double`);
  a term moves by as much times its exponent, z = t·(peak − x).
- exp: `EXP_RELATIVE`.
- a term is taken into its lane's sum in units of 2ᵇ, b the lane's largest exponent: a power of
  two, exact down to 2⁻¹⁰²²; what is smaller is left out, as is a term below exp(−`_REACH`): the
  largest is above exp(−`FARTHEST`) or none is seen, so that this is below exp(−720) < 2⁻¹⁰³⁸ of
  it. Together less than n·2⁻¹⁰²⁰ of the sum.
- `absorb`: 3u² of the sum so far, a step.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.arithmetic import (
    fast_two_sum,
    multiply_add,
    multiply_double,
    two_sum,
    two_to_the,
    word,
)
from lse_verify.oracle.double_double.arrays import Integers
from lse_verify.oracle.double_double.coefficients import DoubleDouble
from lse_verify.oracle.double_double.compilation import compiled_loop, inlined
from lse_verify.oracle.double_double.exponential import exp

FARTHEST = 30000.0
"""exp(−30000) is 2**-43281, far below 2**NEGLIGIBLE_LOG2. All terms less: none is seen."""

_REACH = FARTHEST + 720.0
"""Terms are evaluated as far as that: beside one that is barely seen, more than 2**-1022 of it."""

UNSEEN = -32700.0
"""Stands for what is not evaluated: its exponent, −47176, is below that of any sum by 3895."""

ABSORB_RELATIVE = 3 * 2.0**-106

LEFT_OUT_RELATIVE = 2.0**-990
"""Of all terms that are left out, up to 2**30 of them."""

_LOG2_E = 1 / math.log(2)
_ROUNDER = 1.5 * 2.0**52
_ROUNDER_WORD = 0x4338000000000000


@inlined
def absorb(sum_hi: float, sum_lo: float, term_hi: float, term_lo: float) -> DoubleDouble:
    """Return the sum of two normal double-doubles that are not negative.

    In units of u² of the result: the low parts, each at most u of theirs, are added, 1; that,
    at most u (1 + u), to the error of the high parts' sum, at most u, is rounded, 2. Together
    `ABSORB_RELATIVE`. (SloppyDWPlusDW of Joldes, Muller and Popescu.)
    """
    high, error = two_sum(sum_hi, term_hi)
    return fast_two_sum(high, error + (sum_lo + term_lo))


@inlined
def exponent_of_exp(x: float) -> int:
    """Return the binary exponent that `exp` gives e**x, for |x| ≤ `EXP_LIMIT`."""
    return word(multiply_add(x, _LOG2_E, _ROUNDER)) - _ROUNDER_WORD


class Factor(NamedTuple):
    """A positive float as shrink·x − shrink·peak needs it: shrink·power·mantissa.

    The difference of two floats may overflow and yet be moderate times a small factor, so it
    is then taken of quarters. What that loses of subnormals is below 2**-1070 in an exponent.
    """

    shrink: float
    power: float
    mantissa: float


def factor_parts(factor: float) -> Factor:
    """Return a positive finite float as a `Factor`, the mantissa in [1, 2).

    Examples
    --------
    >>> factor_parts(3.0)
    Factor(shrink=1.0, power=2.0, mantissa=1.5)
    >>> factor_parts(0.5)
    Factor(shrink=0.25, power=2.0, mantissa=1.0)
    """
    mantissa, exponent = math.frexp(factor)
    shrink = 1.0 if factor >= 1 else 0.25
    return Factor(shrink, math.ldexp(1 / shrink, exponent - 1), 2 * mantissa)


@compiled_loop
def differences(
    tile: Floats,
    n_columns: int,
    peak: Floats,
    shrink: float,
    power: float,
    mantissa: float,
    d_hi: Floats,
    d_lo: Floats,
) -> None:
    """Write factor·(x − peak) as double-doubles, `UNSEEN` below −`_REACH` or if no number."""
    n_lanes = peak.size
    for j in range(n_columns):
        for r in range(n_lanes):
            high, low = two_sum(tile[j * n_lanes + r] * shrink, -(peak[r] * shrink))
            is_seen = high * power > -_REACH
            d_hi[j * n_lanes + r] = high * power if is_seen else UNSEEN
            d_lo[j * n_lanes + r] = low * power if is_seen else 0.0
    if mantissa != 1.0:
        for i in range(n_columns * n_lanes):
            high, low = multiply_double(d_hi[i], d_lo[i], mantissa)
            is_seen = high > -_REACH
            d_hi[i] = high if is_seen else UNSEEN
            d_lo[i] = low if is_seen else 0.0


@compiled_loop
def exponentials(
    count: int, d_hi: Floats, d_lo: Floats, hi: Floats, lo: Floats, exponent: Integers
) -> None:
    """Write the exponentials of so many double-doubles."""
    for i in range(count):
        hi[i], lo[i], exponent[i] = exp(d_hi[i], d_lo[i])


@compiled_loop
def absorb_lanes(
    n_columns: int,
    base: Integers,
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    sum_hi: Floats,
    sum_lo: Floats,
) -> None:
    """Add a tile's terms, lane by lane, to sums in units of 2**base."""
    n_lanes = base.size
    for j in range(n_columns):
        for r in range(n_lanes):
            i = j * n_lanes + r
            above_base = exponent[i] - base[r]
            scale = two_to_the(max(above_base, -1022))
            scale = scale if above_base >= -1022 else 0.0
            sum_hi[r], sum_lo[r] = absorb(sum_hi[r], sum_lo[r], hi[i] * scale, lo[i] * scale)
