"""The tiers that enclose one row: Arb, and the judge where it has to answer for everything.

Both give quadruples (hi, lo, radius, exponent), the form that arrays of enclosures are made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lse_verify.enclosure import Enclosure, split
from lse_verify.family.block import Point
from lse_verify.family.function import Case, Function, Pending
from lse_verify.formats import power_of_two
from lse_verify.oracle.arb_balls import balls, quadruple
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, PRECISIONS, Oracle

Quadruple = tuple[float, float, float, int]

WANTED_RADIUS = 2.0**-85
"""Relative: a fraction 2**−31 of a binary64 ulp, so that few errors stay near a limit.

The kernels' own is near 2**-99 unless the result nearly cancels, which then takes 14 bits.
"""

UNKNOWN: Quadruple = (0.5, 0.0, math.inf, 0)

_PRECISIONS = (128, 256, 512, 2048, 8192)

RowTier = Callable[[Function, Point, tuple[int, ...]], dict[int, Quadruple]]
"""Encloses the outputs of a settled point that are asked for, by their places from 1."""


def case_quadruples(tier: RowTier, function: Function, case: Case) -> list[Quadruple]:
    """Return (hi, lo, radius, exponent) for every outcome of a case.

    What a strict limit excludes is taken off (`beyond_limits`); an outcome that is no number
    is unknown.
    """
    values = pending_quadruples(tier, function, case)
    return [
        beyond_limits(values[outcome], function, case.at(outcome), outcome.k)
        if isinstance(outcome, Pending)
        else split(outcome.lo)
        if isinstance(outcome, Enclosure)
        else UNKNOWN
        for outcome in case.outcomes
    ]


def pending_quadruples(tier: RowTier, function: Function, case: Case) -> dict[Pending, Quadruple]:
    """Return (hi, lo, radius, exponent) for every pending outcome, each point asked once."""
    asked: dict[Point, list[Pending]] = {}
    for outcome in case.outcomes:
        if isinstance(outcome, Pending):
            asked.setdefault(case.at(outcome), []).append(outcome)
    found: dict[Pending, Quadruple] = {}
    for point, outcomes in asked.items():
        values = tier(function, point, tuple(outcome.k for outcome in outcomes))
        found |= {outcome: values[outcome.k] for outcome in outcomes}
    return found


def by_arb(
    function: Function,
    point: Point,
    places: tuple[int, ...],
    precisions: Sequence[int] = _PRECISIONS,
) -> dict[int, Quadruple]:
    """Ask Arb, at precisions of which the first is enough for nearly every question."""
    found: list[Quadruple] = []
    for prec_bits in precisions:
        found = [quadruple(ball) for ball in balls(function, point, prec_bits)]
        if all(
            radius <= WANTED_RADIUS or power == NEGLIGIBLE_LOG2 for _, _, radius, power in found
        ):
            break
    return {k: found[k - 1] for k in places}


def by_judge(judge: Oracle) -> RowTier:
    """Ask the judge, until it tells, or tells that the value is negligible."""

    def ask(function: Function, point: Point, places: tuple[int, ...]) -> dict[int, Quadruple]:
        return {k: _judged(judge, function, point, k) for k in places}

    return ask


def _judged(judge: Oracle, function: Function, point: Point, k: int) -> Quadruple:
    found = UNKNOWN
    for prec_bits in PRECISIONS:
        enclosure = judge.enclose(function, point, k, prec_bits)
        if enclosure is not None:
            found = quadruple_of(enclosure)
        if found[2] <= WANTED_RADIUS:
            break
    return found


def quadruple_of(enclosure: Enclosure) -> Quadruple:
    """Return (hi, lo, radius, exponent) that hold an enclosure; as `arb_balls.quadruple` of it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> quadruple_of(Enclosure(Fraction(3), Fraction(3)))
    (0.75, 0.0, 0.0, 2)
    """
    if enclosure.lo <= 0 <= enclosure.hi and not enclosure.is_exact:
        largest = max(-enclosure.lo, enclosure.hi)
        is_negligible = largest <= power_of_two(NEGLIGIBLE_LOG2)
        return 0.5, 0.0, math.inf, (NEGLIGIBLE_LOG2 if is_negligible else 0)
    hi, lo, radius, exponent = split((enclosure.lo + enclosure.hi) / 2)
    half = (enclosure.hi - enclosure.lo) / 2
    if half:
        # Rounded up twice: to binary64, and in the sum.
        relative = half / power_of_two(exponent)
        radius += math.nextafter(relative.numerator / relative.denominator, math.inf)
        radius = math.nextafter(radius, math.inf)
    return hi, lo, radius, exponent


def beyond_limits(found: Quadruple, function: Function, point: Point, k: int) -> Quadruple:
    """Take off what a strict limit excludes, so that the interval does not touch it.

    A truth such as 2**40 + exp(−1e300) cannot be told from its limit 2**40 by any radius; a
    stand-in on the right side of it rounds alike (MATHEMATICS, section 4). Only limits of at
    most 53 bits are used: between such a limit and a stand-in 2**−85 away there is no float
    and no midpoint.
    """
    hi, lo, radius, exponent = found
    if hi and radius < math.inf and exponent <= NEGLIGIBLE_LOG2:
        # As where it is not seen at all: which of the two depends on who was asked.
        return math.copysign(0.5, hi), 0.0, 0.0, NEGLIGIBLE_LOG2
    negligible = radius == math.inf and exponent == NEGLIGIBLE_LOG2
    touching = 0 < radius <= WANTED_RADIUS and abs(lo) <= radius
    if not (negligible or touching):
        return found
    for limit, side in zip(function.strict_limits(point, k), (1, -1), strict=True):
        if limit == 0 and negligible:
            return side * 0.5, 0.0, 0.0, NEGLIGIBLE_LOG2
        if limit and touching and split(limit) == (hi, 0.0, 0.0, exponent):
            half = (side * lo + radius) / 2
            return hi, side * half, half * (1 - 2.0**-30), exponent
    return found
