"""Each step of the derivations: what a docstring adds up is measured piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from lse_verify.oracle.double_double import coefficients, exponential, logarithm, plain
from lse_verify.oracle.double_double.points import (
    directed_exponents,
    directed_positive,
    draw_exponents,
    draw_positive,
)

Rebuild = Callable[[Any], Any]

U = 2.0**-53
RHO = 0.34658


@pytest.fixture(autouse=True)
def precise() -> Iterator[None]:
    asked = flint.ctx.prec
    flint.ctx.prec = 256
    yield
    flint.ctx.prec = asked


def ball(hi: float, lo: float = 0.0) -> Any:
    return flint.arb(hi) + flint.arb(lo)


def size(error: Any) -> float:
    """Return a bound on the magnitude of a ball."""
    return float(error.abs_upper())


def exponents() -> list[tuple[float, float]]:
    drawn, directed = draw_exponents(np.random.default_rng(41), 3000), directed_exponents()
    some = np.random.default_rng(42).choice(len(directed), 3000, replace=False)
    hi = np.concatenate([drawn.hi, directed.hi[some]])
    lo = np.concatenate([drawn.lo, directed.lo[some]])
    return list(zip(hi.tolist(), lo.tolist(), strict=True))


def reduced_arguments(rebuild: Rebuild) -> list[tuple[float, float, float]]:
    reduce_argument = rebuild(exponential.reduce_argument)
    found = [reduce_argument(hi, lo) for hi, lo in exponents()]
    return [(k, r_hi, r_lo) for k, _, r_hi, r_lo in found]


def test_log_two_in_three_parts() -> None:
    first, second, third = coefficients.log_two_parts()
    assert Fraction(first) * 2**37 == int(Fraction(first) * 2**37)
    assert Fraction(second) * 2**74 == int(Fraction(second) * 2**74)
    assert abs(second) <= 2.0**-38
    assert abs(third) <= 2.0**-75
    truth = flint.arb(2).log()
    assert size(truth - flint.arb(first) - flint.arb(second) - flint.arb(third)) <= 2.0**-128
    cut = flint.arb(flint.fmpq(coefficients.LOG_TWO.numerator, coefficients.LOG_TWO.denominator))
    assert size(truth - cut) <= 2.0**-250


def test_the_series_is_that_of_bernoulli() -> None:
    # |bₙ| = 2ζ(2n)/(2π)²ⁿ, by Arb's zeta function.
    for n, b in enumerate(coefficients.coth_series(16), start=1):
        truth = 2 * flint.arb(2 * n).zeta() / (2 * flint.arb.pi()) ** (2 * n)
        sign = 1 if n % 2 else -1
        assert size(flint.arb(flint.fmpq(b.numerator, b.denominator)) - sign * truth) <= 2.0**-230


def test_an_argument_is_reduced_to_its_claim(rebuild: Rebuild) -> None:
    log_two = flint.arb(2).log()
    for (hi, lo), (k, r_hi, r_lo) in zip(exponents(), reduced_arguments(rebuild), strict=True):
        assert abs(r_hi) < RHO
        if k == 0:
            assert (r_hi, r_lo) == (hi, lo)
        else:
            assert abs(k) < 47275
            assert abs(r_lo) < 0.52 * U
            assert size(ball(r_hi, r_lo) - (ball(hi, lo) - int(k) * log_two)) <= 0.8 * U**2


def test_the_denominator_keeps_its_claim(rebuild: Rebuild) -> None:
    coth_denominator = rebuild(exponential.coth_denominator)
    for _, r_hi, r_lo in reduced_arguments(rebuild):
        d_hi, d_lo = coth_denominator(r_hi, r_lo)
        r = ball(r_hi, r_lo)
        truth = r / r.expm1() if r_hi or r_lo else flint.arb(1)
        assert size(ball(d_hi, d_lo) - truth) <= (2.5 if d_hi >= 1 else 2.0) * U**2
        assert abs(d_lo) <= (1.46 if d_hi >= 1 else 0.96) * U * max(d_hi, 1)


def test_expm1_of_a_reduced_argument_keeps_its_claim(rebuild: Rebuild) -> None:
    expm1_reduced = rebuild(exponential.expm1_reduced)
    for k, r_hi, r_lo in reduced_arguments(rebuild):
        z_hi, z_lo = expm1_reduced(r_hi, r_lo)
        truth = ball(r_hi, r_lo).expm1()
        error = size(ball(z_hi, z_lo) - truth)
        # Without what the error of r adds.
        assert error <= (9.2 if r_hi < 0 else 11.6) * U**2
        assert abs(z_lo) <= (1.75 if r_hi < 0 else 1.95) * U
        if k == 0 and abs(r_hi) >= 2.0**-500:
            assert error <= 28.4 * U**2 * size(truth)
            assert abs(z_lo) <= 4.5 * U * abs(z_hi)


def positives() -> list[tuple[float, float]]:
    drawn, directed = draw_positive(np.random.default_rng(43), 3000), directed_positive()
    some = np.random.default_rng(44).choice(len(directed), 3000, replace=False)
    hi = np.concatenate([drawn.hi, directed.hi[some]])
    lo = np.concatenate([drawn.lo, directed.lo[some]])
    return list(zip(hi.tolist(), lo.tolist(), strict=True))


def test_a_binade_is_split_off_exactly(rebuild: Rebuild) -> None:
    split_binade = rebuild(logarithm.split_binade)
    for hi, lo in positives():
        k, m_hi, m_lo = split_binade(hi, lo)
        assert Fraction(m_hi) == Fraction(hi) / Fraction(2) ** k
        assert Fraction(1, 2) < Fraction(m_hi) ** 2 < 2
        assert abs(Fraction(m_lo) - Fraction(lo) / Fraction(2) ** k) <= Fraction(2) ** -1074


def test_the_factor_of_atanh_keeps_its_claim(rebuild: Rebuild) -> None:
    atanh_factor = rebuild(logarithm.atanh_factor)
    generator = np.random.default_rng(45)
    sizes = np.concatenate([generator.uniform(-(2.0**-9), 2.0**-9, 2500), np.full(500, 2.0**-9)])
    for s_hi, share in zip(sizes.tolist(), generator.uniform(-3, 3, 3000).tolist(), strict=True):
        t_hi = s_hi * s_hi
        t_lo = t_hi * U * share
        p, c = atanh_factor(t_hi, t_lo)
        t = ball(t_hi, t_lo)
        truth = (t.sqrt().atanh() / t.sqrt() - 1) / t
        assert size(t * (ball(p, c) - truth)) <= 0.46 * U**2
        assert abs(c) <= 0.51 * U


def reduced_positives(rebuild: Rebuild) -> Iterator[tuple[int, float, float, float, int]]:
    split_binade, nearby = rebuild(logarithm.split_binade), rebuild(logarithm.nearby)
    for hi, lo in positives():
        k, m_hi, m_lo = split_binade(hi, lo)
        yield k, m_hi, m_lo, *nearby(m_hi)


def test_what_is_nearby_is_as_near_as_claimed(rebuild: Rebuild) -> None:
    halfway = [1 + 2.0**-8, 1 - 2.0**-9, 1 + 3 * 2.0**-8, 1 - 3 * 2.0**-9]
    around = [float(np.nextafter(m, to)) for m in halfway for to in (0.0, 2.0)]
    ends = [float(np.nextafter(np.sqrt(0.5), 1)), float(np.nextafter(np.sqrt(2), 1))]
    drawn = [m for _, m, *_ in reduced_positives(rebuild)]
    for m in (*halfway, *around, *ends, *drawn):
        b, _ = rebuild(logarithm.nearby)(m)
        assert (b * (128 if b >= 1 else 256)).is_integer()
        assert abs(Fraction(m) - Fraction(b)) <= (2.0**-8 if m >= 1 else 2.0**-9)
        if b == 1:
            assert 1 - 2.0**-9 <= m <= 1 + 2.0**-8
        else:
            ulp = 2.0**-52 if m >= 1 else 2.0**-53
            assert abs(Fraction(m) - 1) >= abs(Fraction(b) - 1) / 2 + Fraction(ulp)


def test_the_table_holds_the_logarithm_of_what_is_nearby(rebuild: Rebuild) -> None:
    seen = set()
    for _, _, _, b, index in reduced_positives(rebuild):
        seen.add(index)
        hi, lo = float(logarithm._TABLE[index]), float(logarithm._TABLE_LO[index])
        if b == 1:
            assert (hi, lo) == (0.0, 0.0)
        else:
            truth = ball(b).log()
            assert size((ball(hi, lo) - truth) / truth) <= U**2
    assert len(seen) > 120


def test_log_of_a_quotient_keeps_its_claim(rebuild: Rebuild) -> None:
    log_quotient = rebuild(logarithm.log_quotient)
    for _, m_hi, m_lo, b, _ in reduced_positives(rebuild):
        f_hi = (m_hi - b) + m_lo
        f_lo = m_lo - (f_hi - (m_hi - b))
        if abs(f_hi) >= 2.0**-500:
            high, low = log_quotient(f_hi, f_lo, m_hi, m_lo, b, 1.0)
            truth = (ball(f_hi, f_lo) / b).log1p()
            assert size((ball(high, low) - truth) / truth) <= 31 * U**2
            assert abs(low) <= 2.1 * U * abs(high)


def test_logarithms_are_added_to_the_claim(rebuild: Rebuild) -> None:
    add_logs = rebuild(logarithm.add_logs)
    log_two = flint.arb(2).log()
    for k, m_hi, m_lo, b, index in reduced_positives(rebuild):
        quotient = (ball(m_hi - b, m_lo) / b).log1p()
        high = float(quotient.mid())
        low = float((quotient - flint.arb(high)).mid())
        got = ball(*add_logs(k, index, high, low))
        truth = k * log_two + ball(b).log() + ball(high, low)
        if k or b != 1:
            assert size((got - truth) / truth) <= (15.8 if k else 11.5) * U**2
        else:
            assert size(got - ball(high, low)) == 0.0


def rational(value: Fraction) -> Any:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def polynomial(terms: tuple[Fraction, ...], x: Any) -> Any:
    total = flint.arb(0)
    for term in reversed(terms):
        total = total * x + rational(term)
    return total


def test_a_polynomial_of_chebyshev_is_a_cosine_of_a_multiple() -> None:
    low, high = Fraction(-1, 3), Fraction(5, 7)
    for degree in (0, 1, 2, 9, 18):
        terms = coefficients.chebyshev(degree, low, high)
        for angle in range(20):
            theta = flint.arb(angle) / 6
            x = rational((high + low) / 2) + rational((high - low) / 2) * theta.cos()
            assert size(polynomial(terms, x) - (degree * theta).cos()) <= 2.0**-150


def test_an_economised_series_is_as_close_as_it_says() -> None:
    rho, t_max = Fraction(34658, 100_000), Fraction(2944, 100_000)
    for share in range(-200, 201):
        r = rational(rho * share / 200)
        if share:
            truth = (r.expm1() - r) / r**2
            error = size(polynomial(exponential._EXP, r) - truth)
            assert error <= exponential.EXP_TRUNCATION * (1 + 2.0**-20)
    assert 2.0**-56.2 < exponential.EXP_TRUNCATION * rho**2 < 2.0**-56.1
    for share in range(1, 401):
        t = rational(t_max * share / 400)
        truth = (t.sqrt().atanh() / t.sqrt() - 1) / t
        error = size(polynomial(plain._ATANH, t) - truth)
        assert error <= plain.ATANH_TRUNCATION * (1 + 2.0**-20)
    assert 2.0**-57.7 < plain.ATANH_TRUNCATION * t_max < 2.0**-57.6


def test_an_argument_is_reduced_in_one_float_to_its_claim(rebuild: Rebuild) -> None:
    reduce_double = rebuild(exponential.reduce_double)
    log_two = flint.arb(2).log()
    for hi, _ in exponents():
        r, shifted = reduce_double(hi)
        k = int(shifted - exponential._ROUNDER)
        assert abs(r) < RHO
        assert size(ball(r) - (ball(hi) - k * log_two)) <= (0.27 * U if k else 0.0)


def test_exp_of_a_reduced_float_keeps_its_claim(rebuild: Rebuild) -> None:
    kernel = rebuild(exponential.exp_reduced_double)
    generator = np.random.default_rng(46)
    for r in [*generator.uniform(-RHO, RHO, 3000).tolist(), -RHO, RHO, 0.0, 2.0**-60]:
        truth = ball(r).exp()
        assert size((ball(kernel(r)) - truth) / truth) <= 1.9 * U


def reduced_floats() -> list[float]:
    """Return f = m − 1 for m from √½ to √2, in floats that keep m one too."""
    m = np.random.default_rng(47).uniform(np.sqrt(0.5), np.sqrt(2), 3000)
    near = 1 + np.ldexp(1.0, -np.arange(2, 52)) * np.tile([1.0, -1.0], 25)
    return [*(m - 1).tolist(), *(near - 1).tolist()]


def test_the_rest_of_atanh_keeps_its_claim(rebuild: Rebuild) -> None:
    atanh_rest = rebuild(plain.atanh_rest)
    for f in reduced_floats():
        s = f / (2.0 + f)
        sigma, bound = (2.0, 0.41) if f >= 0 else (1.6, 0.39)
        exact_s = ball(f) / (2 + ball(f))
        assert size((ball(s) - exact_s) / exact_s) <= sigma * U
        # f - R where log(1 + f) = f - s·(f - R): from Arb's log, not from the series.
        truth = (ball(f) - ball(f).log1p()) / exact_s
        got = atanh_rest(s, f)
        assert size(ball(got) - truth) <= bound * U + 2.0**-57.6 * 2
        assert -0.314 <= got <= 0.395


def test_a_float_is_split_off_its_binade_exactly() -> None:
    for hi, _ in positives():
        m, exponent_word = plain.binade_of(hi)
        k = (exponent_word >> 52) - 1023
        assert Fraction(m) * Fraction(2) ** k == Fraction(hi)
        assert Fraction(1, 2) < Fraction(m) ** 2 < 2


def test_log_of_one_is_zero_and_log1p_of_zero(rebuild: Rebuild) -> None:
    log_double, log1p_double = rebuild(plain.log_double), rebuild(plain.log1p_double)
    assert str(log_double(1.0)) == "0.0"
    assert str(log1p_double(0.0, -7)) == "(0.0, -7)"
    assert log1p_double(1.5, -40_000) == (1.5, -40_000)
