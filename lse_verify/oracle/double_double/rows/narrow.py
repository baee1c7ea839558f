r"""Intervals in binary64 for results of the narrower formats: the tier below double-double.

An interval is a few 2⁻⁵⁰ of its number wide, a fraction of 2⁻²⁵ of a binary32's unit: what it
leaves open is one in millions. Ends are moved outward by `OUTWARD` of themselves, more than
they are rounded by, and never past what mathematics allows: the peak, 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.double_double.compilation import compiled_loop
from lse_verify.oracle.double_double.exponential import EXP_SINGLE_RELATIVE
from lse_verify.oracle.double_double.plain import LOG1P_DOUBLE_RELATIVE, log1p_double
from lse_verify.oracle.double_double.rows.narrow_sums import (
    FARTHEST_NARROW,
    LEFT_OUT,
    narrow_sums,
    narrow_term,
)

OUTWARD = 2.0**-51
"""4u. At most three roundings of a value or its end; the fourth is for what is of second order.

Those are products of two relative errors, which for 2**30 terms are 2**-33 at most, and of such an
error with the rounding of a half width: below 2**-65.
"""

_U = 2.0**-53


@dataclass(frozen=True, slots=True)
class Intervals:
    """Closed intervals that are certain to hold the true values.

    Attributes
    ----------
    low, high : ndarray of float64
        The ends; NaN where nothing is known.
    """

    low: Floats
    high: Floats


def narrow_lse(x: Floats) -> Intervals:
    """Enclose LogSumExp of every row, shape (m,).

    Parameters
    ----------
    x : ndarray of float64, shape (m, n)
        Rows of numbers of a format no wider than binary32, n ≥ 1.
    """
    sums = narrow_sums(x)
    found = _room(len(x))
    _lse(sums.peak, sums.rest, sums.relative + LOG1P_DOUBLE_RELATIVE, found.low, found.high)
    return found


def narrow_softmax(x: Floats) -> Intervals:
    """Enclose the softmax of every row, shape (m·n,); as `narrow_lse`."""
    return _each(x, _shares, EXP_SINGLE_RELATIVE + 3 * _U)


def narrow_logistic(x: Floats) -> Intervals:
    """Enclose the logistic function of every number, shape (m,); as `narrow_lse`."""
    found = _room(x.size)
    _logistic(x, EXP_SINGLE_RELATIVE, found.low, found.high)
    return found


def narrow_log_softmax(x: Floats) -> Intervals:
    """Enclose the log_softmax of every row, shape (m·n,); as `narrow_lse`."""
    return _each(x, _log_shares, LOG1P_DOUBLE_RELATIVE)


def _each(x: Floats, loop: Callable[..., None], relative: float) -> Intervals:
    """Run a loop over all entries, with what their rows came to repeated."""
    sums, n = narrow_sums(x), x.shape[1]
    found = _room(x.size)
    of_rows = (sums.peak, sums.rest, sums.relative + relative)
    loop(x.ravel(), *(np.repeat(column, n) for column in of_rows), found.low, found.high)
    return found


def rounded(found: Intervals, fmt: Format) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Round to nearest even in a format, where both ends round alike.

    Returns
    -------
    values : ndarray of ``fmt.dtype``
        The correct rounding, meaningless where undecided.
    decided : ndarray of bool
        Whether the interval settles the rounding, the sign of a zero included.
    """
    low, high = fmt.cast(found.low), fmt.cast(found.high)
    word = np.dtype(f"u{fmt.dtype.itemsize}")
    return low, (low.view(word) == high.view(word)) & ~np.isnan(found.low)


def _room(count: int) -> Intervals:
    return Intervals(np.empty(count), np.empty(count))


@compiled_loop
def _lse(peak: Floats, rest: Floats, relative: Floats, low: Floats, high: Floats) -> None:
    r"""Write the intervals: log(1 + S) moves by no more than S does, relatively.

    Two roundings, of the value and of its end; if the value is next to 0, the second order is
    that of the tail, which has some 3u to spare: exp is proved to 2.17u and log1p to 2.75u, of 4u
    each. Below 2⁻²⁰⁰, the least that `log1p_double` supposes, f·s underflows or is lost beside S,
    and S is what it returns and what log(1 + S) is, to 2⁻²⁰⁰.
    """
    for i in range(peak.size):
        tail, _ = log1p_double(rest[i], 0)
        value = peak[i] + tail
        half = tail * relative[i] + LEFT_OUT + OUTWARD * abs(value)
        end = value - half
        is_known = abs(peak[i]) < np.inf
        low[i] = (end if end > peak[i] else peak[i]) if is_known else np.nan
        high[i] = value + half if is_known else np.nan


@compiled_loop
def _shares(
    x: Floats, peak: Floats, rest: Floats, relative: Floats, low: Floats, high: Floats
) -> None:
    """Write the intervals: of a term, rounded in its exponent, over 1 + S.

    1 + S, the quotient and the end are rounded: 2u are in `relative`. An entry whose term is left
    out has a share below that term, and so below `LEFT_OUT`.
    """
    for i in range(x.size):
        share = narrow_term(x[i], peak[i]) / (1.0 + rest[i])
        distance = min(peak[i] - x[i], FARTHEST_NARROW)
        half = share * (relative[i] + distance * _U + OUTWARD) + LEFT_OUT
        is_known = abs(peak[i]) < np.inf
        low[i] = max(share - half, 0.0) if is_known else np.nan
        high[i] = min(share + half, 1.0) if is_known else np.nan


@compiled_loop
def _logistic(x: Floats, relative: float, low: Floats, high: Floats) -> None:
    """Write the intervals: w/(1 + w) or 1/(1 + w), w = exp(−|x|), which move by less than w does.

    Three roundings, of 1 + w, of the quotient and of the end. A w that is left out is below
    `LEFT_OUT`, and so is what it would have changed.
    """
    for i in range(x.size):
        term = narrow_term(-abs(x[i]), 0.0)
        share = (1.0 if x[i] > 0.0 else term) / (1.0 + term)
        half = share * (relative + OUTWARD) + LEFT_OUT
        is_known = abs(x[i]) < np.inf
        low[i] = max(share - half, 0.0) if is_known else np.nan
        high[i] = min(share + half, 1.0) if is_known else np.nan


@compiled_loop
def _log_shares(
    x: Floats, peak: Floats, rest: Floats, relative: Floats, low: Floats, high: Floats
) -> None:
    """Write the intervals: of two numbers of one sign, the first rounded.

    Neither is larger than their sum: three roundings, of the difference, of the value and of its
    end. Nothing is said where the result may be 0, or is not seen to be less; where it is, an
    end at 0 is −0, to which it would round.
    """
    for i in range(x.size):
        tail, _ = log1p_double(rest[i], 0)
        difference = x[i] - peak[i]
        value = difference - tail
        half = tail * relative[i] + LEFT_OUT + OUTWARD * abs(value)
        end = value + half
        is_known = (abs(peak[i]) < np.inf) & (value < 0.0)
        is_nothing = x[i] == -np.inf
        low[i] = (value if is_nothing else value - half) if is_known else np.nan
        high[i] = (value if is_nothing else min(end, -0.0)) if is_known else np.nan
