"""One run a folder: the second is refused with the first one's number, never by a dead one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.errors import FolderInUse, OutputError
from lse_verify.execution.lock import folder_lock

HOLDING = (
    "import sys; from pathlib import Path; from lse_verify.execution.lock import folder_lock\n"
    "with folder_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_is_refused_with_the_number_of_the_first(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(2):  # refusing does not take the number away
        with pytest.raises(FolderInUse) as caught, folder_lock(out):
            pass
        assert str(caught.value) == (
            f"'{out}' is in use by process {holder.pid}; "
            "wait for it or choose another folder with --out DIR"
        )


def test_a_lock_ends_with_a_process_that_is_killed(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    holder.kill()
    holder.wait()
    with folder_lock(tmp_path / "out"), pytest.raises(FolderInUse, match=str(os.getpid())):
        folder_lock(tmp_path / "out").__enter__()


def test_a_lock_leaves_nothing_and_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with folder_lock(tmp_path / "new" / "out"):
            pass
    assert list((tmp_path / "new" / "out").iterdir()) == []


def test_other_folders_are_free(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with folder_lock(tmp_path / "other"):
        assert holder.poll() is None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"--out DIR$"), folder_lock(tmp_path / "file" / "out"):
        pass
