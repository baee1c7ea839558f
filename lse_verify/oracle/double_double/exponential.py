r"""exp and expm1 of a double-double, without a table and without a branch.

x = k·log 2 + r with |r| ≤ ½·log 2, and r/(eʳ − 1) = 1 − r/2 + t·P(t), t = r², is even but for
its second term: eleven more terms with the Bernoulli numbers reach 2**-107, where Taylor's
series of exp needs 22, and the quotient r/(1 − r/2 + t·P) is expm1(r) with a small relative
error. One division is dearer than a few products, and cheaper than ten.

u = 2⁻⁵³, and ρ = 0.34658 bounds |r|. Every function supposes a normal argument,
|lo| ≤ ulp(hi)/2, and |hi| ≤ `EXP_LIMIT`; outside that it returns without meaning. The scalar
functions are for use inside other kernels; `arrays` checks its arguments.

"Worst found" is that of `sweep` with ``--count 10000000 --seed 20250`` and an fma.
"""

from __future__ import annotations

import math
from fractions import Fraction

from lse_verify.oracle.double_double.arithmetic import (
    divide_unnormalised,
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
    coth_series,
    double_double,
    economised,
    exp_series,
    log_two_parts,
)
from lse_verify.oracle.double_double.compilation import inlined

Scaled = tuple[float, float, int]
"""(hi, lo, exponent): the number (hi + lo)·2**exponent."""

EXP_LIMIT = 2.0**15
"""Largest |x|: e**x down to 2**-47274 and up to its reciprocal."""

EXP_RELATIVE = 2.0**-101
"""Proved 17u² = 2**-101.91. Worst found: 2**-103.83."""

EXPM1_RELATIVE = 2.0**-100
"""Proved 53u² = 2**-100.27. Worst found: 2**-102.72."""

EXP_DOUBLE_RELATIVE = 2.0**-51
"""Proved 2.42u = 2**-51.72. Worst found: 2**-52.41."""

EXP_SINGLE_RELATIVE = 2.0**-51
"""Proved 2.17u = 2**-51.88. Worst found: 2**-52.60."""

_LOG_TWO_1, _LOG_TWO_2, _LOG_TWO_3 = log_two_parts()
_LOG2_E = 1 / math.log(2)
"""Decides which k is taken, and nothing else: one that is not nearest only widens |r|."""

_ROUNDER = 1.5 * 2.0**52
"""Added, it leaves the nearest integer in the last bits of the sum."""
_ROUNDER_WORD = 0x4338000000000000

_TINY = 2.0**-500
"""Below it expm1(x) is x, to 2**-501."""

_COTH = tuple(double_double(b) for b in coth_series(12))
_B1, _B2, _B3, _B4, _B5, _B6, _B7, _B8, _B9, _B10, _B11, _B12 = (hi for hi, _ in _COTH)
_B1_LO, _B2_LO, _B3_LO, _B4_LO, _B5_LO, _B6_LO = (lo for _, lo in _COTH[:6])

_RHO = Fraction(34658, 100_000)
_EXP, EXP_TRUNCATION = economised(exp_series(18)[2:], 10, -_RHO, _RHO)
"""G with eʳ = 1 + r + r²·G(r) for |r| ≤ ρ, and how far it is from Taylor's to r¹⁸."""
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11 = (double_double(a)[0] for a in _EXP)


