"""The adversary of the kernel: judge a sequent at random exact points.

It shares no rewriting with the kernel and trusts none of SymPy's. Anything but a clean yes at
every point fails a claim: an exception, a NaN, a tie on a strict relation, or no point at
which the hypotheses hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from lse_verify.proving.falsifier.judgement import PREC_BITS, Judgement, judged
from lse_verify.proving.falsifier.plan import kinds_in, plan_for
from lse_verify.proving.falsifier.point import Point
from lse_verify.proving.falsifier.points import points as drawn_points
from lse_verify.proving.falsifier.supremum import judged_supremum
from lse_verify.proving.falsifier.vocabulary import statement_nesting
from lse_verify.theory.statements import Statement, Supremum

Verdict: TypeAlias = Literal["held", "refuted", "undecided", "vacuous", "error"]

_LONGEST = {0: 30, 1: 30, 2: 12}


@dataclass(frozen=True)
class Examination:
    """What the falsifier found.

    Attributes
    ----------
    verdict : str
        `held` is the only pass.
    points : int
        At how many points the conclusion was judged.
    witness : Point or None
        The simplest point found at which it does not hold.
    note : str
        The numbers there, in one line.
    """

    verdict: Verdict
    points: int
    witness: Point | None = None
    note: str = ""

    def __str__(self) -> str:
        where = "" if self.witness is None else f" at {self.witness}"
        return f"{self.verdict}{where}{': ' if self.note else ''}{self.note}"


def examine(
    hypotheses: Iterable[Statement],
    conclusion: Statement,
    seed: int,
    points: int = 20,
    prec_bits: int = PREC_BITS,
) -> Examination:
    """Judge whether a conclusion holds wherever the hypotheses hold.

    Parameters
    ----------
    hypotheses : iterable of Statement
        Which points count.
    conclusion : Statement
        What is judged.
    seed : int
        The same seed gives the same examination.
    points : int, optional
        At how many points.
    prec_bits : int, optional
        Working precision; it is raised where that may decide.
    """
    try:
        return _examined(frozenset(hypotheses), conclusion, seed, points, prec_bits)
    except Exception as unforeseen:
        # Whatever goes wrong here must not pass for a yes.
        return Examination("error", 0, None, f"{type(unforeseen).__name__}: {unforeseen}")


def _examined(
    hypotheses: frozenset[Statement], conclusion: Statement, seed: int, count: int, prec_bits: int
) -> Examination:
    plan = plan_for(hypotheses, kinds_in((*hypotheses, conclusion)))
    nesting = max(map(statement_nesting, (*hypotheses, conclusion)))
    seen = 0
    failures: list[tuple[Point, Judgement]] = []
    for point in islice(drawn_points(plan, seed, _LONGEST.get(nesting, 7)), count):
        judgement = _judged(conclusion, point, seed, prec_bits)
        if judgement.word == "tie" and not point.is_mild:
            # e**-2000000 beside 1 is a tie to any affordable precision, and says nothing.
            continue
        seen += 1
        if judgement.word != "held":
            failures.append((point, judgement))
    if failures:
        return _worst(failures, seen)
    if not seen:
        return Examination("vacuous", 0, None, "no point found at which the hypotheses hold")
    return Examination("held", seen)


def _judged(conclusion: Statement, point: Point, seed: int, prec_bits: int) -> Judgement:
    if isinstance(conclusion, Supremum):
        return judged_supremum(conclusion, point, seed, prec_bits)
    return judged(conclusion, point, prec_bits)


_VERDICTS: dict[str, Verdict] = {
    "refuted": "refuted",
    "tie": "refuted",
    "undefined": "error",
    "open": "undecided",
}


def _worst(failures: list[tuple[Point, Judgement]], seen: int) -> Examination:
    def gravity(failure: tuple[Point, Judgement]) -> tuple[int, bool, int]:
        point, judgement = failure
        rank = ("refuted", "error", "undecided").index(_VERDICTS[judgement.word])
        return rank, not point.is_mild, len(str(point))

    point, judgement = min(failures, key=gravity)
    return Examination(_VERDICTS[judgement.word], seen, point, judgement.note)
