"""Signs, facts and definedness against values: nothing is certain that a point contradicts."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.proving.falsifier.arithmetic import Undefined, negative, positive, working_precision
from lse_verify.proving.falsifier.evaluate import Environment, compiled
from lse_verify.proving.falsifier.judgement import judged
from lse_verify.proving.falsifier.point import Point
from lse_verify.proving.fuzzing.nested_sums import (
    COUNTED,
    LENGTHS,
    REALS,
    SHIFTED,
    NestedSums,
    p,
    q,
    random_point,
    t,
    x,
)
from lse_verify.theory.kernel.canonical import NotCanonical, canonical
from lse_verify.theory.kernel.facts import Facts
from lse_verify.theory.kernel.facts import Undefined as NotCertain
from lse_verify.theory.kernel.signs import ANY, Signs, signs_of
from lse_verify.theory.statements import Relation, xlogx

_PREC_BITS = 256
_INTEGERS = (*COUNTED, *SHIFTED, *LENGTHS)
_SETTINGS = settings(max_examples=400, deadline=None)

seeds = st.integers(min_value=0, max_value=2**40)


def _value(expression: sp.Expr, point: Environment) -> Any | None:
    """Return the value, and None where there is none."""
    point["memo"].clear()
    with working_precision(_PREC_BITS):
        try:
            return compiled(expression)(point)
        except (Undefined, ZeroDivisionError):
            return None


def _sign(value: Any) -> int | None:
    """Return the sign of a value, and None where the ball does not tell."""
    if positive(value):
        return 1
    if negative(value):
        return -1
    return 0 if value == 0 else None


def _contains(signs: Signs, expression: sp.Expr, point: Environment) -> bool:
    value = _value(expression, point)
    sign = None if value is None else _sign(value)
    return sign is None or sign in signs


class Risky(NestedSums):
    """Expressions that are not defined everywhere, with few names, so that facts speak of them."""

    def expression(self, nodes: int = 8) -> sp.Expr:
        """Return an expression of about so many operations at most."""
        self._scope, self._nodes_left = [], nodes
        return self._risky(3)

    def _risky(self, level: int) -> sp.Expr:
        if self._exhausted(level):
            return self._near()
        half = sp.Rational(1, 2)
        makers = (
            lambda d: sp.log(self._risky(d)),
            lambda d: sp.sqrt(self._risky(d)),
            lambda d: sp.Pow(self._risky(d), self._rng.choice((-1, -2, half, -half, 2))),
            lambda d: xlogx(self._risky(d)),
            lambda d: self._risky(d) + self._risky(d),
            lambda d: self._risky(d) - self._risky(d),
            lambda d: self._risky(d) * self._risky(d),
            lambda d: self._risky(d) / self._near(),
            lambda d: sp.Sum(self._risky(d), self._range()),
            lambda d: sp.exp(self._near()),
            lambda d: sp.binomial(self._near_integer(), self._near_integer(), evaluate=False),
        )
        return self._chosen(makers, level)

    def _near(self) -> sp.Expr:
        return self._rng.choice(
            (
                *REALS,
                t,
                x[1],
                x[COUNTED[0]],
                p[1],
                q[1],
                *COUNTED,
                *SHIFTED,
                *LENGTHS,
                sp.Integer(2),
            )
        ) + self._rng.choice((0, 0, 0, 1, -1))

    def _near_integer(self) -> sp.Expr:
        return self._rng.choice(_INTEGERS) + self._rng.choice((0, 1, -1))

    def _range(self) -> tuple[Any, Any, Any]:
        ends = (1, LENGTHS[0], SHIFTED[0], COUNTED[1], LENGTHS[1] - 1, SHIFTED[1] + 1, 3)
        index = self._rng.choice((*COUNTED, *SHIFTED))
        low, high = self._rng.choice(ends), self._rng.choice(ends)
        return index, 0 if low == index else low, 3 if high == index else high


def _facts(rng: random.Random, point: Environment) -> list[Relation]:
    """Return relations between simple expressions that hold at a point."""
    source, found = Risky(rng), []
    for _ in range(rng.randint(0, 3)):
        lhs, rhs = source._near(), rng.choice((source._near(), sp.Integer(0)))
        sign = _sign(_value(rhs - lhs, point))
        ops: Any = {1: ("<=", "<", "!="), 0: ("<=", "="), None: ()}.get(sign)
        if sign == -1:
            lhs, rhs, ops = rhs, lhs, ("<=", "<", "!=")
        if ops:
            found.append(Relation(lhs, rng.choice(ops), rhs))
    return found


# Signs


@given(seeds)
@_SETTINGS
def test_the_sign_of_the_value_is_among_the_signs(seed: int) -> None:
    rng = random.Random(seed)
    expression = NestedSums(rng).expression()
    point = random_point(rng)
    try:
        form = canonical(expression)
    except NotCanonical:
        return
    assert _contains(signs_of(form), expression, point)
    assert _contains(Facts([]).signs_of_tree(expression), expression, point)


@given(seeds)
@_SETTINGS
def test_the_sign_of_the_value_is_among_the_signs_that_facts_leave(seed: int) -> None:
    rng = random.Random(seed)
    point = random_point(rng)
    facts = _facts(rng, point)
    parts = [side for fact in facts for side in (fact.lhs, fact.rhs)] or [sp.Integer(1)]
    factor = Risky(rng)._near()
    expression = rng.choice(
        (
            rng.choice(parts) - rng.choice(parts),
            factor * (rng.choice(parts) - rng.choice(parts)) + rng.choice(parts),
            Risky(rng).expression(),
            sp.Sum(rng.choice(parts) - rng.choice(parts), (COUNTED[0], 1, LENGTHS[0])),
        )
    )
    try:
        left = Facts(facts).signs_of_tree(expression)
    except NotCanonical:
        return
    assert _contains(left, expression, point), (expression, facts)


@given(seeds)
@_SETTINGS
def test_a_relation_that_follows_holds(seed: int) -> None:
    rng = random.Random(seed)
    point = random_point(rng)
    facts = _facts(rng, point)
    sides = [side for fact in facts for side in (fact.lhs, fact.rhs)] or [t]
    source = Risky(rng)
    ops: tuple[Any, ...] = ("=", "<=", "<", "!=")
    relation = Relation(
        rng.choice(sides) + rng.choice((0, source._near())), rng.choice(ops), rng.choice(sides)
    )
    if Facts(facts).of_relation(relation):
        place = Point(point, ())
        assert judged(relation, place).word == "held", (relation, facts)


# Definedness


@given(seeds)
@_SETTINGS
def test_what_is_certain_to_be_defined_has_a_value(seed: int) -> None:
    rng = random.Random(seed)
    point = random_point(rng)
    facts = _facts(rng, point)
    expression = Risky(rng).expression()
    try:
        Facts(facts).require_defined(expression)
    except (NotCertain, NotCanonical):
        return
    assert _value(expression, point) is not None, (expression, facts)


# Do these tests see anything?


def _shares(count: int) -> dict[str, int]:
    found = dict.fromkeys(("facts", "signs", "by facts", "defined", "undefined"), 0)
    for seed in range(count):
        rng = random.Random(seed)
        point = random_point(rng)
        facts = _facts(rng, point)
        expression = Risky(rng).expression()
        found["facts"] += bool(facts)
        found["undefined"] += _value(expression, point) is None
        try:
            found["signs"] += Facts([]).signs_of_tree(expression) != ANY
            Facts(facts).require_defined(expression)
            found["defined"] += 1
            Facts([]).require_defined(expression)
        except NotCertain:
            found["by facts"] += 1
        except NotCanonical:
            pass
    return found


def test_the_expressions_are_now_defined_and_now_not() -> None:
    shares = _shares(400)
    assert all(number > 20 for number in shares.values()), shares


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("_require_sign", lambda *arguments: None),
        ("_require_power", lambda *arguments: None),
        ("_require", lambda *arguments: None),
    ],
)
def test_a_planted_mistake_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, mistake: Any
) -> None:
    monkeypatch.setattr(Facts, name, mistake)
    with pytest.raises(AssertionError):
        test_what_is_certain_to_be_defined_has_a_value()
