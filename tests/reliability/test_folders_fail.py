"""Folders that are full, read-only or deleted: one line, and what had ended is intact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import fill, remount, small_disk
from small_commands import COMMANDS, begin, furnish
from small_runs import Run, await_lines, end
from trials import Tried


def _read_only(folder: Path) -> None:
    remount(folder, "ro")


FAULTS = {
    "read-only folder": (_read_only, "Read-only file system"),
    "full disk": (fill, "No space left on device"),
}

SHOWN = {
    ("hunt, its witnesses", "full disk"),
    ("prove", "read-only folder"),
    ("prove", "full disk"),
    ("bench", "full disk"),
}
"""Where what took long to find is kept nowhere, it is to be seen at least."""

_QUICK = ("report",)
_NAMES = [pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in COMMANDS]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", _NAMES)
def test_a_folder_that_cannot_be_written_is_told_in_one_line(
    name: str, fault: str, tmp_path: Path, small_ledger: bytes, tried: Tried
) -> None:
    harm, words = FAULTS[fault]
    out = tmp_path / "out"
    with small_disk(out, "64k"):
        furnish(tmp_path, small_ledger)
        harm(out)
        with begin(tmp_path, name) as process:
            shown, err = process.communicate(timeout=300)
    assert process.returncode == 2, err
    if (name, fault) in SHOWN:
        assert shown
    told = _line(err)
    assert told.startswith("cannot write 'out")
    assert words in told
    tried(fault, note="by every command that writes")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_is_deleted_is_made_again_or_told_in_one_line(
    name: str, tmp_path: Path, small_ledger: bytes, tried: Tried
) -> None:
    out, deleted, ended = tmp_path / "out", 0, 0
    for moment in (0.5, 1.0, 2.0, 4.0, 6.0):
        furnish(tmp_path, small_ledger)
        with begin(tmp_path, name) as process:
            time.sleep(moment)
            if process.poll() is None:
                shutil.rmtree(out)
                deleted += 1
            _, err = process.communicate(timeout=300)
        if process.returncode == 0:
            # Made again, unless it was deleted when all had been written.
            ended += not out.exists()
        else:
            assert process.returncode == 2, err
            assert "out" in _line(err)
        shutil.rmtree(out, ignore_errors=True)
    assert deleted > ended
    tried("folder deleted", deleted - ended, note="during every command that writes")


def _line(err: str) -> str:
    """Return the line that tells what is wrong; what a hunt tells meanwhile stands before it."""
    *before, last = err.splitlines()
    assert not any("lse-verify" in line or "Traceback" in line for line in before), err
    start, _, told = last.partition(" ")
    assert start == "lse-verify:", err
    return told


@pytest.mark.slow
@pytest.mark.parametrize("harm", [shutil.rmtree, Path.unlink])
def test_a_folder_deleted_amid_the_run_is_there_again_with_all_that_had_ended(
    small_run: Run, undisturbed: Run, tried: Tried, harm: Callable[[Path], None]
) -> None:
    with small_run.start(jobs=1) as process:
        await_lines(small_run, process, 4)
        harm(small_run.out if harm is shutil.rmtree else small_run.part)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert out.splitlines()[-1] == (
        f"'{small_run.out}' was deleted during the run; it is there again with all that had "
        f"ended: go on with --resume {small_run.out}"
    )
    assert small_run.lines >= 5
    end(small_run.resume())
    assert small_run.files == undisturbed.files
    tried("folder deleted")


@pytest.mark.slow
def test_a_folder_deleted_amid_the_report_has_its_ledger_again(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    if not small_run.kind.times:
        pytest.skip("it has no report")
    small_run.put(undisturbed)
    with small_run.resume() as process:
        while not (small_run.out / ".lock").exists():
            time.sleep(0.001)
        shutil.rmtree(small_run.out)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert out == (
        f"lse-verify: '{small_run.out}' was deleted during the run; its ledger is there again: "
        f"write its report with: lse-verify report {small_run.file}\n"
    )
    end(small_run.resume())
    assert small_run.files == undisturbed.files
    tried("folder deleted")


def test_a_full_disk_is_told_in_one_line_and_the_run_goes_on_when_there_is_room(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    with small_disk(small_run.out, small_run.kind.disk):
        with small_run.start(jobs=1) as process:
            out, _ = process.communicate(timeout=120)
        assert process.returncode == 2
        told = out.splitlines()[-1]
        assert "No space left on device; what is there is kept: go on with --resume" in told
        kept = small_run.lines
        assert kept > 1
        remount(small_run.out, "size=4m")
        assert f"\n{kept - 1} " in "\n" + end(small_run.start(jobs=0))
        assert small_run.findings == undisturbed.findings
    tried("full disk")


def test_a_read_only_folder_is_told_in_one_line(small_run: Run, tried: Tried) -> None:
    with small_disk(small_run.out, small_run.kind.disk):
        remount(small_run.out, "ro")
        with small_run.start(jobs=0) as process:
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 2
        assert out == (
            f"cannot write '{small_run.out}': Read-only file system; "
            "choose another folder with --out DIR\n"
        )
    tried("read-only folder")
