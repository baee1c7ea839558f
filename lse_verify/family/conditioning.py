"""Condition numbers of whole blocks in binary64: the fast twin of the judge's derived ones.

κ is Σ |argument · ∂y/∂argument| / |y|, componentwise (MATHEMATICS, section 6). Everything is
kept as a logarithm, so that κ of LSE(0, −2000) is 2000 although both the numerator and y
underflow. The figures are good to about 10 digits and are used to find the worst input; what
is printed of that one comes from the judge.
"""

from __future__ import annotations

import numpy as np

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.family.lse_form import LseFunction

_CANCELS = 10.0
"""A logarithm: five digits less than binary64 has are left of a sum that has lost so much."""


def log_weighted_slopes(function: Function, block: Block, truth: EnclosureArray) -> Floats:
    """Return log Σ |argument · ∂y/∂argument| for every output of a block, flattened.

    Parameters
    ----------
    function : Function
        Any of the family.
    block : Block
        Finite rows; what rows with other entries give has no meaning.
    truth : EnclosureArray
        The exact values, for slopes that have to be divided by a sum that cancels.

    Returns
    -------
    ndarray of float64
        −∞ where all the slopes or all the arguments are zero.
    """
    with np.errstate(all="ignore"):
        if isinstance(function, LseFunction):
            return _lse_slopes(function, block)
        if function.returns_row:
            return _row_slopes(block, relative=function.name != "log_softmax").ravel()
        if function.name == "weighted_logsumexp":
            return _weighted_slopes(block, truth)
        return _OTHERS[function.name](block)


def knows_slopes(function: Function) -> bool:
    """Tell whether `log_weighted_slopes` can; of others the judge tells κ, output by output."""
    is_known = function.name == "weighted_logsumexp" or function.name in _OTHERS
    return isinstance(function, LseFunction) or function.returns_row or is_known


