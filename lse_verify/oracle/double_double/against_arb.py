"""The bounds of the kernels held against Arb, on random and on directed points.

A point is inside where Arb's whole ball of the relative error is inside the bound: that is
certain. The worst error that is reported is the middle of such a ball.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import flint
import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double import arrays
from lse_verify.oracle.double_double.coefficients import LOG_TWO, double_double
from lse_verify.oracle.double_double.exponential import (
    EXP_DOUBLE_RELATIVE,
    EXP_LIMIT,
    EXP_RELATIVE,
    EXPM1_RELATIVE,
)
from lse_verify.oracle.double_double.logarithm import LOG1P_RELATIVE, LOG_RELATIVE

Ball = Any
"""A ``flint.arb``; python-flint's types are not used because its stubs are incomplete."""

Column = TypeVar("Column", Floats, NDArray[np.int64])

_PREC_BITS = 128
"""A relative radius near 2**-120, against bounds of 2**-101 and more."""


@dataclass(frozen=True, slots=True)
class Points:
    """Numbers ``(hi + lo)·2**exponent``, as arguments or as answers."""

    hi: Floats
    lo: Floats
    exponent: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.hi.size)

    def hex(self, index: int) -> str:
        """Return one of them as it can be typed in again."""
        hi, lo = float(self.hi[index]), float(self.lo[index])
        return f"({hi.hex()}, {lo.hex()}, {int(self.exponent[index])})"


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
    value, exponent = arrays.exp_double(x.hi, x.lo)
    return Points(value, np.zeros_like(value), exponent)


def run_log(y: Points) -> Points:
    """Return log y."""
    hi, lo = arrays.log(y.hi, y.lo)
    return Points(hi, lo, np.zeros(len(y), dtype=np.int64))


def run_log1p(x: Points) -> Points:
    """Return log(1 + x)."""
    found = arrays.log1p(x.hi, x.lo, x.exponent)
    return Points(found.hi, found.lo, found.exponent)


def _points(hi: Floats, lo: Floats, exponent: NDArray[np.int64] | None = None) -> Points:
    """Make (hi, lo) normal."""
    total = hi + lo
    lo_part = total - hi
    rest = (hi - (total - lo_part)) + (lo - lo_part)
    zeros = np.zeros(total.shape, dtype=np.int64)
    return Points(total, rest, zeros if exponent is None else exponent)


def _low_parts(generator: np.random.Generator, hi: Floats) -> Floats:
    """Return low parts: mostly of half an ulp, some far smaller, some zero."""
    share = generator.uniform(-1, 1, hi.size)
    shift = np.where(generator.random(hi.size) < 0.8, 0, generator.integers(0, 60, hi.size))
    return np.asarray(
        np.where(generator.random(hi.size) < 0.05, 0.0, np.ldexp(hi * share, -53 - shift))
    )


def _mixture(generator: np.random.Generator, *families: Column) -> Column:
    """Return for each place the number of one family or another."""
    chosen = generator.integers(0, len(families), families[0].size)
    return cast(Column, np.choose(chosen, families))


