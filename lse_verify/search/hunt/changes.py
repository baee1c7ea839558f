"""The ways in which inputs are changed: small moves, and those that keep something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lse_verify.search.hunt.space import Ordinals, Space

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Brood:
    """Copies of one input that are to be changed.

    Attributes
    ----------
    space : Space
        Where.
    ordinals : ndarray of int64, shape (k, coordinates)
        The copies.
    strides : ndarray of int64, shape (k,)
        How far each is to move, of either sign.
    mate : ndarray of int64, shape (coordinates,)
        Another good input of the same shape.
    """

    space: Space
    ordinals: Ordinals
    strides: Ordinals
    mate: Ordinals

    @property
    def lines(self) -> Ordinals:
        """The numbers of the copies."""
        return np.arange(len(self.ordinals))

    def places(self, rng: np.random.Generator) -> Ordinals:
        """Draw a coordinate of each copy."""
        return rng.integers(0, self.ordinals.shape[1], len(self.ordinals))


Change = Callable[[np.random.Generator, Brood], Ordinals]


def moved(ordinals: Ordinals, strides: Ordinals) -> Ordinals:
    """Add, and stop at the ends of 64 bits, which ordinals of binary64 nearly fill."""
    total = ordinals + strides
    wrapped = ((ordinals ^ total) & (strides ^ total)) < 0
    return np.where(wrapped, np.where(strides < 0, -_LAST, _LAST), total)


def one(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Move one coordinate."""
    changed, places = brood.ordinals.copy(), brood.places(rng)
    changed[brood.lines, places] = moved(changed[brood.lines, places], brood.strides)
    return changed


def several(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Move each coordinate with a chance of its own, by a stride of its own."""
    shape = brood.ordinals.shape
    chosen = rng.random(shape) < rng.choice((0.1, 0.5, 1.0), (shape[0], 1))
    own = (brood.strides[:, None] * rng.uniform(-1, 1, shape)).astype(np.int64)
    return moved(brood.ordinals, np.where(chosen, own, 0))


def together(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Shift all entries by the same real number: what moves one of them by its stride."""
    fmt, places = brood.space.fmt, brood.places(rng)
    entries = fmt.from_ordinals(brood.ordinals).astype(np.float64)
    led = brood.space.clipped(moved(brood.ordinals[brood.lines, places], brood.strides))
    with np.errstate(over="ignore"):
        by = fmt.from_ordinals(led).astype(np.float64) - entries[brood.lines, places]
        shifted = np.clip(entries + by[:, None], -fmt.largest, fmt.largest)
    return fmt.ordinals(fmt.cast(shifted))


def tie(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Give one coordinate the value of another, or its opposite."""
    changed, to, of = brood.ordinals.copy(), brood.places(rng), brood.places(rng)
    signs = np.where(rng.random(len(changed)) < 0.25, -1, 1)
    changed[brood.lines, to] = signs * changed[brood.lines, of]
    return changed


def swap(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Swap two coordinates, and move one of them."""
    changed, to, of = brood.ordinals.copy(), brood.places(rng), brood.places(rng)
    first, second = changed[brood.lines, to], changed[brood.lines, of]
    changed[brood.lines, to] = second
    changed[brood.lines, of] = moved(first, brood.strides)
    return changed


def cross(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Take some coordinates from the mate."""
    return np.where(rng.random(brood.ordinals.shape) < 0.5, brood.mate, brood.ordinals)


def landmark(rng: np.random.Generator, brood: Brood) -> Ordinals:
    """Set one coordinate to 0, a power of two or an end of the line, or a few floats from it."""
    fmt, count = brood.space.fmt, len(brood.ordinals)
    powers = np.ldexp(1.0, rng.integers(max(fmt.emin, -60), min(fmt.emax, 60), count))
    ends = rng.choice((0.0, fmt.largest), count)
    values = fmt.ordinals(fmt.cast(np.where(rng.random(count) < 0.3, ends, powers)))
    signs = np.where(rng.random(count) < 0.5, -1, 1)
    changed = brood.ordinals.copy()
    changed[brood.lines, brood.places(rng)] = signs * values + np.clip(brood.strides, -4, 4)
    return changed


OF_ONE: tuple[Change, ...] = (one, landmark)
OF_SEVERAL: tuple[Change, ...] = (one, several, together, tie, swap, cross, landmark)
"""What can be done to inputs of one coordinate, and of several."""
