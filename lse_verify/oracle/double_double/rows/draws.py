"""Where the rows are tried: random ones of every kind, and where an error is to be expected first.

Every family draws ``(m, n)`` entries; a mixture takes as many rows of each, in random order.
Nothing here needs to be exact, or the same on every machine: truth is told by Arb from the floats
that come out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.formats import FORMATS
from lse_verify.oracle.double_double.rows.terms import FARTHEST

Generator = np.random.Generator
Family = Callable[[Generator, int, int], Floats]

_LARGEST = float(np.finfo(np.float64).max)
_LOG_TWO = math.log(2)


def mixture(families: Sequence[Family], rng: Generator, m: int, n: int) -> Floats:
    """Return rows of which as many as can be are of each family."""
    first = int(rng.integers(len(families)))
    sizes = [(m + i) // len(families) for i in range(len(families))]
    parts = [
        families[(first + i) % len(families)](rng, size, n) for i, size in enumerate(sizes) if size
    ]
    rows: Floats = rng.permutation(np.concatenate(parts))
    return rows


def sizes(rng: Generator, m: int, n: int, low: float, high: float) -> Floats:
    """Return 2**e for e between two exponents."""
    return np.exp2(rng.uniform(low, high, (m, n))).astype(np.float64)


def signs(rng: Generator, m: int, n: int) -> Floats:
    """Return −1 and 1."""
    return np.where(rng.integers(0, 2, (m, n)) == 0, -1.0, 1.0)


def moved(rng: Generator, values: Floats, most: int = 3) -> Floats:
    """Return finite floats a few floats away from others."""
    # The integers of the bits of floats of one sign are in their order.
    steps = rng.integers(-most, most + 1, values.shape)
    bits = (np.asarray(values) + 0.0).view(np.int64)
    far = np.where(np.abs(values) > 2.0**-1000, bits + steps, bits).view(np.float64)
    return np.where(np.isfinite(far), far, values)


def _below(rng: Generator, peak: Floats, gap: Floats) -> Floats:
    """Return rows with the peak in a random place and the other entries below it by the gaps."""
    with np.errstate(over="ignore"):
        rows = np.clip(peak - gap, -_LARGEST, _LARGEST)
    lines = np.arange(len(rows))
    rows[lines, rng.integers(0, rows.shape[1], len(rows))] = peak[:, 0]
    return np.asarray(rows)


def normal(rng: Generator, m: int, n: int) -> Floats:
    """Return normal scores of widths from 0.01 to 1000."""
    return np.asarray(sizes(rng, m, 1, -7, 10) * rng.standard_normal((m, n)))


def wide(rng: Generator, m: int, n: int) -> Floats:
    """Return entries of sizes from 2**-30 to 2**17, of both signs."""
    return np.asarray(signs(rng, m, n) * sizes(rng, m, n, -30, 17))


def gap(rng: Generator, m: int, n: int) -> Floats:
    """Return a peak of 0, of ordinary size or tiny, and the rest up to 2**16 below it."""
    peak = rng.choice([0.0, 1.0], (m, 1)) * signs(rng, m, 1) * sizes(rng, m, 1, -1000, 12)
    return _below(rng, peak, sizes(rng, m, 1, -4, 16) + np.abs(rng.standard_normal((m, n))))


def ties(rng: Generator, m: int, n: int) -> Floats:
    """Return rows of few different values, often the largest several times."""
    few = 3 * rng.standard_normal((m, 3))
    chosen = rng.integers(0, rng.integers(1, 4, (m, 1)), (m, n))
    return np.take_along_axis(few, chosen, axis=1)


def near_zero(rng: Generator, m: int, n: int) -> Floats:
    """Return log-probabilities: their LogSumExp nearly cancels."""
    rows = normal(rng, m, n)
    return rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)


def offset(rng: Generator, m: int, n: int) -> Floats:
    """Return ordinary entries with a large number added to all."""
    common = signs(rng, m, 1) * sizes(rng, m, 1, 0, 60)
    return np.asarray(common + 5 * rng.standard_normal((m, n)))


def tiny(rng: Generator, m: int, n: int) -> Floats:
    """Return entries down to the smallest subnormal."""
    return np.asarray(signs(rng, m, n) * sizes(rng, m, n, -1074, -15))


def huge(rng: Generator, m: int, n: int) -> Floats:
    """Return entries up to the largest floats, whose differences overflow."""
    return np.asarray(signs(rng, m, n) * sizes(rng, m, 1, 15, 1000) * sizes(rng, m, n, 0, 23.99))


def bits(rng: Generator, m: int, n: int) -> Floats:
    """Return floats whose bits are random, and finite."""
    drawn = rng.integers(-(2**63), 2**63 - 1, (m, n)).view(np.float64)
    return np.where(np.isfinite(drawn), drawn, 1.0)


def with_nothing(rng: Generator, m: int, n: int) -> Floats:
    """Return normal scores among which some are −∞."""
    rows = normal(rng, m, n)
    return np.where(rng.random((m, n)) < rng.uniform(0, 1, (m, 1)), -np.inf, rows)


RANDOM: tuple[Family, ...] = (
    normal,
    wide,
    gap,
    ties,
    near_zero,
    offset,
    tiny,
    huge,
    bits,
    with_nothing,
    normal,
    gap,
)


def reduction(rng: Generator, m: int, n: int) -> Floats:
    """Return differences next to multiples of half of log 2, where exp changes its reduction."""
    peak = np.round(4 * rng.standard_normal((m, 1)))
    most = math.log(2 * FARTHEST / _LOG_TWO)
    count = np.round(np.exp(rng.uniform(0, most, (m, n)))).astype(np.float64)
    return _below(rng, peak, moved(rng, count * (_LOG_TWO / 2)))


def _aimed(rng: Generator, target: Floats, n: int) -> Floats:
    """Return rows whose LogSumExp is within a few floats of a target."""
    others = -np.abs(rng.standard_normal((len(target), n))) * sizes(rng, len(target), 1, -3, 9)
    rows = _below(rng, np.zeros_like(target), -others)
    shift = target - np.logaddexp.reduce(rows, axis=1, keepdims=True)
    return np.asarray(rows + shift)


def aimed_at_zero(rng: Generator, m: int, n: int) -> Floats:
    """Return rows whose peak and logarithm cancel, in a few floats: results near 0."""
    d = sizes(rng, m, 1, -4, 9)
    rows = _below(rng, np.zeros((m, 1)), d + np.abs(rng.standard_normal((m, n))))
    log_rest = np.log(np.expm1(np.logaddexp.reduce(rows, axis=1, keepdims=True)) + 1e-320)
    peak = -np.log1p(np.exp(np.maximum(log_rest, -700)))
    top = rows.max(axis=1, keepdims=True)
    return np.asarray(np.where(rows == top, moved(rng, peak), rows + peak))


def aimed_at_powers(rng: Generator, m: int, n: int) -> Floats:
    """Return rows whose result is next to a power of two."""
    return _aimed(rng, moved(rng, np.ldexp(np.ones((m, 1)), rng.integers(-20, 50, (m, 1)))), n)


def aimed_at_midpoints(rng: Generator, m: int, n: int) -> Floats:
    """Return rows whose result is next to a midpoint of a narrower format."""
    precision = rng.choice([8, 11, 24, 52], (m, 1))
    odd = 2.0 * np.floor(np.exp2(precision - 1.0) * rng.uniform(1, 2, (m, 1))) + 1
    target = signs(rng, m, 1) * np.ldexp(odd, rng.integers(-10, 10, (m, 1)) - precision)
    return _aimed(rng, moved(rng, target, 1), n)


def all_but_equal(rng: Generator, m: int, n: int) -> Floats:
    """Return rows all of whose entries are equal, or a few floats apart."""
    value = signs(rng, m, 1) * sizes(rng, m, 1, -30, 30)
    near = moved(rng, np.broadcast_to(value, (m, n)), 2)
    return np.where(rng.random((m, 1)) < 0.5, value, near)


def around_the_clamp(rng: Generator, m: int, n: int) -> Floats:
    """Return gaps around `FARTHEST`, where terms stop being seen."""
    peak = rng.choice([0.0, 0.0, 1.0, -30.0, 2.0**-1000, 29000.0], (m, 1))
    near = FARTHEST + rng.uniform(-3, 3, (m, 1)) * sizes(rng, m, 1, -40, 2)
    spread = sizes(rng, m, n, -3, 11) * rng.integers(0, 2, (m, n))
    return _below(rng, peak, near + spread)


def dropped(rng: Generator, m: int, n: int) -> Floats:
    """Return gaps that put the tail where parts of sums are left out, or underflow."""
    depth = rng.choice([52, 53, 54, 105, 106, 107, 899, 900, 950, 960, 1020, 1074, 1100], (m, 1))
    exponent = rng.integers(-200, 10, (m, 1)) * rng.integers(0, 2, (m, 1))
    peak = signs(rng, m, 1) * np.exp2(exponent) * rng.uniform(1, 2, (m, 1))
    distance = (depth - exponent + rng.uniform(-1.5, 1.5, (m, 1))) * _LOG_TWO
    return _below(rng, peak, distance + sizes(rng, m, n, -2, 8) * rng.integers(0, 2, (m, n)))


def near_halves(rng: Generator, m: int, n: int) -> Floats:
    """Return rows the sum of whose other terms is next to 1, where the peak's share is ½."""
    others = rng.standard_normal((m, n)) * sizes(rng, m, 1, -30, 1)
    level = np.logaddexp.reduce(others[:, 1:], axis=1, keepdims=True) if n > 1 else 0.0
    rows = others - level
    rows[:, 0] = np.maximum(rows[:, 1:].max(axis=1), 0.0) if n > 1 else 0.0
    return np.asarray(moved(rng, rows))


