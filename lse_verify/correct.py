"""Correctly rounded LogSumExp, softmax and their kin, for use.

Every result is the float nearest to the exact value, ties to even: the strategy of Ziv on the
oracles' ladder. Rows of the narrower formats are tried in plain binary64 first, then in
double-double, then by Arb, and what is left is decided by mpmath, so that no answer is a guess.
Special values are those of MATHEMATICS, section 7: the limit where it exists, NaN where not.

Results do not depend on the order of the entries, on the other rows, on the machine, nor on
anything but the numbers. Arb and mpmath keep their precision in the process: call these from one
thread.

Examples
--------
>>> import numpy as np
>>> logsumexp([0.0, -40.0])
np.float64(4.248354255291589e-18)
>>> softmax(np.array([0, 1, 2], dtype=np.float32))
array([0.09003057, 0.24472848, 0.66524094], dtype=float32)

References
----------
A. Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last
bit", ACM Trans. Math. Software 17(3), 1991.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lse_verify.family import function_named
from lse_verify.formats import FORMATS, FloatArray, format_of
from lse_verify.oracle.rounding import rounded_rows

Axis = int | tuple[int, ...] | None


def logsumexp(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return log Σ exp(x), correctly rounded.

    Parameters
    ----------
    x : array_like of float
        Of a dtype of `FORMATS`: float8_e4m3fn, float8_e5m2, float16, bfloat16, float32 or
        float64; integers are taken as float64.
    axis : int, tuple of int or None
        The axes to sum over, all of them by default.
    keepdims : bool
        Whether those axes stay, with length 1.

    Returns
    -------
    ndarray or scalar
        Of the dtype of `x`; −∞ of no entries. What overflows float8_e4m3fn is NaN, the only
        thing that it has for ±∞.

    Raises
    ------
    BadInput
        If the dtype is another.

    Examples
    --------
    >>> float(logsumexp([0, -40]))
    4.248354255291589e-18
    >>> logsumexp(np.zeros((2, 3), np.float32), axis=1)
    array([1.0986123, 1.0986123], dtype=float32)
    """
    array = _floats(x)
    axes = _axes(array, axis)
    rows = _rows(array, axes)
    kept = [1 if a in axes else size for a, size in enumerate(array.shape)]
    lead = [size for a, size in enumerate(array.shape) if a not in axes]
    found = rounded_rows(function_named("logsumexp"), (rows,), format_of(array.dtype))
    return found.reshape(kept if keepdims else lead)[()]


def softmax(x: ArrayLike, axis: Axis = None) -> Any:
    """Return exp(x)/Σ exp(x), each entry correctly rounded.

    Parameters
    ----------
    x : array_like of float
        As in `logsumexp`.
    axis : int, tuple of int or None
        The axes to sum over, all of them by default.

    Returns
    -------
    ndarray
        Of the shape and dtype of `x`; NaN where no limit exists: several +∞, or nothing but −∞.

    Examples
    --------
    >>> softmax([0.0, -40.0])
    array([1.00000000e+00, 4.24835426e-18])
    """
    return _each("softmax", x, axis)


def log_softmax(x: ArrayLike, axis: Axis = None) -> Any:
    """Return x − log Σ exp(x), each entry correctly rounded; as `softmax`.

    Parameters
    ----------
    x : array_like of float
        As in `logsumexp`.
    axis : int, tuple of int or None
        The axes to sum over, all of them by default.

    Examples
    --------
    >>> log_softmax([40.0, 0.0])
    array([-4.24835426e-18, -4.00000000e+01])
    """
    return _each("log_softmax", x, axis)


def logaddexp(a: ArrayLike, b: ArrayLike) -> Any:
    """Return log(exp(a) + exp(b)), correctly rounded.

    Parameters
    ----------
    a, b : array_like of float
        As in `logsumexp`, and broadcast against one another. Of two dtypes the result has the
        narrowest one that holds both (a Python number is a float64): of float16 and bfloat16
        float32, of float8_e4m3fn and float8_e5m2 float16.

    Examples
    --------
    >>> float(logaddexp(0, -40))
    4.248354255291589e-18
    """
    first, second = _floats(a), _floats(b)
    dtype = _wider(first, second)
    with np.errstate(invalid="ignore"):
        # Signalling NaNs among them are none of the caller's business.
        wide, other = np.broadcast_arrays(first.astype(dtype), second.astype(dtype))
    rows = np.stack([wide.ravel(), other.ravel()], axis=1)
    # The row is the same as two arguments, and rows are what the kernels take.
    found = rounded_rows(function_named("logsumexp"), (rows,), format_of(dtype))
    return found.reshape(wide.shape)[()]


def softplus(x: ArrayLike) -> Any:
    """Return log(1 + exp(x)), correctly rounded.

    Parameters
    ----------
    x : array_like of float
        As in `logsumexp`.

    Examples
    --------
    >>> float(softplus(20.1))
    20.10000000186501
    """
    return _elementwise("softplus", x)


def logistic(x: ArrayLike) -> Any:
    """Return 1/(1 + exp(−x)), the derivative of softplus, correctly rounded.

    Parameters
    ----------
    x : array_like of float
        As in `logsumexp`.

    Examples
    --------
    >>> float(logistic(-40))
    4.248354255291589e-18
    """
    return _elementwise("logistic", x)


def _elementwise(name: str, x: ArrayLike) -> Any:
    array = _floats(x)
    found = rounded_rows(function_named(name), (array.ravel(),), format_of(array.dtype))
    return found.reshape(array.shape)[()]


def _each(name: str, x: ArrayLike, axis: Axis) -> Any:
    array = _floats(x)
    axes = _axes(array, axis)
    moved = np.moveaxis(array, axes, range(-len(axes), 0)) if axes else array
    found = rounded_rows(function_named(name), (_rows(array, axes),), format_of(array.dtype))
    there = found.reshape(moved.shape)
    return (np.moveaxis(there, range(-len(axes), 0), axes) if axes else there)[()]


def _floats(x: ArrayLike) -> FloatArray:
    array = np.asarray(x)
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    format_of(array.dtype)
    return array


def _wider(first: FloatArray, second: FloatArray) -> np.dtype[Any]:
    """Return the dtype of the narrowest format that has all floats of both."""
    one, other = format_of(first.dtype), format_of(second.dtype)
    return next(f.dtype for f in FORMATS.values() if f.holds(one) and f.holds(other))


def _axes(array: FloatArray, axis: Axis) -> tuple[int, ...]:
    """Return the axes counted from 0; what is wrong with them raises as in NumPy's functions."""
    if axis is None:
        return tuple(range(array.ndim))
    given = [operator.index(a) for a in (axis if isinstance(axis, tuple) else (axis,))]
    for a in given:
        if not -array.ndim <= a < array.ndim:
            raise np.exceptions.AxisError(a, array.ndim)
    axes = tuple(a % array.ndim for a in given)
    if len(set(axes)) < len(axes):
        raise ValueError(f"duplicate value in 'axis': {axis}")
    return axes


def _rows(array: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    """Return the entries to be summed as rows, shape (m, n)."""
    lead = math.prod(size for a, size in enumerate(array.shape) if a not in axes)
    n_terms = math.prod(array.shape[a] for a in axes)
    moved = np.moveaxis(array, axes, range(-len(axes), 0)) if axes else array
    return moved.reshape(lead, n_terms)
