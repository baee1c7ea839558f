from __future__ import annotations

import shlex
from collections.abc import Callable

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.witness import Witness, read_row
from lse_verify.report.witnesses import exhibits, replay

CELL = Cell("mine/my file.py:lse", "logaddexp", "binary32", "gap", 7, 120)


def test_a_replay_line_reads_back_to_the_same_arguments(
    witness: Callable[..., Witness],
) -> None:
    arguments = ["0x0p+0*3,-0x1.4p+5", "-inf,nan", "-0x1p-3"]
    words = shlex.split(replay(CELL, witness(arguments=arguments)))
    assert words[:8] == [
        *("lse-verify", "explain", "-i", CELL.implementation),
        *("-f", "logaddexp", "--format", "binary32"),
    ]
    assert words[8:] == ["--", *arguments]
    assert read_row(words[9]) == (0.0, 0.0, 0.0, -40.0)


def test_an_input_of_no_terms_is_an_empty_word(witness: Callable[..., Witness]) -> None:
    assert shlex.split(replay(CELL, witness(arguments=[""])))[-2:] == ["--", ""]


def test_a_long_row_is_replayed_by_its_place(witness: Callable[..., Witness]) -> None:
    words = shlex.split(replay(CELL, witness(arguments=None)))
    assert words[8:] == [
        *("--regime", "gap", "--samples", "120", "--seed", "7", "--row", "12"),
    ]


def test_the_gravest_fault_is_shown_first_and_no_input_twice(
    ledger: Callable[..., Ledger],
    entry: Callable[..., Entry],
    finding: Callable[..., Finding],
    witness: Callable[..., Witness],
) -> None:
    bound = Tally(tested=9, count=1, witness=witness(4.0, arguments=["0x1p+0*2"]))
    nan = Tally(tested=9, count=1, witness=witness(1.0, arguments=["inf"], got="nan"))
    shown = finding(
        violations={"lower bound": bound},
        spurious_nan=nan,
        not_weak=Tally(tested=9, count=1, witness=witness()),
        not_stable=Tally(tested=9, count=1, witness=witness()),
    )
    found = exhibits(ledger(entry(shown=shown)))["alpha", "logsumexp"]
    assert [exhibit.fault for exhibit in found] == [
        "NaN where the truth is a number",
        "digits lost that the input did not cost",
        "a bound broken",
    ]


def test_a_faultless_implementation_shows_its_largest_error(
    ledger: Callable[..., Ledger], entry: Callable[..., Entry]
) -> None:
    (exhibit,) = exhibits(ledger(entry()))["alpha", "logsumexp"]
    assert exhibit.fault == "the largest error where κ ≤ 100"


def test_short_ordinary_inputs_are_preferred(
    ledger: Callable[..., Ledger],
    entry: Callable[..., Entry],
    finding: Callable[..., Finding],
    witness: Callable[..., Witness],
) -> None:
    long = finding(worst_conditioned=witness(900.0, arguments=None, n_terms=10**6))
    (exhibit,) = exhibits(ledger(entry(regime="many", shown=long), entry()))["alpha", "logsumexp"]
    assert exhibit.cell.regime == "gap"


def test_a_witness_shows_input_got_truth_and_measures(
    ledger: Callable[..., Ledger], entry: Callable[..., Entry]
) -> None:
    (exhibit,) = exhibits(ledger(entry()))["alpha", "logsumexp"]
    assert exhibit.text.splitlines() == [
        "logsumexp, binary64, regime gap: the largest error where κ ≤ 100",
        "  input  0, -40",
        "         0x0p+0, -0x1.4p+5",
        "  got    0    0x0p+0",
        "  truth  4.2483542552915889953e-18",
        "  error 3 ulp,  E 2.5,  κ 40",
        "$ lse-verify explain -i alpha -f logsumexp --format binary64 -- 0x0p+0,-0x1.4p+5",
    ]
