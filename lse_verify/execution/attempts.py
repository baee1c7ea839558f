"""Items that wait to be run, and how often each has been."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic

from lse_verify.execution.executors import Item


@dataclass(eq=False, slots=True)
class Attempt(Generic[Item]):
    """An item, how often it has been given to a process, and when it will have hung."""

    item: Item
    tries: int = 0
    deadline: float | None = None


class Queue(Generic[Item]):
    """Items that wait: those to be tried again first, then the source's.

    Parameters
    ----------
    items : iterable
        Read no further than is needed.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self._source = iter(items)
        self._waiting: deque[Attempt[Item]] = deque()

    def has(self, count: int) -> bool:
        """Tell whether so many wait."""
        lacking = max(0, count - len(self._waiting))
        self._waiting.extend(map(Attempt, islice(self._source, lacking)))
        return len(self._waiting) >= count

    def take(self) -> Attempt[Item]:
        """Return the next one, which is there, and count that it is tried."""
        attempt = self._waiting.popleft()
        attempt.tries += 1
        return attempt

    def put_back(self, attempt: Attempt[Item]) -> None:
        """Let one be tried again, before all others."""
        self._waiting.appendleft(attempt)
