"""Draw points at which hypotheses hold: define, draw, mend, reject."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Exact, Undefined, working_precision
from lse_verify.proving.falsifier.draws import (
    MILD,
    Kind,
    Style,
    draw_length,
    draw_row,
    draw_value,
    least_length,
)
from lse_verify.proving.falsifier.evaluate import Environment, restore, span
from lse_verify.proving.falsifier.judgement import PREC_BITS
from lse_verify.proving.falsifier.moves import holds
from lse_verify.proving.falsifier.plan import Constraint, Plan
from lse_verify.proving.falsifier.point import Entries, Point
from lse_verify.proving.falsifier.vocabulary import Name

_STYLES: tuple[Style, ...] = (
    "lattice", "generic", "equal", "permuted", "peaked",
    "lattice", "far", "permuted lattice", "generic", "offset",
)  # fmt: skip

_LEAST = (0, 8)
"""Where in the cycle of styles all integers are least: many a strict claim fails at n = 1 alone."""

_LONGEST_ROW = 30

_PASSES = 5

PATIENCE = 300
"""After so many attempts in vain, hypotheses count as contradictory."""


def points(
    plan: Plan,
    seed: int,
    longest: int = 7,
    around: Point | None = None,
    patience: int = PATIENCE,
) -> Iterator[Point]:
    """Yield points at which the plan's hypotheses hold, until none turns up any more.

    Parameters
    ----------
    plan : Plan
        Of the hypotheses.
    seed : int
        The same seed gives the same points.
    longest : int
        The largest length drawn.
    around : Point, optional
        Values of names that the plan takes as they are.
    patience : int, optional
        How many attempts in vain end the drawing.
    """
    fruitless = 0
    attempt = 0
    while fruitless < patience:
        point = _attempt(plan, seed, attempt, longest, around)
        attempt += 1
        fruitless += 1
        if point is not None:
            fruitless = 0
            yield point


def _attempt(
    plan: Plan, seed: int, attempt: int, longest: int, around: Point | None
) -> Point | None:
    rng = random.Random(seed * 1_000_003 + attempt)
    turn = attempt % len(_STYLES)
    style = _STYLES[turn]
    longest = 0 if turn in _LEAST else longest
    drawn = _drawn(plan, rng, style, longest, {} if around is None else around.drawn)
    definitions = plan.definitions
    is_mild = style in MILD
    if around is not None:
        definitions = around.definitions + definitions
        is_mild = is_mild and around.is_mild
    return mended(plan, Point(drawn, definitions, is_mild), rng)


def _drawn(
    plan: Plan, rng: random.Random, style: Style, longest: int, known: Mapping[Name, Any]
) -> dict[Name, Any]:
    # In common: two weights are seldom both small by themselves.
    scale = rng.choice((flint.fmpq(1, 8), flint.fmpq(1, 3), 1, 1)) if style in MILD else 1
    symbols = {
        name: _symbol(kind, style, rng, longest, scale)
        for name, kind in plan.kinds
        if isinstance(name, sp.Symbol)
    }
    numbers = (*symbols.values(), *known.values())
    length = max([1, *(v for v in numbers if isinstance(v, int) and v <= _LONGEST_ROW)])
    pattern: list[Exact] = []
    rows = {
        name: draw_row(kind, style, rng, length, pattern)
        for name, kind in plan.kinds
        if not isinstance(name, sp.Symbol)
    }
    return {**known, **symbols, **rows}


def _symbol(kind: Kind, style: Style, rng: random.Random, longest: int, scale: Exact) -> Exact:
    if kind.is_integer:
        return draw_length(kind, rng, longest) if longest else least_length(kind)
    if style not in ("lattice", "far", "offset") or rng.random() < 0.5:
        return draw_value(kind, "generic", rng) * scale
    return draw_value(kind, style, rng)


def mended(plan: Plan, point: Point, rng: random.Random) -> Point | None:
    """Return a point near another at which the hypotheses hold; None if some stay broken."""
    try:
        with working_precision(PREC_BITS):
            return _mended(plan, point, rng)
    except (Undefined, ZeroDivisionError):
        return None


def _mended(plan: Plan, point: Point, rng: random.Random) -> Point | None:
    for tried in range(_PASSES):
        env = point.fresh(PREC_BITS)
        before = {name: env[name] for name in point.drawn}
        verdicts = [
            _ensured(c, env, rng, careful=tried > 0, by_tie=point.is_mild) for c in plan.constraints
        ]
        if None in verdicts:
            return None
        if not any(verdicts):
            return _checked(plan, point, env)
        changed = {n: env[n] for n, v in before.items() if env[n] is not v}
        defined = {definition.name for definition in point.definitions}
        kept = {n: changed[n] for n in changed if n not in defined}
        point = replace(point, drawn={**point.drawn, **kept}, _environments={})
    return None


def _checked(plan: Plan, point: Point, env: Environment) -> Point | None:
    point.remember(PREC_BITS, env)
    for name, kind in plan.kinds:
        value = env[name]
        if not all(map(kind.allows, value.values() if isinstance(value, Entries) else (value,))):
            return None
    return point


def _ensured(
    constraint: Constraint,
    env: Environment,
    rng: random.Random,
    *,
    careful: bool,
    by_tie: bool,
    depth: int = 0,
) -> bool | None:
    """Return whether the point had to be changed for a hypothesis to hold; None if in vain.

    Among large magnitudes e**-1000 is a tie with 0, and an equality that only seems to hold
    would refute what is true; there it must hold exactly or define a name.
    """
    if depth == len(constraint.ranges):
        if holds(constraint.rule, env, by_tie=by_tie or constraint.defines):
            return False
        rule, tries = constraint.rule, constraint.moves
        return True if any(m.apply(env, rule, rng, careful=careful) for m in tries) else None
    index, low, high = constraint.ranges[depth]
    changed = False
    shadowed = env.get(index)
    try:
        for number in span(env, low, high):
            env[index] = number
            inner = _ensured(constraint, env, rng, careful=careful, by_tie=by_tie, depth=depth + 1)
            if inner is None:
                return None
            changed = changed or inner
    finally:
        restore(env, index, shadowed)
    return changed
