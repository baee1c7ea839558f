"""Bounds, limits and monotonicity, at a fixed number of entries.

"The largest entry is the k-th" is said by xᵢ = m − dᵢ with dᵢ ≥ 0 and d_k = 0. Then
e^{t·dᵢ} = 1 + sᵢ with sᵢ ≥ 0 makes each bound a statement about the signs of the coefficients
of a polynomial in the sᵢ. Every argument with a default is a formula of the claim; the tests
pass wrong ones, which must come out False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    in_exponentials,
    is_above_zero,
    is_at_least_zero,
    is_zero,
    is_zero_only_at_zero,
    lse,
    total,
)

Scaled: TypeAlias = Callable[[Entries, Any], Any]
"""A function of a row and of the multiplier t."""

_PEAK = sp.Symbol("m", real=True)
_POWER = sp.Symbol("M", positive=True)  # e^{t·m}
_T = sp.Symbol("t", positive=True)


def largest(row: Entries, _t: Any = sp.S.One) -> Any:
    """Return max x."""
    return sp.Max(*row)


def largest_and_log_n(row: Entries, t: Any = sp.S.One) -> Any:
    """Return max x + log(n)/t."""
    return sp.Max(*row) + sp.log(len(row)) / t


def smallest(row: Entries, _t: Any = sp.S.One) -> Any:
    """Return min x."""
    return sp.Min(*row)


def smallest_less_log_n(row: Entries, t: Any = sp.S.One) -> Any:
    """Return min x − log(n)/t."""
    return sp.Min(*row) - sp.log(len(row)) / t


def smooth_maximum(row: Entries, t: Any = sp.S.One) -> Any:
    """Return LSE(t·x)/t."""
    return lse(tuple(t * x for x in row)) / t


def smooth_minimum(row: Entries, t: Any = sp.S.One) -> Any:
    """Return LSE(−t·x)/(−t)."""
    return -lse(tuple(-t * x for x in row)) / t


def _gaps(low: Scaled, high: Scaled, n: int, t: Any, toward: int) -> Iterator[sp.Expr]:
    """Yield e^{t(high − low)} − 1 in M and sᵢ, for each place of the extreme entry.

    `toward` is −1 if the extreme is the largest entry, and 1 if it is the smallest.
    """
    spread = entries("d", n, nonnegative=True)
    ratio = entries("s", n, nonnegative=True)
    logs = {d: sp.log(1 + s) / t for d, s in zip(spread, ratio, strict=True)}
    logs[_PEAK] = sp.log(_POWER) / t
    for k in range(n):
        row = tuple(_PEAK if i == k else _PEAK + toward * spread[i] for i in range(n))
        exponent = sp.expand(t * (high(row, t) - low(row, t)))
        yield sp.exp(exponent.xreplace(logs)) - 1


def _below(low: Scaled, high: Scaled, n: int, t: Any = sp.S.One, toward: int = -1) -> bool:
    return all(is_at_least_zero(gap) for gap in _gaps(low, high, n, t, toward))


def _strictly_below(low: Scaled, high: Scaled, n: int, t: Any = sp.S.One, toward: int = -1) -> bool:
    return all(is_above_zero(gap) for gap in _gaps(low, high, n, t, toward))


def domain(n: int, function: Formula = lse, shift: Any = None) -> bool:
    """Show that e^LSE is a sum of positive terms, and that x = (y − log n, …) is mapped to y."""
    row, powers = entries("x", n, real=True), entries("u", n, positive=True)
    y = sp.Symbol("y", real=True)
    preimage = (y - (sp.log(n) if shift is None else shift),) * n
    return is_above_zero(in_exponentials(sp.exp(function(row)), row, powers)) and is_zero(
        sp.expand(sp.exp(function(preimage))) - sp.exp(y)
    )


def lower_bound(n: int, bound: Scaled = largest) -> bool:
    """Show max ≤ LSE."""
    return _below(bound, smooth_maximum, n)


def lower_bound_strict(n: int, bound: Scaled = largest) -> bool:
    """Show max < LSE; False at n = 1."""
    return _strictly_below(bound, smooth_maximum, n)


def upper_bound(n: int, bound: Scaled = largest_and_log_n) -> bool:
    """Show LSE ≤ max + log n."""
    return _below(smooth_maximum, bound, n)


def upper_bound_strict(n: int, bound: Scaled = largest_and_log_n) -> bool:
    """Show that LSE ≤ max + log n, with equality exactly where all dᵢ are 0."""
    ratio = entries("s", n, nonnegative=True)
    gaps = _gaps(smooth_maximum, bound, n, sp.S.One, -1)
    return all(
        is_zero_only_at_zero(gap, tuple(s for i, s in enumerate(ratio) if i != k))
        for k, gap in enumerate(gaps)
    )


def scaled_bounds(n: int, low: Scaled = largest, high: Scaled = largest_and_log_n) -> bool:
    """Show max < LSE(tx)/t ≤ max + log(n)/t; False at n = 1."""
    return _strictly_below(low, smooth_maximum, n, _T) and _below(smooth_maximum, high, n, _T)


def _tends_to_zero(expression: sp.Expr) -> bool:
    return bool(sp.limit(expression, _T, sp.oo) == 0)


def scaled_limit(n: int, value: Scaled = smooth_maximum, limit: Scaled = largest) -> bool:
    """Squeeze LSE(tx)/t between its limit and that limit + log(n)/t, which SymPy sends to it."""

    def ceiling(row: Entries, t: Any) -> Any:
        return limit(row, t) + sp.log(n) / t

    between = _below(limit, value, n, _T) and _below(value, ceiling, n, _T)
    return between and _tends_to_zero(sp.log(n) / _T)


def minimum_bounds(n: int, low: Scaled = smallest_less_log_n, high: Scaled = smallest) -> bool:
    """Show min − log(n)/t ≤ LSE(−tx)/(−t) < min, hence the limit min; False at n = 1."""
    return (
        _below(low, smooth_minimum, n, _T, toward=1)
        and _strictly_below(smooth_minimum, high, n, _T, toward=1)
        and _tends_to_zero(high((_PEAK,) * n, _T) - low((_PEAK,) * n, _T))
    )


def increasing(n: int, function: Formula = lse) -> bool:
    """Show that every ∂LSE/∂x_k is a quotient of sums of positive terms."""
    row, powers = entries("x", n, real=True), entries("u", n, positive=True)
    value = function(row)
    return all(is_above_zero(in_exponentials(sp.diff(value, x), row, powers)) for x in row)


def tropical_limit(n: int, inside: Formula = total, limit: Scaled = largest) -> bool:
    """Show (1/t)·log Σ e^{t·xᵢ} → max as t → ∞, whatever the number of entries tied for it.

    By l'Hôpital's rule (the denominator t tends to ∞), from the derivative by t of the
    logarithm. For two operands SymPy's limit of the function itself must agree.
    """
    by_slopes = all(_slope_tends_to(n, ties, inside, limit) for ties in range(1, n + 1))
    return by_slopes and (n != 2 or _limit_of_two_is(inside, limit))


def _slope_tends_to(n: int, ties: int, inside: Formula, limit: Scaled) -> bool:
    """Divide d/dt log Σ e^{t·xᵢ} by e^{t·m}, and let each weight tend to its limit by itself."""
    spread = entries("d", n - ties, positive=True)
    row = (_PEAK,) * ties + tuple(_PEAK - d for d in spread)
    slope = sp.diff(sp.log(inside(tuple(sp.exp(_T * x) for x in row))), _T)
    weights = {power: sp.Dummy(positive=True) for power in slope.atoms(sp.exp)}
    limits = {
        weight: sp.limit(sp.exp(sp.expand(power.args[0] - _T * _PEAK)), _T, sp.oo)
        for power, weight in weights.items()
    }
    divided = sp.cancel(slope.xreplace({power: _POWER * w for power, w in weights.items()}))
    numerator, denominator = (part.subs(limits) for part in sp.fraction(divided))
    return bool(denominator != 0 and sp.cancel(numerator / denominator) == limit(row, _T))


def _limit_of_two_is(inside: Formula, limit: Scaled) -> bool:
    """Take the limit of a + log(1 + e^{−t·d})/t, the factor e^{t·a} in front, for d > 0."""
    d = sp.Symbol("d", positive=True)
    divided = sp.expand(inside((sp.exp(_T * _PEAK), sp.exp(_T * (_PEAK - d)))) / sp.exp(_T * _PEAK))
    found = _PEAK + sp.limit(sp.log(divided) / _T, _T, sp.oo)
    return bool(found == limit((_PEAK, _PEAK - d), _T))
