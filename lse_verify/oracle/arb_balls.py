"""The second opinion: certified balls from Arb, by other formulas than the definitions.

Arb is another code base than mpmath, and the formulas here are the stable rearrangements
(the maximum taken out, log1p, Kullback-Leibler for Bregman) where the judge evaluates the
definitions as they stand. python-flint's precision belongs to the whole process.

References
----------
F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic",
IEEE Trans. Computers 66(8), 2017.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import flint

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Point
from lse_verify.family.function import Function, row_of, value_of
from lse_verify.family.lse_form import LseForm, LseFunction
from lse_verify.formats import power_of_two
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, Oracle

Ball = Any
"""A ``flint.arb``; python-flint's types are not used because its stubs are incomplete."""

_ZERO = flint.arb(0)


class ArbBalls(Oracle):
    """Arb on the stable formulas."""

    name = "arb"

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        """Evaluate output k at so many bits."""
        return enclosure_of(balls(function, point, prec_bits)[k - 1])


def balls(function: Function, point: Point, prec_bits: int) -> list[Ball]:
    """Return a ball for every output of a function at a settled point.

    Parameters
    ----------
    function : Function
        Any of the family.
    point : Point
        Finite, at least two terms.
    prec_bits : int
        Working precision; it becomes the precision of the process.
    """
    flint.ctx.prec = prec_bits
    if isinstance(function, LseFunction):
        form = function.form(point)
        return [_rational(form.scale) * _lse(form)]
    return _OTHERS[function.name](point)


def _rational(value: Fraction) -> Ball:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _lse(form: LseForm) -> Ball:
    """Return multiplier · peak + log1p of the sum over the other entries."""
    multiplier = _rational(form.multiplier)
    peak = flint.arb(form.peak)
    return multiplier * peak + _tail(form.entries, form.peak, multiplier)


def _tail(entries: tuple[float, ...], peak: float, multiplier: Ball) -> Ball:
    counts = Counter(entries)
    others = flint.arb(counts.pop(peak) - 1)
    top = flint.arb(peak)
    for entry, count in counts.items():
        term = (multiplier * (flint.arb(entry) - top)).exp()
        others += term if count == 1 else count * term
    return others.log1p()


def _weighted_logsumexp(point: Point) -> list[Ball]:
    """Return the largest entry + log1p of its weights less 1 and the sum over the others.

    Where that is near −1 the sum is small, and its logarithm loses nothing.
    """
    row, weights = row_of(point), row_of(point, 1)
    peak = max(row)
    top, others, total = flint.arb(peak), flint.arb(-1), _ZERO
    for (entry, weight), count in Counter(zip(row, weights, strict=True)).items():
        factor = flint.arb(weight) if count == 1 else count * flint.arb(weight)
        term = factor if entry == peak else factor * (flint.arb(entry) - top).exp()
        others += term
        total += term
    return [top + (total.log() if others < flint.arb(-0.5) else others.log1p())]


def _logaddexp2(point: Point) -> list[Ball]:
    """Return max + log1p(2**(min − max)), to the base 2."""
    a, b = value_of(point, 0), value_of(point, 1)
    top, log2 = flint.arb(max(a, b)), flint.arb.const_log2()
    share = ((flint.arb(min(a, b)) - top) * log2).exp()
    return [top + share.log1p() / log2]


def _softmax(point: Point) -> list[Ball]:
    row = row_of(point)
    top = flint.arb(max(row))
    counts = Counter(row)
    weights = {entry: (flint.arb(entry) - top).exp() for entry in counts}
    total = sum((weights[entry] * count for entry, count in counts.items()), _ZERO)
    shares = {entry: weight / total for entry, weight in weights.items()}
    return [shares[entry] for entry in row]


def _logistic(point: Point) -> list[Ball]:
    """Return the share of the argument beside 0."""
    return _softmax(((value_of(point, 0), 0.0),))[:1]


def _log_softmax(point: Point) -> list[Ball]:
    row = row_of(point)
    peak = max(row)
    top, tail = flint.arb(peak), _tail(row, peak, flint.arb(1))
    values = {entry: (flint.arb(entry) - top) - tail for entry in set(row)}
    return [values[entry] for entry in row]


def _log_softmax_gradient(point: Point) -> list[Ball]:
    """Return the others' shares together, and each of them turned: nothing is taken from 1."""
    row = row_of(point)
    shares = _softmax(point)
    others = sum(shares[1:], _ZERO)
    return [others, *(-share for share in shares[1:])] if row else []


