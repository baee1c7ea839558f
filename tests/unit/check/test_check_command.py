"""`lse-verify check`: gates, the ratchet, and the forms that systems read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as ET

import pytest

from lse_verify.cli import main

KERNELS = """
    import os
    import numpy as np
    from lse_verify import correct

    def logsumexp(x):
        return correct.logsumexp(x, axis=1)

    class Fast:
        @staticmethod
        def logsumexp(x):
            peak = x.max(axis=1)
            return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))

    def crashes(x):
        os.abort()
"""
FEW = ("--format", "binary32", "--samples", "60")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kernels.py").write_text(textwrap.dedent(KERNELS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GITHUB_ACTIONS", "")
    return tmp_path


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


class Check(Protocol):
    """Runs the command, which has to end with an exit code."""

    def __call__(self, *arguments: str, code: int = 0) -> Done: ...


@pytest.fixture
def check(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: str, code: int = 0) -> Done:
        monkeypatch.setattr(sys, "argv", ["lse-verify", "check", *arguments, "--jobs", "1"])
        with pytest.raises(SystemExit) as ended:
            main()
        done = Done(*capfd.readouterr())
        assert (ended.value.code or 0) == code, done.stdout + done.stderr
        return done

    return run


def test_what_is_required_and_met_exits_0_and_what_is_not_exits_1_with_all_forms(
    check: Check, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates = ("--max-ulp", "0.5", "--verdict", "correctly-rounded", "--no-violations")
    done = check("kernels.py:logsumexp", *FEW, "--regime", "gap", *gates)
    assert done.stdout.count("passed") == 4
    assert done.stderr == ""

    fast = ("kernels.py:Fast.logsumexp", "--regime", "gap", *FEW, "--junit", "junit.xml")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = check(*fast, code=1)
    assert "FAILED  stable or better  unstable (E" in done.stdout
    assert "input  -10, 0" in done.stdout
    replay = next(line for line in done.stdout.splitlines() if line.startswith("$ lse-verify"))
    assert replay.split()[1:5] == ["lse-verify", "explain", "-i", "kernels.py:Fast.logsumexp"]
    assert max(map(len, done.stdout.splitlines()[:3])) <= 80
    assert done.stderr.startswith(
        "::error file=kernels.py,line=11,title=kernels.py%3AFast.logsumexp%3A logsumexp in "
        "binary32::required stable or better; unstable (E "
    )
    suite = ET.parse(home / "junit.xml").getroot()[0]
    assert suite.attrib["failures"] == "1"
    assert replay in (suite[0][0].text or "")

    replayed = subprocess.run(
        replay.split()[1:], cwd=home, capture_output=True, text=True, check=False, timeout=60
    )
    assert "kernels.py:Fast.logsumexp" in replayed.stdout


def test_json_tells_the_same(check: Check, home: Path) -> None:
    done = check("kernels.py:Fast.logsumexp", "--regime", "gap", *FEW, "--json", code=1)
    told = json.loads(done.stdout)
    assert told["passed"] is False
    assert [one["passed"] for one in told["requirements"]] == [False]
    assert told["witnesses"][0]["witness"]["arguments"] == ["-0x1.4p+3,0x0p+0"]
    assert told["records"][0]["verdict"] == "unstable"


def test_what_crashes_is_told_and_no_input_is_looked_for(check: Check, home: Path) -> None:
    done = check("kernels.py:crashes", "-f", "logsumexp", "--regime", "gap", *FEW, code=1)
    assert "crash" in done.stdout
    assert "smallest" not in done.stdout


def test_the_process_that_graded_looks_for_the_smallest_input(check: Check, home: Path) -> None:
    with (home / "kernels.py").open("a") as kernels:
        kernels.write("with open('loads', 'a') as loads: print(os.getpid(), file=loads)\n")
    done = check("kernels.py:Fast.logsumexp", "--regime", "gap", *FEW, code=1)
    assert "the smallest input found" in done.stdout
    loaded_in = {int(line) for line in (home / "loads").read_text().split()}
    assert len(loaded_in - {os.getpid()}) == 1


def test_the_ratchet_records_holds_and_tells_what_got_better_and_worse(
    check: Check, home: Path
) -> None:
    name = ("kernels.py:Fast.logsumexp", *FEW, "--regime", "gap", "--baseline", "b.json")
    file = home / "b.json"
    assert "no baseline 'b.json'; record it with --update" in check(*name, code=2).stderr
    assert "recorded 1 grade in b.json" in check(*name, "--update").stdout
    recorded = file.read_text()

    file.write_text(recorded.replace('"unstable"', '"wrong"'))
    done = check(*name)
    assert "better: wrong → unstable" in " ".join(done.stdout.split())
    assert "something is better or new; record it in b.json with --update" in done.stdout
    assert '"wrong"' in file.read_text()

    stability = json.loads(recorded)["records"][0]["stability"]
    file.write_text(recorded.replace(f'"stability": {stability}', '"stability": 2.5'))
    done = check(*name, code=1)
    assert "FAILED  no worse than b.json  E 2.5 → " in done.stdout
    assert "the gravest input, as the audit met it" in done.stdout
    assert "E 2.5 → " in done.stdout.partition("regime gap: ")[2]


def test_a_baseline_of_other_inputs_is_refused_before_anything_runs(
    check: Check, home: Path
) -> None:
    name = ("kernels.py:logsumexp", "--format", "binary32", "--baseline", "b.json")
    check(*name, "--samples", "60", "--regime", "gap", "--update")
    done = check(*name, "--samples", "61", code=2)
    assert done.stderr.count("\n") == 1
    assert "was recorded on other inputs (seed 0, 60 samples, 1 regimes)" in done.stderr
    # Left out, they are the baseline's.
    assert "as recorded" in check(*name).stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "is no baseline: Object missing required field `schema`"),
        ("[1]", "is no baseline"),
        ("", "is no baseline: Input data was truncated"),
        ('{"schema": 99}', "has version 99 and this lse_verify reads 1"),
        ('{"schema": 1}', "is no baseline: Object missing required field"),
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line(
    check: Check, home: Path, content: str, words: str
) -> None:
    (home / "b.json").write_text(content)
    done = check("kernels.py:logsumexp", "--baseline", "b.json", code=2)
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("kernels.py:logsumexp", "--update"), "--update records a baseline; say which"),
        (("kernels.py:logsumexp", "--verdict", "perfect"), "no verdict named 'perfect'"),
        (("kernels.py:logsumexp", "--max-ulp", "nan"), "max ulp is nan"),
        (("nothing.py:f", "-f", "softmax"), "there is no file 'nothing.py'"),
        (("kernels.py:logsumexp", "--regime", "nope"), "no regime named 'nope'"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    check: Check, arguments: tuple[str, ...], words: str
) -> None:
    done = check(*arguments, code=2)
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
