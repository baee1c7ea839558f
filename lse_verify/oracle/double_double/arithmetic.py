r"""Double-double arithmetic: IEEE operations and the bounds that follow from them.

u = 2⁻⁵³ throughout. A double-double ``(hi, lo)`` is *normal* if hi = fl(hi + lo), so that
|lo| ≤ ulp(hi)/2 ≤ u·|hi|. Every statement below supposes that nothing over- or underflows:
of a product, that both factors lie below 2⁹⁹⁰ (exact splitting multiplies by 2²⁷ + 1) and
the product above 2⁻⁹⁶⁰ (its rounding error is then a float). Where that fails the functions
that use these say so.

Bounds hold with and without an fma. Without one, ``multiply_add`` rounds twice, and the
derivations count both roundings.

References
----------
M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic building
blocks of double-word arithmetic", ACM Trans. Math. Software 44(2), 2017.
J.-M. Muller, L. Rideau, "Formalization of double-word arithmetic, and comments on [it]",
ACM Trans. Math. Software 48(1), 2022.
T. J. Dekker, "A floating-point technique for extending the available precision",
Numer. Math. 18, 1971.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from lse_verify.oracle.double_double.coefficients import DoubleDouble
from lse_verify.oracle.double_double.compilation import HAS_FMA, inlined

U_SQUARED = 2.0**-106
"""u²: what one unit in the last place of a double-double is measured in."""

ADD_RELATIVE = 4 * U_SQUARED
ADD_DOUBLE_RELATIVE = 3 * U_SQUARED
MULTIPLY_RELATIVE = 9 * U_SQUARED
MULTIPLY_DOUBLE_RELATIVE = 4 * U_SQUARED
SQUARE_RELATIVE = 7 * U_SQUARED
DIVIDE_RELATIVE = 22 * U_SQUARED

_SPLITTER = 2.0**27 + 1

_WORD = ir.IntType(64)


def fused_multiply_add(_context: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """Build ``llvm.fma.f64``: a·b + c with one rounding."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


def word_of_double(_context: Any, _value: Any) -> Any:
    """Build the cast of a binary64 to the integer of the same 64 bits."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _WORD)

    return types.int64(types.float64), generate


def double_of_word(_context: Any, _word: Any) -> Any:
    """Build the cast of a 64-bit integer to the binary64 of the same bits."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


fma = cast(Callable[[float, float, float], float], intrinsic(fused_multiply_add))
word = cast(Callable[[float], int], intrinsic(word_of_double))
double = cast(Callable[[int], float], intrinsic(double_of_word))


@inlined
def multiply_add(a: float, b: float, c: float) -> float:
    """Return a·b + c, rounded once where the processor has an fma and twice where not."""
    if HAS_FMA:
        return fma(a, b, c)
    return a * b + c


@inlined
def two_to_the(exponent: int) -> float:
    """Return 2**exponent, for -1022 ≤ exponent ≤ 1023."""
    return double((exponent + 1023) << 52)


