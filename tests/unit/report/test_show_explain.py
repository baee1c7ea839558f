"""What explain prints: a line more where equal rows are answered otherwise, in 80 columns."""

from __future__ import annotations

import json

import pytest

from lse_verify.audit.explain import Answer
from lse_verify.audit.hunted import Find, Hunt
from lse_verify.family import function_named
from lse_verify.formats import format_named
from lse_verify.report import show, show_hunt

ALONE = Answer(
    implementation="torch",
    got="1.401298464324817e-45",
    got_hex="0x1p-149",
    truth="2.1019441307976080563e-45",
    error_ulps="0.5",
    stability="0.00972",
    condition="103",
)
AMONG = Answer(
    implementation="torch",
    got="0.0",
    got_hex="0x0p+0",
    truth="2.1019441307976080563e-45",
    error_ulps="1.5",
    stability="0.0292",
    condition="103",
    copies=64,
    times=64,
)
LONG = Answer(
    implementation="some/folder/of/kernels/that_are_mine.py:softplus",
    got="-1.2345678901234567e-300",
    got_hex="-0x1.a7386d8ad3a5fp-997",
    truth="2.1019441307976080563e-45",
    error_ulps="over 1e308",
    stability="1.74e+300",
    copies=64,
    times=8,
)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("COLUMNS", "80")
    return capsys


def shown(capsys: pytest.CaptureFixture[str], *answers: Answer, as_json: bool = False) -> str:
    function, fmt = function_named("softplus"), format_named("binary32")
    show.explained(function, fmt, (-102.87346649169922,), [list(answers)], as_json)
    return capsys.readouterr().out


@pytest.mark.usefixtures("printed")
def test_an_answer_among_equal_rows_stands_below_that_alone_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(capsys, ALONE, AMONG).splitlines()
    alone, among = (k for k, line in enumerate(lines) if line.startswith(" torch"))
    assert lines[alone].split()[1:] == ["1.401298464324817e-45", "0.5", "0.00972"]
    assert lines[among].split()[1:] == ["0.0", "1.5", "0.0292"]
    assert lines[among + 1].split("  ")[0].strip() == "as 64 equal rows"
    assert lines[-1].startswith("equal rows: ")


@pytest.mark.usefixtures("printed")
def test_where_only_some_of_the_rows_differ_it_says_how_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "8 of 64 equal rows" in shown(capsys, LONG)


@pytest.mark.usefixtures("printed")
def test_nothing_is_said_of_equal_rows_where_none_is_answered_otherwise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "equal rows" not in shown(capsys, ALONE)


@pytest.mark.usefixtures("printed")
def test_no_answer_among_equal_rows_says_that_they_were_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = Answer(implementation="torch", failure="exception: no", copies=64, times=64)
    assert "torch as 64 equal rows: exception: no" in shown(capsys, ALONE, failed)


@pytest.mark.usefixtures("printed")
def test_every_line_is_of_at_most_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert max(map(len, shown(capsys, ALONE, AMONG, LONG).splitlines())) <= 80


def test_json_has_as_how_many_rows_each_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(shown(capsys, ALONE, AMONG, as_json=True))
    assert [(a["copies"], a["times"], a["got"]) for a in found] == [
        (1, 1, "1.401298464324817e-45"),
        (64, 64, "0.0"),
    ]


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize("copies", [1, 64])
def test_a_find_of_equal_rows_says_that_its_command_shows_both_answers(
    capsys: pytest.CaptureFixture[str], copies: int
) -> None:
    find = Find(
        kind="error",
        size=1.5,
        verdict="stable",
        implementation="torch",
        function="softplus",
        format="binary32",
        arguments=["-0x1.9b7e6ep+6"],
        n_terms=2,
        output=0,
        got="0x0p+0",
        truth="2.1019441307976080563e-45",
        copies=copies,
    )
    show_hunt.hunted(Hunt(evaluations=1, finds={"error": find}), "error")
    out = capsys.readouterr().out
    both = "as 64 equal rows; alone it is not as bad: explain shows both"
    assert (both in out) == (copies > 1)
    assert max(map(len, out.splitlines())) <= 80
