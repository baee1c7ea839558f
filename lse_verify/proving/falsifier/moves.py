"""Small changes to a drawn point that make one relation hold: the rest is rejection."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Exact, Number, Undefined, is_exact
from lse_verify.proving.falsifier.draws import Kind, truncated
from lse_verify.proving.falsifier.evaluate import MEMO, Closure, Environment, compiled
from lse_verify.proving.falsifier.judgement import HELD_BY_TIE, Rule
from lse_verify.proving.falsifier.point import Entries
from lse_verify.proving.falsifier.solving import solved
from lse_verify.proving.falsifier.vocabulary import Name, Names, applications, entry_of, names
from lse_verify.theory.statements import Relation

_GAPS = tuple(flint.fmpq(*gap) for gap in ((1, 2), (1, 1), (1, 3), (2, 1), (1, 7)))
_SMALL_GAP = flint.fmpq(1, 32)
_GRID = 1 << 16


class Move(Protocol):
    """A change of drawn values."""

    def apply(self, env: Environment, rule: Rule, rng: random.Random, *, careful: bool) -> bool:
        """Change the values in place so that the rule holds; say whether it now does."""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Set one symbol or entry to where both sides are equal, or a little beside it.

    Attributes
    ----------
    name : Symbol or IndexedBase
        What is changed.
    index : closure or None
        Of the entry; None for a symbol.
    kind : Kind
        What it may become.
    equal : closure
        The value at which both sides are equal.
    op : str
        The relation's.
    """

    name: Name
    index: Closure | None
    kind: Kind
    equal: Closure
    op: str

    def apply(self, env: Environment, rule: Rule, rng: random.Random, *, careful: bool) -> bool:
        """Try the candidates in turn."""
        held_by, key = (env, self.name) if self.index is None else self._entry(env)
        before = held_by[key]
        for candidate in self._candidates(self.equal(env), rng, careful):
            if self.kind.allows(candidate):
                held_by[key] = candidate
                env[MEMO].clear()
                if holds(rule, env):
                    return True
        held_by[key] = before
        env[MEMO].clear()
        return False

    def _entry(self, env: Environment) -> tuple[Any, Any]:
        assert self.index is not None
        return env[self.name], self.index(env)

    def _candidates(self, equal: Number, rng: random.Random, careful: bool) -> Iterator[Exact]:
        if self.op == "=":
            if is_exact(equal):
                yield equal
            return
        middle = self._near(equal)
        gap: Exact = _SMALL_GAP if careful else rng.choice(_GAPS)
        if self.kind.is_integer:
            gap = 1 if careful else rng.randint(1, 3)
        if self.op == "<=" and (careful or rng.random() < 0.5):
            yield middle
        yield from (middle + gap, middle - gap)
        if self.kind.is_integer:
            yield from (middle + 1, middle - 1)

    def _near(self, equal: Number) -> Exact:
        if is_exact(equal):
            return truncated(equal) if self.kind.is_integer else equal
        below = (equal * _GRID).floor().unique_fmpz()
        if below is None:
            raise Undefined("a bound too wide to draw beside")
        return flint.fmpq(below, _GRID)


@dataclass(frozen=True, slots=True)
class Scale:
    """Scale rows and symbols in common until their sum is what it must be.

    Attributes
    ----------
    names : tuple of Symbol and IndexedBase
        What is scaled.
    total, goal : closure
        The sum as it is, and as it must be.
    op : str
        The relation's.
    """

    names: tuple[Name, ...]
    total: Closure
    goal: Closure
    op: str

    def apply(self, env: Environment, rule: Rule, rng: random.Random, *, careful: bool) -> bool:
        """Scale to the goal, or below it for an inequality."""
        total, goal = self.total(env), self.goal(env)
        if not (is_exact(total) and is_exact(goal)) or total == 0 or goal == 0:
            return False
        share = flint.fmpq(1, 1 if self.op == "=" else rng.randint(2, 4))
        self._scale(env, share * goal / total)
        env[MEMO].clear()
        return holds(rule, env)

    def _scale(self, env: Environment, factor: Exact) -> None:
        for name in self.names:
            if isinstance(env[name], Entries):
                env[name].update({k: v * factor for k, v in env[name].items()})
            else:
                env[name] = env[name] * factor


