r"""log and log1p of a double-double, without a table and without a branch.

y = 2ᵏ·m with √½ ≤ m < √2, f = m − 1, s = f/(2 + f): log m = 2·atanh(s), |s| ≤ 0.1716. No
guess is refined, so the bound hangs on no other logarithm; and s has f's own relative error,
which keeps log accurate near 1, and log1p down to any size.

u = 2⁻⁵³. Arguments are normal, |lo| ≤ ulp(hi)/2; the scalar functions are for use inside other
kernels and return without meaning outside of what they suppose; `arrays` checks its arguments.

"Worst found" is that of `sweep` with ``--count 10000000 --seed 20250`` and an fma.
"""

from __future__ import annotations

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
)
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.exponential import Scaled

LOG_RELATIVE = 2.0**-100
"""Proved 45u² = 2**-100.50. Worst found: 2**-102.37."""

LOG1P_RELATIVE = 2.0**-100
"""Proved 51u² = 2**-100.32. Worst found: 2**-102.23."""

LOG1P_LIMIT = 2.0**200
"""Arguments of log1p have 1/LOG1P_LIMIT ≤ |hi| ≤ LOG1P_LIMIT, or hi = 0."""

_LOG_TWO_1, _LOG_TWO_2, _LOG_TWO_3 = log_two_parts()

_SQRT_HALF_WORD = 0x3FE6A09E667F3BCD
"""The bits of √½ rounded up."""
_ONE_WORD = 0x3FF0000000000000
_FRACTION_MASK = 0x000FFFFFFFFFFFFF
_ROUNDER = 1.5 * 2.0**52
_ROUNDER_WORD = 0x4338000000000000

_TINY = 2.0**-500
"""Below it log(1 + f) is f, to 2**-501."""

_ATANH = tuple(double_double(a) for a in atanh_series(20))
_A1, _A2, _A3, _A4, _A5, _A6, _A7, _A8, _A9, _A10 = (hi for hi, _ in _ATANH[:10])
_A11, _A12, _A13, _A14, _A15, _A16, _A17, _A18, _A19, _A20 = (hi for hi, _ in _ATANH[10:])
_A1_LO, _A2_LO, _A3_LO, _A4_LO, _A5_LO, _A6_LO, _A7_LO, _A8_LO, _A9_LO = (
    lo for _, lo in _ATANH[:9]
)


@inlined
def split_binade(y_hi: float, y_lo: float) -> tuple[int, float, float]:
    r"""Return (k, m_hi, m_lo) with y = 2ᵏ·m exactly, √½ ≤ m_hi < √2, for y_hi in [2⁻¹⁰²², 2¹⁰²³].

    y_lo is multiplied by 2¹⁻ᵏ, a power in range, and then by ½: exact, unless the product is
    below 2⁻¹⁰²² and therefore of no account beside m.
    """
    lifted = word(y_hi) + (_ONE_WORD - _SQRT_HALF_WORD)
    k = (lifted >> 52) - 1023
    m_hi = double((lifted & _FRACTION_MASK) + _SQRT_HALF_WORD)
    return k, m_hi, (y_lo * two_to_the(1 - k)) * 0.5