@inlined
def reduce_argument(x_hi: float, x_lo: float) -> tuple[float, float, float, float]:
    r"""Return (k, k + rounder, r_hi, r_lo) with r = x − k·log 2, not made normal.

    The integer is the nearest to fl(x_hi·log₂e) up to 2⁻³⁶, so |r| ≤ ½·log 2 + 2⁻³⁶ < ρ, and
    |k| < 47275 < 2¹⁵·⁵³. If k = 0 then (r_hi, r_lo) = (x_hi, x_lo) exactly. Otherwise:

    - |x_hi| > 0.34, so x_hi is a multiple of 2⁻⁵⁴; k·L₁ is one of 2⁻³⁷ below 2¹⁶, hence
      exact. Their difference is below ½, a multiple of 2⁻⁵⁴, hence exact.
    - k·L₂ is a multiple of 2⁻⁷⁴ below 2⁻²², hence exact; taking it and then x_lo with
      two_sum leaves the errors e₁ and e₂, at most 2⁻⁵⁵ each as the sums are below ½.
    - e₁ + e₂ ≤ 2⁻⁵⁴ is rounded, 2⁻¹⁰⁸; k·L₃ ≤ 2⁻⁵⁹ (without an fma rounded, 2⁻¹¹²) is
      taken off, which is rounded, 2⁻¹⁰⁷; L₃ is 2⁻¹²⁸ off, with k 2⁻¹¹².

    So r_hi + r_lo is within 0.8u² of r, and |r_lo| ≤ 2⁻⁵⁴ + 2⁻⁵⁹ < 0.52u.
    """
    shifted = multiply_add(x_hi, _LOG2_E, _ROUNDER)
    k = shifted - _ROUNDER
    r_hi, error_1 = two_sum(multiply_add(-k, _LOG_TWO_1, x_hi), -k * _LOG_TWO_2)
    r_hi, error_2 = two_sum(r_hi, x_lo)
    return k, shifted, r_hi, multiply_add(-k, _LOG_TWO_3, error_1 + error_2)


@inlined
def coth_denominator(r_hi: float, r_lo: float) -> DoubleDouble:
    r"""Return D = r/(eʳ − 1) = 1 − r/2 + t·P(t) as (D_hi, D_lo), t = r², |r| ≤ ρ.

    Absolute errors of D in units of u², for |r_lo| ≤ 0.52u, t ≤ 0.12012 = 2⁻³·⁰⁵:

    - truncation: |bₙ| = 2ζ(2n)/(2π)²ⁿ, and Σ over n ≥ 13 of 2.001·(t/4π²)ⁿ is below 2⁻¹⁰⁷·⁶: 0.33
    - t_lo: r_lo² is left out, the low part is below 2⁻⁵⁴ and has two roundings: 0.8 in t,
      times dD/dt ≤ 1/12: 0.07
    - the terms n ≥ 7 in one float, at most 3u relative: t⁷·b₇·3u = 2⁻¹⁰⁹: 0.13
    - six steps with two floats: a step's product is at most 0.0031 of |bₙ| =: b, so its parts
      that are rounded, c·t, s·t_lo, bₙ's low part and two exact errors, sum to 2.1u·b, and five
      roundings leave 9u²·b at most; earlier steps count 0.003 of theirs. P to 9.1u²·b₁,
      times t: 0.1
    - t·P, at most 0.0101: its low part is below 2⁻⁵⁶·⁹ and has at most five roundings: 0.32
    - −r/2 + t·P is exact in two floats, the second at most 2⁻⁵⁶ (|t·P| ≤ 0.06·|r/2|); so is 1 plus
      it, the second at most 2⁻⁵³ if D_hi ≥ 1 and 2⁻⁵⁴ if not. Gathering the low parts rounds
      thrice: sums at most 0.67·2⁻⁵⁴, 0.92·2⁻⁵⁴, and 1.46u (or 0.96u): 0.25 + 0.25 + 1 (or 0.5)

    Together 2.5 (2.0 where D_hi < 1), relative to D 2.5 in either case, for D > 0.836;
    |D_lo| ≤ 1.46u·D_hi.
    """
    t_hi, t_lo = square_unnormalised(r_hi, r_lo)
    s = multiply_add(_B12, t_hi, _B11)
    s = multiply_add(s, t_hi, _B10)
    s = multiply_add(s, t_hi, _B9)
    s = multiply_add(s, t_hi, _B8)
    s = multiply_add(s, t_hi, _B7)
    s, c = horner_step(s, 0.0, t_hi, t_lo, _B6, _B6_LO)
    s, c = horner_step(s, c, t_hi, t_lo, _B5, _B5_LO)
    s, c = horner_step(s, c, t_hi, t_lo, _B4, _B4_LO)
    s, c = horner_step(s, c, t_hi, t_lo, _B3, _B3_LO)
    s, c = horner_step(s, c, t_hi, t_lo, _B2, _B2_LO)
    s, c = horner_step(s, c, t_hi, t_lo, _B1, _B1_LO)
    even_hi, even_lo = two_prod(s, t_hi)
    even_lo = multiply_add(c, t_hi, multiply_add(s, t_lo, even_lo))
    rest, rest_error = fast_two_sum(-0.5 * r_hi, even_hi)
    d_hi, d_error = fast_two_sum(1.0, rest)
    return d_hi, d_error + (rest_error + multiply_add(-0.5, r_lo, even_lo))


