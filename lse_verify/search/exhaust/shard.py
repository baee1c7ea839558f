"""Grading a shard: ask for every input of it, judge every answer, merge what that shows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from lse_verify.audit.answer import Asker, NoAnswerError, failure_of
from lse_verify.audit.finding import Failure, Finding
from lse_verify.implementations.registry import find
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.exhaust.accumulator import Accumulator
from lse_verify.search.exhaust.line import grade_line
from lse_verify.search.exhaust.plane import grade_plane
from lse_verify.search.exhaust.spaces import Shard, Space


class Exhibit(msgspec.Struct, frozen=True):
    """What one shard showed: a line of the journal.

    Attributes
    ----------
    shard : Shard
        Which.
    finding : Finding
        What; its witnesses are drafts, and its candidates are not judged yet.
    seconds, calling : float
        Of processor time altogether, and inside the implementation, whose own threads count;
        not reproducible.
    """

    shard: Shard
    finding: Finding
    seconds: float
    calling: float


@dataclass(frozen=True, slots=True)
class ShardGrader:
    """What a worker keeps between shards.

    Attributes
    ----------
    base : Path
        The folder that a user's relative paths start from.
    """

    base: Path
    ladder: Ladder = field(default_factory=Ladder)

    def grade(self, shard: Shard) -> Exhibit:
        """Grade one shard; whatever its implementation does in Python ends as its finding."""
        begun = time.process_time()
        space = Space.named(shard.function, shard.format)
        try:
            implementation = find(shard.implementation, shard.function, self.base)
            asker = Asker.loaded(implementation, space.fmt, clock=time.process_time)
        except BaseException as error:
            return _failed(shard, failure_of(error))
        accumulator = Accumulator(space, self.ladder, shard.floor)
        try:
            (grade_line if space.is_line else grade_plane)(space, shard, asker, accumulator)
        except NoAnswerError as no_answer:
            return _failed(shard, no_answer.failure)
        finding = asker.charged(accumulator.finding(space.inputs_of(shard)))
        return Exhibit(shard, finding, time.process_time() - begun, asker.seconds)


def _failed(shard: Shard, failure: Failure) -> Exhibit:
    return Exhibit(shard, Finding(failure=failure), 0.0, 0.0)
