"""A point: an exact value for every name, and what equality hypotheses make of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp
from sympy.core.function import UndefinedFunction

from lse_verify.proving.falsifier.arithmetic import Exact, Number, short, working_precision
from lse_verify.proving.falsifier.evaluate import (
    MEMO,
    Closure,
    Environment,
    environment,
    restore,
    span,
)
from lse_verify.proving.falsifier.vocabulary import Name

_PREC_BITS = 512


class Entries(dict[Any, Number]):
    """The entries of a row, or the values of an undefined function, by index or argument.

    A row has no length of its own: an entry that nothing has asked for yet is filled in,
    by a function of the index alone.

    Examples
    --------
    >>> row = Entries(lambda index: 10 * index, {1: 7})
    >>> row[1], row[4]
    (7, 40)
    """

    def __init__(self, fill: Callable[[Any], Exact], known: Mapping[Any, Number]) -> None:
        super().__init__(known)
        self.fill = fill

    def __missing__(self, index: Any) -> Exact:
        value = self[index] = self.fill(index)
        return value

    def copied(self) -> Entries:
        """Return the same entries, free to be changed."""
        return Entries(self.fill, self)


class Definition(NamedTuple):
    """A name, one entry, or a range of entries set to what an expression evaluates to."""

    name: Name
    place: Closure | None
    """The index of the entry; None for a symbol."""
    bound: tuple[sp.Symbol, Closure, Closure] | None
    """Index, low and high of a range of entries."""
    value: Closure

    def apply(self, env: Environment) -> None:
        """Evaluate and set it; what was computed before from its old value is forgotten."""
        if self.bound is None:
            self._set(env)
        else:
            self._set_each(env, *self.bound)
        env[MEMO].clear()

    def _set_each(self, env: Environment, variable: sp.Symbol, low: Closure, high: Closure) -> None:
        shadowed = env.get(variable)
        try:
            for number in span(env, low, high):
                env[variable] = number
                self._set(env)
        finally:
            restore(env, variable, shadowed)

    def _set(self, env: Environment) -> None:
        value = self.value(env)
        if self.place is None:
            env[self.name] = value
        else:
            env[self.name][self.place(env)] = value


@dataclass(frozen=True, eq=False)
class Point:
    """Values for all names of a sequent.

    Attributes
    ----------
    drawn : mapping from a name to an exact number or to Entries
        Exact rationals: ``int`` or ``flint.fmpq``.
    definitions : tuple of Definition
        In the order in which they are evaluated; their values may be balls.
    is_mild : bool
        Whether all magnitudes are so small that no exponential of them vanishes at a few
        thousand bits beside another: only then does a tie say something.
    """

    drawn: Mapping[Name, Any]
    definitions: tuple[Definition, ...] = ()
    is_mild: bool = True
    _environments: dict[int, Environment] = field(default_factory=dict, repr=False)

    def environment(self, prec_bits: int) -> Environment:
        """Return the values at a precision; the same dict each time, with what it remembers."""
        env = self._environments.get(prec_bits)
        if env is None:
            env = self._environments[prec_bits] = self.fresh(prec_bits)
        return env

    def remember(self, prec_bits: int, env: Environment) -> None:
        """Keep an environment that has been computed already."""
        self._environments[prec_bits] = env

    def fresh(self, prec_bits: int) -> Environment:
        """Return the values at a precision in a dict of their own."""
        env = environment(dict(self.drawn))
        with working_precision(prec_bits):
            for definition in self.definitions:
                _own(env, definition.name)
            for definition in self.definitions:
                definition.apply(env)
        return env

    def __str__(self) -> str:
        env = self.environment(max(self._environments, default=_PREC_BITS))
        texts = {n: _text(n, env[n]) for n in env if n in self.drawn}
        return ", ".join(texts[n] for n in sorted(texts, key=_reading_order))


def _own(env: Environment, name: Name) -> None:
    if isinstance(env.get(name), Entries):
        env[name] = env[name].copied()


def _reading_order(name: Name) -> tuple[bool, bool, str]:
    is_symbol = isinstance(name, sp.Symbol)
    return not is_symbol, is_symbol and not name.is_integer, str(name)


def _text(name: Name, value: Any) -> str:
    if not isinstance(value, Entries):
        return f"{name}={short(value)}"
    opening, closing = "()" if isinstance(name, UndefinedFunction) else "[]"
    length = next(k for k in range(1, len(value) + 2) if k not in value) - 1
    row = ", ".join(short(value[k]) for k in range(1, length + 1))
    parts = [f"{name}=({row}{',' if length == 1 else ''})"] if length else []
    others = [k for k in value if not (isinstance(k, int) and 1 <= k <= length)]
    parts += [f"{name}{opening}{k}{closing}={short(value[k])}" for k in others]
    return ", ".join(parts)
