"""The enclosures of rows held against Arb: whole balls inside, or not.

A point is one output. It is inside where all of Arb's ball for the true value is within the
radius of the centre, which is certain; first at 160 bits, and with more where the ball is not
narrow enough for that. What no precision puts inside counts as outside. A value that is said to be
negligible has to be that, and of the sign that is said.

The true value is head + tail, the head exact (the peak, a difference, 1), so that a tail of any
size can be held against the low part. Nothing of the kernels is used, and of Arb's functions exp,
expm1, log and log1p only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

Ball = Any
"""A ``flint.arb``; python-flint's types are not used because its stubs are incomplete."""

Parts = Callable[[int], list[tuple[Ball, Ball]]]
"""From the number of a row to head and tail of each of its outputs, at the precision set."""

PRECISIONS = (160, 640, 2560, 10240, 40960)
"""The last tells tails apart that are below 2**-DROPPED of a head of any size."""

_NARROW = 2.0**-955
"""Radii below it, 0 too, are compared as balls, not as floats."""

_PLAIN_EXPONENT = 100

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found at some points of one function.

    Attributes
    ----------
    n_points, n_outside, n_unknown : int
        How many were tried; how many of them are not certain to be inside; and of how many the
        kernels say nothing, but perhaps that they are negligible, or −∞.
    closest : float
        The largest distance between truth and centre, in radii.
    widest : float
        The largest radius, relative, where the result does not nearly cancel.
    outside : tuple of str
        The first few that are outside, as they can be typed in again.
    """

    n_points: int = 0
    n_outside: int = 0
    n_unknown: int = 0
    closest: float = 0.0
    widest: float = 0.0
    outside: tuple[str, ...] = ()

    def merge(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(
            self.n_points + other.n_points,
            self.n_outside + other.n_outside,
            self.n_unknown + other.n_unknown,
            max(self.closest, other.closest),
            max(self.widest, other.widest),
            (self.outside + other.outside)[:MOST_SHOWN],
        )


class _PowersOfTwo(dict[int, Ball]):
    def __missing__(self, exponent: int) -> Ball:
        power = self[exponent] = flint.arb(2) ** exponent
        return power


_POWERS = _PowersOfTwo()
_ZERO = flint.arb(0)
_ONE = flint.arb(1)


def rest_of(row: list[float], factor: Ball | None) -> tuple[Ball, Ball]:
    """Return the peak of a row and Σ exp(factor·(x − peak)) over the others; None stands for 1."""
    place = row.index(max(row))
    top = flint.arb(row[place])
    rest = _ZERO
    for j, entry in enumerate(row):
        if j != place and entry != -math.inf:
            apart = flint.arb(entry) - top
            rest += (apart if factor is None else factor * apart).exp()
    return top, rest


def lse_parts(entries: Floats, factor: float, times: float, sign: float) -> Parts:
    """Return the parts of sign·times·LSE(factor·x)/factor, the entries with their sign."""
    rows = entries.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        by = None if factor == 1.0 else flint.arb(factor)
        top, rest = rest_of(rows[number], by)
        tail = rest.log1p()
        tail = tail if by is None else tail / by
        head = top if times == 1.0 else top * times
        tail = tail if times == 1.0 else tail * times
        return [(head, tail)] if sign > 0 else [(-head, -tail)]

    return parts


def softmax_parts(x: Floats) -> Parts:
    """Return the parts of softmax: 1 − rest/total for a peak's share, w/total for others'."""
    rows = x.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        row = rows[number]
        top, rest = rest_of(row, None)
        total, peak = 1 + rest, max(row)
        return [
            (_ONE, -rest / total)
            if entry == peak
            else (_ZERO, (flint.arb(entry) - top).exp() / total)
            for entry in row
        ]

    return parts


def logistic_parts(x: Floats) -> Parts:
    """Return the parts of the logistic function: beside 0 from −1 down, 1 from 1 up, and ½."""
    values = x.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        value = values[number]
        if abs(value) < 1:
            grown = flint.arb(value).expm1()
            return [(_ONE / 2, grown / (2 * (2 + grown)))]
        term = (-flint.arb(abs(value))).exp()
        share = term / (1 + term)
        return [(_ONE, -share) if value > 0 else (_ZERO, share)]

    return parts


def log_softmax_parts(x: Floats) -> Parts:
    """Return the parts of log_softmax."""
    rows = x.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        row = rows[number]
        top, rest = rest_of(row, None)
        tail = -(rest.log1p())
        return [(flint.arb(entry) - top, tail) for entry in row]

    return parts


def log_softmax_gradient_parts(x: Floats) -> Parts:
    """Return the parts of log_softmax's gradient: 1 or −1 and a rest, or all of it tail."""
    rows = x.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        row = rows[number]
        top, rest = rest_of(row, None)
        total, peak = 1 + rest, max(row)
        shares = [(flint.arb(entry) - top).exp() / total for entry in row]
        first = (_ZERO, rest / total) if row[0] == peak else (_ONE, -shares[0])
        others = zip(row[1:], shares[1:], strict=True)
        return [
            first,
            *(
                (-_ONE, rest / total) if entry == peak else (_ZERO, -share)
                for entry, share in others
            ),
        ]

    return parts


