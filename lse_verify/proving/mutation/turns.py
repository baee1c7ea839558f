"""Draw things of many kinds so that the rare kinds have their turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def by_turns(
    things: Iterable[Thing], kind: Callable[[Thing], str], rng: random.Random
) -> Iterator[Thing]:
    """Yield all things in random order, one of each kind in a round.

    Examples
    --------
    >>> words = ["ant", "ape", "asp", "bee"]
    >>> first, second, *others = by_turns(words, lambda word: word[0], random.Random(1))
    >>> sorted(first[0] + second[0]), len(others)
    (['a', 'b'], 2)
    """
    by_kind: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        by_kind[kind(thing)].append(thing)
    kinds = list(by_kind.values())
    rng.shuffle(kinds)
    for alike in kinds:
        rng.shuffle(alike)
    while kinds:
        for alike in kinds:
            yield alike.pop()
        kinds = [left for left in kinds if left]
