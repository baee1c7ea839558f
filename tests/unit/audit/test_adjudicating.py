"""Who is right: judged as audits judge, and as far as the digits of a quote tell."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from lse_verify.audit.adjudicate import Adjudication, Judgement, adjudicate, read_claim
from lse_verify.audit.point import read_point
from lse_verify.audit.verdict import Verdict
from lse_verify.errors import UsageError
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS


def _all(
    texts: str,
    function: str = "logsumexp",
    fmt: str = "binary64",
    at: str = "0,-40",
    output: int | None = None,
) -> Adjudication:
    chosen, form = FUNCTIONS[function], FORMATS[fmt]
    point = read_point(chosen, form, at.split())
    return adjudicate(chosen, form, point, output, [read_claim(text) for text in texts.split()])


def _one(
    text: str,
    function: str = "logsumexp",
    fmt: str = "binary64",
    at: str = "0,-40",
    output: int | None = None,
) -> Judgement:
    (found,) = _all(text, function, fmt, at, output).judgements
    return found


def test_the_question_of_the_trackers_is_answered() -> None:
    found = _all("torch=0.0 scipy=4.248354255291589e-18")
    torch, scipy = found.judgements
    with mpmath.workprec(300):
        truth = mpmath.log1p(mpmath.exp(-40))
        ulps = truth / mpmath.mpf(np.spacing(float(truth)))
    assert found.truth == mpmath.nstr(truth, 20)
    assert found.rounded == float(truth)
    assert (scipy.verdict, scipy.is_right) == (Verdict.CORRECTLY_ROUNDED, True)
    assert (torch.verdict, torch.is_right) == (Verdict.UNSTABLE, False)
    assert isinstance(torch.measured.error, float)
    assert torch.measured.error == pytest.approx(float(ulps), rel=1e-3)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("0x1.39792499b1a24p-58", Verdict.CORRECTLY_ROUNDED),
        ("0x1.39792499b1a25p-58", Verdict.FAITHFUL),
        ("0x1.39792499b1a30p-58", Verdict.STABLE),
        ("0x1.3979249ap-58", Verdict.UNSTABLE),
        ("-0x1p-1000", Verdict.WRONG),
        ("nan", Verdict.WRONG),
        ("inf", Verdict.WRONG),
    ],
)
def test_a_float_has_the_grade_that_an_audit_gives(text: str, verdict: Verdict) -> None:
    # Of two terms all with E up to 8 are stable, and the others unstable.
    assert _one(text).verdict is verdict


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("4e-18", True),
        ("4.25e-18", True),
        ("4.2484e-18", True),
        ("4.24835e-18", True),
        ("4.2483e-18", False),
        ("4.2490e-18", False),
        ("0.0000", True),
        ("4.2484e-17", False),
    ],
)
def test_a_rounded_decimal_is_right_as_far_as_its_digits_tell(text: str, agrees: bool) -> None:
    found = _one(text)
    assert found.reading.kind == "digits"
    assert (found.agrees, found.is_right) == (agrees, agrees)


def test_the_error_of_a_rounded_decimal_is_the_least_that_it_can_be() -> None:
    found = _one("4.2490e-18")
    with mpmath.workprec(300):
        truth = mpmath.log1p(mpmath.exp(-40))
        least = (mpmath.mpf("4.24895e-18") - truth) / mpmath.mpf(np.spacing(float(truth)))
    assert isinstance(found.measured.error, float)
    assert found.measured.error == pytest.approx(float(least), rel=1e-3)


def test_forty_digits_of_the_truth_are_right_and_no_float() -> None:
    with mpmath.workprec(300):
        text = mpmath.nstr(mpmath.log1p(mpmath.exp(-40)), 40)
    found = _one(text)
    assert (found.reading.kind, found.agrees, found.is_right) == ("number", True, True)
    off_by_one = _one(text.replace("878e-18", "879e-18"))
    assert (off_by_one.reading.kind, off_by_one.agrees) == ("number", False)
    assert (off_by_one.verdict, off_by_one.is_right) == (Verdict.STABLE, False)


def test_a_number_of_another_format_has_no_grade_of_a_float() -> None:
    found = _one("4.248354255291589e-18", fmt="binary32")
    assert (found.reading.kind, found.verdict, found.is_right) == ("number", Verdict.STABLE, True)
    assert isinstance(found.measured.error, float)
    assert found.measured.error < 1e-9


def test_a_number_beyond_every_float_is_judged_as_it_stands() -> None:
    found = _one("1e400")
    assert (found.reading.kind, found.verdict) == ("number", Verdict.WRONG)
    assert found.measured.error_text == "1.30e+433"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("inf", Verdict.CORRECTLY_ROUNDED), ("nan", Verdict.WRONG), ("1.5", Verdict.WRONG)],
)
def test_a_special_value_is_right_or_wrong(text: str, verdict: Verdict) -> None:
    found = _one(text, at="inf,1")
    assert found.verdict is verdict
    assert found.is_right is (text == "inf")


def test_where_there_is_no_limit_nobody_is_right_or_wrong() -> None:
    found = _all("0.5 nan", "softmax", at="inf,inf", output=0)
    assert found.rounded is None
    assert {j.verdict for j in found.judgements} == {Verdict.UNTESTED}
    assert not any(j.is_right for j in found.judgements)


def test_at_the_edge_of_a_domain_only_what_the_input_cannot_explain_is_wrong() -> None:
    found = _all("-inf -36.7 nan 5", "weighted_logsumexp", at="0,0 1,-1")
    assert [j.verdict for j in found.judgements] == [
        Verdict.CORRECTLY_ROUNDED,
        Verdict.UNTESTED,
        Verdict.UNTESTED,
        Verdict.WRONG,
    ]


@pytest.mark.parametrize(
    ("text", "output", "verdict"),
    [
        ("0.7310585786300049", 1, Verdict.CORRECTLY_ROUNDED),
        ("0.2689414213699951", 0, Verdict.CORRECTLY_ROUNDED),
        ("0.7310585786300049", 0, Verdict.UNSTABLE),
        ("1.25", 1, Verdict.WRONG),
        ("nan", 1, Verdict.WRONG),
    ],
)
def test_one_number_of_a_row_is_judged_alone(text: str, output: int, verdict: Verdict) -> None:
    assert _one(text, "softmax", at="0,1", output=output).verdict is verdict


def test_others_of_a_long_row_do_not_matter() -> None:
    at = ",".join(str(v / 7) for v in range(50))
    wide = np.exp(np.arange(50) / 7)
    found = _one(repr(float(wide[49] / wide.sum())), "softmax", at=at, output=49)
    assert found.verdict <= Verdict.STABLE


@pytest.mark.parametrize(
    ("function", "at", "output", "message"),
    [
        ("softmax", "0,1", None, "softmax gives 2 numbers; say which .* --output 0"),
        ("softmax", "0,1", 2, "there is no output 2; softmax gives 2 there, from 0"),
        ("logsumexp", "0,1", 1, "there is no output 1; logsumexp gives 1 there, from 0"),
    ],
)
def test_an_output_that_is_not_there_is_one_line(
    function: str, at: str, output: int | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        _one("0.5", function, at=at, output=output)


def test_a_value_may_have_a_name() -> None:
    assert [read_claim(text).label for text in ("a=b=1", " -1.5", "scipy 1.17=0x1p-3")] == [
        "a=b",
        "-1.5",
        "scipy 1.17",
    ]