def logarithms_table(rng: Generator, m: int, n: int) -> Floats:
    """Return sums of terms next to where log changes its reduction, or the place in its table."""
    total = 1 + rng.integers(1, 513, (m, 1)) / 512
    total = np.where(rng.random((m, 1)) < 0.2, np.sqrt(2), total)
    share = np.log((total - 1) / max(n - 1, 1))
    return _below(rng, np.zeros((m, 1)), -np.broadcast_to(moved(rng, share), (m, n)))


def subnormal(rng: Generator, m: int, n: int) -> Floats:
    """Return multiples of the smallest subnormal, often beside one large entry."""
    rows = np.ldexp(rng.integers(-40, 41, (m, n)).astype(np.float64), -1074)
    large = signs(rng, m, 1) * sizes(rng, m, 1, -1000, 1000)
    return np.where((np.arange(n) == n // 2) & (rng.random((m, 1)) < 0.7), large, rows)


def largest(rng: Generator, m: int, n: int) -> Floats:
    """Return entries among the largest floats, near ones and of both signs."""
    top = signs(rng, m, n) * _LARGEST * rng.choice([1.0, 0.5, 0.25, 2.0**-54], (m, n))
    return np.asarray(moved(rng, top) * rng.choice([1.0, 1.0, 2.0**-1000], (m, 1)))


DIRECTED: tuple[Family, ...] = (
    reduction,
    aimed_at_zero,
    aimed_at_powers,
    aimed_at_midpoints,
    all_but_equal,
    around_the_clamp,
    dropped,
    near_halves,
    logarithms_table,
    subnormal,
    largest,
)


def rounded(rng: Generator, rows: Floats) -> Floats:
    """Return the rows as they are, or half of the time rounded to a narrower format."""
    names = [*FORMATS, *3 * ["binary64"]]
    fmt = FORMATS[names[int(rng.integers(len(names)))]]
    if fmt.precision == 53:
        return rows
    inside = fmt.cast(np.clip(rows, -fmt.largest, fmt.largest)).astype(np.float64)
    return np.where(np.isneginf(rows), rows, inside)


def random_rows(rng: Generator, m: int, n: int) -> Floats:
    """Return rows of all random families."""
    return rounded(rng, mixture(RANDOM, rng, m, n))


def directed_rows(rng: Generator, m: int, n: int) -> Floats:
    """Return rows of all directed families."""
    return mixture(DIRECTED, rng, m, n)


def random_length(rng: Generator, longest: int) -> int:
    """Return a length: mostly short, of every size up to some thousands."""
    limit = longest if rng.random() < 0.2 else min(longest, 64)
    return max(1, int(math.exp(rng.uniform(0, math.log(limit + 1)))))


LENGTHS = (1, 2, 2, 3, 7, 8, 9, 31, 32, 33, 255, 256, 257, 1000, 2047, 2048, 2049, 4097)
"""Around the numbers of lanes, the longest short row, and the tiles of a long one."""


def directed_length(rng: Generator, longest: int) -> int:
    """Return a length around a boundary of the loops."""
    return int(rng.choice([n for n in LENGTHS if n <= longest]))


def factor(rng: Generator) -> float:
    """Return a positive float: a power of two, of ordinary size, or of any."""
    kind = rng.integers(4)
    if kind == 0:
        return math.ldexp(1.0, int(rng.integers(-1074, 1024)))
    exponent = rng.uniform(-8, 8) if kind < 3 else rng.uniform(-1074, 1023)
    return float(max(np.exp2(exponent), 5e-324))


def divided(rng: Generator, rows: Floats, by: float) -> Floats:
    """Return half of the rows over a factor, so that their products with it are as before."""
    with np.errstate(over="ignore", under="ignore"):
        small = np.where(np.isneginf(rows), rows, np.clip(rows / by, -_LARGEST, _LARGEST))
    return np.where(rng.random((len(rows), 1)) < 0.5, small, rows)


def random_shares(rng: Generator, m: int, n: int) -> Floats:
    """Return numbers in [0, 1]: normalised, of every size, next to 1, some of them 0 or 1."""
    scores = normal(rng, m, n)
    shares = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    small = sizes(rng, m, n, -905, 0)
    near = 1 - sizes(rng, m, n, -53, -1)
    kind = rng.integers(0, 4, (m, 1))
    rows = np.choose(kind, [shares, small, near, rng.random((m, n))])
    plain = rng.choice([0.0, 1.0], (m, n))
    return np.minimum(rounded(rng, np.where(rng.random((m, n)) < 0.05, plain, rows)), 1.0)


def directed_shares(rng: Generator, m: int, n: int) -> Floats:
    """Return numbers next to 1, 1/n, 1/e, the reductions of log, and the least that is answered."""
    table = rng.integers(181, 512, (m, n)) / 512
    special = rng.choice([1.0, 1 / n, 1 / math.e, math.sqrt(0.5), 2.0**-900, 0.5], (m, n))
    near = np.minimum(moved(rng, np.where(rng.random((m, 1)) < 0.5, table, special)), 1.0)
    return np.where(rng.random((m, n)) < 0.02, 0.0, near)


def random_pair(rng: Generator, m: int, n: int) -> tuple[Floats, Floats]:
    """Return pairs of rows: apart, near one another, and some that are too large."""
    x = np.clip(signs(rng, m, n) * sizes(rng, m, 1, -8, 12) * rng.random((m, n)), -1e6, 1e6)
    apart = signs(rng, m, n) * sizes(rng, m, 1, -45, 12) * rng.random((m, n))
    grown = np.where(rng.random((m, 1)) < 0.02, 2.0**31, 1.0)
    return x * grown, (x + apart) * grown


def directed_pair(rng: Generator, m: int, n: int) -> tuple[Floats, Floats]:
    """Return pairs a few floats apart, with huge gaps, and next to the largest that is answered."""
    x = np.clip(directed_rows(rng, m, n), -(2.0**40), 2.0**40)
    near = np.where(rng.random((m, 1)) < 0.5, moved(rng, x, 2), x * (1 + sizes(rng, m, 1, -30, -4)))
    near = np.clip(near, -(2.0**40), 2.0**40)
    other = np.clip(directed_rows(rng, m, n), -(2.0**40), 2.0**40)
    kind = rng.integers(0, 3, (m, 1))
    ends = moved(rng, np.copysign(2.0**40, signs(rng, m, n)), 1) * 0.5 ** rng.integers(0, 2, (m, 1))
    second = np.choose(kind, [near, other, ends])
    return x, np.where((x == second).all(axis=1, keepdims=True), second + 1.0, second)
