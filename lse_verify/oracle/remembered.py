"""Answers that are asked for again soon, without what they were asked of."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """The last answers by a key, as of `functools.lru_cache` whose arguments are not kept.

    Parameters
    ----------
    most : int
        How many are kept; those asked for longest ago are forgotten.

    Examples
    --------
    >>> squares = Remembered(most=2)
    >>> [squares.get(n, lambda: n * n) for n in (1, 2, 1, 3)]
    [1, 4, 1, 9]
    >>> squares.get(1, lambda: "remembered"), squares.get(2, lambda: "forgotten")
    (1, 'forgotten')
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, Answer] = {}

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return what is known by this key, or make it."""
        found = self._known.pop(key) if key in self._known else make()
        # To the end, as what was asked for last.
        self._known[key] = found
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return found