def holds(rule: Rule, env: Environment, *, by_tie: bool = True) -> bool:
    """Return whether a rule gives a clean yes, and not by a tie of balls if that must not be."""
    try:
        judgement = rule(env)
        return judgement.word == "held" and (by_tie or judgement != HELD_BY_TIE)
    except (Undefined, ZeroDivisionError):
        return False


def moves(relation: Relation, scope: Names, kinds: dict[Name, Kind]) -> tuple[Move, ...]:
    """Return what may make a relation hold by changing names of these kinds only.

    An entry at an index of a range around the relation comes first.
    """
    scaling = mass(relation, scope, kinds)
    if scaling is not None and relation.op == "=":
        return (scaling,)
    found: list[Move] = []
    for target in sorted(_targets(relation, kinds), key=lambda t: (not names(t) & scope, str(t))):
        entry = entry_of(target)
        name = target if entry is None else entry[0]
        index = None if entry is None else compiled(entry[1], scope)
        equal = solved(relation, target, scope)
        if equal is not None:
            found.append(Adjust(name, index, kinds[name], equal, relation.op))
    return (*found, scaling) if scaling is not None else tuple(found)


def _targets(relation: Relation, kinds: dict[Name, Kind]) -> set[sp.Expr]:
    places = [
        place
        for side in (relation.lhs, relation.rhs)
        for name in names(side) & kinds.keys()
        for place in applications(side, name)
    ]
    return {p for p in places if isinstance(p, sp.Symbol) or entry_of(p) is not None}


def mass(relation: Relation, scope: Names, kinds: dict[Name, Kind]) -> Scale | None:
    """Return how to scale what is summed up, if the relation says what a plain sum amounts to.

    Plain: a sum over entries of rows, entries and symbols with factor 1, all on one side.
    """
    terms = [(1, t) for t in sp.Add.make_args(relation.lhs)]
    terms += [(-1, t) for t in sp.Add.make_args(relation.rhs)]
    signed = [(-sign, term.args[1]) if _is_minus(term) else (sign, term) for sign, term in terms]
    parts = [(sign, term) for sign, term in signed if _is_plain(term, kinds)]
    used = sorted({name for _, t in parts for name in names(t) & _scalable(kinds)}, key=str)
    others = [(sign, term) for sign, term in signed if not names(term) & set(used)]
    if len({sign for sign, _ in parts}) != 1 or len(parts) + len(others) != len(signed):
        return None
    summed = any(isinstance(term, sp.Sum) for _, term in parts)
    if not summed and (len(parts) < 2 or any(kinds[name].may_be_negative for name in used)):
        return None
    sign = parts[0][0]
    goal = _total([(-sign * s, term) for s, term in others], scope)
    return Scale(tuple(used), _total([(1, t) for _, t in parts], scope), goal, relation.op)


def _is_minus(term: sp.Expr) -> bool:
    return isinstance(term, sp.Mul) and len(term.args) == 2 and term.args[0] == -1


def _scalable(kinds: dict[Name, Kind]) -> set[Name]:
    return {name for name, kind in kinds.items() if not kind.is_integer}


def _is_plain(term: sp.Expr, kinds: dict[Name, Kind]) -> bool:
    inside = term.function if isinstance(term, sp.Sum) else term
    if isinstance(inside, sp.Indexed):
        return inside.base in _scalable(kinds)
    return inside is term and term in _scalable(kinds)


def _total(terms: Sequence[tuple[int, sp.Expr]], scope: Names) -> Closure:
    closures = [(sign, compiled(term, scope)) for sign, term in terms]
    return lambda env: sum(sign * closure(env) for sign, closure in closures)
