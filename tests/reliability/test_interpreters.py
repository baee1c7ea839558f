"""Every Python that is found here, with the newest and the oldest that it may stand beside.

Each in an environment of its own, which uv makes. The oldest are the oldest that have wheels for
that Python: those of before it was there have none.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from trials import Tried

from lse_verify.audit.ledger import read_ledger

CHECKOUT = Path(__file__).parents[2]
_NOT_NEEDED = shutil.ignore_patterns(".*", "build", "reports", "*.egg-info", "__pycache__")

MINORS = range(11, 15)
WHICH = {"newest": "highest", "oldest": "lowest-direct"}
_WHEELS = ("--only-binary", ":all:", "--no-binary", "lse_verify")
_AUDIT = ("audit", "-i", "correct", "-f", "logsumexp", "-f", "softmax", "--samples", "50")
# The oldest Typer calls what the newest Click deprecates.
_TESTS = ("-q", "-n", "2", "-W", "ignore::DeprecationWarning", "tests/unit/test_cli.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed"),
]


def _run(*command: object, cwd: Path | None = None) -> str:
    told = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def _version(python: str) -> str:
    """Return its version; empty if it does not run, such as a shim of pyenv's."""
    source = "import platform; print(platform.python_version())"
    return subprocess.run([python, "-c", source], capture_output=True, text=True).stdout.strip()


def _found(minor: int) -> Iterator[str]:
    """Yield what may be Python 3.`minor`: what runs this, what is on the path, what pyenv has."""
    yield sys.executable
    yield from filter(None, [shutil.which(f"python3.{minor}")])
    yield from map(str, Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))


def _interpreter(minor: int) -> tuple[str, str]:
    """Return Python 3.`minor` and its version."""
    for python in _found(minor):
        version = _version(python)
        if version.startswith(f"3.{minor}."):
            return python, version
    pytest.skip(f"no Python 3.{minor} is found here")


def _audited(home: Path, *program: object) -> list[bytes]:
    """Return what an audit finds, without the times."""
    out = home / "out"
    _run(*program, *_AUDIT, "--out", out, cwd=home)
    entries = read_ledger(out / "ledger.jsonl").entries
    return [msgspec.json.encode((entry.cell, entry.finding)) for entry in entries]


@pytest.fixture(scope="session")
def found_here(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return _audited(tmp_path_factory.mktemp("here"), sys.executable, "-m", "lse_verify")


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("minor", MINORS, ids=lambda minor: f"3.{minor}")
def test_an_audit_finds_the_same_and_the_command_line_passes_its_tests(
    tmp_path: Path, found_here: list[bytes], tried: Tried, minor: int, which: str
) -> None:
    python, version = _interpreter(minor)
    # Building the package leaves files beside it.
    copy = shutil.copytree(CHECKOUT, tmp_path / "copy", ignore=_NOT_NEEDED)
    _run("uv", "venv", "--quiet", "--python", python, tmp_path / "made")
    own = tmp_path / "made" / "bin" / "python"
    versions = ("--resolution", WHICH[which], *_WHEELS)
    _run("uv", "pip", "install", "--quiet", "--python", own, *versions, f"{copy}[test]")
    # Isolated: no variable adds the checkout to what it imports.
    assert _audited(tmp_path, own, "-I", "-m", "lse_verify") == found_here
    _run(own, "-I", "-m", "pytest", *_TESTS, cwd=copy)
    tried("interpreters", note=f"{version} with the {which}")