@inlined
def expm1_reduced(r_hi: float, r_lo: float) -> DoubleDouble:
    r"""Return z = expm1(r) as (z_hi, z_lo), not made normal, |r| ≤ ρ.

    The quotient r/D (`divide_unnormalised`) with |D_lo| ≤ βu·D_hi, β = 1.46 for r < 0 and
    0.96/0.836 = 1.15 for r > 0. In units of u²:

    - if |r_lo| ≤ u·|r_hi| (k = 0): K(1, 1.46) = 25.9, and D 2.5: relative error 28.4.
    - in general, with |r_lo| ≤ 0.52u instead: K's terms are (20.4·|r| + 5.46·0.52)/D for r < 0
      and (17.4·|r| + 5.15·0.52)/D for r > 0. Both grow with |r|; at ρ, where D is 1.183 and
      0.836, they are 8.4 and 10.5. D adds 2.5·|z| (0.74 and 1.04) and the error of r 0.8·eʳ
      (0.57 and 1.14): absolute error 9.8 for r < 0, 12.7 for r > 0.

    |z_lo| ≤ 4.5u·|z_hi| if k = 0, and in general at most 1.75u (r < 0) or 1.95u (r > 0).
    """
    d_hi, d_lo = coth_denominator(r_hi, r_lo)
    return divide_unnormalised(r_hi, r_lo, d_hi, d_lo)


@inlined
def exp(x_hi: float, x_lo: float) -> Scaled:
    r"""Return e**x as (hi, lo, k), normal, 0.7 < hi < 1.42; relative error ≤ `EXP_RELATIVE`.

    e**x = 2ᵏ·(1 + z), z = expm1(r). In units of u², relative to 1 + z:

    - r < 0: the error of z, in which that of r is counted (`expm1_reduced`), 9.8/0.7071 = 13.9.
      1 + z_hi is exact in two floats, the second at most u/2; with z_lo at most 2.25u, rounded,
      2/0.7071 = 2.9. Together 16.8.
    - r > 0: 12.7, and 1 + z_hi leaves at most u, with z_lo 2.95u, rounded, 2. Together 14.7.

    So 17u² = 2⁻¹⁰¹·⁹¹. The last sum is exact.
    """
    _, shifted, r_hi, r_lo = reduce_argument(x_hi, x_lo)
    z_hi, z_lo = expm1_reduced(r_hi, r_lo)
    high, error = fast_two_sum(1.0, z_hi)
    high, low = fast_two_sum(high, error + z_lo)
    return high, low, word(shifted) - _ROUNDER_WORD


@inlined
def expm1(x_hi: float, x_lo: float) -> Scaled:
    r"""Return e**x − 1 as (hi, lo, e), normal, e ≥ 0; relative error ≤ `EXPM1_RELATIVE`.

    With e = max(k, 0), A = 2ᵏ⁻ᵉ and B = 2⁻ᵉ the value over 2ᵉ is A·z + (A − B). In units of u²:

    - k = 0: A − B = 0, all that follows is exact: 28.4 (`expm1_reduced`). Below 2⁻⁵⁰⁰ the
      remainder of the division might underflow, and the answer is x, off by x/2 relative.
    - k = 1, r < 0: z + ½, least 0.2071 at r = −½·log 2: 9.8/0.2071 = 47.4. A − B = ½ is exact,
      and its sum with z_hi in two floats, the second at most u/4; with z_lo at most 2u,
      rounded once, 1, relative 4.9. Together 52.3.
    - k = 1, r > 0: z + ½ ≥ ½, 12.7/½ = 25.4, and the low parts, at most 2.95u, 2/½ = 4.
    - k = −1: ½z − ½, at least 0.2929, and half the errors: 6.4/0.2929 = 21.7, plus 1/0.2929.
    - |k| ≥ 2: A − B is exact in two floats, the second at most u/2, and |value| is at least
      0.457 for r < 0, 0.646 for r > 0. The low parts, at most 3.5u, are rounded twice, 3:
      12.8/0.457 = 28, 15.7/0.646 = 24.3. Powers below 2⁻¹⁰²² count as that.

    So 53u² = 2⁻¹⁰⁰·²⁷.
    """
    _, shifted, r_hi, r_lo = reduce_argument(x_hi, x_lo)
    z_hi, z_lo = expm1_reduced(r_hi, r_lo)
    k = word(shifted) - _ROUNDER_WORD
    exponent = max(k, 0)
    scale = two_to_the(max(k - exponent, -1022))
    unit = two_to_the(max(-exponent, -1022))
    offset, offset_error = two_sum(scale, -unit)
    high, error = fast_two_sum(offset, scale * z_hi)
    high, low = fast_two_sum(high, (offset_error + error) + scale * z_lo)
    is_tiny = abs(x_hi) < _TINY
    return (x_hi if is_tiny else high), (x_lo if is_tiny else low), exponent