def draw_exponents(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of exp: of every size, around 0, and in the range of binary64."""
    sizes = np.exp2(generator.uniform(-110, np.log2(EXP_LIMIT) - 1e-9, count))
    hi = _mixture(
        generator,
        generator.uniform(-745, 710, count),
        generator.uniform(-1, 1, count),
        generator.uniform(-40, 0, count),
        generator.choice([-1.0, 1.0], count) * sizes,
    )
    return _points(hi, _low_parts(generator, hi))


def draw_positive(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of log: of every size, in one binade, and around 1."""
    apart = generator.choice([-1.0, 1.0], count) * np.exp2(generator.uniform(-53, -1, count))
    hi = _mixture(
        generator,
        np.exp2(generator.uniform(-1022 + 1e-9, 1023 - 1e-9, count)),
        generator.uniform(0.5, 2, count),
        np.exp2(generator.uniform(0, 24, count)),
        1.0 + apart,
    )
    return _points(hi, _low_parts(generator, hi))


def draw_above_minus_one(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of log1p: a sum of exponentials, tiny ones, and negative ones."""
    hi = _mixture(generator, generator.uniform(0.7, 1.42, count), generator.uniform(0.5, 1, count))
    exponent = _mixture(
        generator,
        generator.integers(-60, 25, count),
        generator.integers(-8, 2, count),
        generator.integers(-20000, -60, count),
        generator.integers(25, 1000, count),
    ).astype(np.int64)
    negative = (generator.random(count) < 0.2) & (exponent <= 0) & (hi < 1)
    hi = np.where(negative, -hi, hi)
    return _points(hi, _low_parts(generator, hi), exponent)


def _with_low_parts(hi: Floats) -> Points:
    """Return each float with low parts of 0, half an ulp either way, and next to nothing."""
    half = np.spacing(np.abs(hi)) / 2
    sign = np.sign(hi)
    # Below a power of two half an ulp is a quarter of the spacing above it.
    lows = [np.zeros_like(hi), half * sign, -half / 2 * sign, np.full_like(hi, 2.0**-1000)]
    return _points(np.tile(hi, len(lows)), np.concatenate(lows))


def _neighbourhood(values: Floats, steps: int = 2) -> Floats:
    """Return floats with their neighbours so many steps to either side."""
    found = [values]
    for towards in (-np.inf, np.inf):
        moved = values
        for _ in range(steps):
            moved = np.nextafter(moved, towards)
            found.append(moved)
    return np.concatenate(found)


def directed_exponents() -> Points:
    """Return multiples of log 2 and of its half, powers of two, and the ends of the range."""
    counts = [*range(-1100, 1101), *range(-47000, 47001, 997)]
    multiples = np.array([double_double(LOG_TWO * k) for k in counts])
    halves = np.array([double_double(LOG_TWO * (2 * k + 1) / 2)[0] for k in counts])
    powers = np.exp2(np.arange(-1022.0, 15.0))
    ends = np.array([-EXP_LIMIT, EXP_LIMIT, -745.2, 709.8, -708.4, 2.0**-1074, -(2.0**-1074), 0.0])
    around = np.concatenate([_neighbourhood(np.concatenate([halves, powers, -powers])), ends])
    direct = _with_low_parts(around)
    hi, lo = multiples[:, 0], multiples[:, 1]
    close = [_points(hi, low) for low in (lo, np.nextafter(lo, 1), np.nextafter(lo, -1))]
    return _joined([_clipped(part, EXP_LIMIT) for part in (direct, *close)])


def directed_positive() -> Points:
    """Return powers of two, the ends of every binade of the reduction, and all around 1."""
    powers = np.exp2(np.arange(-1022.0, 1023.0))
    breaks = np.concatenate([powers, powers * np.sqrt(0.5), powers * np.sqrt(2)])
    offsets = np.exp2(-np.arange(1.0, 53.0))
    around = _neighbourhood(np.concatenate([breaks, 1 + offsets, 1 - offsets]))
    around = around[(around >= 2.0**-1022) & (around < 2.0**1023)]
    tiny = np.exp2(-np.arange(54.0, 1075.0))
    ones = np.ones(2 * tiny.size)
    return _joined([_with_low_parts(around), _points(ones, np.concatenate([tiny, -tiny]))])


def directed_above_minus_one() -> Points:
    """Return what makes 1 + x a breakpoint or a power of two, x near −1, and powers of two."""
    breaks = np.exp2(np.arange(-3.0, 60.0)) - 1
    halves = np.sqrt(0.5) * np.exp2(np.arange(0.0, 60.0)) - 1
    near_minus_one = np.exp2(-np.arange(1.0, 54.0)) - 1
    powers = np.exp2(np.arange(-190.0, 190.0))
    hi = np.concatenate([breaks, halves, near_minus_one, powers, -powers[powers < 1]])
    plain = _with_low_parts(_neighbourhood(hi[(hi > -1) & (hi != 0)]))
    plain = _kept(plain, (np.abs(plain.hi) >= 2.0**-200) & (plain.hi > -1))
    closest = np.exp2(-np.arange(54.0, 1000.0))
    scaled = _with_low_parts(_neighbourhood(np.array([0.5, 0.75, 1.0, np.sqrt(2)])))
    exponents = np.concatenate([np.arange(-1200, 990, 7), np.arange(-1100, -1000), [-20000]])
    grid = Points(
        np.repeat(scaled.hi, exponents.size),
        np.repeat(scaled.lo, exponents.size),
        np.tile(exponents, len(scaled)).astype(np.int64),
    )
    return _joined([plain, _points(-np.ones(closest.size), closest), grid])


def _joined(parts: list[Points]) -> Points:
    return Points(
        np.concatenate([part.hi for part in parts]),
        np.concatenate([part.lo for part in parts]),
        np.concatenate([part.exponent for part in parts]),
    )


def _kept(points: Points, mask: NDArray[np.bool_]) -> Points:
    return Points(points.hi[mask], points.lo[mask], points.exponent[mask])


def _clipped(points: Points, limit: float) -> Points:
    return _kept(points, np.abs(points.hi) <= limit)


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
)
"""Everything that is checked: a new kernel is added here."""
