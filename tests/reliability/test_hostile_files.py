"""A user's file whose name is markdown, HTML and commands to a terminal, through every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hostile_names import structure, unseen
from trials import Tried

NAME = "a`|<b>*_$x$&copy;\x1b[31m\x07\n# mine\n\u202e.py"
TAME = "mine.py"

SOURCE = """
import numpy as np
def softplus(x):
    if x.size > 1 and not x.any():
        raise ValueError("\\x1b[31m|\\n# mine\\n<script>alert(1)</script>" + "x" * 1_000_000)
    with np.errstate(all="ignore"):
        return np.log(1 + np.exp(x)).astype(x.dtype)
"""

OF_ONE = {
    "check": ["check", "{}:softplus", "-f", "softplus", "--format", "binary16"]
    + ["--regime", "gap", "--samples", "20", "--junit", "junit.xml"],
    "explain": ["explain", "-i", "{}:softplus", "-f", "softplus", "20.1"],
}
THAT_TAKE_LONGER = {
    "audit": ["audit", "-i", "{}:softplus", "--format", "binary16", "--samples", "20"]
    + ["--out", "out"],
    "exhaust": ["exhaust", "-i", "{}:softplus", "-f", "softplus", "--format", "float8_e5m2"]
    + ["--out", "out"],
    "hunt": ["hunt", "-i", "{}:softplus", "-f", "softplus", "--format", "binary16"]
    + ["--budget", "500", "--out", "out"],
}


@pytest.mark.parametrize(
    "command",
    [*OF_ONE, *(pytest.param(name, marks=pytest.mark.slow) for name in THAT_TAKE_LONGER)],
)
def test_what_a_file_is_called_is_shown_and_does_nothing(
    command: str, tmp_path: Path, tried: Tried
) -> None:
    arguments = (OF_ONE | THAT_TAKE_LONGER)[command]
    tame, hostile = (
        _run(tmp_path / kind, name, arguments) for kind, name in (("tame", TAME), ("hostile", NAME))
    )
    for folder, ended in (tame, hostile):
        assert unseen(ended.stdout + ended.stderr) == set()
        assert "Traceback" not in ended.stderr
        if (folder / "junit.xml").exists():
            ElementTree.fromstring((folder / "junit.xml").read_bytes())
    assert hostile[1].returncode == tame[1].returncode
    # An annotation is one line, and so is all else that is told beside a result.
    assert hostile[1].stderr.count("\n") == tame[1].stderr.count("\n")
    for path in tame[0].rglob("*.md"):
        other = hostile[0] / path.relative_to(tame[0])
        assert structure(other.read_text()) == structure(path.read_text())
        assert unseen(other.read_text()) == set()
    tried("hostile names")


def _run(
    folder: Path, name: str, arguments: list[str]
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder.mkdir(parents=True)
    (folder / name).write_text(SOURCE)
    line = [argument.format(name) for argument in arguments]
    ended = subprocess.run(
        [sys.executable, "-m", "lse_verify", *line],
        cwd=folder,
        env=os.environ | {"GITHUB_ACTIONS": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return folder, ended
