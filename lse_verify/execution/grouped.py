"""An executor that gives each group of items workers of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from lse_verify.execution.executors import Executor, Item, Lost, Outcome


class GroupedExecutor(Executor):
    """Runs items group by group; what the workers of one group imported ends with them.

    A process that has met every library keeps them all, which takes more memory than any needs.

    Parameters
    ----------
    new : callable
        Returns an executor.
    group_of : callable
        Gives the group of an item. Items of a group have to follow each other; the workers are
        kept for as long as the group stays the same, from one run to the next too.
    """

    def __init__(self, new: Callable[[], Executor], group_of: Callable[[Any], str]) -> None:
        self._new, self._group_of = new, group_of
        self._workers: Executor | None = None
        self._group = ""

    def run(
        self,
        task: Callable[[Item], Outcome],
        items: Iterable[Item],
        seconds: float | None = None,
    ) -> Iterator[tuple[Item, Outcome | Lost]]:
        """Run one group after the other."""
        for group, members in groupby(items, self._group_of):
            yield from self._workers_of(group).run(task, members, seconds)

    def _workers_of(self, group: str) -> Executor:
        if self._workers is None or group != self._group:
            self.close()
            self._workers, self._group = self._new(), group
        return self._workers

    def close(self) -> None:
        """Stop the workers of the group that is run."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None
