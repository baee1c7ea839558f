"""What is printed and written of hunts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from lse_verify.audit.contest import BISECTION, HUNT, UNIFORM, Case, Comparison, Contest
from lse_verify.audit.finding import Failure
from lse_verify.audit.hunted import Find, Hunt, Step
from lse_verify.audit.ledger import Entry, Ledger, RegimeRow
from lse_verify.cli import main
from lse_verify.errors import LedgerError
from lse_verify.report import show_hunt
from lse_verify.report.hunt import (
    known_table,
    maxima_of,
    read_comparison,
    sentences,
    unknown_table,
    write_comparison,
)

KNOWN, OPEN = Case("softplus", "binary32", "torch"), Case("logsumexp", "binary64", "scipy", 10)
LARGEST = {HUNT: (1.0, 0.995), BISECTION: (0.98, 0.5), UNIFORM: (0.4, 0.3)}
COMPARISON = Comparison(
    command="python -m lse_verify.search.hunt.comparison",
    budget=1000,
    seeds=2,
    contests=[
        Contest(case=case, method=method, seed=seed, climb=[(3, 0.1), (40 + seed, scale * size)])
        for case, scale in ((KNOWN, 2.0), (OPEN, 7.0))
        for method, sizes in LARGEST.items()
        for seed, size in enumerate(sizes)
    ],
    versions={"numpy": "2.0"},
    machine={"processor": "one | two"},
)
MAXIMA = {KNOWN: 2.0}
FIND = Find(
    kind="error",
    size=1740.2,
    verdict="unstable",
    implementation="torch",
    function="logsumexp",
    format="binary64",
    arguments=["0x0p+0*3,-0x1.4p+5"],
    n_terms=4,
    output=0,
    got="0x0p+0",
    truth="4.2483542552915889953e-18",
    error_ulps="1.74e+03",
    stability="2.3",
    condition="40",
    strategy="gap",
    evaluation=12345,
    found=["0x1.921fb54442d18p+1," * 20],
)


def test_shares_of_the_true_maximum_are_counted_by_method() -> None:
    (row,) = known_table(COMPARISON, MAXIMA).rows
    assert row[4:6] == ("99.50 %, 99.75 %, 100.00 %", "2 of 2")
    assert row[6:8] == ("50.00 %, 74.00 %, 98.00 %", "0 of 2")
    (other,) = unknown_table(COMPARISON, MAXIMA).rows
    assert other[:4] == ("logsumexp", "binary64", "10", "`scipy`")
    assert other[-1] == "2 of 2"


def test_the_sentences_say_how_many_bars_are_met() -> None:
    first, second = sentences(COMPARISON, MAXIMA)
    assert "in 1 of 1 cases" in first
    assert "in 1 of 1 cases" in second


def test_the_report_is_written_with_its_figure_and_the_same_again(tmp_path: Path) -> None:
    (_, once), (_, again) = (
        write_comparison(COMPARISON, [], tmp_path / name) for name in ("a", "b")
    )
    assert once.read_bytes() == again.read_bytes()
    figure = tmp_path / "a" / "figures" / "climbs.svg"
    assert figure.read_bytes() == (tmp_path / "b" / "figures" / "climbs.svg").read_bytes()
    assert ET.fromstring(figure.read_text()).tag.endswith("svg")
    assert "one &#124; two" in once.read_text()


def of_every_input(ledger: Ledger) -> Ledger:
    regimes = [RegimeRow("exhaustive", "every input")]
    return Ledger(msgspec.structs.replace(ledger.header, regimes=regimes), ledger.entries)


def test_the_true_maxima_are_those_of_exhaustive_ledgers(
    ledger: Callable[..., Ledger], entry: Callable[..., Entry]
) -> None:
    entries = [
        entry("torch", "softplus", "binary32", "exhaustive"),
        entry("numpy", "logaddexp", "binary16", "exhaustive"),
    ]
    assert maxima_of(COMPARISON, [of_every_input(ledger(*entries))]) == {KNOWN: 3.0}


def test_a_sampled_maximum_is_not_taken_for_the_true_one(
    ledger: Callable[..., Ledger], entry: Callable[..., Entry]
) -> None:
    sampled = ledger(entry("torch", "softplus", "binary32"))
    with pytest.raises(LedgerError, match="samples and has no true maxima; give ledgers of exh"):
        maxima_of(COMPARISON, [sampled])


def test_maxima_of_other_versions_are_refused(
    ledger: Callable[..., Ledger], entry: Callable[..., Entry]
) -> None:
    made = of_every_input(ledger(entry("torch", "softplus", "binary32", "exhaustive")))
    searched = msgspec.structs.replace(COMPARISON, versions={"alpha": "1.3"})
    with pytest.raises(LedgerError, match=r"of other versions \(alpha: '1.3' there, '1.2' here\)"):
        maxima_of(searched, [made])


@pytest.mark.parametrize(
    ("true_maximum", "shown"),
    [(2.0, "100.00 %"), (2.0 * (1 + 1e-5), "99.99 %"), (2.0 * (1 - 1e-5), "100.01 %")],
)
def test_only_the_true_maximum_is_all_of_it(true_maximum: float, shown: str) -> None:
    (row,) = known_table(COMPARISON, {KNOWN: true_maximum}).rows
    assert row[4].endswith(shown)


def test_report_writes_that_of_a_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "comparison.json"
    path.write_bytes(msgspec.json.encode(COMPARISON))
    monkeypatch.setattr("sys.argv", ["lse-verify", "report", str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "on 9 of 10 seeds in 2 of 2 cases." in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "report.md").read_text().startswith("# The search for the worst input")


def test_another_file_is_no_comparison(tmp_path: Path) -> None:
    path = tmp_path / "comparison.json"
    path.write_text("{}")
    with pytest.raises(LedgerError, match="is no comparison"):
        read_comparison(path)


def test_a_hunt_is_printed_in_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    failure = Failure(kind="crash", words="the process ended")
    show_hunt.hunted(Hunt(evaluations=12345, finds={"error": FIND}, failure=failure), "error")
    step = Step(evaluation=5, island=0, size=3.5, strategy="gap", arguments=["0x1p+0," * 30])
    show_hunt.rise(step, 5, "error")
    out, err = capsys.readouterr()
    command = show_hunt.command_of(FIND)
    assert command in out
    rest = [line for line in (out + err).splitlines() if command not in line]
    assert max(map(len, rest)) <= 80
    assert "error of 1,740 ulp, unstable" in out
    assert "12,345 inputs tried" in out
    assert "3.5 ulp" in err


def test_the_command_of_a_find_quotes_runs() -> None:
    assert show_hunt.command_of(FIND).endswith("-- '0x0p+0*3,-0x1.4p+5'")
