"""Whatever a terminal is and cannot do, what is printed can be read."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from trials import Tried

from lse_verify.audit.ledger import read_ledger

REPORTS = Path(__file__).parents[2] / "reports"
LEDGER = str(REPORTS / "libraries" / "r" / "ledger.jsonl")
EVERY = str(REPORTS / "exhaustive" / "softmax-torch" / "ledger.jsonl")
HUNTED = ["hunt", "-i", "textbook.naive", "-f", "softplus", "--format", "binary32"]
CHECKED = ["check", "textbook.naive", "-f", "softplus", "--regime", "gap", "--samples", "20"]

COMMANDS = {
    "explain": ["explain", "-i", "textbook", "-f", "logsumexp", "0", "-40"],
    "truth": ["truth", "0", "-40"],
    "adjudicate": ["adjudicate", "--input", "0,-40", "mine=0.0", "theirs=4.248e-18"],
    "prove": ["prove", "trick", "--no-coq"],
    "list": ["list"],
    "report": ["report", LEDGER, "--out", "report"],
    "compare": ["compare", LEDGER, LEDGER],
    "leaderboard": ["leaderboard", LEDGER, EVERY, "--out", "leaderboard"],
    "exhaust": ["report", EVERY, "--out", "every"],
    "hunt": [*HUNTED, "--budget", "500", "--out", "hunt"],
    "check": CHECKED,
    "help": ["hunt", "--help"],
    "wrong": ["explain", "-f", "logsumexo", "1"],
}

_AT_ONCE = ("explain", "adjudicate", "wrong")
_ALL = [pytest.param(name, marks=() if name in _AT_ONCE else pytest.mark.slow) for name in COMMANDS]

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def run(
    folder: Path, arguments: Sequence[str], **variables: str
) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "lse_verify", *arguments],
        cwd=folder,
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Return what tells what a command prints into a pipe of 80 columns."""
    folder = tmp_path_factory.mktemp("plainly")

    @cache
    def told(name: str) -> str:
        ended = run(folder, COMMANDS[name], COLUMNS="80")
        assert ended.returncode == {"check": 1, "wrong": 2}.get(name, 0), ended.stderr
        return (ended.stdout + ended.stderr).decode()

    return told


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the variables of a locale that writes a comma into numbers."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef") is None:
        pytest.skip("this system has no localedef, which makes locales")
    made = subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode > 1:
        pytest.skip(f"the locale cannot be made: {made.stderr.strip()}")
    return {"LOCPATH": str(folder), "LC_ALL": "de_DE.UTF-8"}


def words(text: str) -> set[str]:
    """Return what is told, without numbers: times are in it."""
    return set(re.findall(r"[A-Za-z_]{2,28}(?:\.[a-z_]+)*", COLOUR.sub("", text)))


@pytest.mark.parametrize("command", _ALL)
def test_into_a_pipe_go_no_colours(
    command: str, plainly: Callable[[str], str], tried: Tried
) -> None:
    assert "\x1b" not in plainly(command)
    tried("terminal")


@pytest.mark.parametrize("command", _ALL)
def test_without_utf_8_all_is_there_in_ascii(
    command: str, plainly: Callable[[str], str], tmp_path: Path, tried: Tried
) -> None:
    ended = run(
        tmp_path,
        COMMANDS[command],
        COLUMNS="80",
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING="ascii",
    )
    told = (ended.stdout + ended.stderr).decode("ascii")
    assert words(plainly(command)) <= words(told)
    tried("terminal")


@pytest.mark.parametrize("command", _ALL)
def test_in_forty_columns_no_word_is_cut(
    command: str, plainly: Callable[[str], str], tmp_path: Path, tried: Tried
) -> None:
    ended = run(tmp_path, COMMANDS[command], COLUMNS="40")
    told = (ended.stdout + ended.stderr).decode()
    assert "…" not in told or "…" in plainly(command)
    # Paths are broken where the line ends.
    unbroken = "".join(told.split())
    missing = [word for word in words(plainly(command)) - _UNTOLD if word not in unbroken]
    assert missing == []
    tried("terminal")


# What the first column is called, whose cells then stand above the others, and one without any.
_UNTOLD = {"implementation", "who", "regime", "claim", "format", "function", "library", "cited"}


def test_numbers_have_a_point_where_the_locale_has_a_comma(
    plainly: Callable[[str], str], german: dict[str, str], tmp_path: Path, tried: Tried
) -> None:
    for command in _AT_ONCE:
        ended = run(tmp_path, COMMANDS[command], COLUMNS="80", **german)
        assert (ended.stdout + ended.stderr).decode() == plainly(command)
    tried("terminal", len(_AT_ONCE))


MINE = """
import locale
import numpy as np
{}
def logsumexp(x):
    with np.errstate(all="ignore"):
        return np.log(np.exp(x).sum(axis=1)).astype(x.dtype)
"""


def test_an_implementation_that_takes_up_the_locale_changes_no_truth(
    german: dict[str, str], tmp_path: Path, tried: Tried
) -> None:
    (tmp_path / "quiet.py").write_text(MINE.format(""))
    (tmp_path / "loud.py").write_text(MINE.format('locale.setlocale(locale.LC_ALL, "")'))
    told = []
    for name in ("quiet", "loud"):
        line = ["audit", "-i", f"{name}.py:logsumexp", "-i", "textbook.naive", "-f", "logsumexp"]
        line += ["--regime", "gap", "--samples", "30", "--format", "binary64", "--out", name]
        assert run(tmp_path, line, **german).returncode == 0
        told.append([e.finding for e in read_ledger(tmp_path / name / "ledger.jsonl").entries])
    assert told[0] == told[1]
    tried("terminal")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["a terminal", "NO_COLOR", "dumb"],
)
def test_colours_are_where_they_are_wanted(
    variables: dict[str, str], coloured: bool, tmp_path: Path, tried: Tried
) -> None:
    told = _on_a_terminal(tmp_path, COMMANDS["prove"], {"TERM": "xterm-256color"} | variables)
    assert "proved" in told
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]", told)) == coloured
    tried("terminal")


def _on_a_terminal(folder: Path, arguments: Sequence[str], variables: dict[str, str]) -> str:
    main, other = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "lse_verify", *arguments],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | variables,
        stdin=other,
        stdout=other,
        stderr=other,
    ) as process:
        os.close(other)
        told = b"".join(iter(lambda: _read(main), b""))
    os.close(main)
    assert process.returncode == 0
    return told.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        # Linux says so where the other side is closed.
        return b""
