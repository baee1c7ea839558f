"""The shard of a hunt: one island, as it travels to a worker."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from lse_verify.audit.answer import failure_of
from lse_verify.audit.hunted import Hunt
from lse_verify.errors import LseVerifyError
from lse_verify.family import function_named
from lse_verify.formats import format_named
from lse_verify.implementations.registry import find
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.hunt.bandit import Bandit
from lse_verify.search.hunt.examine import Examiner
from lse_verify.search.hunt.island import Allowance, Island, Observe
from lse_verify.search.hunt.mix import strategies_of
from lse_verify.search.hunt.objective import Objective
from lse_verify.search.hunt.space import Space


class Quest(msgspec.Struct, frozen=True, kw_only=True):
    """What one island is to do.

    Attributes
    ----------
    implementation, function, format, objective : str
        Names; a user's own implementation starts from `base`.
    n_terms : int or None
        Of rows; None makes lengths part of the search.
    seed, number : int
        Of the hunt, and of the island.
    evaluations : int
        How many inputs it may try.
    until : float
        When it ends, in seconds since the epoch; 0 for never.
    base : str
        The folder that a user's relative paths start from.
    method : str
        One of `mix.METHODS`.
    judged : bool
        Whether finds are shrunk and judged: what is only compared is not.
    """

    implementation: str
    function: str
    format: str
    objective: str = "error"
    n_terms: int | None = None
    seed: int = 0
    number: int = 0
    evaluations: int
    until: float = 0.0
    base: str = "."
    method: str = "hunt"
    judged: bool = True


def silent(*_: object) -> None:
    """Observe nothing."""


def explore(quest: Quest, observe: Observe = silent) -> Hunt:
    """Run one island; whatever its implementation does in Python ends in what it returns.

    Raises
    ------
    LseVerifyError
        If the call was wrong, or the oracles disagree.
    """
    function, fmt = function_named(quest.function), format_named(quest.format)
    implementation = find(quest.implementation, quest.function, Path(quest.base))
    ladder = Ladder()
    try:
        objective = Objective.of(quest.objective, implementation, fmt, ladder)
    except LseVerifyError:
        raise
    except BaseException as error:
        return Hunt(failure=failure_of(error))
    space = Space.of(function, fmt, quest.n_terms)
    bandit = Bandit(strategies_of(quest.method, space, quest.evaluations))
    island = Island(objective, space, bandit, quest.seed, quest.number)
    island.explore(Allowance(quest.evaluations, quest.until or np.inf), observe)
    return island.hunt(Examiner(implementation, objective.asker, ladder), quest.judged)
