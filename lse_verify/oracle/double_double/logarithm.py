r"""log and log1p of a double-double, without a branch.

y = 2ᵏ·m with √½ ≤ m < √2; b is m rounded to 7 bits after the leading one, f = m − b, which is
exact, s = f/(m + b), |s| ≤ 2⁻⁹: log m = log b + 2·atanh(s), with log b from a table of 129 numbers,
made from rationals. Around 1 b is 1 and log b is 0, and s has f's own relative error: that keeps
log accurate near 1, and log1p down to any size. No guess is refined, so the bound hangs on
no other logarithm.

u = 2⁻⁵³. Arguments are normal, |lo| ≤ ulp(hi)/2; the scalar functions are for use inside other
kernels and return without meaning outside of what they suppose; `arrays` checks its arguments.

"Worst found" is that of `sweep` with ``--count 10000000 --seed 20250`` and an fma.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.arithmetic import (
    divide_unnormalised,
    double,
    fast_two_sum,
    horner_step,
    multiply_add,
    square_unnormalised,
    two_prod,
    two_sum,
    two_to_the,
    word,
)
from lse_verify.oracle.double_double.coefficients import (
    DoubleDouble,
    atanh_series,
    double_double,
    log_two_parts,
    logarithm,
)
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.exponential import Scaled

LOG_RELATIVE = 2.0**-100
"""Proved 43u² = 2**-100.57. Worst found: 2**-102.37."""

LOG1P_RELATIVE = 2.0**-100
"""Proved 44u² = 2**-100.54. Worst found: 2**-102.39."""

LOG1P_LIMIT = 2.0**200
"""Arguments of log1p have 1/LOG1P_LIMIT ≤ |hi| ≤ LOG1P_LIMIT, or hi = 0."""

_LOG_TWO_1, _LOG_TWO_2, _LOG_TWO_3 = log_two_parts()

_SQRT_HALF_WORD = 0x3FE6A09E667F3BCD
"""The bits of √½ rounded up."""
_ONE_WORD = 0x3FF0000000000000
_EXPONENT_MASK = 0x7FF0000000000000
_ROUNDER = 1.5 * 2.0**52
_ROUNDER_WORD = 0x4338000000000000

_TINY = 2.0**-500
"""Below it log(1 + f) is f, to 2**-501."""

_STEP = 45
"""How many of the 52 last bits are rounded away: 7 stay."""
_HALF_STEP = 1 << (_STEP - 1)
_KEPT_MASK = -(1 << _STEP)
_INDEX_MASK = 0xFF
"""The 7 bits and the last of the exponent, which is 0 for b in [½, 1) and 1 in [1, 2)."""


def log_table() -> tuple[Floats, Floats]:
    """Return log b as double-doubles, 0.7 < b < 1.42, at the index that `nearby` gives."""
    table = np.zeros((2, _INDEX_MASK + 1))
    for index in range(53, 182):
        b = Fraction(index + 128, 256) if index < 128 else Fraction(index, 128)
        table[:, index] = double_double(logarithm(b))
    table.setflags(write=False)
    return table[0], table[1]


_TABLE, _TABLE_LO = log_table()

_A1, _A2, _A3, _A4, _A5 = (double_double(a)[0] for a in atanh_series(5))
_A1_LO, _A2_LO = (double_double(a)[1] for a in atanh_series(2))


@inlined
def split_binade(y_hi: float, y_lo: float) -> tuple[int, float, float]:
    r"""Return (k, m_hi, m_lo) with y = 2ᵏ·m exactly, √½ ≤ m_hi < √2, for y_hi in [2⁻¹⁰²², 2¹⁰²³].

    y_lo is multiplied by 2¹⁻ᵏ, a power in range, and then by ½: exact, unless the product is
    below 2⁻¹⁰²² and therefore of no account beside m.
    """
    exponent_word = (word(y_hi) + (_ONE_WORD - _SQRT_HALF_WORD)) & _EXPONENT_MASK
    k = (exponent_word >> 52) - 1023
    m_hi = double(word(y_hi) - exponent_word + _ONE_WORD)
    return k, m_hi, (y_lo * two_to_the(1 - k)) * 0.5


@inlined
def nearby(m: float) -> tuple[float, int]:
    r"""Return (b, index) with b of 7 bits after the leading one nearest to m, √½ ≤ m < √2.

    |m − b| ≤ 2⁻⁸ if m ≥ 1, else 2⁻⁹. Halfway, it is the one nearer to 1: b = 1 for
    1 − 2⁻⁹ ≤ m ≤ 1 + 2⁻⁸, and |m − 1| > ½·|b − 1| where b ≠ 1.
    """
    # The last bit of the exponent is 1 from 1 on, where halves are rounded down.
    lifted = word(m) + (_HALF_STEP - ((word(m) >> 52) & 1))
    return double(lifted & _KEPT_MASK), (lifted >> _STEP) & _INDEX_MASK


@inlined
def atanh_factor(t_hi: float, t_lo: float) -> DoubleDouble:
    r"""Return P = 1/3 + t/5 + t²/7 + … as (p, c): atanh(s) = s + s·t·P for t = s² ≤ 2⁻¹⁸.

    |t_lo| ≤ 3u·t. Absolute errors of t·P in units of u²:

    - truncation: Σ over n ≥ 6 of tⁿ/(2n + 1) < 2⁻¹¹¹·⁶: 0.02
    - the terms n ≥ 3 in one float, 2u relative: t³/7·2u = 2⁻¹⁰⁸·⁸: 0.15
    - t²/5: what is added to it, at most 2⁻²⁰·⁸, is rounded, 2⁻⁷⁴, and lacks t_lo's share, 3u of it:
      0.06 and 0.22; the sum is exact in two floats
    - the step to ⅓ has at most six roundings of a low part below ¾u: times t below 2⁻¹⁵

    Together 0.46, and |c| ≤ 0.51u.
    """
    p = multiply_add(_A5, t_hi, _A4)
    p = multiply_add(p, t_hi, _A3)
    p, c = fast_two_sum(_A2, p * t_hi)
    return horner_step(p, c + _A2_LO, t_hi, t_lo, _A1, _A1_LO)


@inlined
def log_quotient(
    f_hi: float, f_lo: float, m_hi: float, m_lo: float, b: float, scale: float
) -> DoubleDouble:
    r"""Return log(m/b)/scale as (hi, lo), not made normal: m = b + scale·f, b from `nearby`.

    `scale` is a power of two and f is normal, so that a tiny m − 1 need not be a float. Relative
    errors in units of u², with |m_lo| ≤ u (½u where m < 1) and m within e·u²·m of b + scale·f
    (e = 0 or 2):

    - b + m as d (m_hi has no larger exponent than b): |d_lo| ≤ 1.5u·d_hi, rounded once: 1 (and
      0.51·e)
    - s = f/d: K(1, 1.5) = 26.3 (`divide_unnormalised`). Made normal without error; with d 27.3.
    - scale·s is exact, unless it underflows where s² is of no account. t·P is 0.46 off
      (`atanh_factor`). It is at most 2⁻¹⁹·⁵: the error of s in it, that of t, 6, and what is
      left out and rounded in s·t and in s·t·P, low parts of at most 5u and 7.6u of theirs
      with ten roundings, are 110 of that: below 0.01
    - that added to s in two floats, the second at most u; two sums of low parts, at most
      1.01u and 2.01u, are rounded: 3.1

    Together 30.9 (and 0.51·e): 31, or 32 where e = 2. |lo| ≤ 2.1u·|hi|.
    """
    d_hi, d_error = fast_two_sum(b, m_hi)
    q_hi, q_lo = divide_unnormalised(f_hi, f_lo, d_hi, d_error + m_lo)
    s_hi, s_lo = fast_two_sum(q_hi, q_lo)
    t_hi, t_lo = square_unnormalised(s_hi * scale, s_lo * scale)
    cube, error = two_prod(s_hi, t_hi)
    cube_lo = multiply_add(s_hi, t_lo, multiply_add(s_lo, t_hi, error))
    p, c = atanh_factor(t_hi, t_lo)
    product, error = two_prod(p, cube)
    product_lo = multiply_add(p, cube_lo, multiply_add(c, cube, error))
    high, high_error = fast_two_sum(s_hi, product)
    return 2.0 * high, 2.0 * (high_error + (s_lo + product_lo))


@inlined
def add_logs(k: int, index: int, high: float, low: float) -> DoubleDouble:
    r"""Return v = k·log 2 + log b + (high + low) made normal, |k| ≤ 1100; (high, low) = log(m/b).

    If k = 0 and b = 1 without error: all that is added is 0. Otherwise relative errors in units
    of u², besides that of log(m/b) times |log(m/b)/v|; log b from the table is (T, T'), 1 off.

    - k = 0: |log b| ≤ 2.01·|v| and |log(m/b)| ≤ 1.01·|v|, as |m − 1| ≥ ½·|b − 1|. T + high is exact
      in two floats, the second at most u. low + T', at most 4.2u, and with it 5.2u, are
      rounded; T' is off by 2.01: 11.5.
    - k ≠ 0: |v| ≥ 0.3465, |log b| ≤ 1.01·|v|, |log(m/b)| ≤ 0.012·|v|. k·L₁ and k·L₂ are exact.
      Three sums are exact in two floats (each first one is larger: 0.69 and 0.35, 0.34 and 2⁻⁸,
      0.34 and 2⁻²⁸), the second at most 1.02u, u, u. Gathering rounds sums of at most 2.1u,
      3.1u, 1.1u, 4.2u, 4.2u; T' is off by 1.01: 15.8. L₃ (2⁻²⁰u) is 2⁻¹²⁸ off.
    """
    count = double(k + _ROUNDER_WORD) - _ROUNDER
    total, error_1 = fast_two_sum(count * _LOG_TWO_1, _TABLE[index])
    total, error_2 = fast_two_sum(total, high)
    total, error_3 = fast_two_sum(total, count * _LOG_TWO_2)
    errors = (error_1 + error_2) + error_3
    return fast_two_sum(total, multiply_add(count, _LOG_TWO_3, errors + (low + _TABLE_LO[index])))


@inlined
def log(y_hi: float, y_lo: float) -> DoubleDouble:
    r"""Return log y as (hi, lo), normal; relative error ≤ `LOG_RELATIVE`; 2⁻¹⁰²² ≤ y_hi ≤ 2¹⁰²³.

    f = m − b is exact: m_hi − b by Sterbenz, and with m_lo in two floats, for m_hi − b is 0 or
    at least |m_lo|. In units of u²: 31 from log(m/b) (`log_quotient`, e = 0), alone where the
    value is that; with `add_logs` 31·1.01 + 11.5 = 42.8 if k = 0, 0.4 + 15.8 if not: 43u² with
    the terms in u³. Below 2⁻⁵⁰⁰, where y is 1 + y_lo, the remainder of the division might
    underflow, and the answer is f, off by f/2 relative; beside log b that is of no account.
    """
    k, m_hi, m_lo = split_binade(y_hi, y_lo)
    b, index = nearby(m_hi)
    f_hi, f_lo = fast_two_sum(m_hi - b, m_lo)
    high, low = log_quotient(f_hi, f_lo, m_hi, m_lo, b, 1.0)
    high, low = add_logs(k, index, high, low)
    is_tiny = y_hi == 1.0 and abs(f_hi) < _TINY
    return (f_hi if is_tiny else high), (f_lo if is_tiny else low)


@inlined
def log1p(x_hi: float, x_lo: float, exponent: int) -> Scaled:
    r"""Return log(1 + x·2ᵉ) as (hi, lo, e'), normal; relative error ≤ `LOG1P_RELATIVE`.

    1/`LOG1P_LIMIT` ≤ |x_hi| ≤ `LOG1P_LIMIT` or x = 0; 2⁻¹⁰²² ≤ 1 + x·2ᵉ ≤ 2¹⁰²²; e ≤ 1000.
    e' = e where |log| < 0.0019, and so the relative bound holds however small the answer is;
    where |log| > 0.0039, e' = 0.

    y = 1 + x·2ᵉ = 2ᵏ·m in two floats: 1 + x_hi·2ᵉ is exact in two. The second is 0 if
    x·2ᵉ ≤ −½ (Sterbenz); otherwise |x·2ᵉ| ≤ y, the second and x_lo·2ᵉ are at most u·y each, and
    adding them rounds: 2 units of u² relative to y. (A power of two below 2⁻¹⁰²² counts as
    that: y is 1.)

    - k = 0, b = 1: f is x itself, and only 2 + f has y's error (`log_quotient`, e = 2): 32.
    - k = 0, b ≠ 1: f = x·2ᵉ − (b − 1) is exact by Sterbenz: x_hi·2ᵉ is within half an ulp of m_hi
      of m_hi − 1, which is at least an ulp of m_hi further from 0 than ½·(b − 1) (`nearby`).
      32·1.01 + 11.5 (`add_logs`): 43.9.
    - k ≠ 0: y's error is 2 absolute in the value, which is at least 0.3465: 5.8, and 0.4 + 15.8 as
      in `log`: 22.

    Together 44u² with the terms in u³.
    """
    scale = two_to_the(max(exponent, -1022))
    grown_hi, grown_lo = x_hi * scale, x_lo * scale
    total, total_error = two_sum(1.0, grown_hi)
    y_hi, y_lo = fast_two_sum(total, total_error + grown_lo)
    k, m_hi, m_lo = split_binade(y_hi, y_lo)
    b, index = nearby(m_hi)
    is_first = k == 0
    f_hi = (grown_hi if is_first else m_hi - 1.0) - (b - 1.0)
    f_lo = grown_lo if is_first else m_lo
    f_hi, f_lo = fast_two_sum(f_hi, f_lo)
    is_near = is_first and b == 1.0
    f_hi, f_lo = (x_hi if is_near else f_hi), (x_lo if is_near else f_lo)
    high, low = log_quotient(f_hi, f_lo, m_hi, m_lo, b, scale if is_near else 1.0)
    high, low = add_logs(k, index, high, low)
    return high, low, (exponent if is_near else 0)
