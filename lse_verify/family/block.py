"""Rows of arguments of one shape: what a function, an implementation and an oracle are given."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.formats import FloatArray

Point = tuple[tuple[float, ...] | float, ...]
"""One input: an entry an argument, a row as a tuple of floats, a number as a float."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Inputs of one shape for one function.

    Attributes
    ----------
    arguments : tuple
        One entry an argument of the function: an ndarray of shape (m, n) for a row
        argument, of shape (m,) for a value, and a Python float for a parameter, which is
        the same for all rows of the block.
    """

    arguments: tuple[FloatArray | float, ...]

    @property
    def n_rows(self) -> int:
        """How many inputs there are: *m*."""
        return len(self._first)

    @property
    def n_terms(self) -> int:
        """How many entries a row argument has, 1 where there is none: *n*."""
        return int(self._first.shape[1]) if self._first.ndim == 2 else 1

    @property
    def _first(self) -> FloatArray:
        return next(a for a in self.arguments if isinstance(a, np.ndarray))

    def wide(self, position: int) -> NDArray[np.float64]:
        """Return an array argument in binary64, which holds every format."""
        argument = self.arguments[position]
        assert isinstance(argument, np.ndarray)
        return widened(argument)

    def point(self, index: int) -> Point:
        """Return one input exactly, as Python floats."""
        return tuple(
            a
            if isinstance(a, float)
            else _numbers(widened(a[index]))
            if a.ndim == 2
            else float(a[index])
            for a in self.arguments
        )

    def points(self) -> Iterator[Point]:
        """Iterate over the inputs."""
        return (self.point(i) for i in range(self.n_rows))

    def take(self, indices: NDArray[np.intp]) -> Block:
        """Return the rows at the given places, as new arrays."""
        return Block(tuple(a if isinstance(a, float) else a[indices] for a in self.arguments))

    def between(self, start: int, stop: int) -> Block:
        """Return consecutive rows, as views."""
        return Block(tuple(a if isinstance(a, float) else a[start:stop] for a in self.arguments))

    def corner(self) -> Block:
        """Return the first entry of every argument: a block of one row with one term."""
        return Block(
            tuple(
                a if isinstance(a, float) else a[:1, :1] if a.ndim == 2 else a[:1]
                for a in self.arguments
            )
        )

    def rows(self, rows: slice) -> Block:
        """Return a run of rows, in the same arrays."""
        return Block(tuple(a if isinstance(a, float) else a[rows] for a in self.arguments))

    def copy(self) -> Block:
        """Return a block whose arrays are its own."""
        return Block(tuple(a if isinstance(a, float) else a.copy() for a in self.arguments))


def widened(values: FloatArray) -> NDArray[np.float64]:
    """Return floats of any format in binary64, without a word about signalling NaNs."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


_LONG = 1 << 14


def _numbers(row: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the entries of a row; equal ones of a long one are one object each."""
    if len(row) < _LONG:
        return tuple(row.tolist())
    # As bits, so that 0 and -0 stay apart.
    bits, places = np.unique(row.view(np.int64), return_inverse=True)
    return tuple(map(bits.view(np.float64).tolist().__getitem__, places.tolist()))


def digest(point: Point) -> bytes:
    """Return 16 bytes to know a point by: as a tuple, ten million terms take 320 MB.

    Examples
    --------
    >>> digest(((0.0, 1.0), 2.0)) == digest(((0.0,), 1.0, 2.0))
    False
    """
    found = hashlib.blake2b(digest_size=16)
    for argument in point:
        numbers = array("d", argument if isinstance(argument, tuple) else (argument,))
        found.update(f"{type(argument).__name__} {len(numbers)} ".encode())
        found.update(numbers)
    return found.digest()
