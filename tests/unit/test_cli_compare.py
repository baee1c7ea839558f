"""The commands that compare: two ledgers with each other, and values with the truth."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lse_verify.cli import main

R = Path(__file__).parents[2] / "reports" / "libraries" / "r" / "ledger.jsonl"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in an empty folder; return its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lse-verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capfd.readouterr()
        assert isinstance(ended.value.code, int | None)
        return ended.value.code or 0, written.out, written.err

    return call


def test_two_ledgers_are_compared_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    code, out, err = run("compare", str(R), str(R))
    assert (code, err) == (0, "")
    assert out.startswith("Nothing differs: 6 grades the same bit for bit.\n")
    assert [*tmp_path.iterdir()] == []


def test_names_that_differ_are_paired_on_request(run: Run) -> None:
    code, out, _ = run("compare", str(R), str(R), "--pair", "gtools=r_base", "--json")
    told = json.loads(out)
    assert code == 0
    assert [grade["implementations"] for grade in told["grades"]] == [["gtools", "r_base"]]


def test_markdown_says_what_made_it(run: Run) -> None:
    code, out, _ = run("compare", str(R), str(R), "--markdown")
    assert code == 0
    assert out.startswith("## What changed from A to B")
    assert "A is `r/ledger.jsonl`, B is `r/ledger.jsonl`." in out
    assert "Made by `lse-verify compare ledger.jsonl ledger.jsonl --markdown`" in out


def test_values_are_judged(run: Run) -> None:
    code, out, err = run(
        *("adjudicate", "--input", "0,-40", "torch=0.0", "scipy=4.248354255291589e-18")
    )
    assert (code, err) == (0, "")
    assert out.startswith("scipy is right: correctly rounded.\n")


def test_negative_values_and_inputs_are_no_options(run: Run) -> None:
    call = ("adjudicate", "-f", "logaddexp", "--input", "-1", "--input", "-2", "-0.5", "a=-0.7")
    code, out, _ = run(*call, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["arguments"] == ["-0x1p+0", "-0x1p+1"]
    assert [value["text"] for value in told["values"]] == ["-0.5", "-0.7"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("compare a.jsonl", "Missing argument 'B'"),
        ("compare a.jsonl b.jsonl", "cannot read the ledger 'a.jsonl'"),
        ("compare R R --markdown --json", "--markdown and --json are two ways to print"),
        ("compare R R --pair gtools", "'gtools' is no pair; write --pair torch=torch_compile"),
        ("compare R R --pair x=gtools", "the first ledger has no 'x'; it has"),
        ("adjudicate 1", "Missing option '--input'"),
        ("adjudicate --input 0,1", "Missing argument '[NAME=]VALUE...'"),
        ("adjudicate --input 0,1 torch=one", "'one' is not a number; write decimals (0.1)"),
        ("adjudicate --input 0,x 1", "'x' is not a number"),
        ("adjudicate --input 0,1 1e99999", "'1e99999' is beyond every format"),
        ("adjudicate -f softmax --input 0,1 1", "say which the values are for: --output 0"),
        ("adjudicate -f softmax --input 0,1 --output 5 1", "there is no output 5; softmax gives 2"),
        ("adjudicate -f logaddexp --input 0,1 1", "logaddexp takes 2 arguments (x x), not 1"),
        ("adjudicate -f lse --input 0,1 1", "no function named 'lse'"),
        ("adjudicate --format double --input 0,1 1", "no format named 'double'"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(run: Run, line: str, message: str) -> None:
    words = [str(R) if word == "R" else word for word in line.split()]
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("lse-verify: ")
    assert message in err
    assert err.count("\n") == 1
