"""Faulty implementations: each is a good one with a single fault planted in it.

The good ones are shifted sums in binary64 or in the oracle's rounding, so that nothing but
the planted fault can be what the audit finds.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

import numpy as np
from nearest import log_softmax as nearest_log_softmax
from nearest import log_softmax_gradient as nearest_gradient
from nearest import logaddexp as nearest_logaddexp
from nearest import logaddexp2 as nearest_logaddexp2
from nearest import logistic as nearest_logistic
from nearest import logsumexp as nearest_logsumexp
from nearest import smoothmin as nearest_smoothmin
from nearest import softmax as nearest_softmax
from nearest import softplus as nearest_softplus

from lse_verify.formats import FORMATS, Format

# Some return what no signature allows: what comes back is the audit's to judge.
Array = Any


def _format(x: Array) -> Format:
    return next(f for f in FORMATS.values() if f.dtype == x.dtype)


def _good(x: Array) -> Array:
    """Return a stable logsumexp in the dtype of x: the maximum left out, log1p."""
    if x.shape[1] == 0:
        return np.full(len(x), -np.inf, dtype=x.dtype)
    wide = x.astype(np.float64)
    place = np.argmax(wide, axis=1)
    peak = wide[np.arange(len(x)), place]
    terms = np.exp(wide - np.where(np.isfinite(peak), peak, 0)[:, None])
    terms[np.arange(len(x)), place] = 0
    result = np.where(np.isfinite(peak), peak + np.log1p(terms.sum(axis=1)), peak)
    return np.where(np.isnan(wide).any(axis=1), np.nan, result).astype(x.dtype)


def one_ulp_too_much(x: Array) -> Array:
    y = nearest_logsumexp(x)
    return np.where(np.isfinite(y), _format(x).next_up(np.where(np.isnan(y), 0, y)), y).astype(
        x.dtype
    )


def last_term_dropped(x: Array) -> Array:
    return _good(x[:, :-1]) if x.shape[1] > 1 else _good(x)


def tie_counted_once(x: Array) -> Array:
    return np.array([_good(np.unique(row)[None, :])[0] for row in x], dtype=x.dtype)


def binary32_inside(x: Array) -> Array:
    with np.errstate(all="ignore"):
        return _good(x.astype(np.float32)).astype(x.dtype)


def exponent_clipped(x: Array) -> Array:
    peak = x.max(axis=1, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        return _good(np.maximum(x, (np.maximum(peak, -1e300) - 30)[:, None]).astype(x.dtype))


def softplus_switch_at_20(x: Array) -> Array:
    y = nearest_softplus(x)
    return np.where(x > 20, x, y)


def logistic_without_branches(x: Array) -> Array:
    """1/(1 + exp(−x)) as it stands: far below 0 the exponential overflows, and the result is 0."""
    with np.errstate(all="ignore"):
        one = x.dtype.type(1)
        return one / (one + np.exp(-x))


def logistic_one_from_17(x: Array) -> Array:
    return np.where(x > 17, 1, nearest_logistic(x)).astype(x.dtype)


def logistic_clipped(x: Array) -> Array:
    """The argument is held within ±60, as if nothing could be seen beyond."""
    return np.where(np.isinf(x), nearest_logistic(x), nearest_logistic(np.clip(x, -60, 60)))


def logistic_of_a_tail_taken_from_one(x: Array) -> Array:
    """1 − logistic(−x) below 0: the digits of a small result cancel."""
    return np.where(x < 0, 1 - nearest_logistic(-x), nearest_logistic(x)).astype(x.dtype)


def logistic_above_one(x: Array) -> Array:
    y = nearest_logistic(x)
    return np.where(y == 1, _format(x).next_up(np.ones((), x.dtype)), y).astype(x.dtype)


def logistic_not_monotone(x: Array) -> Array:
    """One ulp down wherever the last bit of the argument is set, beside one half."""
    y, fmt = nearest_logistic(x), _format(x)
    odd = fmt.ordinals(np.where(np.isnan(x), 0, x).astype(x.dtype)) % 2 == 1
    bump = odd & (y > 0.25) & (y < 0.75) & (y != 0.5)
    return np.where(bump, fmt.next_down(np.where(bump, y, 0)), y).astype(x.dtype)


def logistic_nan_at_infinity(x: Array) -> Array:
    """exp(x)/(1 + exp(x)): ∞/∞."""
    return np.where(np.isposinf(x), np.nan, nearest_logistic(x)).astype(x.dtype)


def vector_tail_forgotten(x: Array) -> Array:
    y = _good(x)
    whole = len(x) - len(x) % 8
    if x.shape[1]:
        y[whole:] = x[whole:].max(axis=1)
    return y


def nan_for_minus_infinity(x: Array) -> Array:
    return np.where(np.any(np.isneginf(x), axis=1), np.nan, nearest_logsumexp(x)).astype(x.dtype)


def nan_for_all_minus_infinity(x: Array) -> Array:
    lost = np.all(np.isneginf(x), axis=1) & (x.shape[1] > 0)
    return np.where(lost, np.nan, nearest_logsumexp(x)).astype(x.dtype)


def below_max(x: Array) -> Array:
    y, fmt = nearest_logsumexp(x), _format(x)
    if x.shape[1] < 2:
        return y
    at_max = (y == x.max(axis=1)) & np.isfinite(y)
    return np.where(at_max, fmt.next_down(np.where(at_max, y, 0)), y).astype(x.dtype)


def above_max_plus_log_n(x: Array) -> Array:
    y = nearest_logsumexp(x)
    if x.shape[1] < 2:
        return y
    equal = (x == x[:, :1]).all(axis=1) & np.isfinite(y)
    higher = (y.astype(np.float64) * (1 + 16 * _format(x).unit_roundoff)).astype(x.dtype)
    return np.where(equal & (y > 0), higher, y).astype(x.dtype)


def not_monotone(x: Array) -> Array:
    """One ulp down wherever the last bit of the first entry is set: steps back and forth."""
    y, fmt = nearest_logsumexp(x), _format(x)
    if x.shape[1] < 2:
        return y
    finite = np.isfinite(y) & np.isfinite(x.astype(np.float64)).all(axis=1)
    odd = fmt.ordinals(np.where(np.isnan(x), 0, x).astype(x.dtype)).sum(axis=1) % 2 == 1
    above = (y > x.max(axis=1)) & finite & odd
    return np.where(above, fmt.next_down(np.where(above, y, 0)), y).astype(x.dtype)


def log_of_the_whole_sum(x: Array) -> Array:
    """max + log Σ exp(x − max): absorbs the tail beside the 1 of the maximum."""
    peak = x.max(axis=1, initial=-np.inf)
    safe = np.where(np.isfinite(peak), peak, 0).astype(x.dtype)
    with np.errstate(all="ignore"):
        return (safe + np.log(np.exp(x - safe[:, None]).sum(axis=1))).astype(x.dtype)


def without_shift(x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.log(np.exp(x).sum(axis=1)).astype(x.dtype)


def epsilon_inside_the_log(x: Array) -> Array:
    peak = x.max(axis=1, initial=-np.inf)
    safe = np.where(np.isfinite(peak), peak, 0)
    with np.errstate(all="ignore"):
        y = safe + np.log(np.exp(x - safe[:, None]).sum(axis=1) + 1e-12)
    return np.where(np.isfinite(peak), y, nearest_logsumexp(x)).astype(x.dtype)


def accumulated_in_binary32(x: Array) -> Array:
    """max + log Σ exp(x − max), where only the running sum is too narrow."""
    peak = x.max(axis=1, initial=-np.inf)
    safe = np.where(np.isfinite(peak), peak, 0).astype(x.dtype)
    with np.errstate(all="ignore"):
        terms = np.exp(x - safe[:, None]).astype(np.float32)
        return (safe + np.log(np.add.reduce(terms, axis=1).astype(x.dtype))).astype(x.dtype)


# What they would be but for what is planted in them.
for _faulty in (epsilon_inside_the_log, accumulated_in_binary32, log_of_the_whole_sum):
    vars(_faulty)["rounding_scheme"] = "shifted"
for _faulty in (without_shift,):
    vars(_faulty)["rounding_scheme"] = "naive"


def subnormals_flushed(x: Array) -> Array:
    y = nearest_logsumexp(x)
    return np.where(np.abs(y) < _format(x).smallest_normal, np.copysign(0, y), y).astype(x.dtype)


def wrong_dtype(x: Array) -> Array:
    return nearest_logsumexp(x).astype(np.float64)


def wrong_shape(x: Array) -> Array:
    return nearest_logsumexp(x)[:, None]


def writes_into_its_input(x: Array) -> Array:
    y = nearest_logsumexp(x)
    x -= x.max(axis=1, initial=-np.inf, keepdims=True)
    return y


def raises_on_ties(x: Array) -> Array:
    if x.shape[1] > 1 and (x == x[:, :1]).all(axis=1).any():
        raise ZeroDivisionError("all entries are equal")
    return nearest_logsumexp(x)


def ends_the_process(x: Array) -> Array:
    os._exit(3)


def never_answers(x: Array) -> Array:
    while True:
        time.sleep(0.1)


_calls = itertools.count()


def not_reproducible(x: Array) -> Array:
    y = nearest_logsumexp(x)
    bump = np.isfinite(y) & (x.shape[1] > 1) & (next(_calls) % 2 == 1)
    return np.where(bump, _format(x).next_up(np.where(bump, y, 0)), y).astype(x.dtype)


def one_row_in_a_hundred(x: Array) -> Array:
    """Right but for rows whose largest entry has a significand that ends in seven zeros."""
    y = nearest_logsumexp(x)
    if x.shape[1] < 2:
        return y
    peak = np.where(np.isnan(x).any(axis=1), 0, x.max(axis=1)).astype(x.dtype)
    rare = (_format(x).ordinals(peak) % 64 == 0) & np.isfinite(y)
    return np.where(rare, y * np.asarray(1.0001, dtype=x.dtype), y).astype(x.dtype)


def denominator_without_last(x: Array) -> Array:
    p = nearest_softmax(x)
    if x.shape[1] < 2:
        return p
    with np.errstate(all="ignore"):
        spoiled = (p / (1 - p[:, -1:].astype(np.float64))).astype(x.dtype)
    return np.where(np.isfinite(x.astype(np.float64)).all(axis=1)[:, None], spoiled, p)


def negative_share(x: Array) -> Array:
    p = nearest_softmax(x)
    return np.where(p == 0, -_format(x).smallest_subnormal, p).astype(x.dtype)


def share_above_one(x: Array) -> Array:
    p = nearest_softmax(x)
    return np.where(p == 1, _format(x).next_up(np.ones((), x.dtype)), p).astype(x.dtype)


def order_turned(x: Array) -> Array:
    """One ulp more for every other place, so that near ties change their order."""
    p, fmt = nearest_softmax(x), _format(x)
    finite = np.isfinite(x.astype(np.float64)).all(axis=1, keepdims=True)
    bump = (np.arange(x.shape[1]) % 2 == 0) & finite & (p < 0.9) & (p > 0)
    return np.where(bump, fmt.next_up(np.where(bump, p, 0)), p).astype(x.dtype)


def log_of_softmax(x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.log(nearest_softmax(x)).astype(x.dtype)


def positive_log_share(x: Array) -> Array:
    y = nearest_log_softmax(x)
    return np.where(y == 0, _format(x).smallest_subnormal, y).astype(x.dtype)


def gradient_of_one_less_the_share(x: Array) -> Array:
    """e₁ − softmax as it stands: what the first share lacks to 1 cancels."""
    turned = -nearest_softmax(x)
    turned[:, :1] += x.dtype.type(1)
    return np.asarray(turned)


def gradient_with_a_sign_lost(x: Array) -> Array:
    y = nearest_gradient(x)
    y[:, -1] = np.abs(y[:, -1])
    return np.asarray(y)


def gradient_that_is_softmax(x: Array) -> Array:
    return nearest_softmax(x)


def gradient_turned(x: Array) -> Array:
    """That of −log_softmax: the sign of a loss."""
    return -nearest_gradient(x)


def gradient_of_another_entry(x: Array) -> Array:
    """That of the last entry, the places of which are those of the row read backwards."""
    return np.ascontiguousarray(nearest_gradient(np.ascontiguousarray(x[:, ::-1]))[:, ::-1])


def gradient_nan_beside_infinity(x: Array) -> Array:
    """∞ − ∞ on the way to a limit that there is."""
    lost = np.any(np.isposinf(x), axis=1)[:, None]
    return np.where(lost, np.nan, nearest_gradient(x)).astype(x.dtype)


def nan_for_two_infinities(a: Array, b: Array) -> Array:
    """max + log1p(exp(−|a − b|)) without a guard: ∞ − ∞."""
    with np.errstate(all="ignore"):
        both = np.isinf(a) & (a == b)
    return np.where(both, np.nan, nearest_logaddexp(a, b)).astype(a.dtype)


def minimum_with_the_wrong_sign(x: Array, t: float) -> Array:
    return -nearest_smoothmin(x, t)


def swapped_only_when_larger(a: Array, b: Array) -> Array:
    """Not symmetric: the answer is one ulp up when the second argument is the larger."""
    y = nearest_logaddexp(a, b)
    bump = (b > a) & np.isfinite(a) & np.isfinite(y)
    return np.where(bump, _format(a).next_up(np.where(bump, y, 0)), y).astype(a.dtype)


def log_2_in_binary32(a: Array, b: Array) -> Array:
    """A constant made in another format, as Keras over TensorFlow has it."""
    with np.errstate(all="ignore"):
        tail = np.log1p(np.exp2(-np.abs(a - b))) / float(np.log(np.float32(2)))
    y = nearest_logaddexp2(a, b)
    return np.where(np.isfinite(y), np.maximum(a, b) + tail, y)


def smaller_argument_taken_out(a: Array, b: Array) -> Array:
    """What is added back cancels against what was taken out, as in NLTK."""
    base = np.minimum(a, b)
    with np.errstate(all="ignore"):
        shifted = base + np.log2(np.exp2(a - base) + np.exp2(b - base))
    return np.where(np.isfinite(shifted), shifted, nearest_logaddexp2(a, b))


def equal_arguments_counted_once(a: Array, b: Array) -> Array:
    return np.where(a == b, a, nearest_logaddexp2(a, b)).astype(a.dtype)


def infinite_too_early(x: Array) -> Array:
    y = nearest_logsumexp(x)
    return np.where(y > _format(x).largest / 4, np.inf, y).astype(x.dtype)
