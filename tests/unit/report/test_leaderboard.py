"""The leaderboard: rows of several ledgers, in order, with classes of the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.fingerprint import Fingerprint
from lse_verify.audit.ledger import Entry, ImplementationRow, Ledger, RegimeRow, Skipped
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.report.grid import Grid
from lse_verify.report.leaderboard import Board, board
from lse_verify.report.leaderboard_classes import shared_bits
from lse_verify.report.leaderboard_headline import headlines, subject
from lse_verify.report.leaderboard_rows import Row
from lse_verify.report.leaderboard_tables import glance, libraries, ranking, shared
from lse_verify.report.leaderboard_witnesses import witnesses

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]
MakeWitness = Callable[..., Witness]


@pytest.fixture
def spurious(finding: MakeFinding, witness: MakeWitness) -> Finding:
    nan = Tally(tested=10, count=2, witness=witness(1.0, got="nan"))
    return finding(spurious_nan=nan)


@pytest.fixture
def every(ledger: Make, entry: MakeEntry) -> Callable[..., Ledger]:
    """Make an exhaustive ledger of one space."""

    def make(
        implementation: str, function: str, fmt: str, shown: Finding, version: str = "1.2"
    ) -> Ledger:
        found = ledger(entry(implementation, function, fmt, "exhaustive", shown))
        header = msgspec.structs.replace(
            found.header,
            command="lse-verify exhaust",
            regimes=[RegimeRow("exhaustive", "every input that there is")],
            versions={"alpha": version},
        )
        return Ledger(header, found.entries)

    return make


def _on(made: Ledger, **changed: Any) -> Ledger:
    """Return the ledger with another header."""
    return Ledger(msgspec.structs.replace(made.header, **changed), made.entries)


def _timed(entry: Entry, seconds: float, rows: int) -> Entry:
    return msgspec.structs.replace(entry, seconds=seconds, rows=rows)


def _printed(found: Finding, inputs: int, answers: int) -> Finding:
    mark = Fingerprint(inputs=f"{inputs:016x}", answers=f"{answers:016x}")
    return msgspec.structs.replace(found, fingerprint=mark)


def _names(found: Board) -> list[str]:
    return [row.name for row in found.rows]


def _row(found: Board, name: str) -> Row:
    return next(row for row in found.rows if row.name == name)


def _table(found: Board) -> Grid:
    (group,) = found.spaces.values()
    return ranking(group, found.times, found.n_machines)


def _cells(found: Board, title: str) -> list[str]:
    table = _table(found)
    return [row[table.titles.index(title)].replace("\u00a0", " ") for row in table.rows]


def test_the_order_is_verdict_then_e_then_ulp_then_share(
    ledger: Make,
    entry: MakeEntry,
    finding: MakeFinding,
    witness: MakeWitness,
    spurious: Finding,
) -> None:
    def shown(e: float, ulp: float, nearest: int) -> Finding:
        return finding(
            worst_stability=witness(e),
            worst_conditioned=witness(ulp),
            correctly_rounded=nearest,
        )

    made = ledger(
        entry("wrong", shown=spurious),
        entry("loses", shown=shown(3, 9, 8)),
        entry("misses", shown=shown(2, 9, 7)),
        entry("best", shown=shown(2, 9, 8)),
        entry("larger", shown=shown(2, 10, 9)),
    )
    assert _names(board([made])) == ["best", "misses", "larger", "loses", "wrong"]


def test_who_gives_no_number_at_all_is_last_of_the_wrong(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    crash = Finding(failure=Failure(kind="crash", words="signal 11"))
    found = board([ledger(entry("alpha", shown=crash), entry("beta", shown=spurious))])
    assert _names(found) == ["beta", "alpha"]
    assert _cells(found, "verdict") == ["**wrong**", "**wrong** (crash)"]


def test_what_is_wrong_on_special_values_only_is_before_what_is_wrong(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, spurious: Finding
) -> None:
    special = Finding(special=Tally(tested=9, count=1))
    made = ledger(
        entry("alpha", shown=spurious),
        entry("beta"),
        entry("beta", regime="special", shown=special),
    )
    found = board([made])
    assert _names(found) == ["beta", "alpha"]
    assert "special values only, else stable" in _cells(found, "verdict")[0]
    assert _cells(found, "special values")[0] == "1 of 9"


def test_every_input_replaces_the_figures_of_drawn_ones(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, every: Make
) -> None:
    drawn = ledger(entry("alpha", "softplus"))
    tried = every("alpha", "softplus", "binary64", finding(5.0, rows=1 << 32))
    found = board([drawn, tried])
    assert _cells(found, "ulp, κ ≤ 100") == ["5"]
    assert _cells(found, "inputs") == ["**exhaustive**, 4,294,967,296"]
    assert found.rows[0].reach == "exhaustive"


def test_the_verdict_is_the_worse_of_drawn_and_of_every_input(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, every: Make, spurious: Finding
) -> None:
    drawn = ledger(entry("alpha", "softplus", shown=spurious))
    found = board([drawn, every("alpha", "softplus", "binary64", finding())])
    assert found.rows[0].outcome.verdict is Verdict.WRONG
    said = headlines(found.rows, found.spaces, found.sources)
    assert any("its answers depend on how it is asked" in line for line in said)


def test_a_drawn_input_that_is_worse_than_every_input_is_told(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, every: Make
) -> None:
    tried = every("alpha", "softplus", "binary64", finding(3.0))
    worse = board([ledger(entry("alpha", "softplus", shown=finding(3.5))), tried])
    assert worse.rows[0].is_surprising
    assert not board([ledger(entry("alpha", "softplus")), tried]).rows[0].is_surprising


def test_special_values_stay_apart_where_every_input_was_tried(
    finding: MakeFinding, every: Make
) -> None:
    shown = finding(special=Tally(tested=9, count=4))
    found = board([every("alpha", "softplus", "binary64", shown)])
    assert found.rows[0].outcome.only_special_is_wrong
    assert _cells(found, "special values") == ["4 of 9"]


def test_pairs_of_a_function_of_rows_are_one_more_regime(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, every: Make
) -> None:
    drawn = ledger(entry("alpha", "softmax", shown=finding(9.0)))
    found = board([drawn, every("alpha", "softmax", "binary64", finding(5.0, rows=99))])
    assert _cells(found, "ulp, κ ≤ 100") == ["9"]
    assert _cells(found, "inputs") == ["sampled, 10 rows; all 99 pairs"]
    alone = board([every("alpha", "softmax", "binary64", finding(5.0, rows=99))])
    assert _cells(alone, "inputs") == ["all 99 pairs, no longer rows"]


def test_every_input_of_another_version_is_a_row_of_its_own(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, every: Make
) -> None:
    tried = every("alpha", "softplus", "binary64", finding(5.0), version="9")
    found = board([ledger(entry("alpha", "softplus")), tried])
    assert sorted(_names(found)) == ["alpha (ledger 1)", "alpha (ledger 2)"]


def test_the_same_findings_in_two_ledgers_are_one_row(ledger: Make, entry: MakeEntry) -> None:
    first, second = ledger(entry("alpha"), entry("beta")), ledger(entry("alpha"))
    assert _names(board([first, second])) == ["alpha", "beta"]


def test_other_findings_in_two_ledgers_are_two_rows_that_say_where_they_are(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    found = board([ledger(entry("alpha")), ledger(entry("alpha", shown=finding(4.0)))])
    assert _names(found) == ["alpha (ledger 1)", "alpha (ledger 2)"]
    assert _table(found).rows[1][1] == "`alpha (ledger 2)`"


def test_the_version_stands_in_the_place_of_the_path_of_another_interpreter(
    ledger: Make, entry: MakeEntry
) -> None:
    names = ("alpha.part@old/bin/python", "alpha@cuda", "beta@bin/python")
    made = ledger(*map(entry, names))
    versions = {"alpha@old/bin/python": "1.14.1", "alpha@cuda": "2.0"}
    found = board([_on(made, versions=versions)])
    shown = {row.name for row in found.rows}
    assert shown == {"alpha.part@1.14.1", "alpha@cuda", "beta@bin/python"}


def test_cancellation_is_apart(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    large = witness(1e6, error_ulps="1.00e+06", condition="1e9")
    found = board([ledger(entry(shown=finding(3.0, worst_error=large)))])
    assert _cells(found, "ulp, κ ≤ 100") == ["3"]
    assert _cells(found, "ulp, κ > 100") == ["1e6"]


def test_cancellation_that_costs_less_is_no_larger_and_none_is_a_dash(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    with_some = finding(profiles={"condition": {0: 3.0, 9: 1.0}})
    without = finding(profiles={"condition": {0: 3.0, 6: 1.0}})
    made = ledger(entry("alpha", shown=with_some), entry("beta", shown=without))
    assert _cells(board([made]), "ulp, κ > 100") == ["no larger", "–"]


def test_faults_and_properties_are_counted(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    shown = finding(
        violations={"upper bound": Tally(tested=10, count=5, excused=2)},
        spurious_infinity=Tally(tested=10, count=3),
        properties={"monotone": Tally(tested=1500, count=4)},
    )
    found = board([ledger(entry(shown=shown))])
    assert _cells(found, "violations") == ["upper bound ×3, (excused ×2)"]
    assert _cells(found, "no number") == ["∞ ×3"]
    assert _cells(found, "lower steps") == ["4 of 1,500"]
    assert _cells(found, "nearest") == ["80.00 %"]


def test_the_same_bits_are_a_class_called_by_the_textbook(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    same, other = _printed(finding(), 1, 7), _printed(finding(2.9), 1, 8)
    made = ledger(
        entry("alpha", shown=same), entry("beta", shown=other), entry("textbook.f", shown=same)
    )
    rows = [
        msgspec.structs.replace(row, kind="textbook" if row.name == "textbook.f" else row.kind)
        for row in made.header.implementations
    ]
    found = board([_on(made, implementations=rows)])
    (told,) = shared(shared_bits(found.spaces.values()))
    assert (told.name, told.others, told.formats) == ("`textbook.f`", "`alpha`", "binary64")
    assert told.calls == "`f(x)`"
    # They share one line of the table, with one letter.
    assert _cells(found, "implementation") == ["`beta`", "`alpha`<br>`textbook.f`"]
    assert _cells(found, "same bits") == ["–", "a"]


def test_members_of_a_class_stand_together_where_the_best_of_them_is(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    # In cells that they do not share they may differ.
    same = _printed(finding(), 1, 7)
    made = ledger(
        entry("alpha", shown=same),
        entry("beta", shown=_printed(finding(3.5), 1, 8)),
        entry("gamma", shown=same),
        entry("gamma", regime="ties", shown=_printed(finding(9.0), 2, 7)),
    )
    found = board([made])
    assert _names(found) == ["alpha", "gamma", "beta"]
    assert _cells(found, "#") == ["1", "1", "2"]
    assert _cells(found, "same bits") == ["a", "a", "–"]


def test_bits_are_compared_on_the_same_inputs_only(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    first, second = _printed(finding(), 1, 7), _printed(finding(), 2, 7)
    found = board([ledger(entry("alpha", shown=first), entry("beta", shown=second))])
    assert [len(same.rows) for group in found.spaces.values() for same in group] == [1, 1]


def test_one_cell_of_many_that_is_the_same_says_too_little(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    def cells(name: str, shift: int) -> list[Entry]:
        inputs = [1, 2 + shift, 3 + shift]
        return [
            entry(name, regime=f"r{place}", shown=_printed(finding(), i, 7))
            for place, i in enumerate(inputs)
        ]

    found = board([ledger(*cells("alpha", 0), *cells("beta", 10))])
    assert [len(same.rows) for group in found.spaces.values() for same in group] == [1, 1]


def test_a_class_has_the_same_bits_in_all_its_pairs(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    # beta is like alpha and like gamma where they share inputs, but these two differ.
    made = ledger(
        entry("alpha", regime="r1", shown=_printed(finding(), 1, 7)),
        entry("alpha", regime="r2", shown=_printed(finding(), 2, 7)),
        entry("beta", regime="r1", shown=_printed(finding(), 1, 7)),
        entry("gamma", regime="r1", shown=_printed(finding(), 1, 7)),
        entry("gamma", regime="r2", shown=_printed(finding(), 2, 8)),
    )
    (group,) = board([made]).spaces.values()
    assert [[row.name for row in same.rows] for same in group] == [["alpha", "beta"], ["gamma"]]


def test_a_ledger_without_fingerprints_says_that_identity_is_unknown(
    ledger: Make, entry: MakeEntry
) -> None:
    found = board([ledger(entry("alpha"), entry("beta"))])
    assert [len(same.rows) for group in found.spaces.values() for same in group] == [1, 1]
    said = headlines(found.rows, found.spaces, found.sources)
    assert said[-1].startswith("Ledger 1 has no fingerprints of the answers")
    table = glance(found.spaces)
    assert table.rows[0][table.titles.index("with bits of their own")] == "–"


def test_times_compare_on_the_rows_that_all_answered(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(
        _timed(entry("alpha"), 0.002, 10),
        _timed(entry("alpha", regime="many"), 9.0, 1),
        _timed(entry("beta"), 0.006, 10),
    )
    assert _cells(board([made]), "ns a row") == ["200,000", "600,000"]


def test_who_answered_other_rows_has_no_time(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(
        _timed(entry("alpha"), 0.002, 10),
        _timed(entry("beta"), 0.006, 10),
        _timed(entry("pairs"), 0.001, 5),
    )
    found = board([made])
    assert {row.name for row in found.times} == {"alpha", "beta"}


def test_one_odd_ledger_does_not_cost_the_others_their_times(
    ledger: Make, entry: MakeEntry
) -> None:
    made = [_timed(entry(name), 0.001, 10) for name in ("alpha", "beta", "gamma")]
    found = board([ledger(_timed(entry("more"), 0.1, 500)), ledger(*made)])
    assert {row.name for row in found.times} == {"alpha", "beta", "gamma"}


def test_machines_are_told_where_there_are_several(ledger: Make, entry: MakeEntry) -> None:
    other = _on(ledger(entry("beta")), machine={"processor": "another"})
    found = board([ledger(entry("alpha")), other])
    assert _cells(found, "machine") == ["1", "2"]
    assert "machine" not in _table(board([ledger(entry("alpha"), entry("beta"))])).titles


def test_who_answered_few_rows_is_marked_and_is_not_best(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    few = finding(1.0, rows=4)
    found = board([ledger(entry("alpha"), entry("pairs", shown=few))])
    assert _cells(found, "implementation") == ["`pairs`‡", "`alpha`"]
    assert glance(found.spaces).rows[0][-2:] == ("`alpha`", "–")


def test_the_glance_counts_grades_of_binary32_and_binary64(
    ledger: Make, entry: MakeEntry, spurious: Finding
) -> None:
    made = ledger(
        *(entry(n, fmt=f) for n in ("alpha", "beta") for f in ("binary32", "binary16")),
        entry("gamma", fmt="binary32", shown=spurious),
        entry("alone", "softplus", "binary64"),
    )
    table = glance(board([made]).spaces)
    (row,) = table.rows
    told = dict(zip(table.titles, row, strict=True))
    assert (told["function"], told["format"], told["implementations"]) == (
        "logsumexp",
        "binary32",
        "3",
    )
    assert (told["stable"], told["wrong"], told["best"], told["next"]) == (
        *("2", "1"),
        *("`alpha`", "`beta`"),
    )


def test_the_language_has_its_place(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(entry("alpha"), entry("beta"))
    rows = [
        ImplementationRow(name, "logsumexp", "f(x)", False, "library", language)
        for name, language in (("alpha", "R"), ("beta", ""))
    ]
    found = board([_on(made, implementations=rows)])
    assert _cells(found, "language") == ["R", "–"]
    assert "2 implementations in R of 1 function" in subject(found.rows, found.sources)


def test_a_library_that_is_not_here_is_a_row_unless_another_ledger_has_it(
    ledger: Make, entry: MakeEntry
) -> None:
    lacking = (Skipped("torch", "not installed (pip)"), Skipped("beta", "not installed (pip)"))
    found = board([ledger(entry("alpha"), skipped=lacking), ledger(entry("beta"))])
    rows = libraries(found.rows, found.sources).rows
    assert [row[0] for row in rows] == ["`alpha`", "`beta`", "`torch`"]
    assert rows[2][1] == "skipped: not installed (pip)"


def test_witnesses_are_in_hex_and_one_input_is_one_line(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    large = witness(1e6, arguments=["0x1p+0"], error_ulps="1.00e+06", condition="1e9")
    found = board([ledger(entry(shown=finding(3.0, worst_error=large)))])
    (group,) = found.spaces.values()
    first, second = witnesses(group).rows
    assert first[0] == "`alpha`"
    assert first[1].replace("\u00a0", " ") == "3 ulp, κ ≤ 100<br>E 2.5"
    assert first[2:] == ("`0x0p+0,-0x1.4p+5`", "`0x0p+0`", "4.2483542552915889953e-18")
    assert second[1].replace("\u00a0", " ") == "1e6 ulp, κ 1e9"
    assert second[2] == "`0x1p+0`"


def test_a_long_witness_is_drawn_again_by_its_options(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, witness: MakeWitness
) -> None:
    long = [",".join(["0x1p+0", "0x1p+1"] * 9)]
    worst = witness(arguments=long, n_terms=18, row=3)
    shown = finding(worst_error=worst, worst_conditioned=worst, worst_stability=worst)
    (group,) = board([ledger(entry(shown=shown))]).spaces.values()
    text = witnesses(group).rows[0][2]
    assert "18 terms: `--regime gap --samples 120 --seed 7 --row 3`" in text


@pytest.mark.parametrize("name", ["a|b.py:f", "tick`.py:f"])
def test_names_of_files_are_safe_in_a_table(ledger: Make, entry: MakeEntry, name: str) -> None:
    cell = Cell(name, "logsumexp", "binary64", "gap", 7, 120)
    odd = msgspec.structs.replace(entry("x"), cell=cell)
    found = board([ledger(odd, entry("beta"))])
    for row in _table(found).rows:
        assert all("|" not in text.replace("\\|", "") for text in row)
