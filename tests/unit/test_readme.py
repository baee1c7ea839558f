"""The README's commands and its Python, run as they stand there, print what stands there."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

_FENCED = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n((?:    [^\n]*\n)+))?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block, and the indented lines below it: what it prints."""

    language: str
    text: str
    printed: str


BLOCKS = [Block(*(found or "" for found in match.groups())) for match in _FENCED.finditer(README)]
CONSOLES = [block for block in BLOCKS if block.language == "console"]
PYTHON = [block for block in BLOCKS if block.language == "python" and block.printed]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Write the files that the README shows with their names."""
    for block in BLOCKS:
        first = block.text.partition("\n")[0]
        if first.startswith("# ") and first.endswith(".py"):
            (tmp_path / first.removeprefix("# ")).write_text(block.text)
    return tmp_path


def test_the_blocks_are_found() -> None:
    assert len(CONSOLES) >= 3
    assert len(PYTHON) >= 3


@pytest.mark.parametrize("block", CONSOLES, ids=lambda block: block.text.partition("\n")[0])
def test_a_command_prints_what_is_shown(block: Block, home: Path) -> None:
    command, _, shown = block.text.partition("\n")
    done = subprocess.run(
        [sys.executable, "-m", "lse_verify", *shlex.split(command)[2:]],
        cwd=home,
        env={**os.environ, "COLUMNS": "80", "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert _lines(done.stdout) == _lines(shown), done.stderr


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_python_prints_what_is_shown(
    block: Block, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(home)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, "README.md", "exec"), {"__name__": "readme"})
    sys.modules.pop("mykernels", None)
    assert _lines(printed.getvalue()) == [
        line.removeprefix("    ") for line in _lines(block.printed)
    ]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)[^)]*\)", README))))
def test_what_is_linked_is_there(target: str) -> None:
    assert (ROOT / target).exists() or target.startswith("http")


def test_every_section_that_is_linked_is_there() -> None:
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors
