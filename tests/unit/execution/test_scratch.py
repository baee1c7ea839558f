"""What a run keeps meanwhile: gone in the end, and what a killed one left with the next."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.execution.scratch import scratch_folder

HOLDING = (
    "import sys; from lse_verify.execution.scratch import scratch_folder\n"
    "with scratch_folder() as folder: print(folder, flush=True); sys.stdin.read()\n"
)

LONG_AGO = time.time() - 3600


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def holder(root: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(root)},
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        (folder / "references").write_text("many")
        yield process, folder
        process.kill()


def test_it_is_gone_in_the_end(root: Path) -> None:
    with scratch_folder() as folder:
        (folder / "references").write_text("many")
        assert folder.parent == root
    assert list(root.iterdir()) == []


def test_that_of_a_killed_run_is_removed_by_the_next(
    holder: tuple[subprocess.Popen[str], Path],
) -> None:
    process, left = holder
    process.kill()
    process.wait()
    with scratch_folder():
        assert left.exists()  # It may have been made just now.
    os.utime(left, (LONG_AGO, LONG_AGO))
    with scratch_folder():
        assert not left.exists()


def test_that_of_a_run_that_goes_on_stays(holder: tuple[subprocess.Popen[str], Path]) -> None:
    _, theirs = holder
    os.utime(theirs, (LONG_AGO, LONG_AGO))
    with scratch_folder():
        assert (theirs / "references").exists()


def test_a_link_is_not_followed(root: Path) -> None:
    behind = root / "behind"
    behind.mkdir()
    (behind / "precious").write_text("mine")
    (root / "lse-verify-link").symlink_to(behind)
    os.utime(behind, (LONG_AGO, LONG_AGO))
    os.utime(root / "lse-verify-link", (LONG_AGO, LONG_AGO), follow_symlinks=False)
    with scratch_folder():
        assert (behind / "precious").exists()
