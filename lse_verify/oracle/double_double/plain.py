r"""log and log1p in one binary64: truth for rows of the narrower formats.

The reduction of `logarithm` in one float: y = 2ᵏ·m with √½ ≤ m < √2, f = m − 1, s = f/(2 + f),
and log m = 2·atanh(s) = f − s·(f − R) with R = 2t·P(t), t = s². f is exact, and what is taken off
it at most a fifth of the result, so that the errors of the quotient and of the series count
little. P is the series of atanh economised from 14 terms to 7, in exact rationals.

u = 2⁻⁵³, and errors are in units of u. A result in [1, 2) is rounded by 1 at most, in [½, 1) by ½,
in [¼, ½) by ¼ and so on. "(no fma)" stands where a product is rounded that an fma would not
round. The scalar functions return without meaning outside of what they suppose; `arrays` checks
its arguments. For exp in one binary64 see `exponential.exp_single`.

"Worst found" is that of `sweep` with ``--count 10000000 --seed 20250`` and an fma.
"""

from __future__ import annotations

from fractions import Fraction

from lse_verify.oracle.double_double.arithmetic import (
    double,
    multiply_add,
    two_sum,
    two_to_the,
    word,
)
from lse_verify.oracle.double_double.coefficients import (
    atanh_series,
    double_double,
    economised,
    log_two_parts,
)
from lse_verify.oracle.double_double.compilation import inlined

LOG_DOUBLE_RELATIVE = 2.0**-51
"""Proved 2.5u = 2**-51.67. Worst found: 2**-52.47."""

LOG1P_DOUBLE_RELATIVE = 2.0**-51
"""Proved 2.75u = 2**-51.54. Worst found: 2**-52.33."""

_LOG_TWO_1, _LOG_TWO_2, _ = log_two_parts()

_SQRT_HALF_WORD = 0x3FE6A09E667F3BCD
"""The bits of √½ rounded up."""
_ONE_WORD = 0x3FF0000000000000
_EXPONENT_MASK = 0x7FF0000000000000
_COUNTER_WORD = 0x4330000000000000
"""The bits of 2⁵²: with an integer in the last of them, the float is that much more."""
_COUNTER = 2.0**52 + 1023.0

_ATANH, ATANH_TRUNCATION = economised(atanh_series(14), 7, Fraction(0), Fraction(2944, 100_000))
"""P with atanh(s)/s = 1 + t·P(t) for t = s² ≤ 0.02944, and how far it is from 14 terms."""
_D1, _D2, _D3, _D4, _D5, _D6, _D7 = (double_double(2 * a)[0] for a in _ATANH)


@inlined
def binade_of(y: float) -> tuple[float, int]:
    r"""Return (m, (k + 1023)·2⁵²) with y = 2ᵏ·m, √½ ≤ m < √2, for y in [2⁻¹⁰²², 2¹⁰²³]."""
    exponent_word = (word(y) + (_ONE_WORD - _SQRT_HALF_WORD)) & _EXPONENT_MASK
    return double(word(y) - exponent_word + _ONE_WORD), exponent_word


@inlined
def atanh_rest(s: float, f: float) -> float:
    r"""Return f − R, so that log(1 + f) = f − s·(f − R), for s = f/(2 + f), √½ ≤ 1 + f < √2.

    For f − s·f = 2s, and 2·atanh(s) = 2s + s·R. At most 0.395 for f ≥ 0, at least −0.314 for
    f < 0. Absolute errors, if s is off by σ relative, σ = 2 for f ≥ 0 and 1.6 for f < 0:

    - 2P, in [⅔, 0.68]: the last step ½ and ½ for its coefficient, the product (no fma) 1/128, and
      the step before 0.52·t = 0.02: 1.03, relative 1.55
    - t ≤ 0.02944: 2σ + 1 relative; so R ≤ 0.0201 to 1.55 + 2σ + 1 and (no fma) 1 relative: 0.16
      (0.14 for f < 0)
    - the difference ¼

    Together 0.41 (0.39), and relative to f − R at most 1 + 0.16/0.394 = 1.41 (1.45), which it
    is at the ends, for R/f grows with |f|. P is cut: s·R is off by 2⁻⁵⁷·⁶ of 2s: 0.05 relative to
    log(1 + f).
    """
    t = s * s
    p = multiply_add(_D7, t, _D6)
    p = multiply_add(p, t, _D5)
    p = multiply_add(p, t, _D4)
    p = multiply_add(p, t, _D3)
    p = multiply_add(p, t, _D2)
    p = multiply_add(p, t, _D1)
    return multiply_add(-p, t, f)