def _negentropy(point: Point) -> list[Ball]:
    total = _ZERO
    for entry, count in Counter(row_of(point)).items():
        share = flint.arb(entry)
        total += count * (share * share.log())
    return [total]


def _bregman(point: Point) -> list[Ball]:
    """Return KL(softmax(0, x2) ‖ softmax(0, x)): the divergence with its arguments swapped."""
    x, x2 = (0.0, *row_of(point)), (0.0, *row_of(point, 1))
    peak, peak2 = max(x), max(x2)
    tail, tail2 = _tail(x, peak, flint.arb(1)), _tail(x2, peak2, flint.arb(1))
    total = _ZERO
    for (entry, entry2), count in Counter(zip(x, x2, strict=True)).items():
        share2 = ((flint.arb(entry2) - flint.arb(peak2)) - tail2).exp()
        # Exact: rounded at 1e300, it would swamp the tails and the logarithm it belongs to.
        apart = (Fraction(entry2) - Fraction(peak2)) - (Fraction(entry) - Fraction(peak))
        total += count * share2 * (_rational(apart) - (tail2 - tail))
    return [total]


_OTHERS = {
    "weighted_logsumexp": _weighted_logsumexp,
    "logaddexp2": _logaddexp2,
    "softmax": _softmax,
    "logistic": _logistic,
    "log_softmax": _log_softmax,
    "log_softmax_gradient": _log_softmax_gradient,
    "negentropy": _negentropy,
    "bregman": _bregman,
}


def enclosure_of(ball: Ball) -> Enclosure | None:
    """Return what a ball holds, None if it is not finite; what is tiny is rounded outward."""
    if not ball.is_finite():
        return None
    (middle, lost), (radius, more) = _dyadic(ball.mid()), _dyadic(ball.rad())
    half = radius + lost + more
    return Enclosure(middle - half, middle + half)


def _dyadic(exact: Ball) -> tuple[Fraction, Fraction]:
    """Return a rational and how far the exact dyadic can be from it: 0 unless it is tiny."""
    mantissa, exponent = exact.man_exp()
    man, exp = int(mantissa), int(exponent)
    if man and exp + man.bit_length() < NEGLIGIBLE_LOG2:
        return Fraction(0), power_of_two(NEGLIGIBLE_LOG2)
    return Fraction(man) * power_of_two(exp), Fraction(0)


def quadruple(ball: Ball) -> tuple[float, float, float, int]:
    """Return (hi, lo, radius, exponent) certain to hold what the ball holds.

    The radius is infinite where the ball tells nothing: it is not finite, or holds 0. Of a
    ball that holds 0 and nothing of size 2**NEGLIGIBLE_LOG2 or more, the exponent says so.

    Examples
    --------
    >>> flint.ctx.prec = 128
    >>> quadruple(flint.arb(3))
    (0.75, 0.0, 0.0, 2)
    """
    if not ball.is_finite():
        return 0.5, 0.0, math.inf, 0
    if ball.contains(0) and not ball.is_zero():
        return 0.5, 0.0, math.inf, (NEGLIGIBLE_LOG2 if _negligible(ball) else 0)
    mantissa, exponent = ball.mid().man_exp()
    man = int(mantissa)
    if man == 0:
        return 0.0, 0.0, 0.0, 0
    excess = max(0, man.bit_length() - 1000)
    inexact = bool(excess) and man & ((1 << excess) - 1) != 0
    man >>= excess
    top = float(man)
    rest = man - int(top)
    hi, shift = math.frexp(top)
    low = float(rest)
    lo = math.ldexp(low, -shift)
    total_exponent = int(exponent) + excess + shift
    lost = abs(rest - int(low)) if rest else 0
    radius = math.ldexp(float(lost), -shift) + (2.0**-900 if inexact else 0.0)
    return hi, lo, _upward(radius + _radius(ball, total_exponent)), total_exponent


def _negligible(ball: Ball) -> bool:
    mantissa, exponent = ball.abs_upper().man_exp()
    return int(exponent) + int(mantissa).bit_length() <= NEGLIGIBLE_LOG2


def _radius(ball: Ball, exponent: int) -> float:
    mantissa, radius_exponent = ball.rad().man_exp()
    man = int(mantissa)
    if man == 0:
        return 0.0
    shift = int(radius_exponent) - exponent
    if shift + man.bit_length() < -1000:
        return 2.0**-1000
    return math.ldexp(float(man), min(shift, 900))


def _upward(radius: float) -> float:
    return radius * (1 + 2.0**-40) if radius else 0.0
