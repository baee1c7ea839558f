"""Error-free transformations are exact, and operations inside their bounds, in rationals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lse_verify.oracle.double_double import arithmetic

COUNT = 1500


def adversarial_pairs() -> list[tuple[float, float]]:
    """Return pairs whose rounding errors are at either end of their range."""
    generator = np.random.default_rng(5)
    values = [1.0, 1 + 2.0**-52, 1 - 2.0**-53, 2.0**53 + 2, 2.0**-60, 2.0**52 - 0.5, 1 / 3]
    pairs = [(sign * a, b) for a in values for b in values for sign in (1, -1)]
    sizes = generator.integers(-120, 120, (COUNT, 2))
    drawn = np.ldexp(generator.uniform(-2, 2, (COUNT, 2)), sizes)
    close = drawn[:, 0] * (1 + np.ldexp(1.0, -generator.integers(1, 53, COUNT)))
    return [
        *pairs,
        *((float(a), float(b)) for a, b in drawn),
        *((float(a), -float(b)) for a, b in zip(drawn[:, 0], close, strict=True)),
    ]


def normal_pairs(seed: int) -> list[tuple[float, float]]:
    """Return double-doubles, some with the largest low part there is."""
    generator = np.random.default_rng(seed)
    hi = np.ldexp(generator.uniform(1, 2, COUNT), generator.integers(-40, 40, COUNT))
    hi *= generator.choice([-1.0, 1.0], COUNT)
    share = np.where(generator.random(COUNT) < 0.3, 1.0, generator.uniform(-1, 1, COUNT))
    lo = np.spacing(np.abs(hi)) / 2 * share * generator.choice([-1.0, 1.0], COUNT)
    total = hi + lo
    rest = lo - (total - hi)
    return list(zip(total.tolist(), rest.tolist(), strict=True))


def exact(pair: tuple[float, float]) -> Fraction:
    return Fraction(pair[0]) + Fraction(pair[1])


def relative_error(got: tuple[float, float], truth: Fraction) -> Fraction:
    return abs(exact(got) - truth) / abs(truth) if truth else abs(exact(got))


def test_two_sum_is_exact_for_any_two_floats() -> None:
    for a, b in adversarial_pairs():
        total = arithmetic.two_sum(a, b)
        assert total[0] == a + b
        assert exact(total) == Fraction(a) + Fraction(b)


def test_fast_two_sum_is_exact_where_the_first_is_not_smaller() -> None:
    for a, b in adversarial_pairs():
        large, small = (a, b) if abs(a) >= abs(b) else (b, a)
        assert exact(arithmetic.fast_two_sum(large, small)) == Fraction(a) + Fraction(b)
        assert arithmetic.fast_two_sum(0.0, a) == (a, 0.0)


def test_fast_two_sum_is_exact_for_one_and_less_than_two() -> None:
    for a in np.random.default_rng(6).uniform(1, 2, COUNT).tolist():
        assert exact(arithmetic.fast_two_sum(1.0, a)) == 1 + Fraction(a)


@pytest.mark.parametrize("name", ["two_prod", "two_prod_split"])
def test_a_product_is_exact_in_two_floats(rebuild: Callable[[Any], Any], name: str) -> None:
    product = rebuild(getattr(arithmetic, name))
    for a, b in adversarial_pairs():
        got = product(a, b)
        assert got[0] == a * b
        assert exact(got) == Fraction(a) * Fraction(b)


def test_splitting_leaves_two_halves_of_26_bits() -> None:
    for a, _ in adversarial_pairs():
        halves = arithmetic.split(a)
        assert exact(halves) == Fraction(a)
        for half in halves:
            assert abs(Fraction(half).numerator).bit_length() <= 26 or half == int(half)


Operation = Callable[[Fraction, Fraction], Fraction]

BINARY: dict[str, tuple[Operation, float]] = {
    "add": (lambda a, b: a + b, arithmetic.ADD_RELATIVE),
    "multiply": (lambda a, b: a * b, arithmetic.MULTIPLY_RELATIVE),
    "divide": (lambda a, b: a / b, arithmetic.DIVIDE_RELATIVE),
}


@pytest.mark.parametrize("name", list(BINARY))
def test_operations_on_two_double_doubles_keep_their_bounds(
    rebuild: Callable[[Any], Any], name: str
) -> None:
    operation, bound = BINARY[name]
    kernel = rebuild(getattr(arithmetic, name))
    for a, b in zip(normal_pairs(1), normal_pairs(2), strict=True):
        got = kernel(*a, *b)
        assert relative_error(got, operation(exact(a), exact(b))) <= Fraction(bound)
        assert got[0] + got[1] == got[0]


def test_a_sum_that_cancels_keeps_its_bound() -> None:
    for a, b in zip(normal_pairs(3), normal_pairs(4), strict=True):
        other = (-a[0], b[1] * abs(a[0] / b[0]) / 2)
        assert relative_error(arithmetic.add(*a, *other), exact(a) + exact(other)) <= Fraction(
            arithmetic.ADD_RELATIVE
        )


def test_operations_with_a_float_keep_their_bounds(rebuild: Callable[[Any], Any]) -> None:
    add_double, multiply_double = (
        rebuild(arithmetic.add_double),
        rebuild(arithmetic.multiply_double),
    )
    square = rebuild(arithmetic.square)
    for a, (b, _) in zip(normal_pairs(5), normal_pairs(6), strict=True):
        total, product, power = add_double(*a, b), multiply_double(*a, b), square(*a)
        assert relative_error(total, exact(a) + Fraction(b)) <= Fraction(
            arithmetic.ADD_DOUBLE_RELATIVE
        )
        assert relative_error(product, exact(a) * Fraction(b)) <= Fraction(
            arithmetic.MULTIPLY_DOUBLE_RELATIVE
        )
        assert relative_error(power, exact(a) ** 2) <= Fraction(arithmetic.SQUARE_RELATIVE)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.0), (1.0, 1.0), (1.5, 1.46), (4.0, 4.0)])
def test_a_quotient_of_pairs_that_are_not_normal_keeps_its_bound(
    rebuild: Callable[[Any], Any], alpha: float, beta: float
) -> None:
    divide = rebuild(arithmetic.divide_unnormalised)
    u = Fraction(2) ** -53
    bound = Fraction(4 + 2 * alpha + 3 * beta + (2 + beta) * (2 + alpha + beta) + 0.001) * u**2
    generator = np.random.default_rng(7)
    for (n, _), (d, _) in zip(normal_pairs(8), normal_pairs(9), strict=True):
        side = generator.choice([-1.0, 1.0], 2)
        n_lo = float(side[0]) * n * alpha * 2.0**-53 * (1 - 2.0**-50)
        d_lo = float(side[1]) * d * beta * 2.0**-53 * (1 - 2.0**-50)
        got = divide(n, n_lo, d, d_lo)
        truth = exact((n, n_lo)) / exact((d, d_lo))
        assert abs(exact(got) - truth) <= bound * abs(Fraction(n) / exact((d, d_lo)))
        assert abs(Fraction(got[1])) <= Fraction(2 + alpha + beta) * (1 + 8 * u) * u * abs(
            Fraction(n) / Fraction(d)
        )


def test_powers_of_two_over_the_whole_range() -> None:
    for exponent in (-1022, -1, 0, 1, 52, 1023):
        assert arithmetic.two_to_the(exponent) == 2.0**exponent
