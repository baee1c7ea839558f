r"""e + expm1(−e), which is never negative: what a term of a divergence is more than nothing.

Σ q·(log q − log p) = Σ q·e with e = log q − log p, and Σ q·expm1(−e) = Σ p − Σ q = 0. So it is
Σ q·ψ(e) too, ψ(e) = e + expm1(−e) ≥ 0, whose terms do not cancel. And ψ′(e) = −expm1(−e), so that
an error ε that all e share moves the sum by ε·(Σ q − Σ p) = 0, and then by at most
ε²/2·Σ p·e^|ε| ≤ ε².
"""

from __future__ import annotations

from lse_verify.oracle.double_double.arithmetic import (
    ADD_RELATIVE,
    add,
    horner_step,
    multiply,
    multiply_add,
    square,
    two_to_the,
)
from lse_verify.oracle.double_double.coefficients import double_double, exp_series
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.exponential import EXPM1_RELATIVE, expm1

NEAR = 2.0**-8
"""|e| below which ψ is its series, for there the two parts cancel."""

SERIES_RELATIVE = 2.0**-100

MODERATE = 600.0
"""|e| up to which ψ is a float."""

_SERIES = tuple(double_double((-1) ** j * a) for j, a in enumerate(exp_series(13)))
(_P2, _), (_P3, _P3_LO), (_P4, _P4_LO), (_P5, _P5_LO), (_P6, _P6_LO) = _SERIES[2:7]
_P7, _P8, _P9, _P10, _P11, _P12, _P13 = (hi for hi, _ in _SERIES[7:])


@inlined
def excess(e_hi: float, e_lo: float) -> tuple[float, float, float]:
    r"""Return ψ(e) as (hi, lo, error), error an absolute bound, for |e| ≤ `MODERATE`.

    - |e| ≥ `NEAR`: `EXPM1_RELATIVE` of expm1(−e), and `ADD_RELATIVE` of the sum.
    - below: e²·(½ − e/6 + e²/24 − …) to e¹³/13!, relative errors in units of u². What is left
      out is below 2⁻⁹⁶·2/14! < 2⁻¹³⁰. The steps from e⁷ on, in one float, are off by 3u of
      2e⁵/7! < 2⁻⁵¹: 12. Four steps in two floats leave at most 5u² of their coefficient, of which
      the last counts: 5. e² 7, the product 9. Together 33: `SERIES_RELATIVE` is 64.
    """
    z_hi, z_lo, exponent = expm1(-e_hi, -e_lo)
    scale = two_to_the(min(exponent, 1000))
    far_hi, far_lo = add(e_hi, e_lo, z_hi * scale, z_lo * scale)
    far_error = abs(z_hi * scale) * EXPM1_RELATIVE + abs(far_hi) * ADD_RELATIVE
    s = multiply_add(_P13, e_hi, _P12)
    s = multiply_add(s, e_hi, _P11)
    s = multiply_add(s, e_hi, _P10)
    s = multiply_add(s, e_hi, _P9)
    s = multiply_add(s, e_hi, _P8)
    s = multiply_add(s, e_hi, _P7)
    s, c = horner_step(s, 0.0, e_hi, e_lo, _P6, _P6_LO)
    s, c = horner_step(s, c, e_hi, e_lo, _P5, _P5_LO)
    s, c = horner_step(s, c, e_hi, e_lo, _P4, _P4_LO)
    s, c = horner_step(s, c, e_hi, e_lo, _P3, _P3_LO)
    s, c = horner_step(s, c, e_hi, e_lo, _P2, 0.0)
    square_hi, square_lo = square(e_hi, e_lo)
    near_hi, near_lo = multiply(square_hi, square_lo, s + c, c - ((s + c) - s))
    is_near = abs(e_hi) < NEAR
    return (
        near_hi if is_near else far_hi,
        near_lo if is_near else far_lo,
        near_hi * SERIES_RELATIVE if is_near else far_error,
    )