@inlined
def two_sum(a: float, b: float) -> DoubleDouble:
    """Return fl(a + b) and its error: exact for any two floats (Knuth)."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


@inlined
def fast_two_sum(a: float, b: float) -> DoubleDouble:
    """Return fl(a + b) and its error: exact if a = 0, |a| ≥ |b|, or b has no larger exponent."""
    total = a + b
    return total, b - (total - a)


@inlined
def split(a: float) -> DoubleDouble:
    """Return two floats of at most 26 bits whose sum is a (Veltkamp)."""
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


@inlined
def two_prod_split(a: float, b: float) -> DoubleDouble:
    """Return fl(a·b) and its error by exact splitting (Dekker): every line but one is exact."""
    product = a * b
    a_high, a_low = split(a)
    b_high, b_low = split(b)
    error = ((a_high * b_high - product) + a_high * b_low) + a_low * b_high
    return product, error + a_low * b_low


@inlined
def two_prod(a: float, b: float) -> DoubleDouble:
    """Return fl(a·b) and its error: a·b exactly, in two floats."""
    if HAS_FMA:
        product = a * b
        return product, fma(a, b, -product)
    return two_prod_split(a, b)


@inlined
def add(a_hi: float, a_lo: float, b_hi: float, b_lo: float) -> DoubleDouble:
    """Return the sum of two normal double-doubles, whatever their signs.

    Relative error at most 3u²/(1 − 4u), hence below `ADD_RELATIVE`: AccurateDWPlusDW,
    Joldes, Muller and Popescu, theorem 3.1.
    """
    high, high_error = two_sum(a_hi, b_hi)
    low, low_error = two_sum(a_lo, b_lo)
    high, middle = fast_two_sum(high, high_error + low)
    return fast_two_sum(high, low_error + middle)


@inlined
def add_double(a_hi: float, a_lo: float, b: float) -> DoubleDouble:
    """Return the sum of a normal double-double and a float.

    Relative error at most 2u² (DWPlusFP, theorem 2.2 there), below `ADD_DOUBLE_RELATIVE`.
    """
    high, error = two_sum(a_hi, b)
    return fast_two_sum(high, a_lo + error)


@inlined
def multiply(a_hi: float, a_lo: float, b_hi: float, b_lo: float) -> DoubleDouble:
    """Return the product of two normal double-doubles.

    In units of u²·|a_hi·b_hi|, the product of the high parts being exact in two floats:
    a_lo·b_lo is left out, 1; a_hi·b_lo is rounded, 1; a_lo·b_hi added to it, 2 (and 1 more
    without an fma); that sum, at most 2u, added to the error, at most u, is rounded, 3.
    Together 8, below `MULTIPLY_RELATIVE`. (Published for this algorithm with an fma, DWTimesDW2:
    6u², later 5u².)
    """
    product, error = two_prod(a_hi, b_hi)
    cross = multiply_add(a_lo, b_hi, a_hi * b_lo)
    return fast_two_sum(product, error + cross)


@inlined
def multiply_double(a_hi: float, a_lo: float, b: float) -> DoubleDouble:
    """Return the product of a normal double-double and a float.

    In units of u²·|a_hi·b|: a_lo·b plus the error of a_hi·b is at most 2u and rounded, 2
    (and without an fma the product first, 1). Together 3, below `MULTIPLY_DOUBLE_RELATIVE`.
    (DWTimesFP3: 2u².)
    """
    product, error = two_prod(a_hi, b)
    return fast_two_sum(product, multiply_add(a_lo, b, error))


@inlined
def square_unnormalised(a_hi: float, a_lo: float) -> DoubleDouble:
    """Return fl(a_hi²) and a low part of at most 3u times it.

    In units of u²·a_hi², for |a_lo| ≤ u·|a_hi|: a_lo² is left out, 1; 2·a_hi·a_lo plus the
    error of a_hi² is at most 3u and rounded, 3 (and without an fma the product first, 2).
    Together 6, below `SQUARE_RELATIVE`.
    """
    square_hi, error = two_prod(a_hi, a_hi)
    return square_hi, multiply_add(2.0 * a_hi, a_lo, error)


@inlined
def square(a_hi: float, a_lo: float) -> DoubleDouble:
    """Return the square of a normal double-double: `square_unnormalised`, made normal."""
    square_hi, square_lo = square_unnormalised(a_hi, a_lo)
    return fast_two_sum(square_hi, square_lo)


@inlined
def divide_unnormalised(n_hi: float, n_lo: float, d_hi: float, d_lo: float) -> DoubleDouble:
    r"""Return (q, q_lo) close to (n_hi + n_lo)/(d_hi + d_lo), with one division in all.

    Suppose |n_lo| ≤ αu·|n_hi| and |d_lo| ≤ βu·|d_hi|, with α, β ≤ 4. In units of u²·|n_hi|,
    on the numerator's side:

    - q = fl(n_hi·fl(1/d_hi)) = n_hi/d_hi·(1 + θ), |θ| ≤ 2u + u². The remainder
      n_hi − q·d_hi is at most 2u; an fma rounds it once, 2. Without an fma the first
      difference is exact (Sterbenz) and the second rounds once, 2.
    - n_lo − q·d_lo is at most (α + β)u and is rounded, α + β; without an fma the product
      first, β.
    - their sum is at most (2 + α + β)u and is rounded, 2 + α + β.
    - q_lo multiplies it by fl(1/d_hi) where 1/(d_hi + d_lo) is meant: (1 + β)u apart, and
      one more rounding: (2 + β)(2 + α + β).

    Together ``4 + 2α + 3β + (2 + β)(2 + α + β)`` =: K(α, β), plus terms in u³ below 0.001,
    and |q_lo| ≤ (2 + α + β)u·|n_hi/d_hi| up to a factor 1 + 8u. An absolute bound a on
    n_lo that is not relative to n_hi enters as αu·|n_hi| = a.

    K(1, 1) = 21.
    """
    reciprocal = 1.0 / d_hi
    quotient = n_hi * reciprocal
    if HAS_FMA:
        remainder = fma(-quotient, d_hi, n_hi)
    else:
        product, error = two_prod_split(quotient, d_hi)
        remainder = (n_hi - product) - error
    return quotient, (remainder + multiply_add(-quotient, d_lo, n_lo)) * reciprocal


@inlined
def divide(n_hi: float, n_lo: float, d_hi: float, d_lo: float) -> DoubleDouble:
    """Return the quotient of two normal double-doubles.

    K(1, 1) = 21 units of u²·|n_hi/d| (`divide_unnormalised`), below `DIVIDE_RELATIVE`.
    (DWDivDW3, with an fma and about twice the operations: 9.8u².)
    """
    high, low = divide_unnormalised(n_hi, n_lo, d_hi, d_lo)
    return fast_two_sum(high, low)


@inlined
def horner_step(
    s: float, c: float, t_hi: float, t_lo: float, a_hi: float, a_lo: float
) -> DoubleDouble:
    """Return a + t·(s + c) as (s', c') with s' one float: a step of compensated Horner.

    Product and sum of the high parts are exact in two floats each, and c' gathers what they
    leave: c·t_hi + s·t_lo + a_lo + (error of s·t_hi) + (error of the sum). No part is made
    normal in between, so the steps' latency is that of one product and one sum. It needs
    |a_hi| ≥ |s·t_hi|; who calls it bounds the errors from the sizes of the coefficients.
    """
    product, product_error = two_prod(s, t_hi)
    total, sum_error = fast_two_sum(a_hi, product)
    low = multiply_add(c, t_hi, multiply_add(s, t_lo, a_lo))
    return total, low + (product_error + sum_error)
