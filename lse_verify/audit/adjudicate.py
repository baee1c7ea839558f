"""Several values for one input: what each is by the rules of an audit, and how far off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lse_verify.audit.finding import Finding
from lse_verify.audit.judge import Measured, judge
from lse_verify.audit.one_output import OneOutput, RightAnswer
from lse_verify.audit.quoted import Quoted, Reading, read_in, read_quoted
from lse_verify.audit.verdict import Verdict, stable_limit, weak_limit
from lse_verify.errors import UsageError
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format

_DIGITS = 20
_MORE_DIGITS = 5
"""How many more the truth has to be known to than a number that is held against it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, and who says it.

    Attributes
    ----------
    name : str
        Who; empty if that is not told.
    quoted : Quoted
        The value.
    """

    name: str
    quoted: Quoted

    @property
    def label(self) -> str:
        """The name, or the text of the value if there is none."""
        return self.name or self.quoted.text


def read_claim(text: str) -> Claim:
    """Read ``name=value``, or a value alone.

    Examples
    --------
    >>> read_claim("torch=0.0").label, read_claim("-0x1p-3").label
    ('torch', '-0x1p-3')
    """
    name, _, value = text.strip().rpartition("=")
    return Claim(name.strip(), read_quoted(value))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said of one value.

    Attributes
    ----------
    claim : Claim
        The value.
    reading : Reading
        What it stands for.
    got : float
        The float that is judged: of a quote of few digits the best that it may stand for, of a
        number that is no float the nearest.
    measured : Measured
        How far off that is; the number itself, where it is no float.
    verdict : Verdict
        The grade; `Verdict.UNTESTED` where nothing is right or wrong.
    finding : Finding
        What an audit would have found.
    agrees : bool
        Whether the truth, or the float next to it, is what its digits may stand for.
    """

    claim: Claim
    reading: Reading
    got: float
    measured: Measured
    verdict: Verdict
    finding: Finding
    agrees: bool

    @property
    def is_right(self) -> bool:
        """Whether nothing better can be answered, as far as can be told."""
        if self.verdict is Verdict.UNTESTED:
            return False
        if self.reading.kind == "float":
            return self.verdict is Verdict.CORRECTLY_ROUNDED
        return self.agrees


@dataclass(frozen=True, slots=True)
class Adjudication:
    """All that is to be said.

    Attributes
    ----------
    function : Function
        What was asked.
    fmt : Format
        In which format.
    point : Point
        Of which input.
    output : int
        Which entry of the answer.
    truth, condition : str
        Twenty digits of the exact value, and κ; empty where that has no meaning.
    rounded : float or None
        The right answer in the format; None where there is no limit.
    judgements : list of Judgement
        In the order of the claims.
    """

    function: Function
    fmt: Format
    point: Point
    output: int
    truth: str
    condition: str
    rounded: float | None
    judgements: list[Judgement]


def adjudicate(
    function: Function, fmt: Format, point: Point, output: int | None, claims: Sequence[Claim]
) -> Adjudication:
    """Judge values for one output of a function at one input.

    Parameters
    ----------
    function, fmt, point
        What was asked.
    output : int or None
        Which entry of the answer, from 0; None if it has but one.
    claims : sequence of Claim
        The values.

    Raises
    ------
    UsageError
        If there is no such output, or it is not said which.
    OracleUndecided
        If the limit of precision comes before the truth is known to twenty digits.
    """
    one = OneOutput.of(function, fmt, point, _entry(function, point, output))
    digits = max([_DIGITS, *(claim.quoted.digits + _MORE_DIGITS for claim in claims)])
    right = one.truth(digits)
    known = judge(one.site, one.entry, math.nan if right.rounded is None else right.rounded)
    return Adjudication(
        function=function,
        fmt=fmt,
        point=point,
        output=one.entry,
        truth=known.truth,
        condition=known.condition_text,
        rounded=None if right.rounded is None else fmt.stored(right.rounded),
        judgements=[_judged(one, right, claim, digits) for claim in claims],
    )


def _entry(function: Function, point: Point, output: int | None) -> int:
    count = len(function.settle(point).outcomes)
    if output is None and count > 1:
        raise UsageError(
            f"{function.name} gives {count} numbers; say which the values are for: --output 0"
        )
    if (output or 0) >= count:
        raise UsageError(
            f"there is no output {output}; {function.name} gives {count} there, from 0"
        )
    return output or 0


def _judged(one: OneOutput, right: RightAnswer, claim: Claim, digits: int) -> Judgement:
    reading = read_in(claim.quoted, one.site.fmt)
    got = right.best(reading)
    is_float = reading.kind != "number"
    measured = judge(one.site, one.entry, got if is_float else claim.quoted.value, digits)
    finding = one.found(got)
    grade = one.grade(finding, measured, got)
    if not is_float and grade not in (Verdict.WRONG, Verdict.UNTESTED):
        # However near it is, no implementation gives that.
        grade = _by_stability(measured.stability, one.site.n_terms)
    return Judgement(claim, reading, got, measured, grade, finding, right.may_be(reading))


def _by_stability(stability: float, n_terms: int) -> Verdict:
    if stability <= stable_limit(n_terms):
        return Verdict.STABLE
    return Verdict.WEAK if stability <= weak_limit(n_terms) else Verdict.UNSTABLE
