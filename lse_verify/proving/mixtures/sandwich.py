"""Nielsen and Sun's sandwich of the Kullback-Leibler divergence of two mixtures.

The logarithm of a mixture of k is a log-sum-exp: max ℓᵢ ≤ log m ≤ max ℓᵢ + log k at every
point. Integrated against a density, that encloses

    ∫ m max ℓ′  ≤  −H×(m : m′)  ≤  ∫ m max ℓ′ + log k′,

likewise −H(m) with m for m′, and so KL(m : m′) = H×(m : m′) − H(m) in an interval as long as
log k + log k′. The maximum is one parabola on each piece of the envelope, and a parabola
against a Gaussian integrates in closed form.

On a piece where ℓ_d is highest, log m − ℓ_d = log Σ exp(ℓᵢ − ℓ_d) is in fact between the
values at the infima and at the suprema of the parabolas ℓᵢ − ℓ_d, which lie at the ends or at
the vertex: the *adaptive* sandwich, never the wider of the two.

References
----------
F. Nielsen and K. Sun, "Guaranteed bounds on information-theoretic measures of univariate
mixtures using piecewise log-sum-exp inequalities", Entropy 18(12), 442, 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import flint

from lse_verify.errors import OracleUndecided
from lse_verify.proving.mixtures.envelope import Piece, envelope
from lse_verify.proving.mixtures.gaussian import Moments, against, moments_below
from lse_verify.proving.mixtures.mixture import Ball, Component, Mixture, Parabola, log_parabolas

PREC_BITS = 256
_MOST_PREC_BITS = 2**14


@dataclass(frozen=True, slots=True)
class Sandwich:
    """Two enclosures of the divergence by closed forms; the second is the tighter.

    Attributes
    ----------
    lower, upper : arb
        By max and max + log k.
    adaptive_lower, adaptive_upper : arb
        By what the other parabolas can add on each piece.
    """

    lower: Ball
    upper: Ball
    adaptive_lower: Ball
    adaptive_upper: Ball


@dataclass(frozen=True, slots=True)
class _LogMean:
    """What the closed forms say of ∫ m log m′: `highest` + an excess between two bounds."""

    highest: Ball
    least_excess: Ball
    most_excess: Ball


def sandwich(mixture: Mixture, other: Mixture, prec_bits: int = PREC_BITS) -> tuple[Ball, Ball]:
    """Return Nielsen and Sun's lower and upper bound of KL(mixture : other).

    Examples
    --------
    >>> from fractions import Fraction
    >>> unit = Mixture((Fraction(1),), (Fraction(0),), (Fraction(1),))
    >>> moved = Mixture((Fraction(1),), (Fraction(1),), (Fraction(1),))
    >>> [str(end.str(5, radius=False)) for end in sandwich(unit, moved)]
    ['0.50000', '0.50000']
    """
    found = sandwiches(mixture, other, prec_bits)
    return found.lower, found.upper


def sandwiches(mixture: Mixture, other: Mixture, prec_bits: int = PREC_BITS) -> Sandwich:
    """Return both sandwiches of KL(mixture : other), at so many bits or, if need be, more."""
    while True:
        try:
            with flint.ctx.workprec(prec_bits):
                return _sandwiches(mixture, other)
        except OracleUndecided:
            if prec_bits >= _MOST_PREC_BITS:
                raise
            prec_bits *= 2


def _sandwiches(mixture: Mixture, other: Mixture) -> Sandwich:
    own, cross = _log_mean(mixture, mixture), _log_mean(mixture, other)
    own_width, cross_width = flint.arb(mixture.k).log(), flint.arb(other.k).log()
    return Sandwich(
        lower=own.highest - (cross.highest + cross_width),
        upper=(own.highest + own_width) - cross.highest,
        adaptive_lower=(own.highest + own.least_excess) - (cross.highest + cross.most_excess),
        adaptive_upper=(own.highest + own.most_excess) - (cross.highest + cross.least_excess),
    )


def _log_mean(mixture: Mixture, other: Mixture) -> _LogMean:
    """Bound ∫ m log m′, m the density of `mixture` and m′ that of `other`."""
    components, parabolas = mixture.components(), log_parabolas(other)
    highest, least, most = flint.arb(0), flint.arb(0), flint.arb(0)
    below: Moments = moments_below(components, flint.arb.neg_inf())
    for piece in envelope(other):
        above = moments_below(components, piece.right)
        highest += against(parabolas[piece.winner], above, below)
        infimum, supremum = _log_total(parabolas, piece)
        least += (above[0] - below[0]) * infimum
        most += (above[0] - below[0]) * supremum
        below = above
        if piece.right.is_finite():
            in_cut = _mass_of_cut(components, piece.right)
            heights = [parabola(piece.right) for parabola in parabolas]
            highest += in_cut * reduce(flint.arb.max, heights)
            most += in_cut * flint.arb(other.k).log()
    return _LogMean(highest, least, most)


def _mass_of_cut(components: list[Component], cut: Ball) -> Ball:
    """Return ∫ m over the inside of a cut, at most its length times the density.

    The pieces end somewhere on either side of the crossings in the cut; whatever is between
    them is weighed here by the highest parabola that there may be.
    """
    root_two_pi = (2 * flint.arb.pi()).sqrt()
    density = flint.arb(0)
    for weight, mean, deviation in components:
        scaled = (cut - mean) / deviation
        square = (scaled * scaled).nonnegative_part()
        density += weight * (-square / 2).exp() / (deviation * root_two_pi)
    return flint.arb(0).union(2 * cut.rad() * density)


def _log_total(parabolas: list[Parabola], piece: Piece) -> tuple[Ball, Ball]:
    """Bound log Σ exp(ℓᵢ − ℓ_d) on a piece, where ℓ_d is the highest, from below and above."""
    least, most = flint.arb(1), flint.arb(1)
    for index, parabola in enumerate(parabolas):
        if index != piece.winner:
            extremes = _extremes(parabola - parabolas[piece.winner], piece)
            least += reduce(flint.arb.min, extremes).exp()
            # Truly at most 0 on a piece, but at its ends the balls reach above.
            most += reduce(flint.arb.max, extremes).min(flint.arb(0)).exp()
    return least.log(), most.log()


def _extremes(below_top: Parabola, piece: Piece) -> list[Ball]:
    """Return the values, or limits, among which the extremes on a piece are."""
    if below_top.is_constant:
        return [below_top.c]
    # What is below the highest parabola and not parallel to it falls to −∞ at infinity.
    found = [
        below_top(end) if end.is_finite() else flint.arb.neg_inf()
        for end in (piece.left, piece.right)
    ]
    if below_top.a != 0:
        vertex = flint.arb(-below_top.b / (2 * below_top.a))
        if not (vertex < piece.left or vertex > piece.right):
            found.append(below_top(vertex))
    return found
