"""Each step of the derivations: what a docstring adds up is measured piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from lse_verify.oracle.double_double import coefficients, exponential, logarithm
from lse_verify.oracle.double_double.against_arb import (
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


def test_the_correction_of_atanh_keeps_its_claim(rebuild: Rebuild) -> None:
    atanh_correction = rebuild(logarithm.atanh_correction)
    generator = np.random.default_rng(45)
    sizes = np.concatenate([generator.uniform(-0.1716, 0.1716, 2500), np.full(500, 0.1716)])
    for s_hi, share in zip(sizes.tolist(), generator.uniform(-1, 1, 3000).tolist(), strict=True):
        s_lo = float(np.spacing(abs(s_hi)) / 2 * share)
        hi, lo = atanh_correction(s_hi, s_lo)
        s = ball(s_hi, s_lo)
        assert size(ball(hi, lo) - (s.atanh() / s - 1)) <= 1.2 * U**2
        assert abs(hi) <= 0.0101
        assert abs(lo) <= 0.07 * U


def test_log_of_a_reduced_argument_keeps_its_claim(rebuild: Rebuild) -> None:
    split_binade = rebuild(logarithm.split_binade)
    log_reduced = rebuild(logarithm.log_reduced)
    for hi, lo in positives():
        _, m_hi, m_lo = split_binade(hi, lo)
        f_hi = (m_hi - 1.0) + m_lo
        f_lo = m_lo - (f_hi - (m_hi - 1.0))
        if abs(f_hi) >= 2.0**-500:
            high, low = log_reduced(f_hi, f_lo, m_hi, m_lo, 1.0)
            truth = ball(f_hi, f_lo).log1p()
            assert size((ball(high, low) - truth) / truth) <= 33 * U**2
            assert abs(low) <= 2.2 * U * abs(high)
