"""The true divergence: closed forms, invariances, another quadrature, and honest tails."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest

from lse_verify.proving.mixtures import divergence
from lse_verify.proving.mixtures.divergence import kl
from lse_verify.proving.mixtures.mixture import Mixture, draw, pair

F = Fraction
NARROW = 2.0**-67


def single(mean: Fraction | int, deviation: Fraction | int) -> Mixture:
    return Mixture((F(1),), (F(mean),), (F(deviation),))


@pytest.mark.parametrize(
    ("mean", "deviation", "other_mean", "other_deviation"),
    [(0, 1, 0, 1), (0, 1, 3, 2), (5, F(1, 8), -2, 3), (F(1, 3), 7, 0, F(5, 7)), (1000, 1, 1001, 1)],
)
def test_one_component_each_gives_the_closed_form(
    mean: Fraction, deviation: Fraction, other_mean: Fraction, other_deviation: Fraction
) -> None:
    found = kl(single(mean, deviation), single(other_mean, other_deviation))
    ratio = F(other_deviation) / F(deviation)
    rest = (F(deviation) ** 2 + F(mean - other_mean) ** 2) / (2 * F(other_deviation) ** 2) - F(1, 2)
    with flint.ctx.workprec(200):
        log = flint.arb(flint.fmpq(ratio.numerator, ratio.denominator)).log()
        expected = log + flint.arb(flint.fmpq(rest.numerator, rest.denominator))
        assert found.contains(expected)
    assert 2 * found.rad() < NARROW


@pytest.mark.parametrize("seed", range(6))
def test_a_mixture_diverges_by_nothing_from_itself(seed: int) -> None:
    mixture = draw(random.Random(f"itself {seed}"))
    found = kl(mixture, mixture)
    assert found.contains(0)
    assert 2 * found.rad() < NARROW


def test_splitting_a_component_changes_nothing() -> None:
    mixture, other = pair(0, 1)
    (weight, *weights), (mean, *means), (deviation, *deviations) = (
        other.weights,
        other.means,
        other.deviations,
    )
    split = Mixture(
        (weight / 3, 2 * weight / 3, *weights),
        (mean, mean, *means),
        (deviation, deviation, *deviations),
    )
    assert kl(mixture, other).overlaps(kl(mixture, split))
    assert kl(other, mixture).overlaps(kl(split, mixture))


def _by_mpmath(mixture: Mixture, other: Mixture) -> Any:
    """Return KL by tanh-sinh quadrature of the definition, without any guarantee."""

    def density(of: Mixture, x: Any) -> Any:
        return mpmath.fsum(
            mpmath.mpf(w.numerator) / w.denominator * mpmath.npdf(x, *map(_mpf, (mu, sigma)))
            for w, mu, sigma in zip(of.weights, of.means, of.deviations, strict=True)
        )

    def integrand(x: Any) -> Any:
        here = density(mixture, x)
        return here * mpmath.log(here / density(other, x))

    marks = {
        mu + step * sigma
        for mu, sigma in zip(mixture.means, mixture.deviations, strict=True)
        for step in (-12, -6, -3, 0, 3, 6, 12)
    }
    return mpmath.quad(integrand, [_mpf(mark) for mark in sorted(marks)])


def _mpf(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


@pytest.mark.parametrize("index", [1, 7, 10, 15, 19])
def test_another_quadrature_finds_the_same(index: int) -> None:
    mixture, other = pair(1, index)
    with mpmath.workdps(30):
        expected = mpmath.nstr(_by_mpmath(mixture, other), 20)
    found = kl(mixture, other)
    assert abs(found - flint.arb(expected)) < flint.arb("1e-15")


@pytest.mark.parametrize("index", range(12))
def test_short_intervals_give_wider_balls_that_hold_the_same(index: int) -> None:
    mixture, other = pair(5, index)
    closest = kl(mixture, other, width_log2=-120)
    for reach in (1, 2, 4, 8):
        found = kl(mixture, other, reach=reach)
        assert found.contains(closest), reach
    assert kl(mixture, other, reach=1).rad() > 1e-4
    assert 2 * closest.rad() < 2.0**-120


def test_tails_are_honest_where_the_other_density_is_the_higher() -> None:
    """In the tails of m, four deviations out, all of m′ stands well above the peak of m."""
    wide = single(0, 10)
    outside = Mixture((F(1, 2), F(1, 2)), (F(-42), F(42)), (F(2), F(2)))
    found = kl(wide, outside, reach=4)
    assert found.contains(kl(wide, outside, width_log2=-120))
    assert found.rad() < 0.1


def test_without_its_tails_a_short_interval_misses_the_divergence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixture, other = pair(5, 0)
    truth = kl(mixture, other)
    monkeypatch.setattr(divergence, "_tails", lambda *_: flint.arb(0))
    assert not kl(mixture, other, reach=2).overlaps(truth)


def test_a_narrower_ball_lies_in_the_wider() -> None:
    mixture, other = pair(2, 3)
    wide, narrow = kl(mixture, other), kl(mixture, other, width_log2=-200)
    assert wide.overlaps(narrow)
    assert 2 * narrow.rad() < flint.arb(2) ** -200


def test_the_precision_of_the_process_is_left_as_it_was() -> None:
    flint.ctx.prec = 77
    kl(*pair(2, 3))
    assert flint.ctx.prec == 77


def test_the_integrand_on_a_complex_ball_holds_its_values_on_the_line() -> None:
    flint.ctx.prec = 120
    mixture, other = pair(1, 19)
    integrand = divergence._integrand(mixture, other)
    finite = 0
    for centre in range(-6, 7):
        for radius in ("0.01", "0.1", "0.5"):
            spread = flint.arb(0, flint.arb(radius))
            around = integrand(flint.acb(centre + spread, spread), True)
            if not around.is_finite():
                continue
            finite += 1
            for step in (-1, 0, 1):
                point = flint.acb(centre + step * flint.arb(radius).mid() * 0.99)
                assert around.real.overlaps(integrand(point, False).real)
    assert finite > 10


def test_the_integrand_is_not_vouched_for_where_no_logarithm_is_analytic() -> None:
    """Two unit Gaussians at ±2 have a zero of their sum at iπ/4."""
    flint.ctx.prec = 120
    two = Mixture((F(1, 2), F(1, 2)), (F(-2), F(2)), (F(1), F(1)))
    integrand = divergence._integrand(two, single(0, 1))
    tall = flint.acb(flint.arb(0, 0.01), flint.arb(0, 0.8))
    flat = flint.acb(flint.arb(0, 0.01), flint.arb(0, 0.7))
    assert not integrand(tall, True).is_finite()
    assert integrand(flat, True).is_finite()


def test_the_integrand_is_not_vouched_for_off_the_line() -> None:
    integrand = divergence._integrand(*pair(1, 19))
    assert not integrand(flint.acb(0, flint.arb(1)), True).is_finite()
