"""The bounds of the kernels held against Arb, on random and on directed points.

A point is inside where Arb's whole ball of the relative error is inside the bound: that is
certain. The worst error that is reported is the middle of such a ball.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double import arrays
from lse_verify.oracle.double_double.exponential import (
    EXP_DOUBLE_RELATIVE,
    EXP_RELATIVE,
    EXP_SINGLE_RELATIVE,
    EXPM1_RELATIVE,
)
from lse_verify.oracle.double_double.logarithm import LOG1P_RELATIVE, LOG_RELATIVE
from lse_verify.oracle.double_double.plain import LOG1P_DOUBLE_RELATIVE, LOG_DOUBLE_RELATIVE
from lse_verify.oracle.double_double.points import (
    Points,
    directed_above_minus_one,
    directed_exponents,
    directed_one_float_exponents,
    directed_one_float_positive,
    directed_positive,
    directed_sums,
    draw_above_minus_one,
    draw_exponents,
    draw_one_float_exponents,
    draw_one_float_positive,
    draw_positive,
    draw_sums,
)

Ball = Any
"""A ``flint.arb``; python-flint's types are not used because its stubs are incomplete."""

_PREC_BITS = 128
"""A relative radius near 2**-120, against bounds of 2**-101 and more."""


@dataclass(frozen=True, slots=True)
class Worst:
    """The largest relative error of a kernel on some points.

    Attributes
    ----------
    error : float
        It, relative.
    point : str
        The argument, in hex.
    n_points, n_outside : int
        How many were tried, and how many of them are not certain to be inside the bound.
    """

    error: float
    point: str
    n_points: int
    n_outside: int

    def merge(self, other: Worst) -> Worst:
        """Return the worst of both."""
        larger = self if self.error >= other.error else other
        return Worst(
            larger.error,
            larger.point,
            self.n_points + other.n_points,
            self.n_outside + other.n_outside,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A kernel with its bound, its truth, and where to try it.

    Attributes
    ----------
    name : str
        As in `arrays`.
    bound : float
        On the relative error.
    kernel : callable
        From points to points.
    truth : callable
        From a ball of (hi, lo) and an exponent to a ball.
    draw : callable
        Random points, from a generator and a count.
    directed : callable
        Points where an error is to be expected first.
    """

    name: str
    bound: float
    kernel: Callable[[Points], Points]
    truth: Callable[[float, float, int], Ball]
    draw: Callable[[np.random.Generator, int], Points]
    directed: Callable[[], Points]

    def worst(self, points: Points) -> Worst:
        """Return the largest relative error on some points."""
        got = self.kernel(points)
        asked = flint.ctx.prec
        flint.ctx.prec = _PREC_BITS
        try:
            bound = flint.arb(self.bound)
            errors = [
                _relative_error(self.truth(*point), *answer)
                for point, answer in zip(_rows(points), _rows(got), strict=True)
            ]
            below = -bound
            n_outside = sum(not below <= error <= bound for error in errors)
            middles = [abs(float(error)) for error in errors]
        finally:
            flint.ctx.prec = asked
        # NaN, where Arb or the kernel knows nothing, is larger than anything for argmax.
        index = int(np.argmax(middles))
        return Worst(middles[index], points.hex(index), len(points), n_outside)


class _PowersOfTwo(dict[int, Ball]):
    def __missing__(self, exponent: int) -> Ball:
        power = self[exponent] = flint.arb(2) ** exponent
        return power


_POWERS = _PowersOfTwo()
_INFINITE = flint.arb("inf")


def _rows(points: Points) -> zip[tuple[float, float, int]]:
    return zip(points.hi.tolist(), points.lo.tolist(), points.exponent.tolist(), strict=True)


def _relative_error(truth: Ball, hi: float, lo: float, exponent: int) -> Ball:
    """Return got/truth − 1 as a ball: 0 where both are 0, infinite where one is."""
    got = _ball(hi, lo)
    if truth.is_zero():
        return got if hi == lo == 0 else _INFINITE
    if exponent:
        got *= _POWERS[exponent]
    return (got - truth) / truth


def _ball(hi: float, lo: float) -> Ball:
    return flint.arb(hi) + lo if lo else flint.arb(hi)


def _true_exp(hi: float, lo: float, _exponent: int) -> Ball:
    return _ball(hi, lo).exp()


def _true_expm1(hi: float, lo: float, _exponent: int) -> Ball:
    return _ball(hi, lo).expm1()


def _true_log(hi: float, lo: float, _exponent: int) -> Ball:
    # hi - 1 is exact here (Sterbenz), and then no cancellation is left.
    return _ball(hi - 1.0, lo).log1p() if 0.5 <= hi <= 2 else _ball(hi, lo).log()


def _true_log1p(hi: float, lo: float, exponent: int) -> Ball:
    if exponent == 0 and -2 <= hi <= -0.5:
        return _ball(hi + 1.0, lo).log()
    return (_ball(hi, lo) * _POWERS[exponent]).log1p()


def run_exp(x: Points) -> Points:
    """Return e**x."""
    found = arrays.exp(x.hi, x.lo)
    return Points(found.hi, found.lo, found.exponent)


def run_expm1(x: Points) -> Points:
    """Return e**x − 1."""
    found = arrays.expm1(x.hi, x.lo)
    return Points(found.hi, found.lo, found.exponent)


def run_exp_double(x: Points) -> Points:
    """Return e**x in one float."""
    return _one_float(*arrays.exp_double(x.hi, x.lo))


def run_exp_single(x: Points) -> Points:
    """Return e**x in one float, of one float."""
    return _one_float(*arrays.exp_single(x.hi))


def run_log(y: Points) -> Points:
    """Return log y."""
    hi, lo = arrays.log(y.hi, y.lo)
    return Points(hi, lo, np.zeros(len(y), dtype=np.int64))


def run_log_double(y: Points) -> Points:
    """Return log y in one float."""
    return _one_float(arrays.log_double(y.hi), np.zeros(len(y), dtype=np.int64))


def run_log1p(x: Points) -> Points:
    """Return log(1 + x)."""
    found = arrays.log1p(x.hi, x.lo, x.exponent)
    return Points(found.hi, found.lo, found.exponent)


def run_log1p_double(x: Points) -> Points:
    """Return log(1 + x) in one float."""
    return _one_float(*arrays.log1p_double(x.hi, x.exponent))


def _one_float(value: Floats, exponent: arrays.Integers) -> Points:
    return Points(value, np.zeros_like(value), exponent)


CHECKED = (
    Checked("exp", EXP_RELATIVE, run_exp, _true_exp, draw_exponents, directed_exponents),
    Checked("expm1", EXPM1_RELATIVE, run_expm1, _true_expm1, draw_exponents, directed_exponents),
    Checked(
        "exp_double",
        EXP_DOUBLE_RELATIVE,
        run_exp_double,
        _true_exp,
        draw_exponents,
        directed_exponents,
    ),
    Checked("log", LOG_RELATIVE, run_log, _true_log, draw_positive, directed_positive),
    Checked(
        "log1p",
        LOG1P_RELATIVE,
        run_log1p,
        _true_log1p,
        draw_above_minus_one,
        directed_above_minus_one,
    ),
    Checked(
        "exp_single",
        EXP_SINGLE_RELATIVE,
        run_exp_single,
        _true_exp,
        draw_one_float_exponents,
        directed_one_float_exponents,
    ),
    Checked(
        "log_double",
        LOG_DOUBLE_RELATIVE,
        run_log_double,
        _true_log,
        draw_one_float_positive,
        directed_one_float_positive,
    ),
    Checked(
        "log1p_double",
        LOG1P_DOUBLE_RELATIVE,
        run_log1p_double,
        _true_log1p,
        draw_sums,
        directed_sums,
    ),
)
"""Everything that is checked: a new kernel is added here."""
