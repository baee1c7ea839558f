"""A derivation as data: each distinct step once, after those it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lse_verify.proving.latex import shown
from lse_verify.proving.outcome import Examined, Step
from lse_verify.theory.kernel import Theorem, steps
from lse_verify.theory.statements import Sequent

Examine = Callable[[Sequent], Examined]


def derivation(theorems: Sequence[Theorem], examine: Examine) -> tuple[tuple[Step, ...], list[int]]:
    """Return the steps that some theorems rest on, and the numbers of the theorems among them.

    What is derived twice is one step: its first derivation.
    """
    numbers: dict[str, int] = {}
    found: list[Step] = []
    for theorem in steps(*theorems):
        text = shown(theorem.sequent).text
        if text in numbers:
            continue
        numbers[text] = len(found) + 1
        uses = (numbers[shown(premise.sequent).text] for premise in theorem.premises)
        found.append(
            Step(
                number=len(found) + 1,
                rule=theorem.rule,
                uses=tuple(dict.fromkeys(uses)),
                source=", ".join(sorted(theorem.sources)) if theorem.rule == "cite" else "",
                examined=examine(theorem.sequent),
            )
        )
    return tuple(found), [numbers[shown(theorem.sequent).text] for theorem in theorems]