def negentropy_parts(p: Floats) -> Parts:
    """Return the parts of negentropy: all of it is tail."""
    rows = p.tolist()

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        shares = (flint.arb(entry) for entry in rows[number] if entry)
        return [(_ZERO, sum((share * share.log() for share in shares), _ZERO))]

    return parts


def bregman_parts(x: Floats, x2: Floats) -> Parts:
    """Return the parts of the divergence: Σ q·(log q − log p), all of it tail."""
    first, second = ([[0.0, *row] for row in rows.tolist()] for rows in (x, x2))

    def parts(number: int) -> list[tuple[Ball, Ball]]:
        top, rest = rest_of(first[number], None)
        top2, rest2 = rest_of(second[number], None)
        logs = rest2.log1p() - rest.log1p()
        found, total2 = _ZERO, 1 + rest2
        for entry, entry2 in zip(first[number], second[number], strict=True):
            down, down2 = flint.arb(entry) - top, flint.arb(entry2) - top2
            found += down2.exp() * ((down2 - down) - logs)
        return [(_ZERO, found / total2)]

    return parts


@dataclass(frozen=True, slots=True)
class Block:
    """Enclosures of the outputs of some rows, and what they are to hold.

    Attributes
    ----------
    found : EnclosureArray
        ``per_row`` outputs a row.
    parts : callable
        Their truth.
    per_row : int
        1, or the length of the rows.
    conditioned : ndarray of bool
        A flag for each output: nothing nearly cancels.
    point : callable
        The arguments of a row, as they can be typed in again.
    """

    found: EnclosureArray
    parts: Parts
    per_row: int
    conditioned: NDArray[np.bool_]
    point: Callable[[int], str]

    def tally(self, distances: Callable[[Block], Floats]) -> Tally:
        """Hold all outputs against the truth.

        Parameters
        ----------
        distances : callable
            Bounds on the distances between truth and centre, in units of 2**exponent; infinite
            or NaN where they have to be asked for one by one. 0 for a value that is said to be
            negligible, where it is.
        """
        flint.ctx.prec = PRECISIONS[0]
        found = self.found
        distance = distances(self)
        known = np.isfinite(found.radius) & np.isfinite(found.hi)
        with np.errstate(invalid="ignore"):
            # What is farther is asked again, for its ball may be wide.
            inside = known & (found.radius > _NARROW) & (2 * distance <= found.radius)
        # Of a dropped tail the radius tells nothing.
        counted = inside & (found.radius > 2.0**-900)
        closest = float(np.max(distance[counted] / found.radius[counted], initial=0.0))
        inside |= ~known & (found.exponent == NEGLIGIBLE_LOG2) & (distance == 0)
        inside |= ~known & (found.exponent != NEGLIGIBLE_LOG2) & np.isinf(found.radius)
        outside: list[str] = []
        n_outside = 0
        for index, share in self._one_by_one(np.flatnonzero(~inside)):
            if share > 1:
                n_outside += 1
                outside.append(f"{self.point(index // self.per_row)}[{index % self.per_row}]")
            closest = max(closest, share)
        told = known & self.conditioned & (found.hi != 0)
        relative = found.radius[told] / np.abs(found.hi[told])
        return Tally(
            len(found),
            n_outside,
            int((~known).sum()),
            closest,
            float(np.max(relative, initial=0.0)),
            tuple(outside[:MOST_SHOWN]),
        )

    def _one_by_one(self, indices: NDArray[np.intp]) -> Iterator[tuple[int, float]]:
        """Yield distances in radii, more precisely; more than 1 where outside."""

        @lru_cache(len(PRECISIONS))
        def parts(number: int, prec_bits: int) -> list[tuple[Ball, Ball]]:
            return self.parts(number)

        for index in indices.tolist():
            hi, lo = float(self.found.hi[index]), float(self.found.lo[index])
            radius = float(self.found.radius[index])
            exponent = int(self.found.exponent[index])
            share = math.inf
            for prec_bits in PRECISIONS:
                flint.ctx.prec = prec_bits
                head, tail = parts(index // self.per_row, prec_bits)[index % self.per_row]
                if radius == math.inf:
                    share, is_sharp = _negligible(head + tail, hi), True
                else:
                    share, is_sharp = _share(head, tail, hi, lo, radius, exponent)
                if share == math.inf or (share <= 1 and is_sharp):
                    break
            yield index, share
        flint.ctx.prec = PRECISIONS[0]


def _negligible(value: Ball, sign: float) -> float:
    """Return 0 where a value is that and not of the other sign, ∞ where it is.

    The sign itself cannot be told of a divergence: it is that of a strictly convex function's.
    """
    limit = _POWERS[NEGLIGIBLE_LOG2]
    if bool(abs(value) > limit) or bool(value * sign < 0):
        return math.inf
    return 0.0 if bool(abs(value) <= limit) else 2.0


def _share(
    head: Ball, tail: Ball, hi: float, lo: float, radius: float, exponent: int
) -> tuple[float, bool]:
    """Return |truth − centre|/radius from above, and whether to three digits.

    ∞ where it is certainly above 1, 2 where that is open.
    """
    if math.isinf(hi):
        return (0.0 if bool(head == hi) and radius == 0 else math.inf), True
    scale = _POWERS[-exponent]
    distance = abs(((head * scale - hi) - lo) + tail * scale)
    if distance.is_zero():
        return 0.0, True
    if bool(distance <= radius):
        # As balls, for both may be too small for a float; whole below 1.
        share = distance / radius
        return min(1.0, float(share.abs_upper())), float(share.rad()) < 0.001
    return (math.inf if bool(distance > radius) else 2.0), False


@dataclass(frozen=True, slots=True)
class _Centres:
    """Centres as floats where that is exact, for then nothing has to be scaled."""

    hi: list[float]
    lo: list[float]
    shift: list[int]
    plain: NDArray[np.bool_]

    @classmethod
    def of(cls, found: EnclosureArray) -> _Centres:
        near = np.clip(found.exponent, -_PLAIN_EXPONENT, _PLAIN_EXPONENT).astype(np.int32)
        low = np.ldexp(found.lo, near)
        plain = (near == found.exponent) & (np.ldexp(low, -near) == found.lo)
        return cls(
            np.where(plain, np.ldexp(found.hi, near), found.hi).tolist(),
            np.where(plain, low, found.lo).tolist(),
            np.where(plain, 0, -found.exponent).tolist(),
            plain,
        )

    def in_units(self, distance: list[float], found: EnclosureArray) -> Floats:
        shift = np.where(self.plain, -found.exponent, 0)
        with np.errstate(over="ignore", under="ignore"):
            # Below it a float is too coarse, and it is a bound as well.
            return np.ldexp(np.maximum(distance, 2.0**-1020), shift.astype(np.int32))


def plain_distances(block: Block) -> Floats:
    """Return the distances of any function, row by row."""
    centres = _Centres.of(block.found)
    distance: list[float] = []
    known = np.isfinite(block.found.radius).tolist()
    index = 0
    for number in range(len(block.found) // block.per_row):
        if not any(known[index : index + block.per_row]):
            distance += [math.nan] * block.per_row
            index += block.per_row
            continue
        for head, tail in block.parts(number):
            shift = centres.shift[index]
            if shift:
                scale = _POWERS[shift]
                head, tail = head * scale, tail * scale
            apart = ((head - centres.hi[index]) - centres.lo[index]) + tail
            distance.append(float(apart.abs_upper()))
            index += 1
    return centres.in_units(distance, block.found)


def share_distances(
    x: Floats, shares: EnclosureArray, logs: EnclosureArray
) -> tuple[Floats, Floats]:
    """Return the distances of softmax and log_softmax of the same rows: one exp an entry.

    0 also for a share that is said to be negligible, and is.
    """
    flint.ctx.prec = PRECISIONS[0]
    m, n = x.shape
    of_shares, of_logs = _Centres.of(shares), _Centres.of(logs)
    tried = np.isfinite(shares.radius).tolist()
    said = (
        np.isinf(shares.radius) & (shares.exponent == NEGLIGIBLE_LOG2) & (shares.hi > 0)
    ).tolist()
    tried_logs = (np.isfinite(logs.radius) & np.isfinite(logs.hi)).tolist()
    found, found_logs = [math.nan] * (m * n), [math.nan] * (m * n)
    arb, start, negligible = flint.arb, 0, _POWERS[NEGLIGIBLE_LOG2]
    for row in x.tolist():
        peak = max(row)
        place = row.index(peak)
        if peak == -math.inf:
            start += n
            continue
        top = arb(peak)
        apart = [arb(entry) - top for entry in row]
        weights = [difference.exp() for difference in apart]
        rest = sum(weights[:place] + weights[place + 1 :], _ZERO)
        tail, inverse = rest.log1p(), 1 / (1 + rest)
        less = rest * inverse
        for j, index in enumerate(range(start, start + n)):
            if tried[index]:
                shift = of_shares.shift[index]
                if row[j] == peak:
                    head, share = (_POWERS[shift], -less) if shift else (_ONE, -less)
                else:
                    head, share = _ZERO, weights[j] * inverse
                if shift:
                    share = share * _POWERS[shift]
                value = ((head - of_shares.hi[index]) - of_shares.lo[index]) + share
                found[index] = float(value.abs_upper())
            elif said[index] and weights[j] <= negligible:
                found[index] = 0.0
            if tried_logs[index]:
                shift = of_logs.shift[index]
                if shift:
                    scale = _POWERS[shift]
                    value = (
                        (apart[j] * scale - of_logs.hi[index]) - of_logs.lo[index]
                    ) - tail * scale
                else:
                    value = ((apart[j] - of_logs.hi[index]) - of_logs.lo[index]) - tail
                found_logs[index] = float(value.abs_upper())
        start += n
    distances = of_shares.in_units(found, shares)
    return np.where(said, found, distances), of_logs.in_units(found_logs, logs)
