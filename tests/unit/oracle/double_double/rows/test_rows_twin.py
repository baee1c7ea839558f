"""The small kernels of rows: the bits that rounded rationals give, and within what they state."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numba import njit

from lse_verify.oracle.double_double.exponential import EXP_RELATIVE
from lse_verify.oracle.double_double.exponential import exp as exp_kernel
from lse_verify.oracle.double_double.rows import combine as combining
from lse_verify.oracle.double_double.rows import draws, first_gradient, peaks, sums, terms
from lse_verify.oracle.double_double.twin import interpreted, rebuilt

Rebuild = Callable[[Any], Any]
Arguments = list[tuple[Any, ...]]

COUNT = 400
U = Fraction(1, 2**53)


def normal_pairs(rng: np.random.Generator, low: int, high: int) -> list[tuple[float, float]]:
    """Return positive normal double-doubles with low parts of half an ulp, less, or none."""
    hi = np.ldexp(rng.uniform(1, 2, COUNT), rng.integers(low, high, COUNT))
    hi = np.where(rng.random(COUNT) < 0.2, np.exp2(np.floor(np.log2(hi))), hi)
    # Below a power of two half an ulp is a quarter of the spacing above it.
    half = np.minimum(np.spacing(hi), hi * 2.0**-52) / 4
    lo = half * rng.choice([1.0, -1.0, 0.0, 2.0**-40], COUNT)
    return list(zip(hi.tolist(), lo.tolist(), strict=True))


def two_pairs() -> Arguments:
    rng = np.random.default_rng(71)
    return [
        (*a, *b)
        for a, b in zip(normal_pairs(rng, -60, 60), normal_pairs(rng, -60, 60), strict=True)
    ]


def any_floats() -> Arguments:
    rng = np.random.default_rng(72)
    bits = rng.integers(-(2**63), 2**63 - 1, COUNT).view(np.float64)
    few = [0.0, -0.0, 2.0**-1074, -(2.0**-1022), 2.0**-960, 1.0, -0.5, 1.5e308]
    return [(float(v),) for v in [*few, *bits.tolist()] if math.isfinite(v)]


def shifted_floats() -> Arguments:
    rng = np.random.default_rng(73)
    shifts = [*rng.integers(-2100, 1020, COUNT).tolist(), -2044, -2045, -1074, 0, 1023]
    return [
        (float(m), int(k)) for m, k in zip(rng.uniform(0.5, 1, len(shifts)), shifts, strict=True)
    ]


def three_floats() -> Arguments:
    rng = np.random.default_rng(74)
    few = [math.inf, -math.inf, 0.0, 1.0, -3.5, math.nan]
    found = []
    for _ in range(COUNT):
        top, second = sorted(rng.choice(few[:-1], 2).tolist(), reverse=True)
        found.append((top, second, float(rng.choice(few))))
    return found


def differences() -> Arguments:
    rng = np.random.default_rng(75)
    ties = (np.arange(1, COUNT) - 0.5) * math.log(2)
    near = np.nextafter(ties, rng.choice([-1e9, 1e9], ties.size))
    return [(-float(v),) for v in [*rng.uniform(0, 32700, COUNT), *ties, *near]]


def heads_and_tails() -> Arguments:
    rng = np.random.default_rng(76)
    exponents = rng.choice([0, -3, -53, -54, -55, -107, -900, -959, -960, -961, -3000, 700], COUNT)
    heads = normal_pairs(rng, -1074 + 160, 1000)
    tails = normal_pairs(rng, -2, 2)
    found = []
    for head, tail, exponent in zip(heads, tails, exponents.tolist(), strict=True):
        sign, kind = float(rng.choice([-1.0, 1.0])), int(rng.integers(4))
        head_hi, head_lo = (0.0, 0.0) if kind == 0 else head
        power = math.frexp(head_hi)[1] + int(exponent)
        found.append(
            (
                head_hi,
                head_lo if kind == 1 else 0.0,
                0,
                sign * tail[0],
                sign * tail[1],
                power,
                2e-30,
            )
        )
    return found


KERNELS: dict[str, tuple[Any, Callable[[], Arguments]]] = {
    "absorb": (terms.absorb, two_pairs),
    "exponent_of_exp": (terms.exponent_of_exp, differences),
    "two_largest": (peaks.two_largest, three_floats),
    "mantissa_exponent": (combining.mantissa_exponent, any_floats),
    "times_two_to_the": (combining.times_two_to_the, shifted_floats),
    "combine": (combining.combine, heads_and_tails),
}


@pytest.mark.parametrize("name", KERNELS)
def test_compiled_and_interpreted_agree_bit_for_bit(
    name: str, rebuild: Rebuild, has_fma: bool
) -> None:
    kernel, arguments = KERNELS[name]
    compiled, twin = rebuild(kernel), interpreted(kernel, HAS_FMA=has_fma)
    for point in arguments():
        assert repr(compiled(*point)) == repr(twin(*point)), point


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_loop_of_gradients_agrees_bit_for_bit_with_its_twin(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(77)
    x = np.concatenate([draws.random_rows(rng, 200, n), draws.directed_rows(rng, 200, n)])
    x = np.where(np.isinf(x), -1e300, x)
    compiled = first_gradient.log_softmax_gradient(x)
    monkeypatch.setattr(first_gradient, "_gradients", interpreted(first_gradient._gradients))
    twin = first_gradient.log_softmax_gradient(x)
    for ours, theirs in zip(compiled.columns(), twin.columns(), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_a_compiler_that_may_reassociate_is_found_out() -> None:
    kernel, arguments = KERNELS["absorb"]
    free = rebuilt(kernel, njit(fastmath=True), {})
    twin = interpreted(kernel)
    assert any(free(*point) != twin(*point) for point in arguments())


def sum_error(kernel: Any, point: tuple[float, ...]) -> Fraction:
    truth = sum(map(Fraction, point), Fraction(0))
    return abs(sum(map(Fraction, kernel(*point)), Fraction(0)) - truth) / truth


def test_absorbing_keeps_its_bound_and_the_sum_normal(rebuild: Rebuild) -> None:
    absorb = rebuild(terms.absorb)
    for point in two_pairs():
        hi, lo = absorb(*point)
        assert hi + lo == hi
        assert sum_error(absorb, point) <= Fraction(terms.ABSORB_RELATIVE)


def test_the_exponent_of_exp_is_that_of_exp(rebuild: Rebuild) -> None:
    exponent_of_exp, exp = rebuild(terms.exponent_of_exp), rebuild(exp_kernel)
    for (x,) in differences():
        assert exponent_of_exp(x) == exp(x, 0.0)[2]


def test_mantissa_and_exponent_are_those_of_frexp(rebuild: Rebuild) -> None:
    mantissa_exponent = rebuild(combining.mantissa_exponent)
    for (value,) in any_floats():
        if value:
            assert mantissa_exponent(value) == math.frexp(value)
    assert mantissa_exponent(0.0) == (0.0, -(2**40))


def test_a_power_of_two_is_multiplied_by_in_one_rounding(rebuild: Rebuild) -> None:
    times = rebuild(combining.times_two_to_the)
    for value, shift in shifted_floats():
        truth = math.ldexp(value, shift) if shift > -2044 else 0.0
        assert times(value, shift) == truth


def test_the_two_largest_are_that(rebuild: Rebuild) -> None:
    two_largest = rebuild(peaks.two_largest)
    for top, second, entry in three_floats():
        expected = (top, second) if math.isnan(entry) else sorted((top, second, entry))[:0:-1]
        assert tuple(two_largest(top, second, entry)) == tuple(expected)


def combined_error(kernel: Any, point: tuple[Any, ...]) -> tuple[Fraction, Fraction]:
    """Return how far head + tail is from the centre, and the part of the radius that is for it."""
    head_hi, head_lo, head_exponent, tail_hi, tail_lo, tail_exponent, _ = point
    power = Fraction(2)
    truth = (Fraction(head_hi) + Fraction(head_lo)) * power**head_exponent + (
        Fraction(tail_hi) + Fraction(tail_lo)
    ) * power**tail_exponent
    hi, lo, radius, exponent = kernel(*point)
    distance = abs((Fraction(hi) + Fraction(lo)) * power**exponent - truth)
    return distance, Fraction(radius) * power**exponent


def test_combining_keeps_its_radius_though_the_tail_be_exact(rebuild: Rebuild) -> None:
    combine = rebuild(combining.combine)
    for *point, _ in heads_and_tails():
        # The tail's own error is not there, so that no slack is, either.
        distance, radius = combined_error(combine, (*point, 0.0))
        assert distance <= radius, point


def test_combining_what_cancels_to_next_to_nothing_is_still_an_enclosure(rebuild: Rebuild) -> None:
    combine = rebuild(combining.combine)
    for lo in (2.0**-54, 2.0**-900, 2.0**-1000, 2.0**-1074, 0.0):
        point = (-1.0, 0.0, 0, 1.0, lo, 0, 2.0**-100)
        distance, radius = combined_error(combine, point)
        hi, _, _, exponent = combine(*point)
        assert distance <= radius
        assert exponent > -1000
        assert hi == 0 or 0.5 <= hi < 1


@pytest.mark.parametrize("factor", [1.0, 3.0, 0.5, 0.3, 2.0**-1074, 2.0**1023, 1.7e308, 3e-324])
def test_a_factor_is_the_product_of_its_parts(factor: float) -> None:
    parts = terms.factor_parts(factor)
    product = Fraction(parts.shrink) * Fraction(parts.power) * Fraction(parts.mantissa)
    assert product == Fraction(factor)
    assert 1 <= parts.mantissa < 2
    assert math.frexp(parts.power)[0] == 0.5


def depths(sum_hi: float, sum_lo: float, term_hi: float, term_lo: float) -> tuple[float, float]:
    """Stand for `absorb`: count the additions on the longest way into a sum."""
    return max(sum_hi, term_hi) + 1.0, 0.0


def no_exponentials(count: int, d_hi: Any, d_lo: Any, hi: Any, lo: Any, exponent: Any) -> None:
    hi[:count], lo[:count], exponent[:count] = 0.0, 0.0, 0


@pytest.mark.parametrize("n", [1, 2, 3, 8, 255, 256, 257, 2048, 2049, 4097, 100_001])
def test_as_many_additions_are_counted_as_a_term_takes_part_in(n: int) -> None:
    x = np.zeros((1, n))
    is_short = n <= peaks.LONGEST_SHORT
    lanes = peaks.lanes_of_short(n) if is_short else peaks.LANES_OF_LONG
    peak, hi, lo, base = np.empty(1), np.empty(1), np.empty(1), np.empty(1, np.int64)
    loop = sums._short if is_short else sums._long
    count = interpreted(loop, absorb=depths, exponentials=no_exponentials)
    with np.errstate(invalid="ignore"):
        count(x, lanes, *terms.factor_parts(1.0), peak, hi, lo, base)
    counted = round((sums.row_sums(x).relative - EXP_RELATIVE) / terms.ABSORB_RELATIVE)
    assert hi[0] <= counted
    if n != peaks.LONGEST_SHORT + 1:
        # It has few columns, all others as many as are counted.
        assert counted <= hi[0] + 2
    if n == 100_001:
        # Without those of the tiles the bound would be too small, and this would show it.
        assert hi[0] > peaks.TILE // peaks.LANES_OF_LONG + peaks.LANES_OF_LONG
