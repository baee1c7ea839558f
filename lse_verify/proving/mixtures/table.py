"""Random pairs of mixtures, their true divergence, and the sandwich that must hold it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import flint

from lse_verify.enclosure import Enclosure
from lse_verify.proving.mixtures.divergence import WIDTH_LOG2, kl
from lse_verify.proving.mixtures.mixture import Mixture, enclosure, pair
from lse_verify.proving.mixtures.sandwich import PREC_BITS, Sandwich, sandwiches

Answer = Literal["yes", "no", "undecided"]

LADDER = (WIDTH_LOG2, 2 * WIDTH_LOG2, 4 * WIDTH_LOG2, 8 * WIDTH_LOG2)
"""How narrow, as log₂, the divergence is asked for in turn, until the question is decided."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pair of mixtures.

    Attributes
    ----------
    seed, index : int
        What `pair` draws the mixtures from.
    k, other_k : int
        The components of m and of m′.
    kl : Enclosure
        The true divergence KL(m : m′), by rigorous quadrature.
    lower, upper, adaptive_lower, adaptive_upper : Enclosure
        The two sandwiches, by closed forms.
    excess : Enclosure
        upper − lower − (log k + log k′), which is 0.
    inside, adaptive_inside : {"yes", "no", "undecided"}
        Whether the divergence is between the ends, for certain.
    seconds : float
        The time that it took; two rows that differ in nothing else are equal.
    """

    seed: int
    index: int
    k: int
    other_k: int
    kl: Enclosure
    lower: Enclosure
    upper: Enclosure
    adaptive_lower: Enclosure
    adaptive_upper: Enclosure
    excess: Enclosure
    inside: Answer
    adaptive_inside: Answer
    seconds: float = field(compare=False)

    @property
    def width(self) -> Fraction:
        """How closely the divergence is known."""
        return self.kl.hi - self.kl.lo

    @property
    def nearness(self) -> Fraction:
        """The certain distance to the nearer end as a share of the gap; 0 where undecided."""
        distance = min(self.kl.lo - self.lower.hi, self.upper.lo - self.kl.hi)
        return max(distance, Fraction(0)) / (self.upper.hi - self.lower.lo)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a table shows, in one line.

    Attributes
    ----------
    pairs, inside, outside, undecided : int
        The rows, and how they were answered.
    adaptive_inside, adaptive_outside, adaptive_undecided : int
        The same for the tighter sandwich.
    least_nearness : float
        The least distance from the divergence to either end, as a share of the gap.
    largest_width : float
        The widest enclosure of a divergence.
    least_kl, largest_kl : float
        The range of the divergences.
    mean_tightening : float
        The adaptive gap over the gap, on average.
    seconds : float
        Of all rows together.
    """

    pairs: int
    inside: int
    outside: int
    undecided: int
    adaptive_inside: int
    adaptive_outside: int
    adaptive_undecided: int
    least_nearness: float
    largest_width: float
    least_kl: float
    largest_kl: float
    mean_tightening: float
    seconds: float


def answer(divergence: Enclosure, lower: Enclosure, upper: Enclosure) -> Answer:
    """Tell whether a number is between two others, all of them known by enclosures.

    Examples
    --------
    >>> zero, one = Enclosure.exactly(0), Enclosure.exactly(1)
    >>> answer(one, zero, Enclosure(Fraction(1, 2), Fraction(3, 2)))
    'undecided'
    """
    if lower.hi <= divergence.lo and divergence.hi <= upper.lo:
        return "yes"
    if divergence.hi < lower.lo or upper.hi < divergence.lo:
        return "no"
    return "undecided"


def row(seed: int, index: int) -> Row:
    """Draw pair number `index` and answer for it; a row depends on nothing else."""
    return row_of(*pair(seed, index), seed=seed, index=index)


def row_of(mixture: Mixture, other: Mixture, *, seed: int = 0, index: int = 0) -> Row:
    """Answer for one pair, asking for the divergence more closely until that decides."""
    start = time.perf_counter()
    for width_log2 in LADDER:
        ends = sandwiches(mixture, other, max(PREC_BITS, -2 * width_log2))
        found = enclosure(kl(mixture, other, width_log2))
        lower, upper = enclosure(ends.lower), enclosure(ends.upper)
        tight_lower, tight_upper = enclosure(ends.adaptive_lower), enclosure(ends.adaptive_upper)
        inside, adaptive = answer(found, lower, upper), answer(found, tight_lower, tight_upper)
        narrow = found.hi - found.lo <= Fraction(2) ** WIDTH_LOG2
        if narrow and "undecided" not in (inside, adaptive):
            break
    return Row(
        seed=seed,
        index=index,
        k=mixture.k,
        other_k=other.k,
        kl=found,
        lower=lower,
        upper=upper,
        adaptive_lower=tight_lower,
        adaptive_upper=tight_upper,
        excess=_excess(ends, mixture.k, other.k),
        inside=inside,
        adaptive_inside=adaptive,
        seconds=time.perf_counter() - start,
    )


def _excess(ends: Sandwich, k: int, other_k: int) -> Enclosure:
    with flint.ctx.workprec(PREC_BITS):
        return enclosure(ends.upper - ends.lower - (flint.arb(k).log() + flint.arb(other_k).log()))


def table(seed: int, pairs: int = 200) -> list[Row]:
    """Return the rows of so many pairs, one after the other."""
    return [row(seed, index) for index in range(pairs)]


def summary(rows: list[Row]) -> Summary:
    """Return what a table of at least one row shows."""
    plain = [row.inside for row in rows]
    adaptive = [row.adaptive_inside for row in rows]
    return Summary(
        pairs=len(rows),
        inside=plain.count("yes"),
        outside=plain.count("no"),
        undecided=plain.count("undecided"),
        adaptive_inside=adaptive.count("yes"),
        adaptive_outside=adaptive.count("no"),
        adaptive_undecided=adaptive.count("undecided"),
        least_nearness=float(min(row.nearness for row in rows)),
        largest_width=float(max(row.width for row in rows)),
        least_kl=float(min(row.kl.hi for row in rows)),
        largest_kl=float(max(row.kl.hi for row in rows)),
        mean_tightening=float(sum(_tightening(row) for row in rows) / len(rows)),
        seconds=sum(row.seconds for row in rows),
    )


def _tightening(row: Row) -> Fraction:
    return (row.adaptive_upper.hi - row.adaptive_lower.lo) / (row.upper.hi - row.lower.lo)