@inlined
def log_double(y: float) -> float:
    r"""Return log y to `LOG_DOUBLE_RELATIVE`, near 1 too, for y in [2⁻¹⁰²², 2¹⁰²³]; log 1 is 0.

    f = m − 1 is exact (Sterbenz); 2 + f is rounded, 1 relative (0.59 for f < 0), and s: σ = 2 or
    1.6. Where f ≥ 0 (f < 0):

    - s·(f − R) ≤ 0.0677 (0.0537): 0.1716 of 0.41 (0.39), and σ: 0.071 + 0.136 (0.067 + 0.086);
      rounded as a product (no fma) or in the sum with k·L₂, or both: 1/8 (1/16) if k ≠ 0, and if
      k = 0 one of the two is exact: 1 relative. Together 0.34 (0.22)
    - f less that is log m to 0.34 (0.22) and ¼; relative, if k = 0, to 1 and
      0.0677·(2 + 1.41 + 1)/0.3465 = 0.87 (0.0537·(1.6 + 1.45 + 1)/0.3465 = 0.63), at the ends
    - k·L₁ and k·L₂ are exact; L₁ + L₂ is 2⁻⁷⁵ off. |log y| ≥ 0.3465 if k ≠ 0, and the last sum is
      rounded, ¼ below ½ and 1 relative above: (0.34 + ¼ + ¼)/0.3465 = 2.43, 0.59/½ + 1 = 2.2

    Together 2.5 with what is cut of P; 1.95 if k = 0.
    """
    m, exponent_word = binade_of(y)
    k = double((exponent_word >> 52) | _COUNTER_WORD) - _COUNTER
    f = m - 1.0
    s = f / (f + 2.0)
    rest = multiply_add(s, atanh_rest(s, f), -(k * _LOG_TWO_2))
    return multiply_add(k, _LOG_TWO_1, f - rest)


@inlined
def log1p_double(x: float, exponent: int) -> tuple[float, int]:
    r"""Return log(1 + x·2ᵉ) as (value, e'), to `LOG1P_DOUBLE_RELATIVE`.

    1/`logarithm.LOG1P_LIMIT` ≤ x ≤ `logarithm.LOG1P_LIMIT` or x = 0; x·2ᵉ ≤ 2¹⁰²²; e ≤ 1000.
    e' = e where the value is below 0.3466, and so the bound is relative however small that is;
    otherwise e' = 0.

    1 + x·2ᵉ is y and its error, exactly; y = 2ᵏ·m, the error is 2ᵏ·m', |m'| ≤ 1 (½ where m < 1).
    As in `log_double`, save that

    - k = 0: f is x·2ᵉ itself, f ≥ 0, and 2 + f, which is rounded as there, has no other error.
      The result over 2ᵉ is x − s/2ᵉ·(f − R), and the products with powers of two are exact,
      unless f is below 2⁻⁸²⁰ and the result x, by any error: 1.95.
    - k > 0: log(m + m') = log m + m'/m, and m' is added to k·L₂ ≤ 2⁻²⁸, which rounds by as little.
      For m ≥ 1 the value is at least 0.693, and m'·(1/m − 1) ≤ 0.3 is left out:
      (0.34 + ¼ + 0.3)/0.693 + 1 = 2.3. For m < 1 it is at least 0.3465, and ½·0.4143 = 0.21 is:
      (0.22 + ¼ + 0.21 + ¼)/0.3465 = 2.7, and where it is above ½ 0.68/½ + 1 = 2.4.

    Together 2.75 with what is cut of P.
    """
    scale = two_to_the(max(exponent, -1022))
    y, y_error = two_sum(1.0, x * scale)
    m, exponent_word = binade_of(y)
    k = double((exponent_word >> 52) | _COUNTER_WORD) - _COUNTER
    is_near = exponent_word == _ONE_WORD
    numerator = x if is_near else m - 1.0
    unit = scale if is_near else 1.0
    m_error = 0.0 if is_near else y_error * double(2 * _ONE_WORD - exponent_word)
    f = numerator * unit
    s = numerator / (f + 2.0)
    offset = multiply_add(k, _LOG_TWO_2, m_error)
    rest = multiply_add(s, atanh_rest(s * unit, f), -offset)
    return multiply_add(k, _LOG_TWO_1, numerator - rest), (exponent if is_near else 0)