def log_magnitude(truth: EnclosureArray) -> Floats:
    """Return log |y| of every enclosure's centre, however small."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.abs(truth.hi)) + truth.exponent * np.log(2.0))


def _log_shares(entries: Floats) -> Floats:
    """Return log softmax of rows, accurate for the small shares."""
    down = entries - entries.max(axis=1, keepdims=True)
    return np.asarray(down - np.log(np.exp(down).sum(axis=1, keepdims=True)))


def _log_sum(logs: Floats) -> Floats:
    peak = np.maximum(logs.max(axis=1, keepdims=True), -1.7e308)
    return np.asarray((peak + np.log(np.exp(logs - peak).sum(axis=1, keepdims=True)))[:, 0])


def _lse_slopes(function: LseFunction, block: Block) -> Floats:
    entries = function.entries(block)
    form = function.form(block.point(0))
    chain = float(abs(form.scale * form.multiplier))
    multiplier = float(form.multiplier)
    # Halved, so that no difference of entries overflows before a small multiplier is applied.
    half = entries / 2
    peak = half.max(axis=1, keepdims=True) if multiplier > 0 else half.min(axis=1, keepdims=True)
    logs = _log_shares(2 * (multiplier * (half - peak))) + np.log(np.abs(entries))
    return np.asarray(_log_sum(logs) + np.log(chain))


def _weighted_slopes(block: Block, truth: EnclosureArray) -> Floats:
    """Return log of Σ |bⱼ| exp(xⱼ)(1 + |xⱼ|) / Σ b exp(x), of entries and of weights together.

    Where most of the sum cancels, what is left of it is known from its logarithm alone.
    """
    row, weights = block.wide(0), block.wide(1)
    counted = np.where(weights == 0, -np.inf, row)
    top = counted.max(axis=1, keepdims=True)
    logs = (counted - top) + np.log(np.abs(weights))
    left, size = _signed_log_sum(logs, np.sign(weights))[0][:, 0], _log_sum(logs)
    exponent = np.clip(truth.exponent, -2200, 2200).astype(np.int32)
    high, low = np.ldexp(truth.hi, exponent), np.ldexp(truth.lo, exponent)
    # Of a larger logarithm two floats do not tell how far it is from the largest entry.
    by_logarithm = (size - left > _CANCELS) & (np.abs(high) < 2.0**60)
    left = np.where(by_logarithm, (high - top[:, 0]) + low, left)
    return np.asarray(_log_sum(logs + np.log1p(np.abs(row))) - left)


def _exclusive(logs: Floats) -> Floats:
    """Return for each entry the log of the sum over all the others, without subtracting."""
    nothing = np.full((len(logs), 1), -np.inf)
    before = np.logaddexp.accumulate(np.hstack([nothing, logs[:, :-1]]), axis=1)
    after = np.logaddexp.accumulate(np.hstack([nothing, logs[:, :0:-1]]), axis=1)[:, ::-1]
    return np.asarray(np.logaddexp(before, after))


def _row_slopes(block: Block, relative: bool) -> Floats:
    """Return log of (1−pₖ)|xₖ| + Σ_{j≠k} pⱼ|xⱼ|, times pₖ for softmax.

    The latter are those of log_softmax's gradient too, which is softmax but for sign and a 1.
    """
    row = block.wide(0)
    shares = _log_shares(row)
    own = _exclusive(shares) + np.log(np.abs(row))
    others = _exclusive(shares + np.log(np.abs(row)))
    slopes = np.logaddexp(own, others)
    return np.asarray(slopes + shares) if relative else np.asarray(slopes)


def _logaddexp2_slopes(block: Block) -> Floats:
    """Return log of p|a| + (1 − p)|b|, p the share of a to the base 2."""
    entries = np.stack([block.wide(0), block.wide(1)], axis=1)
    # Halved, so that no difference of entries overflows before it is multiplied.
    half = entries / 2
    down = 2 * (np.log(2.0) * (half - half.max(axis=1, keepdims=True)))
    return _log_sum(_log_shares(down) + np.log(np.abs(entries)))


def _logistic_slopes(block: Block) -> Floats:
    """Return log of |x|·p·(1 − p); neither share is found by taking the other from 1."""
    value = block.wide(0)
    return np.asarray(np.log(np.abs(value)) - np.logaddexp(0, -value) - np.logaddexp(0, value))


def _negentropy_slopes(block: Block) -> Floats:
    share = block.wide(0)
    log_share = np.log(share)
    logs = np.where(share > 0, log_share + np.log(np.abs(log_share + 1)), -np.inf)
    # Rows of zeros and ones are settled without evaluation: no slopes count.
    pending = ((share > 0) & (share < 1)).any(axis=1)
    return np.where(pending, _log_sum(logs), -np.inf)


def _bregman_slopes(block: Block) -> Floats:
    """Return log of Σ |xⱼ||pⱼ − qⱼ| + Σ |x′ⱼ| qⱼ |sⱼ − Σ q s|, p and q the shares of x and x′.

    s is x − x′, counted from the place of the largest q. Differences that underflow, such as
    p − q at (1000,) and (1001,), are carried as logarithms.
    """
    x, x2 = (np.pad(block.wide(place), ((0, 0), (1, 0))) for place in (0, 1))
    log_p, log_q = _log_shares(x), _log_shares(x2)
    place = np.argmax(x2, axis=1)[:, None]
    down = _clipped(x - np.take_along_axis(x, place, 1))
    down2 = _clipped(x2 - np.take_along_axis(x2, place, 1))
    apart, apart_top = x - x2, np.take_along_axis(x - x2, place, 1)
    # Of the two orders of subtraction the one with the smaller operands rounds off less.
    by_rows = np.abs(apart) + np.abs(apart_top) <= np.abs(down) + np.abs(down2)
    step = _clipped(np.where(by_rows, apart - apart_top, down - down2))

    # log(pⱼ/qⱼ) = sⱼ − growth, where growth = log(1 + Σ q expm1(s)).
    sign = np.sign(step)
    log_terms = np.maximum(down, down2) + np.log(-np.expm1(-np.abs(step)))
    log_excess, excess_sign = _signed_log_sum(log_terms, sign)
    log_q_top, log_p_top = (np.take_along_axis(logs, place, 1) for logs in (log_q, log_p))
    log_excess = log_excess + log_q_top
    excess = excess_sign * np.exp(log_excess)
    growth = np.where(log_excess < 0, np.log1p(excess), log_q_top - log_p_top)
    log_growth = np.where(log_excess < -30, log_excess, np.log(np.abs(growth)))
    log_apart = np.where(step == 0, log_growth, np.log(np.abs(step - growth)))
    # The smaller operands cancel less: step − growth of 1e300 each has no digits left.
    by_shares = 1 + np.abs(log_p) + np.abs(log_q) < np.abs(step) + np.abs(growth)
    log_apart = np.where(by_shares, np.log(np.abs(log_p - log_q)), log_apart)
    shrink = np.where(log_apart < -30, log_apart, np.log(-np.expm1(-np.exp(log_apart))))
    by_x = np.log(np.abs(x)) + np.maximum(log_p, log_q) + np.fmin(shrink, 0.0)

    log_mean, mean_sign = _signed_log_sum(log_q + np.log(np.abs(step)), sign)
    mean = mean_sign * np.exp(log_mean)
    log_off = np.where(step == 0, log_mean, np.log(np.abs(step - mean)))
    by_x2 = np.log(np.abs(x2)) + log_q + log_off
    return _log_sum(np.hstack([by_x, by_x2]))


def _clipped(differences: Floats) -> Floats:
    largest = np.finfo(np.float64).max
    return np.clip(differences, -largest, largest)


def _signed_log_sum(logs: Floats, sign: Floats) -> tuple[Floats, Floats]:
    """Return log |Σ sign·exp(logs)| along rows, and the sign of the sum, as columns."""
    logs = np.where(sign == 0, -np.inf, logs)
    peak = np.maximum(logs.max(axis=1, keepdims=True), -1.7e308)
    total = (sign * np.exp(logs - peak)).sum(axis=1, keepdims=True)
    return np.asarray(peak + np.log(np.abs(total))), np.asarray(np.sign(total))


_OTHERS = {
    "logaddexp2": _logaddexp2_slopes,
    "logistic": _logistic_slopes,
    "negentropy": _negentropy_slopes,
    "bregman": _bregman_slopes,
}
