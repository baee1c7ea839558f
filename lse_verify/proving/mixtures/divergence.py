"""The Kullback-Leibler divergence of two mixtures to any precision, by certified quadrature.

KL = ∫ m·(log m − log m′). On a finite interval Arb integrates; each of the two tails is
enclosed by closed forms. With S the sum of all peaks wᵢ/(σᵢ√2π) and any one ℓᵢ, at every x

    ℓᵢ ≤ log m ≤ log S,      ℓ′ⱼ ≤ log m′ ≤ log S′,

because the terms are positive and none exceeds its peak. So what a tail T adds is between
∫_T m·(ℓᵢ − log S′) and ∫_T m·(log S − ℓ′ⱼ), parabolas against Gaussians. Neither the
sandwich nor its bound max + log k is used.

References
----------
F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flint

from lse_verify.proving.mixtures.gaussian import against, moments_below
from lse_verify.proving.mixtures.mixture import Ball, Mixture, Parabola, log_parabolas

ComplexBall = Any
"""A ``flint.acb``, or an ``arb`` where nothing is imaginary."""

Coefficients = tuple[Ball, Ball, Ball]
"""a, b and c of a·x² + b·x + c."""

WIDTH_LOG2 = -67
"""By default the divergence is known to 2**-67, less than 1e-20."""

_GUARD_BITS = 50

_ONE = flint.arb(1)


def kl(
    mixture: Mixture, other: Mixture, width_log2: int = WIDTH_LOG2, reach: int | None = None
) -> Ball:
    """Return a ball that holds KL(mixture : other).

    Parameters
    ----------
    mixture, other : Mixture
        m and m′.
    width_log2 : int
        The ball is meant to be at most 2**width_log2 wide. If the quadrature gave up before,
        it is wider, and still right.
    reach : int, optional
        So many deviations beyond the outermost means the tails begin; chosen so that they
        are negligible, if left out.

    Examples
    --------
    >>> from fractions import Fraction
    >>> unit = Mixture((Fraction(1),), (Fraction(0),), (Fraction(1),))
    >>> moved = Mixture((Fraction(1),), (Fraction(1),), (Fraction(1),))
    >>> kl(unit, moved).str(15, radius=False)
    '0.500000000000000'
    """
    steps = reach or math.ceil(math.sqrt(2 * math.log(2) * (30 - width_log2)))
    low, high = _interval(mixture, steps)
    with flint.ctx.workprec(_GUARD_BITS - width_log2):
        middle = _integral(mixture, other, low, high, width_log2 - 6)
    # Differences of antiderivatives: the tails are what is left after they cancel.
    with flint.ctx.workprec(2 * (_GUARD_BITS - width_log2)):
        return middle + _tails(mixture, other, low, high)


def _interval(mixture: Mixture, steps: int) -> tuple[Ball, Ball]:
    """Return exact ends beyond which every component has less than a given share of its mass."""
    places = list(zip(mixture.means, mixture.deviations, strict=True))
    low = min(mean - steps * deviation for mean, deviation in places)
    high = max(mean + steps * deviation for mean, deviation in places)
    return flint.arb(math.floor(low * 2**20)) / 2**20, flint.arb(math.ceil(high * 2**20)) / 2**20


def _tails(mixture: Mixture, other: Mixture, low: Ball, high: Ball) -> Ball:
    components = mixture.components()
    outside = [
        (moments_below(components, low), moments_below(components, flint.arb.neg_inf())),
        (moments_below(components, flint.arb.pos_inf()), moments_below(components, high)),
    ]
    own, cross = _widest(mixture), _widest(other)
    least, most = flint.arb(0), flint.arb(0)
    for above, below in outside:
        mass = above[0] - below[0]
        least += against(own, above, below) - mass * _log_peaks(other)
        most += mass * _log_peaks(mixture) - against(cross, above, below)
    return least.union(most)


def _widest(mixture: Mixture) -> Parabola:
    """Return ℓᵢ of the component that falls most slowly."""
    widest = mixture.deviations.index(max(mixture.deviations))
    return log_parabolas(mixture)[widest]


def _log_peaks(mixture: Mixture) -> Ball:
    """Return log S, which no value of the log-density exceeds."""
    peaks = [weight / deviation for weight, _, deviation in mixture.components()]
    return (sum(peaks, flint.arb(0)) / (2 * flint.arb.pi()).sqrt()).log()


def _integral(mixture: Mixture, other: Mixture, low: Ball, high: Ball, goal_log2: int) -> Ball:
    goal = flint.arb(2) ** goal_log2
    # A relative goal would stop it earlier where the divergence is large.
    never = flint.arb(2) ** -flint.ctx.prec
    integrand = _integrand(mixture, other)
    return flint.acb.integral(integrand, low, high, rel_tol=never, abs_tol=goal).real


def _integrand(mixture: Mixture, other: Mixture) -> Callable[[ComplexBall, bool], ComplexBall]:
    """Return m·(log m − log m′) for `flint.acb.integral`, which asks for it in two ways.

    For the nodes of its rules it wants values on the real line. To bound their error it wants
    |f| on complex balls about parts of the line, where f must be analytic. The principal
    log m(z) is not: the argument of even one Gaussian turns beyond π. Hence the form
    ℓ_d + log(1 + Σ exp(ℓᵢ − ℓ_d)), whichever d dominates the ball: where the logarithm's
    argument keeps clear of the negative axis it is analytic, and on the line it is log m, so
    that on any ball that meets the line it is the one continuation of log m, for every d.
    """
    density, cross = _LogDensity.of(mixture), _LogDensity.of(other)

    def value(z: ComplexBall, analytic: bool) -> ComplexBall:
        if not z.imag.is_zero():
            return _value(density, cross, z, analytic)
        return flint.acb(_value_at_node(density, cross, z.real))

    return value


@dataclass(frozen=True, slots=True)
class _LogDensity:
    """The log-density of a mixture as ℓ_d + log(1 + Σ exp(ℓᵢ − ℓ_d)), for every d.

    Attributes
    ----------
    tops : list of (arb, arb, arb)
        a, b, c of the parabola ℓ_d, by d.
    others : list of list of (arb, arb, arb)
        Those of ℓᵢ − ℓ_d for all i ≠ d, by d.
    approximate : list of (float, float, float)
        The tops again, for choosing a d.
    """

    tops: list[Coefficients]
    others: list[list[Coefficients]]
    approximate: list[tuple[float, float, float]]

    @classmethod
    def of(cls, mixture: Mixture) -> _LogDensity:
        parabolas = log_parabolas(mixture)
        tops = [_coefficients(parabola) for parabola in parabolas]
        return cls(
            tops,
            [
                [_coefficients(parabola - top) for parabola in parabolas if parabola is not top]
                for top in parabolas
            ],
            [(float(a), float(b), float(c)) for a, b, c in tops],
        )

    def dominant(self, x: float) -> int:
        """Return the d whose ℓ_d is about the highest at x; which one it is proves nothing."""
        heights = [(a * x + b) * x + c for a, b, c in self.approximate]
        return heights.index(max(heights))


def _coefficients(parabola: Parabola) -> Coefficients:
    return flint.arb(parabola.a), flint.arb(parabola.b), parabola.c


def _value(density: _LogDensity, cross: _LogDensity, z: ComplexBall, analytic: bool) -> ComplexBall:
    """Return m·(log m − log m′) at a ball that meets the real line, or NaN."""
    if not z.imag.contains(0):
        return flint.acb(flint.arb.nan())
    middle = z.real.mid()
    offset = z - middle
    first, second = density.dominant(float(middle)), cross.dominant(float(middle))
    top, top2 = density.tops[first], cross.tops[second]
    total = _total(density.others[first], middle, offset)
    total2 = _total(cross.others[second], middle, offset)
    log_ratio = _around(*_less(top, top2), middle, offset) + (
        flint.acb(total).log(analytic) - flint.acb(total2).log(analytic)
    )
    return _around(*top, middle, offset).exp() * total * log_ratio


def _total(lines: list[Coefficients], middle: Ball, offset: ComplexBall) -> ComplexBall:
    return sum((_around(*line, middle, offset).exp() for line in lines), flint.arb(1))


def _around(a: Ball, b: Ball, c: Ball, middle: Ball, offset: ComplexBall) -> ComplexBall:
    """Evaluate a·x² + b·x + c at middle + offset, tightly although the offset is wide."""
    along = a * middle
    return (along + b) * middle + c + offset * (2 * along + b + a * offset)


def _value_at_node(density: _LogDensity, cross: _LogDensity, x: Ball) -> Ball:
    """Return m·(log m − log m′) on the real line: the same, written for speed."""
    place = float(x)
    first, second = density.dominant(place), cross.dominant(place)
    total = total2 = _ONE
    for a, b, c in density.others[first]:
        total += ((a * x + b) * x + c).exp()
    for a, b, c in cross.others[second]:
        total2 += ((a * x + b) * x + c).exp()
    (a, b, c), (a2, b2, c2) = density.tops[first], cross.tops[second]
    top = (a * x + b) * x + c
    return top.exp() * total * (top - ((a2 * x + b2) * x + c2) + (total / total2).log())


def _less(one: Coefficients, other: Coefficients) -> Coefficients:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]
