"""The upper envelope of the parabolas ℓᵢ = log(wᵢ N(·; μᵢ, σᵢ)): which is highest where.

Two parabolas cross at the roots of a quadratic. The crossings of all pairs, as balls, cut
the line into gaps in which the order of the parabolas cannot change, so that one certain
comparison at one point of a gap names its highest. Crossings whose balls overlap (three
parabolas through one point, or two that touch) become one cut, and of a cut nothing more is
assumed than that it is very short.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import flint

from lse_verify.errors import OracleUndecided
from lse_verify.proving.mixtures.mixture import Ball, Mixture, Parabola, log_parabolas


@dataclass(frozen=True, slots=True)
class Piece:
    """The winner-th parabola is highest, for certain, between the balls `left` and `right`.

    The balls are cuts, and ±∞ at either end of the line: of a cut's inside, the piece says
    nothing.
    """

    left: Ball
    right: Ball
    winner: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """A ball with at least one crossing in it, and which parabolas cross there."""

    place: Ball
    crossing: frozenset[int]


def envelope(mixture: Mixture) -> list[Piece]:
    """Return the pieces of the upper envelope from left to right, at the process's precision.

    The right end of a piece and the left end of the next are the same ball.

    Raises
    ------
    OracleUndecided
        If the precision does not tell which of two parabolas is the higher in some gap.
    """
    parabolas, distinct = log_parabolas(mixture), _distinct(mixture)
    cuts = _separate(_crossings(parabolas, distinct))
    places = [cut.place for cut in cuts]
    points = _points_between(places)
    winners = [_highest(parabolas, distinct, point) for point in points]
    pieces = []
    left, winner = flint.arb.neg_inf(), winners[0]
    for cut, following in zip(cuts, winners[1:], strict=True):
        # A winner that crosses nothing in the cut is the highest throughout the cut.
        if following == winner and winner not in cut.crossing:
            continue
        pieces.append(Piece(left, cut.place, winner))
        left, winner = cut.place, following
    return [*pieces, Piece(left, flint.arb.pos_inf(), winner)]


def _distinct(mixture: Mixture) -> list[int]:
    """Leave out components of equal mean and deviation, but for the heaviest of each."""
    heaviest: dict[object, int] = {}
    for index, place in enumerate(zip(mixture.means, mixture.deviations, strict=True)):
        known = heaviest.setdefault(place, index)
        if mixture.weights[index] > mixture.weights[known]:
            heaviest[place] = index
    return sorted(heaviest.values())


def _crossings(parabolas: list[Parabola], distinct: list[int]) -> list[_Cut]:
    return [
        _Cut(root, frozenset((i, j)))
        for i, j in combinations(distinct, 2)
        for root in (parabolas[i] - parabolas[j]).roots()
    ]


def _separate(cuts: list[_Cut]) -> list[_Cut]:
    """Sort cuts and unite those between which there is no room for a point."""
    separate: list[_Cut] = []
    for cut in sorted(cuts, key=lambda cut: cut.place.lower()):
        last = separate[-1] if separate else None
        if last is None or _point_between(last.place, cut.place) is not None:
            separate.append(cut)
        else:
            united = last.place.union(cut.place)
            separate[-1] = _Cut(united, last.crossing | cut.crossing)
    return separate


def _point_between(left: Ball, right: Ball) -> Ball | None:
    middle = ((left.upper() + right.lower()) / 2).mid()
    return middle if left < middle < right else None


def _points_between(places: list[Ball]) -> list[Ball]:
    """Return an exact point left of all cuts, one in every gap, and one right of all."""
    if not places:
        return [flint.arb(0)]
    outer = [(places[0].lower() - 1).mid(), (places[-1].upper() + 1).mid()]
    inner = [_point_between(*neighbours) for neighbours in pairwise(places)]
    return [outer[0], *inner, outer[1]]


def _highest(parabolas: list[Parabola], distinct: list[int], point: Ball) -> int:
    heights = {index: parabolas[index](point) for index in distinct}
    best = max(distinct, key=lambda index: heights[index].mid())
    if all(index == best or heights[index] < heights[best] for index in distinct):
        return best
    raise OracleUndecided(f"{flint.ctx.prec} bits do not tell which parabola is highest at {point}")
