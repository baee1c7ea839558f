"""What a reproduction printed, held against the truth."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from lse_verify.audit.bug import Bug
from lse_verify.audit.judge import Measured, judge
from lse_verify.audit.point import block_of
from lse_verify.audit.reference import reference
from lse_verify.audit.sightings import Sighting
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import stable_limit
from lse_verify.audit.witness import read_number, spell
from lse_verify.errors import BadInput
from lse_verify.oracle.ladder import Ladder
from lse_verify.ulp import Spurious

State = Literal["as recorded", "otherwise", "gone", "failed", "not run"]
STATES: dict[State, str] = {
    "as recorded": "it showed what is written here",
    "otherwise": "it showed something else, which is wrong too",
    "gone": "it showed a right answer",
    "failed": "it did not come to an answer, and is not known to end so",
    "not run": "the library was never there when the bugs were run",
}
"""What running a reproduction told, and what that means."""


def measured(bug: Bug, printed: str, ladder: Ladder) -> Measured:
    """Hold a printed answer against the truth, to twenty digits.

    Parameters
    ----------
    bug : Bug
        What was asked.
    printed : str
        The answer; any other text is measured as NaN, and tells the truth alone.
    ladder : Ladder
        Whom to ask; one for many bugs knows what it has enclosed.
    """
    function, fmt = bug.subject
    block = block_of(function, fmt, bug.point)
    known = reference(ladder, function, block, fmt)
    site = Site(ladder, function, fmt, block, known, seed=0, first_row=0)
    number = _number(printed)
    got = math.nan if number is None else float(fmt.cast(np.array([number]))[0])
    return judge(site, bug.output, got)


def state(bug: Bug, seen: Sighting | None, ladder: Ladder) -> State:
    """Tell whether a bug showed itself as it is recorded.

    Parameters
    ----------
    bug : Bug
        What is recorded.
    seen : Sighting or None
        What running it showed; None if it was not run.
    ladder : Ladder
        Who tells whether another answer is a right one.
    """
    if seen is None:
        return "not run"
    if seen.ended == bug.ends and _same(seen.printed, bug.prints):
        return "as recorded"
    if seen.ended or _number(seen.printed) is None:
        return "failed"
    if _is_right(bug, seen.printed, ladder):
        return "gone"
    return "as recorded" if bug.varies else "otherwise"


def _is_right(bug: Bug, printed: str, ladder: Ladder) -> bool:
    """Tell whether an answer would be graded stable at least."""
    told = measured(bug, printed, ladder)
    if told.error is None:
        return spell(_number(printed) or 0.0) == told.truth
    if isinstance(told.error, Spurious):
        return False
    block = block_of(*bug.subject, bug.point)
    if not all(np.isfinite(argument).all() for argument in block.arguments):
        # Beside an infinite term a number is a special value, and audits take the nearest float.
        return told.at_most_half
    if "bound" in bug.faults or not bug.faults:
        # What no grade counts as wrong digits is not right for losing few of them.
        return told.below_one
    return told.at_most_half or told.stability <= stable_limit(block.n_terms)


def _same(first: str, second: str) -> bool:
    """Tell whether two texts are one answer: NaN and infinity are spelled in many ways."""
    one, other = _number(first), _number(second)
    if one is None or other is None:
        return first == second
    return spell(one) == spell(other)


def _number(text: str) -> float | None:
    try:
        return read_number(text)
    except BadInput:
        return None
