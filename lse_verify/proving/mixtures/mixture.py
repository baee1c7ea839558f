"""Univariate Gaussian mixtures with rational parameters, and random ones of many kinds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from lse_verify.enclosure import Enclosure
from lse_verify.errors import BadInput

Ball = Any
"""A ``flint.arb``; python-flint's types are not used because its stubs are incomplete."""

Rational = Any
"""A ``flint.fmpq``."""

Component = tuple[Ball, Ball, Ball]
"""Weight, mean and deviation."""

MOST_COMPONENTS = 8


@dataclass(frozen=True, slots=True)
class Mixture:
    """The density m(x) = Σ wᵢ N(x; μᵢ, σᵢ), its parameters exact.

    Attributes
    ----------
    weights, means, deviations : tuple of Fraction
        wᵢ > 0 with sum 1, μᵢ, σᵢ > 0; one each a component.

    Raises
    ------
    BadInput
        If these are not the parameters of a mixture.

    Examples
    --------
    >>> Mixture((Fraction(1),), (Fraction(0),), (Fraction(2),)).k
    1
    """

    weights: tuple[Fraction, ...]
    means: tuple[Fraction, ...]
    deviations: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        counts = {len(self.weights), len(self.means), len(self.deviations)}
        if len(counts) != 1 or 0 in counts:
            raise BadInput(f"a mixture needs as many weights as means and deviations: {self}")
        if min(self.weights) <= 0 or sum(self.weights) != 1:
            raise BadInput(f"weights must be positive and add up to 1, not {self.weights}")
        if min(self.deviations) <= 0:
            raise BadInput(f"deviations must be positive, not {self.deviations}")

    @property
    def k(self) -> int:
        """The number of components."""
        return len(self.weights)

    def exact_components(self) -> list[tuple[Rational, Rational, Rational]]:
        """Return (wᵢ, μᵢ, σᵢ) in the arithmetic of flint, where rationals are fast."""
        columns = zip(self.weights, self.means, self.deviations, strict=True)
        return [(_rational(w), _rational(mu), _rational(sigma)) for w, mu, sigma in columns]

    def components(self) -> list[Component]:
        """Return (wᵢ, μᵢ, σᵢ) as balls at the precision of the process."""
        return [
            (flint.arb(w), flint.arb(mu), flint.arb(sigma))
            for w, mu, sigma in self.exact_components()
        ]


@dataclass(frozen=True, slots=True)
class Parabola:
    """The polynomial a·x² + b·x + c: the logarithm of a weighted Gaussian is one.

    Attributes
    ----------
    a, b : fmpq
        Exact, so that 0 is seen to be 0.
    c : arb
        A ball: the constant holds logarithms.
    """

    a: Rational
    b: Rational
    c: Ball

    def __call__(self, x: Ball) -> Ball:
        """Evaluate at a ball."""
        return (self.a * x + self.b) * x + self.c

    def __sub__(self, other: Parabola) -> Parabola:
        return Parabola(self.a - other.a, self.b - other.b, self.c - other.c)

    @property
    def is_constant(self) -> bool:
        """Whether this is a number: of a difference, that mean and deviation are equal."""
        return bool(self.a == 0 and self.b == 0)

    def roots(self) -> list[Ball]:
        """Return balls that hold all real roots, if this is not a constant.

        A discriminant whose sign is unknown gives two balls that may hold no root.
        """
        a, b, c = flint.arb(self.a), flint.arb(self.b), self.c
        if self.a == 0:
            return [-c / b]
        discriminant = b * b - 4 * a * c
        if discriminant < 0:
            return []
        root = discriminant.nonnegative_part().sqrt()
        # Not (−b ± root) / 2a for both: one of them would cancel where a is small.
        larger = -(b + root) if self.b >= 0 else root - b
        if larger.contains(0):
            return [(root - b) / (2 * a), -(root + b) / (2 * a)]
        return [larger / (2 * a), 2 * c / larger]


def log_parabolas(mixture: Mixture) -> list[Parabola]:
    """Return ℓᵢ(x) = log(wᵢ N(x; μᵢ, σᵢ)) for every component, at the process's precision."""
    log_root_two_pi = (2 * flint.arb.pi()).log() / 2
    found = []
    for weight, mean, deviation in mixture.exact_components():
        a = -1 / (2 * deviation * deviation)
        constant = flint.arb(a * mean * mean) + flint.arb(weight / deviation).log()
        found.append(Parabola(a, -2 * a * mean, constant - log_root_two_pi))
    return found


def _rational(value: Fraction) -> Rational:
    return flint.fmpq(value.numerator, value.denominator)


def enclosure(found: Ball) -> Enclosure:
    """Return the same interval with exact ends, to leave the process's precision behind."""
    middle, radius = _dyadic(found.mid()), _dyadic(found.rad())
    return Enclosure(middle - radius, middle + radius)


