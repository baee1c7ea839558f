"""Does a statement hold at a point? By evaluation in balls, never by rewriting."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import (
    Number,
    Undefined,
    finite,
    integer,
    is_exact,
    short,
    working_precision,
)
from lse_verify.proving.falsifier.evaluate import (
    MEMO,
    Closure,
    Environment,
    compiled,
    environment,
    restore,
    span,
)
from lse_verify.proving.falsifier.limits import judge_limit
from lse_verify.proving.falsifier.point import Entries, Point
from lse_verify.proving.falsifier.vocabulary import Names
from lse_verify.theory.statements import Forall, Limit, Relation, Slope, Statement, Supremum

Word: TypeAlias = Literal["held", "refuted", "tie", "open", "undefined"]
"""`tie`: the two sides of a strict relation agree to all bits computed. `open`: the balls
are too wide, or the far points of a limit tell nothing. `undefined`: no value."""

PREC_BITS = 512

_TINY_BITS = 300


class Judgement(NamedTuple):
    """A word, and the numbers behind it in one line; no line where it held."""

    word: Word
    note: str = ""


HELD = Judgement("held")

HELD_BY_TIE = Judgement("held", "tie")
"""Two balls agree to all that was asked of them: equal, unless they differ by next to nothing."""

Rule: TypeAlias = Callable[[Environment], Judgement]


def judged(statement: Statement, point: Point, prec_bits: int = PREC_BITS) -> Judgement:
    """Judge a statement at a point, with more precision where that may decide it."""
    rule = rule_of(statement)
    judgement = HELD
    for bits in (prec_bits, 2 * prec_bits, 8 * prec_bits):
        with working_precision(bits):
            judgement = _at(rule, point, bits)
        if judgement.word in ("held", "refuted"):
            break
    return judgement


def _at(rule: Rule, point: Point, prec_bits: int) -> Judgement:
    try:
        return rule(point.environment(prec_bits))
    except (Undefined, ZeroDivisionError) as missing:
        return Judgement("undefined", str(missing))


@lru_cache(maxsize=1 << 14)
def rule_of(statement: Statement, scope: Names = frozenset()) -> Rule:
    """Compile a statement to a function that judges it in an environment.

    The function raises `Undefined` where a value does not exist.
    """
    match statement:
        case Relation():
            return _relation(statement, scope)
        case Forall():
            return _forall(statement, scope)
        case Slope():
            return _slope(statement, scope)
        case Limit():
            return _limit(statement, scope)
        case Supremum():
            raise TypeError(f"a supremum is judged at a point of its own, not inside: {statement}")


def _relation(statement: Relation, scope: Names) -> Rule:
    lhs, rhs = compiled(statement.lhs, scope), compiled(statement.rhs, scope)
    op = statement.op
    return lambda env: compared(lhs(env), op, rhs(env))


def compared(left: Number, op: str, right: Number) -> Judgement:
    """Judge ``left op right`` on two numbers."""
    order = _order(left, right)
    word = _ORDER[op].get(order, "open")
    exactly = order != 0 or is_exact(left - right)
    if word == "held":
        return HELD if exactly else HELD_BY_TIE
    if word == "tie" and exactly:
        word = "refuted"
    tie = " (tie)" if order == 0 else ""
    return Judgement(word, f"lhs = {short(left)}, rhs = {short(right)}{tie}")


_ORDER: dict[str, dict[int | None, Word]] = {
    "=": {-1: "refuted", 0: "held", 1: "refuted"},
    "<=": {-1: "held", 0: "held", 1: "refuted"},
    "<": {-1: "held", 0: "tie", 1: "refuted"},
    "!=": {-1: "held", 0: "tie", 1: "held"},
}


def _order(left: Number, right: Number) -> int | None:
    """Return the sign of left − right; 0 if they agree to `_TINY_BITS`, None if unsure."""
    gap = finite(left - right)
    if gap > 0:
        return 1
    if gap < 0:
        return -1
    if is_exact(gap):
        return 0
    scale = max(flint.arb(1), abs(flint.arb(left)).upper(), abs(flint.arb(right)).upper())
    return 0 if gap.abs_upper() < scale * flint.arb(2) ** -_TINY_BITS else None


def _forall(statement: Forall, scope: Names) -> Rule:
    index = statement.index
    low, high = compiled(statement.low, scope), compiled(statement.high, scope)
    body = rule_of(statement.body, scope | {index})

    def rule(env: Environment) -> Judgement:
        indices = span(env, low, high)
        worst = HELD
        shadowed = env.get(index)
        try:
            for number in indices:
                env[index] = number
                judgement = body(env)
                if judgement.word != "held" and worst.word != "open":
                    worst = Judgement(judgement.word, f"at {index} = {number}: {judgement.note}")
                if judgement.word == "refuted":
                    return Judgement("refuted", f"at {index} = {number}: {judgement.note}")
        finally:
            restore(env, index, shadowed)
        return worst

    return rule


def _slope(statement: Slope, scope: Names) -> Rule:
    expression, value = compiled(statement.expression, scope), compiled(statement.value, scope)
    moved = _moved(statement.variable, scope)

    def rule(env: Environment) -> Judgement:
        series = finite(expression(moved(env)))
        derivative = series[1] if isinstance(series, flint.arb_series) else 0
        return compared(derivative, "=", value(env))

    return rule


def _moved(variable: sp.Expr, scope: Names) -> Callable[[Environment], Environment]:
    """Return what puts v + ε in the place of the value v of a symbol or of one entry."""
    if isinstance(variable, sp.Symbol):
        return lambda env: {**env, variable: plus_epsilon(env[variable]), MEMO: {}}
    index = _index(variable, scope)

    def move(env: Environment) -> Environment:
        row: Entries = env[variable.base].copied()
        at = integer(index(env))
        row[at] = plus_epsilon(row[at])
        return {**env, variable.base: row, MEMO: {}}

    return move


def _index(variable: sp.Expr, scope: Names) -> Closure:
    if not isinstance(variable, sp.Indexed) or len(variable.indices) != 1:
        raise TypeError(f"a slope along {variable}, which is no symbol and no entry of a row")
    return compiled(variable.indices[0], scope)


def plus_epsilon(value: Number, order: int = 1) -> Number:
    """Return the power series value + ε, up to a power of ε."""
    return flint.arb_series([flint.arb(value), 1], prec=order + 1)


def _limit(statement: Limit, scope: Names) -> Rule:
    expression, variable, _, value = statement
    along, target = compiled(expression, scope | {variable}), _target(value, scope)

    def rule(env: Environment) -> Judgement:
        outside = environment({k: v for k, v in env.items() if k not in (variable, MEMO)})
        goal = target(outside)

        def at(place: Number) -> Number:
            return finite(along({**outside, variable: place, MEMO: {}}))

        return Judgement(*judge_limit(statement, at, goal))

    return rule


def _target(value: sp.Expr, scope: Names) -> Callable[[Environment], Number | None]:
    """Return the closure of a limit's value, or of None where it is ±oo."""
    if value in (sp.oo, sp.S.NegativeInfinity):
        return lambda env: None
    closure = compiled(value, scope)
    return lambda env: finite(closure(env))
