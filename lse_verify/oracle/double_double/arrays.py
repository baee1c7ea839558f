"""exp, expm1, log and log1p on arrays: loops that LLVM vectorises.

Each function takes and returns arrays of one dimension; an element's answer does not depend on
its neighbours. The relative errors are at most the constants of `exponential`, `logarithm` and
`plain`.
The first call compiles (one to two seconds a function), later processes load that from disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.arguments import (
    above_minus_one,
    exponents,
    positive,
    require,
)
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import exp as exp_kernel
from lse_verify.oracle.double_double.exponential import exp_double as exp_double_kernel
from lse_verify.oracle.double_double.exponential import exp_single as exp_single_kernel
from lse_verify.oracle.double_double.exponential import expm1 as expm1_kernel
from lse_verify.oracle.double_double.logarithm import log as log_kernel
from lse_verify.oracle.double_double.logarithm import log1p as log1p_kernel
from lse_verify.oracle.double_double.plain import log1p_double as log1p_double_kernel
from lse_verify.oracle.double_double.plain import log_double as log_double_kernel

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
    x_hi, x_lo = exponents(hi, lo)
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
    x_hi, x_lo = exponents(hi, lo)
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
    x_hi, x_lo = exponents(hi, lo)
    value, exponent = np.empty_like(x_hi), np.empty(x_hi.shape, dtype=np.int64)
    _exp_double_loop(x_hi, x_lo, value, exponent)
    return value, exponent


def exp_single(x: ArrayLike) -> tuple[Floats, Integers]:
    """Return e**x as values and exponents, to `exponential.EXP_SINGLE_RELATIVE`.

    Parameters
    ----------
    x : array_like of float, shape (n,)
        Magnitudes up to ``EXP_LIMIT``.
    """
    row = exponents(x, np.zeros(np.shape(x)))[0]
    value, exponent = np.empty_like(row), np.empty(row.shape, dtype=np.int64)
    _exp_single_loop(row, value, exponent)
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
    y_hi, y_lo = positive(hi, lo)
    high, low = np.empty_like(y_hi), np.empty_like(y_hi)
    _log_loop(y_hi, y_lo, high, low)
    return high, low


def log_double(y: ArrayLike) -> Floats:
    """Return log y, to `plain.LOG_DOUBLE_RELATIVE`.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        ``2**-1022 ≤ y ≤ 2**1023``.
    """
    row = positive(y, np.zeros(np.shape(y)))[0]
    value = np.empty_like(row)
    _log_double_loop(row, value)
    return value


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
    x_hi, x_lo, powers = above_minus_one(hi, lo, exponent)
    found = _scaled_like(x_hi)
    _log1p_loop(x_hi, x_lo, powers, found.hi, found.lo, found.exponent)
    return found


def log1p_double(x: ArrayLike, exponent: ArrayLike) -> tuple[Floats, Integers]:
    """Return log(1 + x·2**exponent) as values and exponents, to `plain.LOG1P_DOUBLE_RELATIVE`.

    Parameters
    ----------
    x : array_like of float, shape (n,)
        0, or within ``LOG1P_LIMIT`` and its reciprocal.
    exponent : array_like of int, shape (n,)
        At most 1000; however small, the answer keeps its relative error. The number is at most
        2**1022.

    Examples
    --------
    >>> value, power = log1p_double([1.0, 1.0], [-40000, 0])
    >>> value.tolist(), power.tolist()
    ([1.0, 0.6931471805599453], [-40000, 0])
    """
    row, _, powers = above_minus_one(x, np.zeros(np.shape(x)), exponent)
    require(bool(np.all(row >= 0)), row, "no negative sums of terms")
    value, power = np.empty_like(row), np.empty_like(powers)
    _log1p_double_loop(row, powers, value, power)
    return value, power


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
def _exp_single_loop(x: Floats, value: Floats, exponent: Integers) -> None:
    for i in range(x.size):
        value[i], exponent[i] = exp_single_kernel(x[i])


@compiled_loop
def _log_loop(y_hi: Floats, y_lo: Floats, hi: Floats, lo: Floats) -> None:
    for i in range(y_hi.size):
        hi[i], lo[i] = log_kernel(y_hi[i], y_lo[i])


@compiled_loop
def _log_double_loop(y: Floats, value: Floats) -> None:
    for i in range(y.size):
        value[i] = log_double_kernel(y[i])


@compiled_loop
def _log1p_loop(
    x_hi: Floats, x_lo: Floats, power: Integers, hi: Floats, lo: Floats, exponent: Integers
) -> None:
    for i in range(x_hi.size):
        hi[i], lo[i], exponent[i] = log1p_kernel(x_hi[i], x_lo[i], power[i])


@compiled_loop
def _log1p_double_loop(x: Floats, power: Integers, value: Floats, exponent: Integers) -> None:
    for i in range(x.size):
        value[i], exponent[i] = log1p_double_kernel(x[i], power[i])


def _scaled_like(x: Floats) -> ScaledArray:
    return ScaledArray(np.empty_like(x), np.empty_like(x), np.empty(x.shape, dtype=np.int64))