def _dyadic(exact: Ball) -> Fraction:
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def draw(rng: random.Random, k: int | None = None) -> Mixture:
    """Draw a mixture of one of the kinds below, with 1 to 8 components.

    Parameters
    ----------
    rng : random.Random
        The same generator in the same state draws the same mixture.
    k : int, optional
        How many components; drawn too if left out.
    """
    count = k if k is not None else rng.randint(1, MOST_COMPONENTS)
    places = rng.choice(_KINDS)(rng, count)
    shares = rng.choice(_SHARES)(rng, count)
    total = sum(shares)
    return Mixture(
        tuple(Fraction(share, total) for share in shares),
        tuple(mu for mu, _ in places),
        tuple(sigma for _, sigma in places),
    )


Places = list[tuple[Fraction, Fraction]]


def _between(rng: random.Random, low: int, high: int) -> Fraction:
    """Draw a multiple of 1/4096 from [low, high]."""
    return Fraction(rng.randint(low * 4096, high * 4096), 4096)


def _scattered(rng: random.Random, k: int) -> Places:
    """Means and scales of the same order: some components overlap, some do not."""
    return [(_between(rng, -6, 6), _between(rng, 0, 2) + Fraction(1, 2)) for _ in range(k)]


def _overlapping(rng: random.Random, k: int) -> Places:
    """Heavy overlap: the density has one hump, and its logarithm is near max + log k."""
    return [(_between(rng, -1, 1) / 2, _between(rng, 1, 2)) for _ in range(k)]


def _nearly_equal(rng: random.Random, k: int) -> Places:
    """Components that differ by some 2⁻²⁰ of their size: the crossings are ill-conditioned."""
    mean, deviation = _between(rng, -3, 3), _between(rng, 1, 3)
    return [
        (mean + _between(rng, -1, 1) / 2**20, deviation * (1 + _between(rng, 0, 1) / 2**20))
        for _ in range(k)
    ]


def _far_apart(rng: random.Random, k: int) -> Places:
    """Neighbours 6 to 9 deviations apart: the logarithm of the density is near the maximum."""
    start, deviation = _between(rng, -9, 0), _between(rng, 0, 1) + Fraction(1, 2)
    return [(start + deviation * (7 * i + _between(rng, 0, 2)), deviation) for i in range(k)]


def _nested(rng: random.Random, k: int) -> Places:
    """Scales from 1/16 to 16 about almost one centre: parabolas that cross twice."""
    scales = [Fraction(2) ** rng.randint(-4, 3) * (1 + _between(rng, 0, 1)) for _ in range(k)]
    return [(_between(rng, -1, 1) / 8, scale) for scale in scales]


def _symmetric(rng: random.Random, k: int) -> Places:
    """Means on a grid and one scale: several parabolas may cross in one point."""
    step, deviation = _between(rng, 0, 2) + Fraction(1, 4), _between(rng, 0, 1) + Fraction(1, 2)
    return [(step * (2 * i - k + 1), deviation) for i in range(k)]


def _equal_shares(_rng: random.Random, k: int) -> list[int]:
    return [1] * k


def _uniform_shares(rng: random.Random, k: int) -> list[int]:
    return [rng.randint(1, 100) for _ in range(k)]


def _uneven_shares(rng: random.Random, k: int) -> list[int]:
    """Weights over six orders of magnitude."""
    return [rng.randint(1, 9) * 10 ** rng.randint(0, 5) for _ in range(k)]


_KINDS: tuple[Callable[[random.Random, int], Places], ...] = (
    _scattered,
    _overlapping,
    _nearly_equal,
    _far_apart,
    _nested,
    _symmetric,
)
_SHARES = (_equal_shares, _uniform_shares, _uneven_shares)


def perturbed(rng: random.Random, mixture: Mixture) -> Mixture:
    """Move every mean and deviation a little: a pair whose divergence is almost 0."""
    size = Fraction(1, 10 ** rng.randint(1, 6))
    return Mixture(
        mixture.weights,
        tuple(mu + size * _between(rng, -1, 1) for mu in mixture.means),
        tuple(sigma * (1 + size * _between(rng, 0, 1)) for sigma in mixture.deviations),
    )


def pair(seed: int, index: int) -> tuple[Mixture, Mixture]:
    """Draw pair number `index`; one in four is a mixture beside its own perturbation.

    Not both have k = 1: there the sandwich has no width, its ends are the divergence
    itself, and no ball can decide which side of them it lies on.
    """
    rng = random.Random(f"{seed}/{index}")
    if rng.randrange(4) == 0:
        mixture = draw(rng, rng.randint(2, MOST_COMPONENTS))
        return mixture, perturbed(rng, mixture)
    k = rng.randint(1, MOST_COMPONENTS)
    other_k = rng.randint(1 if k > 1 else 2, MOST_COMPONENTS)
    return draw(rng, k), draw(rng, other_k)
