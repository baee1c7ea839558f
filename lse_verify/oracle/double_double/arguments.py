"""What the kernels on arrays take, and how the rest is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lse_verify.enclosure import Floats
from lse_verify.errors import BadInput
from lse_verify.oracle.double_double.exponential import EXP_LIMIT
from lse_verify.oracle.double_double.logarithm import LOG1P_LIMIT


def exponents(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    """Return arguments of exp: normal pairs, |hi| ≤ `EXP_LIMIT`."""
    x_hi, x_lo = pair(hi, lo)
    inside = bool(np.all(np.abs(x_hi) <= EXP_LIMIT))
    require(inside, x_hi, "magnitudes up to 2**15")
    return x_hi, x_lo


def positive(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    """Return arguments of log: normal pairs, 2⁻¹⁰²² ≤ hi ≤ 2¹⁰²³."""
    y_hi, y_lo = pair(hi, lo)
    require(bool(np.all((y_hi >= 2.0**-1022) & (y_hi <= 2.0**1023))), y_hi, "[2**-1022, 2**1023]")
    return y_hi, y_lo


def above_minus_one(
    hi: ArrayLike, lo: ArrayLike, exponent: ArrayLike
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return arguments of log1p: normal pairs and exponents, 1 + x·2ᵉ a positive binary64."""
    x_hi, x_lo = pair(hi, lo)
    powers = np.ascontiguousarray(exponent, dtype=np.int64)
    if powers.shape != x_hi.shape:
        raise BadInput(f"a number needs an exponent each; got {x_hi.size} and {powers.shape}")
    magnitude = np.abs(x_hi)
    inside = (magnitude <= LOG1P_LIMIT) & ((magnitude >= 1 / LOG1P_LIMIT) | (x_hi == 0))
    require(bool(np.all(inside)), x_hi, "0, or magnitudes in [2**-200, 2**200]")
    require(bool(np.all(powers <= 1000)), powers, "exponents up to 1000")
    shift = np.maximum(powers, -2000).astype(np.int32)
    with np.errstate(under="ignore", over="ignore"):
        # Near -1 both sums are exact.
        above = (np.ldexp(x_hi, shift) + 1.0) + np.ldexp(x_lo, shift)
    inside = (above >= 2.0**-1022) & (above <= 2.0**1022)
    require(bool(np.all(inside)), above, "1 + x in [2**-1022, 2**1022]")
    return x_hi, x_lo, powers


def pair(hi: ArrayLike, lo: ArrayLike) -> tuple[Floats, Floats]:
    """Return normal pairs in two rows of one length."""
    rows = (
        np.ascontiguousarray(hi, dtype=np.float64),
        np.ascontiguousarray(lo, dtype=np.float64),
    )
    if rows[0].ndim != 1 or rows[0].shape != rows[1].shape:
        raise BadInput(
            f"hi and lo must be rows of one length, not {rows[0].shape}, {rows[1].shape}"
        )
    if not np.array_equal(rows[0] + rows[1], rows[0]):
        raise BadInput("double-double kernels take normal pairs, fl(hi + lo) = hi; got others")
    return rows


def require(holds: bool, got: NDArray[np.generic], rule: str) -> None:
    """Refuse arguments that break a rule."""
    if not holds:
        raise BadInput(f"double-double kernels take {rule}; got {got.min()} to {got.max()}")
