"""Random exact values of a kind, in several styles."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import flint
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Exact, Number, is_exact
from lse_verify.proving.falsifier.point import Entries
from lse_verify.proving.falsifier.vocabulary import Name

Style: TypeAlias = Literal[
    "lattice", "equal", "generic", "peaked", "permuted", "permuted lattice", "far", "offset"
]
"""lattice: −1, 0, 1 · equal: one value in all entries · generic: rationals within ±4, many
of them within ±1 · peaked:
one entry stands out · permuted: every row the same entries in another order · far: up to
±1000 · offset: a million plus a little."""

MILD: tuple[Style, ...] = (
    "lattice", "generic", "equal", "peaked", "permuted", "permuted lattice",
)  # fmt: skip

_LENGTHS = (1, 2, 2, 3, 3, 4, 5, 7)


@dataclass(frozen=True, slots=True)
class Kind:
    """What SymPy assumes of a name: whether it is an integer, and which signs it may have."""

    is_integer: bool
    may_be_negative: bool
    may_be_zero: bool
    may_be_positive: bool

    def allows(self, value: Number) -> bool:
        """Return whether a number is certainly of this kind."""
        if self.is_integer and not (is_exact(value) and value == truncated(value)):
            return False
        if value > 0:
            return self.may_be_positive
        if value < 0:
            return self.may_be_negative
        if is_exact(value) or value.is_zero():
            return self.may_be_zero
        # A ball around 0 may be negative, zero or positive.
        return self.may_be_zero and self.may_be_positive and self.may_be_negative

    def made(self, value: Exact) -> Exact:
        """Return a number of this kind that is like another."""
        if self.is_integer:
            value = truncated(value)
        if value < 0 and not self.may_be_negative:
            value = -value
        if value > 0 and not self.may_be_positive:
            value = -value if self.may_be_negative else 0
        if value == 0 and not self.may_be_zero:
            value = 1 if self.may_be_positive else -1
        return value


def truncated(value: Exact) -> int:
    """Return the integer part of an exact number."""
    return value if isinstance(value, int) else int(value.p) // int(value.q)


def kind_of(name: Name, example: sp.Expr) -> Kind:
    """Return the kind of a symbol, or of the entries of a row as one of them shows it."""
    shown = example
    if isinstance(name, sp.IndexedBase) and isinstance(name.label, sp.Symbol):
        shown = name.label
    return Kind(
        is_integer=bool(shown.is_integer),
        may_be_negative=shown.is_negative is not False,
        may_be_zero=shown.is_zero is not False,
        may_be_positive=shown.is_positive is not False,
    )


def draw_length(kind: Kind, rng: random.Random, longest: int) -> int:
    """Return a small integer; 1 is not rare, and a long one is."""
    value = rng.choice(_LENGTHS) if rng.random() < 0.97 else longest
    if kind.may_be_zero and rng.random() < 0.25:
        return 0
    if kind.may_be_negative and (not kind.may_be_positive or rng.random() < 0.3):
        return -value
    return value


def least_length(kind: Kind) -> int:
    """Return 0 or 1, or −1 where it must be negative."""
    if kind.may_be_zero:
        return 0
    return 1 if kind.may_be_positive else -1


def draw_value(kind: Kind, style: Style, rng: random.Random) -> Exact:
    """Return one number of a kind in a style."""
    return kind.made(_DRAWS[style](rng))


def _lattice(rng: random.Random) -> Exact:
    return rng.choice((-1, 0, 1, 2))


def _generic(rng: random.Random) -> Exact:
    below = rng.choice((1, 2, 3, 5, 7, 8, 12))
    # What is false for small weights or scales only must meet some of them below 1/2.
    reach = below if below > 1 and rng.random() < 0.5 else 4 * below
    return flint.fmpq(rng.randint(-reach, reach), below)


def _far(rng: random.Random) -> Exact:
    return rng.choice((rng.randint(-1000, 1000), rng.randint(-40, 40), flint.fmpq(1, 1000)))


def _offset(rng: random.Random) -> Exact:
    return 1_000_000 + rng.randint(-2, 2)


_DRAWS: dict[Style, Callable[[random.Random], Exact]] = {
    "lattice": _lattice,
    "permuted lattice": _lattice,
    "equal": _generic,
    "generic": _generic,
    "peaked": _generic,
    "permuted": _generic,
    "far": _far,
    "offset": _offset,
}


def draw_row(
    kind: Kind, style: Style, rng: random.Random, length: int, pattern: list[Exact]
) -> Entries:
    """Return a row with entries 1…length drawn and any others to be drawn when asked for.

    Parameters
    ----------
    kind : Kind
        Of its entries.
    style : Style
        How they are drawn.
    rng : random.Random
        Consumed.
    length : int
        How many entries are drawn now.
    pattern : list of exact numbers
        What a permuted row is a permutation of; drawn by the first that finds it empty.
    """
    later = rng.getrandbits(32)
    if style == "equal":
        common = draw_value(kind, rng.choice(("lattice", "generic")), rng)
        return Entries(lambda index: common, dict.fromkeys(range(1, length + 1), common))
    entries = [draw_value(kind, style, rng) for _ in range(length)]
    if style == "peaked" and entries:
        entries = [kind.made(0)] * length
        entries[rng.randrange(length)] = draw_value(kind, "generic", rng)
    if style.startswith("permuted"):
        pattern += entries[len(pattern) :]
        entries = [kind.made(value) for value in rng.sample(pattern, length)]
    return Entries(_drawn_later(kind, style, later), dict(enumerate(entries, start=1)))


def _drawn_later(kind: Kind, style: Style, seed: int) -> Callable[[Any], Exact]:
    def fill(index: Any) -> Exact:
        return draw_value(kind, style, random.Random(f"{seed} {index}"))

    return fill
