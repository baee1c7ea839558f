"""Who runs the items of a task: this process, or local processes that may crash and hang.

`lse_verify.execution.dask_executor` has the one for a Dask cluster.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeVar

import msgspec

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

MOST_TRIES = 3
"""How often an item is tried whose process dies each time."""


class Lost(msgspec.Struct, frozen=True):
    """What became of an item that has no outcome.

    Attributes
    ----------
    kind : str
        ``"crash"``, three processes died of it; ``"hang"``, it did not end in time.
    words : str
        How it was lost, for people.
    """

    kind: Literal["crash", "hang"]
    words: str


class Executor(ABC):
    """Runs items of a task; a context manager that stops its workers on the way out.

    Laws
    ----
    - Each item is yielded exactly once as it ends, in any order, with the same outcome whoever
      runs it.
    - Items are taken from their source as they can be run, so that a million need no memory.
    - Any exception of the task, `LseVerifyError` above all, is raised and ends the run.
    - An item whose process dies is tried again, up to `MOST_TRIES` times in all, because a
      process that was killed from outside says nothing of the item.
    - What an item leaves behind in its process is not held against another: one that dies, hangs,
      raises, or has its process retired, in a process that has run others, is tried again in one
      that has not.
    """

    @abstractmethod
    def run(
        self,
        task: Callable[[Item], Outcome],
        items: Iterable[Item],
        seconds: float | None = None,
    ) -> Iterator[tuple[Item, Outcome | Lost]]:
        """Run a task on each item.

        Parameters
        ----------
        task : callable
            Takes an item. Unless it runs in this process it is pickled, as its items are: of a
            module that can be imported, not of ``__main__``.
        items : iterable
            What to run it on.
        seconds : float, optional
            After so long an item has hung.

        Yields
        ------
        item, outcome
            As items end; the outcome is a `Lost` where there is none.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop the workers, whatever they are doing."""

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class InlineExecutor(Executor):
    """Runs everything in this process: no isolation and no time limit, easy to debug."""

    def run(
        self,
        task: Callable[[Item], Outcome],
        items: Iterable[Item],
        seconds: float | None = None,
    ) -> Iterator[tuple[Item, Outcome | Lost]]:
        """Run one after the other."""
        for item in items:
            yield item, task(item)

    def close(self) -> None:
        """Do nothing: there is no worker."""
