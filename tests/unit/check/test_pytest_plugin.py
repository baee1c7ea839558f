"""The fixture in a user's own tests, in processes of their own."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TESTS = """
    import numpy as np
    from lse_verify import correct

    def mine(x):
        peak = x.max(axis=1)
        return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))

    def test_mine(lse_grade):
        audit = lse_grade(mine, function="logsumexp", format="binary32", regimes=["gap"])
        print("DRAWN", audit.ledger.header.samples, audit.ledger.header.seed)
        audit.require(max_ulp=4, verdict="stable")

    def test_good(lse_grade):
        lse_grade(correct.softplus, "softplus", "binary32", regimes=["gap"]).require(
            verdict="correctly rounded"
        )
"""


def _pytest(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "test_mine.py").write_text(textwrap.dedent(TESTS))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_failure_shows_the_witness_as_pytest_shows_an_assertion(
    home: Path, workers: tuple[str, ...]
) -> None:
    done = _pytest(home, "--lse-samples", "70", "--lse-seed", "3", *workers)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    shown = [line for line in done.stdout.splitlines() if line.startswith("E ")]
    assert "2 of 2 requirements not met" in shown[0]
    assert any("mine, logsumexp in binary32: required stable or better; un" in s for s in shown)
    assert any(re.search(r">>> mine\(np\.array\(\[\[.+\]\], dtype=np\.float32", s) for s in shown)
    # The line of the test is what pytest points to, and nothing of ours.
    assert ">       audit.require(max_ulp=4" in done.stdout
    assert "check/audit.py" not in done.stdout
    assert "DRAWN 70 3" in done.stdout


@pytest.mark.parametrize("option", [("--lse-samples", "0"), ("--lse-seed", "-1")])
def test_a_bad_option_is_told_by_pytest(home: Path, option: tuple[str, str]) -> None:
    done = _pytest(home, "=".join(option))
    assert done.returncode == 4
    assert f"'{option[1]}' is no whole number" in done.stderr


def test_a_run_that_does_not_use_it_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_nothing():\n"
        "    there = [m for m in sys.modules if m.startswith('lse_verify')]\n"
        "    assert there == ['lse_verify', 'lse_verify.pytest_plugin']\n"
        "    assert 'numpy' not in sys.modules\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = _pytest(tmp_path, "-p", "no:hypothesispytest", "-p", "no:jaxtyping")
    assert done.returncode == 0, done.stdout
