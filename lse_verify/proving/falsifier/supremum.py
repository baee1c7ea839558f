"""Is a value the supremum over a row? Look for a row above it, and for rows that come near."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import (
    Exact,
    Number,
    Undefined,
    finite,
    is_exact,
    short,
    working_precision,
)
from lse_verify.proving.falsifier.draws import kind_of
from lse_verify.proving.falsifier.evaluate import MEMO, Closure, compiled
from lse_verify.proving.falsifier.judgement import HELD, Judgement, compared
from lse_verify.proving.falsifier.plan import Plan, plan_for
from lse_verify.proving.falsifier.point import Entries, Point
from lse_verify.proving.falsifier.points import mended, points
from lse_verify.theory.statements import Supremum

_ROWS = 12

_PATIENCE = 40

_NEAR = flint.fmpq(1, 64)
"""How near the best row found must come to a finite supremum."""

_GRID = 1 << 40

_SEARCH_BITS = 192

_STEPS = 400

_LARGEST_STEP, _SMALLEST_STEP = 64, flint.fmpq(1, 1 << 9)

_FAR = tuple(2**k for k in (6, 12, 18))


def judged_supremum(statement: Supremum, point: Point, seed: int, prec_bits: int) -> Judgement:
    """Judge a supremum at a point, which gives the names outside a value."""
    search = _Search(statement, point, seed)
    drawn = list(islice(points(search.plan, seed, around=point, patience=_PATIENCE), _ROWS))
    if not drawn:
        return Judgement("open", f"no {statement.over} found that satisfies {statement.subject}")
    if statement.value is sp.oo:
        return search.unbounded(drawn)
    for row in drawn:
        judgement = search.below(row, prec_bits)
        if judgement.word != "held":
            return judgement
    return search.approached(drawn, prec_bits) if point.is_mild else HELD


class _Search:
    """Rows tried for one supremum at one point."""

    def __init__(self, statement: Supremum, point: Point, seed: int) -> None:
        self.over = statement.over
        self.point = point
        self.rng = random.Random(seed)
        self.plan: Plan = plan_for(
            frozenset(statement.subject), frozenset({(self.over, kind_of(self.over, self.over))})
        )
        self.expression: Closure = compiled(statement.expression)
        self.value: Closure | None = None
        if statement.value is not sp.oo:
            self.value = compiled(statement.value)

    def bound(self, prec_bits: int) -> Number:
        """Return the claimed supremum, in which the row has no value."""
        assert self.value is not None
        env = self.point.environment(prec_bits)
        return finite(self.value({k: v for k, v in env.items() if k != self.over} | {MEMO: {}}))

    def height(self, row: Point, prec_bits: int) -> Number:
        """Return the expression's value at a row."""
        return finite(self.expression(row.environment(prec_bits)))

    def below(self, row: Point, prec_bits: int) -> Judgement:
        """Judge whether the expression is at most the value at a row."""
        judgement = HELD
        for bits in (prec_bits, 8 * prec_bits):
            with working_precision(bits):
                try:
                    judgement = compared(self.height(row, bits), "<=", self.bound(bits))
                except (Undefined, ZeroDivisionError) as missing:
                    judgement = Judgement("undefined", str(missing))
            if judgement.word in ("held", "refuted"):
                break
        if judgement.word == "held":
            return HELD
        return Judgement(judgement.word, f"at {self._text(row)}: {judgement.note}")

    def approached(self, drawn: list[Point], prec_bits: int) -> Judgement:
        """Climb from the best row known, and judge whether the value is nearly reached."""
        best = self._climbed([*drawn, *self._guesses(drawn[0])])
        judgement = self.below(best, prec_bits)
        if judgement.word != "held":
            return judgement
        with working_precision(prec_bits):
            height, bound = self.height(best, prec_bits), self.bound(prec_bits)
            if bound - height < _NEAR:
                return HELD
        note = f"best found {short(height)} at {self._text(best)}, well below {short(bound)}"
        return Judgement("open", note)

    def unbounded(self, drawn: list[Point]) -> Judgement:
        """Judge whether the expression grows without end along some ray."""
        best = None
        for ray in self._rays(drawn):
            heights = [self._height_or_none(ray(far)) for far in _FAR]
            if None not in heights and _grows(heights):
                return HELD
            known = [h for h in heights if h is not None]
            best = max([*known, *([] if best is None else [best])], key=_middle, default=None)
        note = "" if best is None else f", best found {short(best)}"
        return Judgement("open", f"does not grow along any ray tried{note}")

    def _height_or_none(self, row: Point | None) -> Number | None:
        """Return a height to compare rows by; None where there is none."""
        if row is None:
            return None
        try:
            with working_precision(_SEARCH_BITS):
                return flint.arb(self.height(row, _SEARCH_BITS))
        except (Undefined, ZeroDivisionError):
            return None

    def _with(self, entries: dict[int, Exact], like: Entries) -> Point | None:
        """Return the point with a row like these entries that satisfies the subject."""
        kind = dict(self.plan.kinds)[self.over]
        if not all(map(kind.allows, entries.values())):
            return None
        drawn = {**self.point.drawn, self.over: Entries(like.fill, entries)}
        definitions = self.point.definitions + self.plan.definitions
        around = replace(self.point, drawn=drawn, definitions=definitions, _environments={})
        return mended(self.plan, around, self.rng)

    def _row(self, row: Point) -> Entries:
        entries: Entries = row.drawn[self.over]
        return entries

    def _text(self, row: Point) -> str:
        return f"{self.over}={tuple(short(v) for v in self._row(row).values())}".replace("'", "")

    def _guesses(self, like: Point) -> Iterator[Point]:
        """Yield rows made entrywise of the rows outside: suprema often lie there."""
        shape = self._row(like)
        env = self.point.environment(_SEARCH_BITS)
        for name in sorted((n for n in env if isinstance(env[n], Entries)), key=str):
            for function in (_same, _log, _exp):
                with working_precision(_SEARCH_BITS):
                    entries = {k: _rational(function(flint.arb(env[name][k]))) for k in shape}
                guess = self._with(entries, shape)
                if guess is not None:
                    yield guess

    def _climbed(self, starts: list[Point]) -> Point:
        """Return the end of a search along the coordinates from the highest start."""
        ranked = [(h, s) for s in starts if (h := self._height_or_none(s)) is not None]
        if not ranked:
            return starts[0]
        height, best = max(ranked, key=lambda pair: _middle(pair[0]))
        step: Exact = flint.fmpq(1)
        tries = 0
        while step >= _SMALLEST_STEP and tries < _STEPS:
            improved = False
            for direction in _directions(list(self._row(best))):
                tries += 1
                row = self._row(best)
                moved = self._with({k: row[k] + step * direction.get(k, 0) for k in row}, row)
                higher = self._height_or_none(moved)
                if moved is not None and higher is not None and higher > height:
                    height, best, improved = higher, moved, True
            step = min(step * 2, flint.fmpq(_LARGEST_STEP)) if improved else step / 4
        return best

    def _rays(self, drawn: list[Point]) -> Iterator[Callable[[int], Point | None]]:
        shape = self._row(drawn[0])
        for direction in (*_directions(list(shape)), *map(self._row, drawn)):
            yield partial(self._along, dict(direction), shape)

    def _along(self, direction: dict[int, Exact], shape: Entries, far: int) -> Point | None:
        return self._with({k: far * direction.get(k, 0) for k in shape}, shape)


def _directions(keys: list[int]) -> list[dict[int, int]]:
    """Return all ones and the unit vectors, each with both signs."""
    ones = [dict.fromkeys(keys, sign) for sign in (1, -1)]
    return ones + [{at: sign} for at in keys for sign in (1, -1)]


def _grows(heights: list[Number]) -> bool:
    first, second, third = heights
    return bool(second > first + 1 and third > second + 1 and third > 8 * second)


def _middle(ball: Number) -> float:
    return float(ball.mid())


def _same(value: Number) -> Number:
    return value


def _log(value: Number) -> Number:
    """Return log(value), and of what is hardly positive a very negative number."""
    return value.log() if value > flint.arb(2) ** -80 else flint.arb(-56)


def _exp(value: Number) -> Number:
    return value.exp()


def _rational(value: Number) -> Exact:
    below = (value * _GRID).floor().unique_fmpz() if not is_exact(value) else None
    return value if below is None else flint.fmpq(below, _GRID)
