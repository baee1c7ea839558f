"""What is told of two ledgers: a sentence, tables, witnesses; on the terminal and elsewhere."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lse_verify.audit.comparison import Comparison, Side, compare
from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.fingerprint import Fingerprint
from lse_verify.audit.ledger import Entry, Ledger, Skipped
from lse_verify.audit.standing import standings
from lse_verify.audit.witness import Witness
from lse_verify.report.compared import differences, headline, inputs, only_one_has
from lse_verify.report.compared_lines import lines
from lse_verify.report.compared_page import page
from lse_verify.report.compared_witnesses import contrasts
from lse_verify.report.show_compare import compared, compared_json

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]
MakeWitness = Callable[..., Witness]


def _printed(found: Finding, answers: int, inputs: int = 1) -> Finding:
    mark = Fingerprint(inputs=f"{inputs:016x}", answers=f"{answers:016x}")
    return replace(found, fingerprint=mark)


def _side(name: str, made: Ledger, **header: Any) -> Side:
    ledger = replace(made, header=replace(made.header, **header))
    return Side(name, ledger, {(s.name, s.function): s for s in standings(ledger)})


@pytest.fixture
def nan(finding: MakeFinding, witness: MakeWitness) -> Finding:
    tally = Tally(tested=10, count=2, witness=witness(1.0, got="nan", arguments=["inf"]))
    return _printed(finding(spurious_nan=tally), 2)


@pytest.fixture
def changed(ledger: Make, entry: MakeEntry, finding: MakeFinding, nan: Finding) -> Comparison:
    """One worse, one better, one of other bits, one the same, one on either side alone."""
    good = _printed(finding(), 1)
    first = ledger(
        entry("worse", shown=good),
        entry("better", shown=nan),
        entry("bits", shown=good),
        entry("same", shown=good),
        entry("old", shown=good),
    )
    second = ledger(
        entry("worse", shown=nan),
        entry("better", shown=good),
        entry("bits", shown=_printed(finding(), 3)),
        entry("same", shown=good),
        entry("new", shown=good),
        skipped=(Skipped("old", "not installed (pip install old)"),),
    )
    versions = {"python": "3.12.0", "alpha": "1.2"}
    return compare(_side("a.jsonl", first), _side("b.jsonl", second, versions=versions))


def test_the_sentence_counts_what_matters_first(changed: Comparison) -> None:
    assert headline(changed) == (
        "1 grade got worse, 1 better, 1 with the same verdict but other bits, "
        "1 the same bit for bit."
    )
    assert inputs(changed) == "Both answered the same inputs."


def test_where_no_grade_got_worse_that_is_said(changed: Comparison) -> None:
    few = [grade for grade in changed.grades if grade.turn != "worse"]
    said = headline(dataclasses.replace(changed, grades=few))
    assert said.startswith("No grade got worse, 1 better, ")


def test_nothing_is_told_between_a_ledger_and_itself(
    changed: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    same = compare(changed.first, changed.first)
    assert headline(same) == "Nothing differs: 5 grades the same bit for bit."
    assert differences(same) == []
    compared(same)
    assert capsys.readouterr().out.splitlines() == [
        "Nothing differs: 5 grades the same bit for bit.",
        "Both answered the same inputs.",
        "A is a.jsonl",
        "B is a.jsonl",
        "nothing that the ledgers tell of their making differs",
        "",
    ]
    assert "###" not in page(same, "lse-verify compare a.jsonl a.jsonl")


def test_without_fingerprints_figures_are_the_same_and_bits_unknown(
    ledger: Make, entry: MakeEntry
) -> None:
    side = _side("a.jsonl", ledger(entry()))
    assert headline(compare(side, side)) == "Nothing differs: 1 grade the same in every figure."


def test_other_inputs_are_told_first(ledger: Make, entry: MakeEntry, finding: MakeFinding) -> None:
    one = ledger(entry(shown=_printed(finding(), 1, inputs=1)))
    other = ledger(entry(shown=_printed(finding(), 2, inputs=2)))
    found = compare(_side("a.jsonl", one), _side("b.jsonl", other, seed=8))
    assert headline(found) == "Nothing differs: 1 grade with the same verdict."
    assert inputs(found).startswith("The inputs are not the same: verdicts and largest errors are")
    assert differences(found) == [("seed", "7", "8")]
    fewer = compare(_side("a.jsonl", one), _side("b.jsonl", other, samples=9))
    assert "own sample and a smaller one finds less, counts are given as" in inputs(fewer)


def test_what_made_the_ledgers_is_told_where_it_differs(
    changed: Comparison, ledger: Make, entry: MakeEntry
) -> None:
    assert differences(changed) == [("python", "3.11.7", "3.12.0")]
    one, other = ledger(entry("alpha@old/bin/python")), ledger(entry("alpha"))
    found = compare(
        _side(
            "a.jsonl",
            one,
            versions={"alpha@old/bin/python": "1.1"},
            machine={"features": "sse4_2 avx2 fma", "processor": "one"},
        ),
        _side("b.jsonl", other, machine={"features": "avx2 avx512f", "processor": "other"}),
    )
    assert differences(found) == [
        ("alpha", "1.1", "1.2"),
        ("run in", "old/bin/python", ""),
        ("features", "sse4_2 fma", "avx512f"),
        ("processor", "one", "other"),
    ]


def test_grades_of_one_side_are_told_with_the_reason(changed: Comparison) -> None:
    assert only_one_has(changed.first, changed.only_first, changed.second) == (
        "old logsumexp binary64, not installed (pip install old) in the other"
    )
    assert only_one_has(changed.second, changed.only_second, changed.first) == (
        "new logsumexp binary64"
    )


def test_lines_begin_with_the_verdict_and_the_fault(changed: Comparison) -> None:
    (worse,) = (grade for grade in changed.grades if grade.turn == "worse")
    told = lines(worse)
    assert [(line.figure, line.before, line.after, line.is_worse) for line in told] == [
        ("verdict", "stable", "wrong", True),
        ("spurious NaN", "0", "2", True),
    ]


def test_how_much_larger_or_smaller_a_size_is_stands_beside_it(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    def of(stability: float, ulps: float) -> Ledger:
        worst = {"worst_stability": witness(stability), "worst_conditioned": witness(ulps)}
        return ledger(entry(shown=finding(**worst)))

    (grade,) = compare(_side("a", of(2.0, 500.0)), _side("b", of(2480.0, 500.1))).grades
    told = {line.figure: (line.before, line.after, line.factor) for line in lines(grade)}
    assert told["largest E"] == ("2", "2,480", "×1,240")
    # As many digits as tell one from the other; a factor next to 1 says nothing.
    assert told["largest error where κ ≤ 100, ulp"] == ("500", "500.1", "")
    (back,) = compare(_side("a", of(2480.0, 1.0)), _side("b", of(2.0, 1.0))).grades
    assert next(line.factor for line in lines(back) if line.figure == "largest E") == "÷1,240"


def test_a_failure_is_told_in_its_words(ledger: Make, entry: MakeEntry) -> None:
    crash = Finding(failure=Failure(kind="crash", words="signal 11"))
    found = compare(_side("a", ledger(entry())), _side("b", ledger(entry(shown=crash))))
    assert "crash: signal 11" in [line.figure for line in lines(found.grades[0])]
    assert contrasts(found) == []


def test_a_witness_shows_both_answers_and_the_line_that_replays_it(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, nan: Finding
) -> None:
    first = ledger(entry("alpha@old", shown=_printed(finding(), 1)))
    found = compare(_side("a", first), _side("b", ledger(entry("alpha", shown=nan))))
    (contrast,) = contrasts(found)
    assert contrast.text.splitlines() == [
        "logsumexp, binary64, regime gap: NaN where the truth is a number",
        "  input  inf",
        "         inf",
        "  A      not kept; its largest error in this regime is 3 ulp",
        "  B      nan    nan",
        "  truth  4.2483542552915889953e-18",
        "  error 1 ulp,  E 2.5,  κ 40",
        "$ lse-verify explain -i alpha@old -i alpha -f logsumexp --format binary64 -- inf",
    ]


def test_the_first_answer_is_shown_where_its_ledger_kept_that_input(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    lost = {"worst_stability": witness(99.0, got="0x1p+0"), "not_weak": Tally(tested=9, count=1)}
    found = compare(
        _side("a", ledger(entry(shown=_printed(finding(), 1)))),
        _side("b", ledger(entry(shown=_printed(finding(**lost), 2)))),
    )
    (contrast,) = contrasts(found)
    assert contrast.first_answer == "0    0x0p+0"
    other = compare(found.first, _side("b", found.second.ledger, seed=8))
    assert contrasts(other)[0].first_answer == "0    0x0p+0"  # the fingerprint says it is the same


def test_of_other_inputs_the_first_answer_is_not_known(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, nan: Finding
) -> None:
    first = ledger(entry(shown=_printed(finding(), 1, inputs=9)))
    (contrast,) = contrasts(compare(_side("a", first), _side("b", ledger(entry(shown=nan)))))
    assert contrast.first_answer == "not known: it answered other inputs"


def test_what_makes_it_wrong_is_shown_before_digits_that_are_lost(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    special = Tally(tested=9, count=1, witness=witness(1.0, got="nan", arguments=["inf"]))
    shown = finding(
        not_weak=Tally(tested=9, count=1), worst_stability=witness(99.0), special=special
    )
    found = compare(
        _side("a", ledger(entry(shown=_printed(finding(), 1)))),
        _side("b", ledger(entry(shown=_printed(shown, 2)))),
    )
    assert contrasts(found)[0].exhibit.fault == "a wrong special value"
    assert "graded right, as every special value" in contrasts(found)[0].text


def test_the_terminal_has_eighty_columns(
    changed: Comparison, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    compared(changed)
    out = capsys.readouterr().out
    for words in ("got worse", "got better", "spurious NaN", "only in A: old", "only in B: new"):
        assert words in out
    assert max(len(line) for line in out.splitlines() if not line.startswith("$")) <= 80


def test_the_page_is_markdown_with_all_of_it(changed: Comparison) -> None:
    text = page(changed, "lse-verify compare a.jsonl b.jsonl --markdown")
    assert text.startswith("## What changed from A to B\n\n**1 grade got worse, 1 better, 1 with")
    assert (
        "| `worse` | logsumexp | binary64 | stable → wrong | spurious NaN **0\u00a0→\u00a02** |"
        in text
    )
    assert "### Got better" in text
    assert "| `bits` | logsumexp | binary64 | stable | bits alone |" in text
    assert "$ lse-verify explain -i worse -f logsumexp --format binary64 -- inf" in text
    assert "Only in B: new logsumexp binary64." in text
    assert text.count("<details>") == text.count("</details>") == 1
    assert "\n\n\n" not in text


def test_json_has_every_grade(changed: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    compared_json(changed)
    told = json.loads(capsys.readouterr().out)
    assert told["headline"] == headline(changed)
    assert {grade["implementations"][0]: grade["turn"] for grade in told["grades"]} == {
        "worse": "worse",
        "better": "better",
        "bits": "even",
        "same": "even",
    }
    (worse,) = (grade for grade in told["grades"] if grade["turn"] == "worse")
    assert worse["changes"][0] == {
        "figure": "verdict",
        "before": "stable",
        "after": "wrong",
        "is_worse": True,
    }
    assert told["witnesses"][0]["replay"].startswith("lse-verify explain -i worse")
    assert told["only_first"] == [["old", "logsumexp", "binary64"]]


def test_a_real_pair_of_releases_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """SciPy 1.14.1 and two of its own variants: what is known to differ, and how."""
    path = Path(__file__).parents[3] / "reports/old_releases/scipy-1.14.1/ledger.jsonl"
    side = Side.read(path)
    names = ("scipy@scipy-1.14.1/bin/python", "scipy.axis0@scipy-1.14.1/bin/python")
    found = compare(side, side, ["=".join(names)])
    assert {grade.bits for grade in found.grades} == {"other"}
    compared(found)
    assert "scipy → scipy.axis0 logsumexp" in capsys.readouterr().out