@inlined
def reduce_double(x: float) -> tuple[float, float]:
    r"""Return (r, k + rounder) with r = x − k·log 2 in one float, off by 2⁻⁵⁵ + 2⁻⁵⁹ or less.

    As in `reduce_argument`: x − k·L₁ and k·L₂ are exact, their difference is below ½ and
    rounded once, and k·L₃ is left out. If k = 0 then r = x.
    """
    shifted = multiply_add(x, _LOG2_E, _ROUNDER)
    k = shifted - _ROUNDER
    return multiply_add(-k, _LOG_TWO_2, multiply_add(-k, _LOG_TWO_1, x)), shifted


@inlined
def exp_reduced_double(r: float) -> float:
    r"""Return eʳ = 1 + r·(1 + r·G(r)) in one float, |r| ≤ ρ; relative error ≤ 1.9u.

    Taylor's polynomial economised to degree 11. Absolute errors in units of u; a sum in [1, 2) is
    rounded by 1 at most, in [½, 1) by ½, in [¼, ½) by ¼ and so on, and without an fma its
    product too:

    - the steps up to r³: ⅛, ⅛ for the coefficient, the product 1/64, earlier ones 0.03: 0.3
    - r², at most 0.563: ½ and ½, the product 1/16, 0.3·ρ: 1.17
    - r: 1 (½ for r < 0), the product ⅛, 1.17·ρ: 1.54 (1.04)
    - the last: 1 (½), the product ¼, 1.54·ρ (1.04·ρ): 1.79 (1.12, relative to √½ 1.58)
    - truncation: 2⁻⁵⁶·¹, relative to √½: 0.17
    """
    s = multiply_add(_E11, r, _E10)
    s = multiply_add(s, r, _E9)
    s = multiply_add(s, r, _E8)
    s = multiply_add(s, r, _E7)
    s = multiply_add(s, r, _E6)
    s = multiply_add(s, r, _E5)
    s = multiply_add(s, r, _E4)
    s = multiply_add(s, r, _E3)
    s = multiply_add(s, r, _E2)
    s = multiply_add(s, r, 1.0)
    return multiply_add(s, r, 1.0)


@inlined
def exp_double(x_hi: float, x_lo: float) -> tuple[float, int]:
    r"""Return e**x as (value, k), 0.7 < value < 1.42, to `EXP_DOUBLE_RELATIVE`.

    One binary64, for a term below 2⁻ᵇ of its sum, which needs 106 − b correct bits. In units of
    u: r, two sums below ½ and k·L₃, 0.52; eʳ 1.9 (`exp_reduced_double`). Together 2.42.
    """
    r, shifted = reduce_double(x_hi)
    return exp_reduced_double(r + x_lo), word(shifted) - _ROUNDER_WORD


@inlined
def exp_single(x: float) -> tuple[float, int]:
    r"""Return e**x as (value, k), 0.7 < value < 1.42, to `EXP_SINGLE_RELATIVE`.

    `exp_double` of one float: r, one sum below ½ and k·L₃, 0.27u; eʳ 1.9u. Together 2.17u.
    """
    r, shifted = reduce_double(x)
    return exp_reduced_double(r), word(shifted) - _ROUNDER_WORD
