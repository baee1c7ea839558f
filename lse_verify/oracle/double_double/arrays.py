"""exp, expm1, log and log1p on arrays of double-doubles: loops that LLVM vectorises.

Each function takes and returns arrays of one dimension; an element's answer does not depend on
its neighbours. The relative errors are at most the constants of `exponential` and `logarithm`.
The first call compiles (one to two seconds a function), later processes load that from disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lse_verify.enclosure import Floats
from lse_verify.errors import BadInput
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import EXP_LIMIT
from lse_verify.oracle.double_double.exponential import exp as exp_kernel
from lse_verify.oracle.double_double.exponential import exp_double as exp_double_kernel
from lse_verify.oracle.double_double.exponential import expm1 as expm1_kernel
from lse_verify.oracle.double_double.logarithm import LOG1P_LIMIT
from lse_verify.oracle.double_double.logarithm import log as log_kernel
from lse_verify.oracle.double_double.logarithm import log1p as log1p_kernel

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ScaledArray:
    """Many numbers ``(hi + lo)·2**exponent``.

    Attributes
    ----------
    hi, lo : ndarray of float64
        Normal double-doubles: ``|lo| ≤ ulp(hi)/2``.
    exponent : ndarray of int64
        A binary exponent for each.
    """

    hi: Floats
    lo: Floats
    exponent: Integers


def exp(hi: ArrayLike, lo: ArrayLike) -> ScaledArray:
    """Return e**(hi + lo), to `exponential.EXP_RELATIVE`.

    Parameters
    ----------
    hi, lo : array_like of float, shape (n,)
        Normal double-doubles, ``|hi| ≤ EXP_LIMIT``.

    Examples
    --------
    >>> found = exp([-1000.0], [0.0])
    >>> float(found.hi[0]).hex(), int(found.exponent[0])
    ('0x1.3c4219e418954p+0', -1443)
    """
    x_hi, x_lo = _exponents(hi, lo)
    found = _scaled_like(x_hi)
    _exp_loop(x_hi, x_lo, found.hi, found.lo, found.exponent)
    return found


def expm1(hi: ArrayLike, lo: ArrayLike) -> ScaledArray:
    """Return e**(hi + lo) − 1, to `exponential.EXPM1_RELATIVE`; the exponents are not negative.

    Parameters
    ----------
    hi, lo : array_like of float, shape (n,)
        Normal double-doubles, ``|hi| ≤ EXP_LIMIT``.
    """
    x_hi, x_lo = _exponents(hi, lo)
    found = _scaled_like(x_hi)
    _expm1_loop(x_hi, x_lo, found.hi, found.lo, found.exponent)
    return found


def exp_double(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Integers]:
    """Return e**(hi + lo) as values and exponents, to `exponential.EXP_DOUBLE_RELATIVE`.

    Parameters
    ----------
    hi, lo : array_like of float, shape (n,)
        Normal double-doubles, ``|hi| ≤ EXP_LIMIT``.
    """
    x_hi, x_lo = _exponents(hi, lo)
    value, exponent = np.empty_like(x_hi), np.empty(x_hi.shape, dtype=np.int64)
    _exp_double_loop(x_hi, x_lo, value, exponent)
    return value, exponent


def log(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    """Return log(hi + lo), to `logarithm.LOG_RELATIVE`.

    Parameters
    ----------
    hi, lo : array_like of float, shape (n,)
        Normal double-doubles, ``2**-1022 ≤ hi ≤ 2**1023``.

    Examples
    --------
    >>> high, low = log([1.0], [2.0**-900])
    >>> float(high[0]) == 2.0**-900, float(low[0])
    (True, 0.0)
    """
    y_hi, y_lo = _pair(hi, lo)
    _require(bool(np.all((y_hi >= 2.0**-1022) & (y_hi <= 2.0**1023))), y_hi, "[2**-1022, 2**1023]")
    high, low = np.empty_like(y_hi), np.empty_like(y_hi)
    _log_loop(y_hi, y_lo, high, low)
    return high, low


def log1p(hi: ArrayLike, lo: ArrayLike, exponent: ArrayLike) -> ScaledArray:
    """Return log(1 + (hi + lo)·2**exponent), to `logarithm.LOG1P_RELATIVE`.

    Parameters
    ----------
    hi, lo : array_like of float, shape (n,)
        Normal double-doubles, 0 or of magnitude within ``LOG1P_LIMIT`` and its reciprocal.
    exponent : array_like of int, shape (n,)
        At most 1000; however small, the answer keeps its relative error. The number is above
        −1 by at least 2**-1022.

    Examples
    --------
    >>> found = log1p([1.0], [0.0], [-5000])
    >>> found.hi.tolist(), found.exponent.tolist()
    ([1.0], [-5000])
    """
    x_hi, x_lo = _pair(hi, lo)
    powers = np.ascontiguousarray(exponent, dtype=np.int64)
    magnitude = np.abs(x_hi)
    inside = (magnitude <= LOG1P_LIMIT) & ((magnitude >= 1 / LOG1P_LIMIT) | (x_hi == 0))
    _require(bool(np.all(inside)), x_hi, "0, or magnitudes in [2**-200, 2**200]")
    _require(bool(np.all(powers <= 1000)), powers, "exponents up to 1000")
    shift = np.maximum(powers, -2000).astype(np.int32)
    with np.errstate(under="ignore", over="ignore"):
        # Near -1 both sums are exact.
        above = (np.ldexp(x_hi, shift) + 1.0) + np.ldexp(x_lo, shift)
    inside = (above >= 2.0**-1022) & (above <= 2.0**1022)
    _require(bool(np.all(inside)), above, "1 + x in [2**-1022, 2**1022]")
    found = _scaled_like(x_hi)
    _log1p_loop(x_hi, x_lo, powers, found.hi, found.lo, found.exponent)
    return found


@compiled_loop
def _exp_loop(x_hi: Floats, x_lo: Floats, hi: Floats, lo: Floats, exponent: Integers) -> None:
    for i in range(x_hi.size):
        hi[i], lo[i], exponent[i] = exp_kernel(x_hi[i], x_lo[i])


@compiled_loop
def _expm1_loop(x_hi: Floats, x_lo: Floats, hi: Floats, lo: Floats, exponent: Integers) -> None:
    for i in range(x_hi.size):
        hi[i], lo[i], exponent[i] = expm1_kernel(x_hi[i], x_lo[i])


@compiled_loop
def _exp_double_loop(x_hi: Floats, x_lo: Floats, value: Floats, exponent: Integers) -> None:
    for i in range(x_hi.size):
        value[i], exponent[i] = exp_double_kernel(x_hi[i], x_lo[i])


@compiled_loop
def _log_loop(y_hi: Floats, y_lo: Floats, hi: Floats, lo: Floats) -> None:
    for i in range(y_hi.size):
        hi[i], lo[i] = log_kernel(y_hi[i], y_lo[i])


@compiled_loop
def _log1p_loop(
    x_hi: Floats, x_lo: Floats, power: Integers, hi: Floats, lo: Floats, exponent: Integers
) -> None:
    for i in range(x_hi.size):
        hi[i], lo[i], exponent[i] = log1p_kernel(x_hi[i], x_lo[i], power[i])


def _scaled_like(x: Floats) -> ScaledArray:
    return ScaledArray(np.empty_like(x), np.empty_like(x), np.empty(x.shape, dtype=np.int64))


def _exponents(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    x_hi, x_lo = _pair(hi, lo)
    inside = bool(np.all(np.abs(x_hi) <= EXP_LIMIT))
    _require(inside, x_hi, "magnitudes up to 2**15")
    return x_hi, x_lo


def _pair(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    pair = (
        np.ascontiguousarray(hi, dtype=np.float64),
        np.ascontiguousarray(lo, dtype=np.float64),
    )
    if pair[0].ndim != 1 or pair[0].shape != pair[1].shape:
        raise BadInput(
            f"hi and lo must be rows of one length, not {pair[0].shape}, {pair[1].shape}"
        )
    if not np.array_equal(pair[0] + pair[1], pair[0]):
        raise BadInput("double-double kernels take normal pairs, fl(hi + lo) = hi; got others")
    return pair


def _require(holds: bool, got: NDArray[np.generic], rule: str) -> None:
    if not holds:
        raise BadInput(f"double-double kernels take {rule}; got {got.min()} to {got.max()}")
