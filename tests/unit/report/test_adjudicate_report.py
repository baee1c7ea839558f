"""Who is right, told: the first sentence, a word for each value, 80 columns, JSON."""

from __future__ import annotations

import json

import pytest

from lse_verify.audit.adjudicate import Adjudication, adjudicate, read_claim
from lse_verify.audit.point import read_point
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.report.adjudicated import notes, sentences, word
from lse_verify.report.show_adjudicate import adjudicated, adjudicated_json


def _found(
    texts: str,
    at: str = "0,-40",
    fmt: str = "binary64",
    function: str = "logsumexp",
    output: int | None = None,
) -> Adjudication:
    chosen, form = FUNCTIONS[function], FORMATS[fmt]
    claims = [read_claim(text) for text in texts.split()]
    return adjudicate(chosen, form, read_point(chosen, form, at.split()), output, claims)


@pytest.mark.parametrize(
    ("texts", "at", "said"),
    [
        (
            "torch=0.0 scipy=4.248354255291589e-18",
            "0,-40",
            [
                "scipy is right: correctly rounded.",
                "torch is off by 5.51e15 ulp, no digit is right: 2.25e14 times what rounding the "
                "input explains (κ = 40).",
            ],
        ),
        (
            "0.0 torch=0 h=0x1.39792499b1a25p-58",
            "0,-40",
            [
                "No value is correctly rounded: that is 4.248354255291589e-18 "
                "(0x1.39792499b1a24p-58).",
                "h is off by 0.85 ulp: one of the two floats around the truth.",
                "0.0 and torch are off by 5.51e15 ulp, no digit is right: 2.25e14 times what "
                "rounding the input explains (κ = 40).",
            ],
        ),
        (
            "a=0x1.39792499b1a30p-58 b=4.2490e-18",
            "0,-40",
            [
                "No value is correctly rounded: that is 4.248354255291589e-18 "
                "(0x1.39792499b1a24p-58).",
                "a is off by 11.9 ulp: no more than rounding the input explains (κ = 40).",
                "b is off by 7.73e11 ulp at least: 3.16e10 times what rounding the input explains "
                "(κ = 40).",
            ],
        ),
        (
            "q=4.2484e-18 m=4.24835425529158898630498e-18 x=nan y=inf z=-1.0",
            "0,-40",
            [
                "q is right as far as its digits tell.",
                "m is right in all its 24 digits, although no float of binary64.",
                "z is wrong: off by 1.3e33 ulp, no digit is right, and breaks the lower bound.",
                "x is wrong: NaN where the truth is a number.",
                "y is wrong: an infinity where the truth is a number that fits.",
            ],
        ),
        (
            "a=inf b=nan c=3 d=inf",
            "inf,1",
            ["a and d are right: the value is inf.", "b and c are wrong: the value is inf."],
        ),
        (
            "a=nan b=1",
            "inf,1",
            ["No value is right: it is inf.", "a and b are wrong: the value is inf."],
        ),
    ],
)
def test_it_is_said_who_is_right_and_how_far_off_the_others_are(
    texts: str, at: str, said: list[str]
) -> None:
    assert sentences(_found(texts, at)) == said


def test_where_there_is_no_limit_it_is_said() -> None:
    found = _found("0.5", "inf,inf", function="softmax", output=0)
    assert sentences(found) == [
        "Nobody is right or wrong: no limit exists there, whatever is given is a policy."
    ]
    assert word(found, found.judgements[0]) == "not graded"


def test_each_value_has_a_word() -> None:
    found = _found(
        "4.248354255291589e-18 0x1.39792499b1a25p-58 4.25e-18 4.2e-18 0 nan inf -1 "
        "4.24835425529158898630498e-18 4.24835425529158898630499e-18"
    )
    assert [word(found, j) for j in found.judgements] == [
        "correctly rounded",
        "faithful",
        "right as far as its digits tell",
        "right as far as its digits tell",
        "unstable",
        "wrong: NaN",
        "wrong: infinity",
        "wrong: lower bound",
        "right in all 24 digits",
        "stable",
    ]


def test_how_a_value_was_read_is_told_where_it_is_not_written_as_floats_are() -> None:
    assert notes(_found("0.0 4.248354255291589e-18 0x1p-58 nan")) == []
    assert notes(_found("4.2484e-18 4.248354255291589e-18", fmt="binary32")) == [
        "4.2484e-18 may be rounded from several floats of binary32: the best is judged",
        "4.248354255291589e-18 is no float of binary32, the nearest is 4.248354e-18: "
        "judged as it is written",
    ]


def test_the_terminal_has_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    adjudicated(_found("torch=0.0 scipy=4.248354255291589e-18 nan 4.2490e-18"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "scipy is right: correctly rounded."
    assert "truth 4.2483542552915889863e-18   κ = 40" in lines
    assert "correctly rounded 4.248354255291589e-18   0x1.39792499b1a24p-58" in lines
    row = next(line for line in lines if line.startswith(" scipy "))
    assert row.split() == [
        "scipy",
        "4.248354255291589e-18",
        "0.15",
        "0.00611",
        "correctly",
        "rounded",
    ]
    assert max(map(len, lines)) <= 80


def test_an_error_that_is_nearly_none_has_no_digits(capsys: pytest.CaptureFixture[str]) -> None:
    adjudicated(_found("1000.0", "1000,-1000"))
    assert "< 1e-6" in capsys.readouterr().out


def test_json_has_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    adjudicated_json(_found("torch=0.0 q=4.2484e-18 nan 4.24835425529158898630498e-18"))
    told = json.loads(capsys.readouterr().out)
    assert told["truth"] == "4.2483542552915889863e-18"
    assert told["rounded"] == "0x1.39792499b1a24p-58"
    assert [value["read_as"] for value in told["values"]] == ["float", "digits", "float", "number"]
    assert [value["is_right"] for value in told["values"]] == [False, True, False, True]
    assert told["values"][0] == {
        "label": "torch",
        "text": "0.0",
        "read_as": "float",
        "judged": "0x0p+0",
        "error_ulps": "5.51e+15",
        "stability": "2.25e+14",
        "verdict": "unstable",
        "word": "unstable",
        "is_right": False,
    }
