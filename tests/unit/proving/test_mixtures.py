"""Mixtures, their Gaussian pieces and the envelope of their parabolas.

Expected values are those of mpmath on the definitions, of Arb's quadrature, and of the
derivative that SymPy takes.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint
import mpmath
import pytest
import sympy as sp

from lse_verify.errors import BadInput, OracleUndecided
from lse_verify.proving.mixtures.envelope import _Cut, _separate, envelope
from lse_verify.proving.mixtures.gaussian import gaussian_pieces, moments_below
from lse_verify.proving.mixtures.mixture import (
    Mixture,
    Parabola,
    draw,
    enclosure,
    log_parabolas,
    pair,
)

F = Fraction
Ball = Any


def mixture_of(*components: tuple[Fraction | int, Fraction | int, Fraction | int]) -> Mixture:
    """Return a mixture by its (weight, mean, deviation), the weights up to a factor."""
    weights, means, deviations = zip(*components, strict=True)
    total = sum(map(F, weights))
    return Mixture(
        tuple(F(w) / total for w in weights), tuple(map(F, means)), tuple(map(F, deviations))
    )


def heights(mixture: Mixture, x: Fraction) -> list[Any]:
    """Return every log(wᵢ N(x; μᵢ, σᵢ)) as mpmath has it from the definition."""
    found = []
    for weight, mean, deviation in zip(
        mixture.weights, mixture.means, mixture.deviations, strict=True
    ):
        density = mpmath.npdf(
            *(mpmath.mpf(v.numerator) / v.denominator for v in (x, mean, deviation))
        )
        found.append(mpmath.log(mpmath.mpf(weight.numerator) / weight.denominator * density))
    return found


@pytest.mark.parametrize(
    ("weights", "means", "deviations", "rule"),
    [
        ((), (), (), "as many"),
        ((F(1),), (F(0), F(1)), (F(1),), "as many"),
        ((F(1, 2), F(1, 3)), (F(0), F(0)), (F(1), F(1)), "add up to 1"),
        ((F(3, 2), F(-1, 2)), (F(0), F(0)), (F(1), F(1)), "positive"),
        ((F(1),), (F(0),), (F(0),), "deviations must be positive"),
    ],
)
def test_what_is_no_mixture_is_refused(
    weights: tuple[Fraction, ...],
    means: tuple[Fraction, ...],
    deviations: tuple[Fraction, ...],
    rule: str,
) -> None:
    with pytest.raises(BadInput, match=rule):
        Mixture(weights, means, deviations)


def test_a_pair_is_a_function_of_seed_and_index() -> None:
    assert pair(3, 5) == pair(3, 5)
    assert pair(3, 5) != pair(3, 6)
    assert pair(3, 5) != pair(4, 5)


def test_pairs_have_every_count_of_components_and_never_one_each() -> None:
    counts = {(m.k, other.k) for m, other in (pair(0, index) for index in range(400))}
    assert {k for k, _ in counts} == {other_k for _, other_k in counts} == set(range(1, 9))
    assert (1, 1) not in counts


def test_draws_overlap_nearly_coincide_and_lie_far_apart() -> None:
    rng = random.Random("kinds")
    drawn = [draw(rng, 4) for _ in range(100)]
    spread = [(max(m.means) - min(m.means)) / max(m.deviations) for m in drawn]
    assert min(spread) < F(1, 2**15)
    assert max(spread) > 15
    assert max(max(m.deviations) / min(m.deviations) for m in drawn) > 20
    assert max(max(m.weights) / min(m.weights) for m in drawn) > 1000


@pytest.mark.parametrize("power", [0, 1, 2])
def test_a_gaussian_piece_is_an_antiderivative(power: int) -> None:
    integrand, antiderivative = gaussian_pieces()[power]
    x = sp.Symbol("x", real=True)
    mu, sigma = sp.Symbol("mu", real=True), sp.Symbol("sigma", positive=True)
    gaussian = sp.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))
    assert sp.simplify(integrand - x**power * gaussian) == 0
    assert sp.simplify(sp.diff(antiderivative, x) - integrand) == 0


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_balls_hold_what_the_expressions_are_worth(power: int) -> None:
    _, antiderivative = gaussian_pieces()[power]
    names = {"x": F(3, 7), "mu": F(-2, 3), "sigma": F(5, 4)}
    numbers = {
        s: sp.Rational(*names[s.name].as_integer_ratio()) for s in antiderivative.free_symbols
    }
    expected = str(antiderivative.subs(numbers).evalf(60))
    flint.ctx.prec = 256
    single = mixture_of((1, names["mu"], names["sigma"]))
    found = moments_below(single.components(), flint.arb(3) / 7)[power]
    assert abs(found - flint.arb(expected)) < flint.arb("1e-55")


@pytest.mark.parametrize("power", [0, 1, 2])
def test_moments_agree_with_quadrature(power: int) -> None:
    flint.ctx.prec = 128
    components = draw(random.Random("moments"), 5).components()

    def integrand(x: Ball, _analytic: bool) -> Ball:
        total = flint.acb(0)
        for weight, mean, deviation in components:
            total += weight * (-(((x - mean) / deviation) ** 2) / 2).exp() / deviation
        return x**power * total / (2 * flint.arb.pi()).sqrt()

    low, high = flint.arb(-2), flint.arb(5)
    closed = moments_below(components, high)[power] - moments_below(components, low)[power]
    quadrature = flint.acb.integral(integrand, low, high).real
    assert closed.overlaps(quadrature)
    assert closed.rad() < 1e-30
    assert quadrature.rad() < 1e-30


def test_moments_over_the_line_are_the_known_ones() -> None:
    flint.ctx.prec = 128
    components = mixture_of((1, 3, 2), (3, -1, F(1, 2))).components()
    above = moments_below(components, flint.arb.pos_inf())
    below = moments_below(components, flint.arb.neg_inf())
    found = [high - low for high, low in zip(above, below, strict=True)]
    # Of each component: 1, μ and μ² + σ².
    expected = [F(1), F(3 - 3, 4), F(13, 4) + F(3, 4) * F(5, 4)]
    for ball, value in zip(found, expected, strict=True):
        assert enclosure(ball).lo <= value <= enclosure(ball).hi
        assert ball.rad() < 1e-30


def test_log_parabolas_are_the_logarithms_of_the_components() -> None:
    flint.ctx.prec = 160
    mixture = draw(random.Random("parabolas"), 6)
    with mpmath.workdps(40):
        expected = [mpmath.nstr(height, 35) for height in heights(mixture, F(1, 3))]
    for parabola, decimal in zip(log_parabolas(mixture), expected, strict=True):
        height = parabola(flint.arb(1) / 3)
        assert abs(height - flint.arb(decimal)) <= abs(height) * flint.arb("1e-33")


@pytest.mark.parametrize("seed", range(30))
def test_the_envelope_is_the_maximum_at_random_rational_points(seed: int) -> None:
    flint.ctx.prec = 256
    rng = random.Random(f"envelope {seed}")
    mixture = draw(rng)
    pieces = envelope(mixture)
    reach = 4 * max(mixture.deviations)
    checked = 0
    with mpmath.workdps(60):
        for _ in range(60):
            centre = rng.choice(mixture.means)
            x = centre + reach * F(rng.randint(-1000, 1000), 1000)
            place = flint.arb(flint.fmpq(x.numerator, x.denominator))
            winners = [piece.winner for piece in pieces if piece.left < place < piece.right]
            if not winners:
                continue
            checked += 1
            (winner,) = winners
            brute = heights(mixture, x)
            assert brute[winner] >= max(brute) - mpmath.mpf(10) ** -50
    assert checked > 50


@pytest.mark.parametrize("seed", range(30))
def test_pieces_cover_the_line_but_for_short_cuts(seed: int) -> None:
    flint.ctx.prec = 256
    pieces = envelope(draw(random.Random(f"envelope {seed}")))
    assert not pieces[0].left.is_finite()
    assert not pieces[-1].right.is_finite()
    for piece, following in pairwise(pieces):
        assert piece.left < piece.right
        assert piece.right is following.left
        assert piece.right.rad() < 1e-30
        assert piece.winner != following.winner


def test_a_grid_of_equals_is_cut_halfway_although_crossings_coincide() -> None:
    """Of -3, -1, 1, 3 both the inner and the outer pair cross at 0."""
    flint.ctx.prec = 128
    pieces = envelope(mixture_of(*((1, mean, 1) for mean in (-3, -1, 1, 3))))
    assert [piece.winner for piece in pieces] == [0, 1, 2, 3]
    for piece, cut in zip(pieces, (-2, 0, 2), strict=False):
        assert piece.right.contains(cut)


def test_parabolas_that_touch_leave_the_wider_on_both_sides() -> None:
    """Equal peaks about one mean: the discriminant is 0, and no precision shows it."""
    flint.ctx.prec = 256
    touching = mixture_of((1, F(1, 3), F(1, 7)), (2, F(1, 3), F(2, 7)))
    left, right = envelope(touching)
    assert (left.winner, right.winner) == (1, 1)
    assert left.right.contains(flint.arb(1) / 3)
    assert left.right.rad() < 1e-30


def test_cuts_that_overlap_are_united_and_forget_no_crossing() -> None:
    wide = _Cut(flint.arb(0, 1), frozenset({0, 1}))
    near = _Cut(flint.arb(1, 0.5), frozenset({1, 2}))
    far = _Cut(flint.arb(3, 0.5), frozenset({0, 2}))
    united, alone = _separate([far, near, wide])
    assert alone == far
    assert united.crossing == {0, 1, 2}
    assert united.place.contains(wide.place)
    assert united.place.contains(near.place)


def test_of_equal_components_the_heavier_is_the_highest() -> None:
    pieces = envelope(mixture_of((1, 0, 1), (2, 0, 1), (1, 0, 1)))
    assert [piece.winner for piece in pieces] == [1]


def test_a_gap_that_the_precision_cannot_read_is_undecided_and_not_guessed() -> None:
    flint.ctx.prec = 20
    close = mixture_of((1, 0, 1), (1, F(1, 2**60), 1 + F(1, 2**61)), (1, F(3, 2**60), 1))
    with pytest.raises(OracleUndecided, match="20 bits"):
        envelope(close)


@pytest.mark.parametrize(
    ("a", "b", "c", "roots"),
    [
        (0, 2, -3, ["1.5"]),
        (1, 0, 1, []),
        (1, 0, -4, ["-2", "2"]),
        (1, -3, 2, ["1", "2"]),
        (-1, -3, -2, ["-1", "-2"]),
        (1, 0, 0, ["0", "0"]),
    ],
)
def test_roots_are_those_of_the_quadratic(a: int, b: int, c: int, roots: list[str]) -> None:
    found = Parabola(flint.fmpq(a), flint.fmpq(b), flint.arb(c)).roots()
    assert len(found) == len(roots)
    assert all(ball.is_finite() for ball in found)
    for root in roots:
        assert any(ball.contains(flint.arb(root)) for ball in found)
