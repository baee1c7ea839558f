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


def log_weighted_slopes(function: Function, block: Block) -> Floats:
    """Return log Σ |argument · ∂y/∂argument| for every output of a block, flattened.

    Parameters
    ----------
    function : Function
        Any of the family.
    block : Block
        Finite rows; what rows with other entries give has no meaning.

    Returns
    -------
    ndarray of float64
        −∞ where all the slopes or all the arguments are zero.
    """
    with np.errstate(all="ignore"):
        if isinstance(function, LseFunction):
            return _lse_slopes(function, block)
        if function.returns_row:
            return _row_slopes(block, relative=function.name == "softmax").ravel()
        return {"negentropy": _negentropy_slopes, "bregman": _bregman_slopes}[function.name](block)


def log_magnitude(truth: EnclosureArray) -> Floats:
    """Return log |y| of every enclosure's centre, however small."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.abs(truth.hi)) + truth.exponent * np.log(2.0))


def _log_shares(entries: Floats) -> Floats:
    """Return log softmax of rows, accurate for the small shares."""
    down = entries - entries.max(axis=1, keepdims=True)
    return np.asarray(down - np.log(np.exp(down).sum(axis=1, keepdims=True)))


def _log_sum(logs: Floats) -> Floats:
    peak = np.maximum(logs.max(axis=1, keepdims=True), -1e300)
    return np.asarray((peak + np.log(np.exp(logs - peak).sum(axis=1, keepdims=True)))[:, 0])


def _lse_slopes(function: LseFunction, block: Block) -> Floats:
    entries = function.entries(block)
    form = function.form(block.point(0))
    chain = float(abs(form.scale * form.multiplier))
    logs = _log_shares(float(form.multiplier) * entries) + np.log(np.abs(entries))
    return np.asarray(_log_sum(logs) + np.log(chain))


def _exclusive(logs: Floats) -> Floats:
    """Return for each entry the log of the sum over all the others, without subtracting."""
    nothing = np.full((len(logs), 1), -np.inf)
    before = np.logaddexp.accumulate(np.hstack([nothing, logs[:, :-1]]), axis=1)
    after = np.logaddexp.accumulate(np.hstack([nothing, logs[:, :0:-1]]), axis=1)[:, ::-1]
    return np.asarray(np.logaddexp(before, after))


def _row_slopes(block: Block, relative: bool) -> Floats:
    """Return log of (1−pₖ)|xₖ| + Σ_{j≠k} pⱼ|xⱼ|, times pₖ for softmax."""
    row = block.wide(0)
    shares = _log_shares(row)
    own = _exclusive(shares) + np.log(np.abs(row))
    others = _exclusive(shares + np.log(np.abs(row)))
    slopes = np.logaddexp(own, others)
    return np.asarray(slopes + shares) if relative else np.asarray(slopes)


def _negentropy_slopes(block: Block) -> Floats:
    share = block.wide(0)
    slope = np.where(share > 0, share * np.abs(np.log(share) + 1), 0.0)
    return np.asarray(np.log(slope.sum(axis=1)))


def _bregman_slopes(block: Block) -> Floats:
    x, x2 = (np.pad(block.wide(place), ((0, 0), (1, 0))) for place in (0, 1))
    share2 = np.exp(_log_shares(x2))
    step = x - x2
    # p − q without cancellation, from p/q = exp(step − log Σ q exp(step)).
    growth = np.log1p((share2 * np.expm1(step)).sum(axis=1, keepdims=True))
    by_x = np.abs(x * share2 * np.expm1(step - growth))
    by_x2 = np.abs(x2 * share2 * (step - (share2 * step).sum(axis=1, keepdims=True)))
    return np.asarray(np.log((by_x + by_x2).sum(axis=1)))