@inlined
def atanh_correction(s_hi: float, s_lo: float) -> DoubleDouble:
    r"""Return atanh(s)/s − 1 = s²/3 + s⁴/5 + … as (hi, lo), for a normal s, |s| ≤ 0.1716.

    t = s² ≤ 0.02945 = 2⁻⁵·⁰⁸. Absolute errors in units of u²; the value is at most 0.0101.

    - truncation: Σ over n ≥ 21 of tⁿ/(2n + 1) < 2⁻¹¹²: 0.02
    - the terms n ≥ 10 in one float, at most 3u relative: t¹⁰/21·3u = 2⁻¹⁰⁶·⁶: 0.65
    - nine steps with two floats: a step's product is at most 0.031 of its coefficient a, so
      its parts that are rounded, c·t, s·t_lo (t_lo ≤ 3u·t), a's low part and two exact
      errors, sum to 2.3u·a. Their roundings (1.1 + 1.2 + 1.1 + 2.3; 0.2 more without an fma)
      and c·t_lo, left out, 0.3, make at most 7·a with the earlier step's share. Times t/3: 0.07
    - t itself, 6u² relative (`square_unnormalised`): 0.07
    - the product with t: a low part of at most 0.07u with at most five roundings: 0.35

    Together 1.2, and |lo| ≤ 0.07u.
    """
    t_hi, t_lo = square_unnormalised(s_hi, s_lo)
    p = multiply_add(_A20, t_hi, _A19)
    p = multiply_add(p, t_hi, _A18)
    p = multiply_add(p, t_hi, _A17)
    p = multiply_add(p, t_hi, _A16)
    p = multiply_add(p, t_hi, _A15)
    p = multiply_add(p, t_hi, _A14)
    p = multiply_add(p, t_hi, _A13)
    p = multiply_add(p, t_hi, _A12)
    p = multiply_add(p, t_hi, _A11)
    p = multiply_add(p, t_hi, _A10)
    p, c = horner_step(p, 0.0, t_hi, t_lo, _A9, _A9_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A8, _A8_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A7, _A7_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A6, _A6_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A5, _A5_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A4, _A4_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A3, _A3_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A2, _A2_LO)
    p, c = horner_step(p, c, t_hi, t_lo, _A1, _A1_LO)
    hi, lo = two_prod(p, t_hi)
    return hi, multiply_add(c, t_hi, multiply_add(p, t_lo, lo))


@inlined
def log_reduced(f_hi: float, f_lo: float, m_hi: float, m_lo: float, scale: float) -> DoubleDouble:
    r"""Return log(m)/scale as (hi, lo), not made normal: m = 1 + scale·f, √½ ≤ m_hi < √2.

    `scale` is a power of two and f is normal, so that a tiny m − 1 need not be a float. Relative
    errors in units of u², with |m_lo| ≤ u and m within e·u² of 1 + scale·f (e = 0 or 2):

    - 2 + f = 1 + m as d (m_hi < 2 has no larger exponent than 1): |d_lo| ≤ 1.5u·d_hi, rounded
      once: 1 (and 0.6·e)
    - s = f/d: K(1, 1.5) = 26.3 (`divide_unnormalised`). Made normal without error; with d 27.3.
    - scale·s is exact, unless it underflows where s² is of no account. `atanh_correction`
      is 1.2 off, and sees s with 2·27.3 relative, times 0.0101: 0.6.
    - its product with s: all but the leading part is at most 0.09u, with four roundings: 0.4
    - that added to s in two floats, the second at most 1.01u; two sums of low parts, at most
      1.1u and 2.1u, are rounded: 3.2

    Together 32.7 (and 0.6·e): 33, or 34 where e = 2. |lo| ≤ 2.2u·|hi|.
    """
    d_hi, d_error = fast_two_sum(1.0, m_hi)
    q_hi, q_lo = divide_unnormalised(f_hi, f_lo, d_hi, d_error + m_lo)
    s_hi, s_lo = fast_two_sum(q_hi, q_lo)
    w_hi, w_lo = atanh_correction(s_hi * scale, s_lo * scale)
    product, error = two_prod(s_hi, w_hi)
    product_lo = multiply_add(s_hi, w_lo, multiply_add(s_lo, w_hi, error))
    high, high_error = fast_two_sum(s_hi, product)
    return 2.0 * high, 2.0 * (high_error + (s_lo + product_lo))


