"""Who is right, in sentences, and a word for each value."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lse_verify.audit.adjudicate import Adjudication, Judgement
from lse_verify.audit.finding import Finding
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import spell
from lse_verify.report.decimals import shortest
from lse_verify.report.words import listed, tidy


def sentences(a: Adjudication) -> list[str]:
    """Say who is right, and then how far off the others are and whether the input explains it."""
    if a.rounded is None:
        return ["Nobody is right or wrong: no limit exists there, whatever is given is a policy."]
    right = [(j.claim.label, f"right{_why(a, j)}") for j in a.judgements if j.is_right]
    others = sorted((j for j in a.judgements if not j.is_right), key=_nearest_first)
    off = [(j.claim.label, _off(a, j)) for j in others]
    said = [f"{_are(who)} {what}." for who, what in (*_joined(right), *_joined(off))]
    return said if right else [_none_is_right(a), *said]


def _nearest_first(j: Judgement) -> float:
    return j.measured.error if isinstance(j.measured.error, float) else math.inf


def _none_is_right(a: Adjudication) -> str:
    if not a.condition:
        return f"No value is right: it is {a.truth}."
    assert a.rounded is not None
    nearest = f"{shortest(a.rounded, a.fmt)} ({spell(a.rounded)})"
    return f"No value is correctly rounded: that is {nearest}."


def _why(a: Adjudication, j: Judgement) -> str:
    if j.reading.kind == "digits":
        return " as far as its digits tell"
    if j.reading.kind == "number":
        return f" in all its {j.claim.quoted.digits} digits, although no float of {a.fmt.name}"
    return ": correctly rounded" if j.measured.error_text else f": the value is {a.truth}"


def _joined(pairs: Iterable[tuple[str, str]]) -> list[tuple[list[str], str]]:
    """Put those together of whom the same is said."""
    by_words: dict[str, dict[str, None]] = {}
    for who, what in pairs:
        by_words.setdefault(what, {})[who] = None
    return [([*who], what) for what, who in by_words.items()]


def _are(who: list[str]) -> str:
    return f"{listed(who)} {'are' if len(who) > 1 else 'is'}"


def _off(a: Adjudication, j: Judgement) -> str:
    if j.verdict is Verdict.UNTESTED:
        return "neither right nor wrong: rounding the input alone may leave the domain"
    if not isinstance(j.measured.error, float):
        return f"wrong: {_fault(a, j.finding)}"
    at_least = " at least" if j.reading.kind == "digits" else ""
    lost = _lost(a, j)
    off = f"off by {tidy(j.measured.error_text)} ulp{at_least}{', ' if lost else ''}{lost}"
    if j.verdict is Verdict.WRONG:
        return f"wrong: {off}, and {_fault(a, j.finding)}"
    if j.verdict is Verdict.FAITHFUL:
        return f"{off}: one of the two floats around the truth"
    return f"{off}: {_explained(a, j)}"


def _lost(a: Adjudication, j: Judgement) -> str:
    assert isinstance(j.measured.error, float)
    return "no digit is right" if j.measured.error >= math.ldexp(1.0, a.fmt.precision - 1) else ""


def _explained(a: Adjudication, j: Judgement) -> str:
    kappa = f" (κ = {tidy(a.condition)})"
    if j.measured.stability <= 1:
        return f"no more than rounding the input explains{kappa}"
    return f"{tidy(j.measured.stability_text)} times what rounding the input explains{kappa}"


def _fault(a: Adjudication, finding: Finding) -> str:
    if finding.spurious_nan.count:
        return "NaN where the truth is a number"
    if finding.spurious_infinity.count:
        return "an infinity where the truth is a number that fits"
    if finding.special.count:
        return f"the value is {a.truth}"
    return f"breaks {listed([_bound(name) for name in finding.unexcused])}"


def _fault_word(finding: Finding) -> str:
    if finding.spurious_nan.count:
        return "NaN"
    if finding.spurious_infinity.count:
        return "infinity"
    return "special value" if finding.special.count else listed([*finding.unexcused])


def _bound(name: str) -> str:
    return f"the {name}" if name.endswith("bound") else name


def word(a: Adjudication, j: Judgement) -> str:
    """Say in a word or two what a value is."""
    if j.verdict is Verdict.UNTESTED:
        return "not graded"
    if j.verdict is Verdict.WRONG:
        return f"wrong: {_fault_word(j.finding)}"
    if j.reading.kind == "digits":
        return "right as far as its digits tell" if j.agrees else f"{j.verdict.word} at best"
    if j.reading.kind == "number":
        return f"right in all {j.claim.quoted.digits} digits" if j.agrees else j.verdict.word
    return j.verdict.word if j.measured.error_text else "right"


def notes(a: Adjudication) -> list[str]:
    """Say how values were read that are not written as floats of the format are."""
    told = []
    for j in a.judgements:
        text = j.claim.quoted.text
        if j.reading.kind == "digits":
            told.append(
                f"{text} may be rounded from several floats of {a.fmt.name}: the best is judged"
            )
        elif j.reading.kind == "number":
            told.append(
                f"{text} is no float of {a.fmt.name}, the nearest is "
                f"{shortest(j.got, a.fmt)}: judged as it is written"
            )
    return list(dict.fromkeys(told))
