from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from lse_verify.audit.finding import BoundUse, Finding, Tally
from lse_verify.audit.ledger import Entry, Ledger, Skipped
from lse_verify.audit.standing import standings
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.report import show, summary_table
from lse_verify.report.experiment import experiment
from lse_verify.report.grid import Grid
from lse_verify.report.headline import headlines
from lse_verify.report.properties import properties_table
from lse_verify.report.sections import sections
from lse_verify.report.speed import speed
from lse_verify.report.summary import overview, summary

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]
MakeWitness = Callable[..., Witness]


def _printed(ledger: Ledger, width: int = 80) -> str:
    console = Console(width=width, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as capture:
        console.print(summary_table(ledger))
    return capture.get()


@pytest.fixture
def spurious(finding: MakeFinding, witness: MakeWitness) -> Finding:
    nan = Tally(tested=10, count=2, witness=witness(1.0, got="nan"))
    return finding(spurious_nan=nan)


def test_a_verdict_is_the_worst_of_the_regimes(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    made = ledger(entry(regime="gap"), entry(regime="ties", shown=spurious))
    assert standings(made)[0].outcomes["binary64"].verdict is Verdict.WRONG


def test_it_is_said_when_only_special_values_are_wrong(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    made = ledger(entry(regime="gap"), entry(regime="special", shown=spurious))
    assert "special values only, else stable" in summary(standings(made))["logsumexp"].rows[0][1]


def test_errors_on_special_values_do_not_enter_the_sizes(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    made = ledger(entry(regime="gap"), entry(regime="special", shown=finding(1e9)))
    assert "3\u00a0ulp" in summary(standings(made))["logsumexp"].rows[0][1]


def test_the_best_comes_first(ledger: Make, entry: MakeEntry, spurious: Finding) -> None:
    made = ledger(entry("alpha", shown=spurious), entry("beta"))
    assert [row[0] for row in summary(standings(made))["logsumexp"].rows] == ["`beta`", "`alpha`"]


def test_a_library_that_is_not_here_is_a_row(ledger: Make, entry: MakeEntry) -> None:
    missing = Skipped("torch", "not installed (pip install 'lse-verify[torch]')")
    made = ledger(entry(), skipped=(missing,))
    row = overview(standings(made), made.header).rows[-1]
    assert row[0] == "`torch`"
    assert row[1].startswith("skipped: not installed (pip install")


def test_sampled_stands_beside_the_maxima(ledger: Make, entry: MakeEntry) -> None:
    assert "binary64 (sampled)" in summary(standings(ledger(entry())))["logsumexp"].headers


def test_a_huge_error_is_printed(ledger: Make, entry: MakeEntry, finding: MakeFinding) -> None:
    huge = Witness(
        size=1.7e308,
        arguments=None,
        seed=0,
        row=0,
        n_terms=2,
        output=0,
        got="0x1p+0",
        error_ulps="1e+600",
        stability="2.50e+598",
    )
    shown = finding(worst_conditioned=huge, worst_stability=huge)
    assert (
        "1e600\u00a0ulp · E\u00a02.5e598"
        in summary(standings(ledger(entry(shown=shown))))["logsumexp"].rows[0][1]
    )


def test_an_error_just_above_a_half_is_not_printed_as_a_half(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    shown = finding(worst_conditioned=witness(0.50001, error_ulps="0.5"))
    assert (
        "above\u00a00.5\u00a0ulp"
        in summary(standings(ledger(entry(shown=shown))))["logsumexp"].rows[0][1]
    )


def test_pipes_in_what_is_called_do_not_end_a_cell(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(entry(), calls="f(a | b)")
    calls = sections(made, standings(made))[0].calls
    assert calls.rows[0][2] == "`f(a \\| b)`"


def test_violations_are_counted_with_the_excused_apart(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    shown = finding(violations={"upper bound": Tally(tested=10, count=5, excused=2)})
    why = summary(standings(ledger(entry(shown=shown))))["logsumexp"].rows[0][-1]
    assert why == "upper bound ×3, excused violation ×2"


def test_a_property_shows_broken_of_tested_and_the_largest(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    tally = Tally(tested=1500, count=4, witness=witness(17.0))
    made = ledger(entry(shown=finding(properties={"monotone": tally})))
    table = properties_table(standings(made))
    assert table.titles == ["implementation", "monotone"]
    assert table.rows[0][1].replace("\u00a0", " ") == "4 of 1,500<br>largest 17"


def test_an_exact_shift_is_told_apart_by_what_it_should_do(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    shown = finding(properties={"exact shift": Tally(tested=3)})
    made = ledger(entry(shown=shown), entry(function="softmax", shown=shown))
    assert properties_table(standings(made)).titles[1:] == [
        "exact shift moves",
        "exact shift stays",
    ]


def test_the_experiment_counts_overflows_and_uses_of_the_bound(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    use = BoundUse(
        algorithm="logsumexp.naive",
        measured=1515,
        overflowed=985,
        largest_error=1.15,
        largest_bound=4.0,
        largest_use=0.48,
    )
    made = ledger(entry(fmt="binary16", regime="digits", shown=finding(bound_use=use)))
    found = experiment(made)
    assert found is not None
    cells = [cell.replace("\u00a0", " ") for cell in found.table.rows[0]]
    assert cells[3:] == ["2,500", "985 (39.4 %)", "1.15", "4", "48 %"]
    assert "985 rows" in found.sentences[0]


def test_a_ledger_without_the_digits_has_no_experiment(ledger: Make, entry: MakeEntry) -> None:
    assert experiment(ledger(entry())) is None


def test_times_are_compared_over_the_regimes_that_all_answered(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    slow = Entry(entry("beta").cell, finding(), 0.006, 10)
    only = Entry(entry("beta", regime="many").cell, finding(), 900.0, 1)
    found = speed(ledger(entry("alpha"), slow, only))
    assert found is not None
    assert found.table.rows == (("logsumexp", "`alpha`", "200", "`beta` 3"),)


def test_the_headline_counts_what_is_wrong(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    lines = headlines(standings(ledger(entry("alpha", shown=spurious), entry("beta"))))
    assert lines[0].startswith("**1 of 2 grades of libraries is wrong**; the others: 1 stable.")
    assert "a NaN where the truth is a number (1)" in lines[0]


def test_the_headline_says_when_nothing_is_wrong(ledger: Make, entry: MakeEntry) -> None:
    assert headlines(standings(ledger(entry())))[0] == (
        "**None of 1 grade of libraries is wrong**: 1 stable."
    )


def test_policies_that_give_nothing_but_nan_are_one_line(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    policies = [
        "softmax(inf*2) gives nan, nan",
        "softmax(inf*3) gives nan, nan, nan",
        "softmax(inf*2,0x0p+0) gives 0.5, 0.5, 0",
    ]
    made = ledger(entry(function="softmax", shown=finding(policies=policies)))
    assert sections(made, standings(made))[0].policies == [
        "`alpha` softmax: NaN throughout on 2 inputs, such as `softmax(inf*2) gives nan, nan`",
        "`alpha` softmax: `softmax(inf*2,0x0p+0) gives 0.5, 0.5, 0`",
    ]


def test_variants_of_a_library_share_its_section(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(entry("alpha"), entry("alpha.grad"), entry("beta"))
    assert [section.title for section in sections(made, standings(made))] == [
        "`alpha` 1.2",
        "`beta`",
    ]


def test_the_terminals_table_fits_80_columns(ledger: Make, entry: MakeEntry) -> None:
    names = ("binary16", "bfloat16", "binary32", "binary64")
    made = ledger(*(entry("textbook.division_free_shifted", fmt=name) for name in names))
    lines = _printed(made).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("textbook.division_free_shifted" in line for line in lines)


def test_the_terminals_table_marks_what_special_values_alone_make_wrong(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    made = ledger(entry(), entry(regime="special", shown=spurious))
    assert "wrong*" in _printed(made)


def test_the_terminal_has_a_row_for_what_is_skipped_and_a_line_with_the_reason(
    ledger: Make, entry: MakeEntry, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = Skipped("torch", "not installed (pip install 'lse-verify[torch]')")
    show.summary(ledger(entry(), skipped=(missing,)), Path("report.md"))
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line.split() for line in lines if line.startswith("  torch"))
    assert set(row[1:]) == {"skipped"}
    assert "skipped torch: not installed (pip install 'lse-verify[torch]')" in lines


def test_columns_that_say_nothing_are_left_out() -> None:
    grid = Grid(("a", "b", "#c"), (("1", "–", "–"), ("2", "–", "3")))
    assert grid.without_empty_columns() == Grid(("a", "#c"), (("1", "–"), ("2", "3")))
