"""Where the kernels are tried: random points, and points where an error is to be expected first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import Floats
from lse_verify.oracle.double_double.coefficients import LOG_TWO, double_double
from lse_verify.oracle.double_double.exponential import EXP_LIMIT

Column = TypeVar("Column", Floats, NDArray[np.int64])


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


def draw_one_float_exponents(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of exp in one float."""
    return _in_one_float(draw_exponents(generator, count))


def draw_one_float_positive(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of log in one float."""
    return _in_one_float(draw_positive(generator, count))


def draw_sums(generator: np.random.Generator, count: int) -> Points:
    """Return arguments of log1p in one float: sums of terms, of every size."""
    hi = _mixture(
        generator,
        generator.uniform(0.5, 1, count),
        generator.uniform(0.7, 1.42, count),
        np.exp2(generator.uniform(-199, 199, count)),
    )
    exponent = _mixture(
        generator,
        generator.integers(-3, 3, count),
        generator.integers(-60, 25, count),
        generator.integers(-40000, -60, count),
        generator.integers(25, 800, count),
    ).astype(np.int64)
    zeros = np.zeros(count)
    return Points(np.where(generator.random(count) < 0.001, 0.0, hi), zeros, exponent)


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


def _halfway() -> Floats:
    """Return the numbers of the table of log, and the middles between them."""
    return np.concatenate([np.arange(362, 513) / 512, np.arange(257, 363) / 256])


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
    around = _neighbourhood(np.concatenate([breaks, 1 + offsets, 1 - offsets, _halfway()]))
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
    tabled = _halfway() - 1
    hi = np.concatenate([breaks, halves, near_minus_one, powers, -powers[powers < 1], tabled])
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


def directed_one_float_exponents() -> Points:
    """Return those of exp that are one float."""
    return _in_one_float(directed_exponents())


def directed_one_float_positive() -> Points:
    """Return those of log that are one float."""
    return _in_one_float(directed_positive())


def directed_sums() -> Points:
    """Return those of log1p that are not negative, in one float, and the smallest there are."""
    points = directed_above_minus_one()
    kept = _in_one_float(_kept(points, points.hi > 0))
    mantissas = np.array([0.5, 1.0, 1.5, 2.0**-200, 2.0**200, 0.0])
    exponents = np.concatenate([np.arange(-1300, -900), np.arange(-300, 301), [-40000]])
    grid = Points(
        np.repeat(mantissas, exponents.size),
        np.zeros(mantissas.size * exponents.size),
        np.tile(exponents, mantissas.size).astype(np.int64),
    )
    return _joined([kept, grid])


def _in_one_float(points: Points) -> Points:
    return Points(points.hi, np.zeros_like(points.hi), points.exponent)


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