@inlined
def add_log_two(k: int, high: float, low: float) -> DoubleDouble:
    r"""Return k·log 2 + (high + low) made normal, |k| ≤ 1100, |high| ≤ 0.3466, |low| ≤ 2.2u·|high|.

    If k = 0 without error. Otherwise the sum is at least |k|·log 2 − 0.3466 ≥ 0.3465 and at least
    |high|. k·L₁ and k·L₂ are exact, and they and `high` are added in two floats each; the errors,
    at most u each of sums of at most 1.001 of the value, `low` and k·L₃ (2⁻²⁰u) are gathered
    with three roundings of at most 2u, 4.3u and 4.3u: 10.6u² relative. L₃ is 2⁻¹²⁸ off.
    """
    count = double(k + _ROUNDER_WORD) - _ROUNDER
    total, error_1 = fast_two_sum(count * _LOG_TWO_1, high)
    total, error_2 = two_sum(total, count * _LOG_TWO_2)
    return fast_two_sum(total, multiply_add(count, _LOG_TWO_3, (error_1 + error_2) + low))


@inlined
def log(y_hi: float, y_lo: float) -> DoubleDouble:
    r"""Return log y as (hi, lo), normal; relative error ≤ `LOG_RELATIVE`; 2⁻¹⁰²² ≤ y_hi ≤ 2¹⁰²³.

    f = m − 1 is exact: m_hi − 1 by Sterbenz, and with m_lo in two floats, for m_hi − 1 is 0
    or at least |m_lo|. In units of u²: 33 from log m (`log_reduced`, e = 0), which is at most as
    large as the value; if k ≠ 0 another 10.6 (`add_log_two`). Together 44: 45u² with the terms
    in u³. Below 2⁻⁵⁰⁰, where m is 1 + y_lo, the remainder of the division might underflow, and the
    answer is f, off by f/2 relative.
    """
    k, m_hi, m_lo = split_binade(y_hi, y_lo)
    f_hi, f_lo = fast_two_sum(m_hi - 1.0, m_lo)
    high, low = log_reduced(f_hi, f_lo, m_hi, m_lo, 1.0)
    high, low = add_log_two(k, high, low)
    is_tiny = k == 0 and abs(f_hi) < _TINY
    return (f_hi if is_tiny else high), (f_lo if is_tiny else low)


@inlined
def log1p(x_hi: float, x_lo: float, exponent: int) -> Scaled:
    r"""Return log(1 + x·2ᵉ) as (hi, lo, e'), normal; relative error ≤ `LOG1P_RELATIVE`.

    1/`LOG1P_LIMIT` ≤ |x_hi| ≤ `LOG1P_LIMIT` or x = 0; 2⁻¹⁰²² ≤ 1 + x·2ᵉ ≤ 2¹⁰²²; e ≤ 1000.
    e' = e where |log| < 0.35, and so the relative bound holds however small the answer is;
    otherwise e' = 0.

    y = 1 + x·2ᵉ = 2ᵏ·m in two floats: 1 + x_hi·2ᵉ is exact in two. The second is 0 if
    x·2ᵉ ≤ −½ (Sterbenz); otherwise |x·2ᵉ| ≤ y, the second and x_lo·2ᵉ are at most u·y each, and
    adding them rounds: 2 units of u² relative to y. (A power of two below 2⁻¹⁰²² counts as
    that: y is 1.)

    - k = 0: f is x itself, and only 2 + f has y's error (`log_reduced`, e = 2): 34u².
    - k ≠ 0: y's error is 2 absolute in the value, which is at least 0.3465: 5.8, and 33 + 10.6
      as in `log`. Together 49.4: 51u² with the terms in u³.
    """
    scale = two_to_the(min(max(exponent, -1022), 1023))
    grown_hi, grown_lo = x_hi * scale, x_lo * scale
    total, total_error = two_sum(1.0, grown_hi)
    y_hi, y_lo = fast_two_sum(total, total_error + grown_lo)
    k, m_hi, m_lo = split_binade(y_hi, y_lo)
    f_hi, f_lo = fast_two_sum(m_hi - 1.0, m_lo)
    is_near = k == 0
    f_hi, f_lo = (x_hi if is_near else f_hi), (x_lo if is_near else f_lo)
    high, low = log_reduced(f_hi, f_lo, m_hi, m_lo, scale if is_near else 1.0)
    high, low = add_log_two(k, high, low)
    return high, low, (exponent if is_near else 0)
