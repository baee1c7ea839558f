"""Folders that are full, read-only or deleted: one line, and what had ended is intact."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import fill, remount, small_disk
from small_runs import LEDGER, Run, await_lines, end
from trials import Tried

_ONE = ("-i", "textbook.naive", "-f", "softplus")
_AUDIT = ("audit", *_ONE, "--format", "binary32", "--regime", "gap", "--samples", "20")
_EXHAUST = ("exhaust", *_ONE, "--format", "float8_e5m2")
_HUNT = ("hunt", *_ONE, "--format", "binary32", "--budget", "2000")

COMMANDS = {
    "audit": (*_AUDIT, "--out", "out"),
    "exhaust": (*_EXHAUST, "--out", "out"),
    "hunt": (*_HUNT, "--witnesses", "elsewhere.jsonl", "--out", "out"),
    "hunt, its witnesses": (*_HUNT, "--witnesses", "out/witnesses.jsonl"),
    "prove": ("prove", "trick", "--no-coq", "--out", "out"),
    "bench": ("bench", "--out", "out"),
    "bugs": ("bugs", "--out", "out"),
    "report": ("report", LEDGER, "--out", "out"),
    "leaderboard": ("leaderboard", LEDGER, "--out", "out"),
}
"""Each of the commands that write, with little to do."""

FEW = """
import sys
from functools import partial
from lse_verify.bench import run
from lse_verify.bench.plan import Plan
from lse_verify.cli import main
few = Plan(lengths=(2,), narrow_lengths=(), row_counts=(), few_lengths=(), repetitions=1)
everyone = run.roster()
run.roster = lambda: {name: c for name, c in everyone.items() if not c.compiles}
run.Request = partial(run.Request, plan=few)
main()
"""
"""The command line, of which a bench takes seconds."""

BUGS = """
library = "numpy"
title = "NumPy"
version = "2"
language = "Python"
repository = "numpy/numpy"

[[bug]]
name = "one"
class = "accumulator"
implementations = ["numpy.reduce"]
function = "logsumexp"
formats = ["binary16"]
faults = ["bound"]
input = ["-0.4541*10"]
code = '''import time; time.sleep(1); print("1.85")'''
prints = "1.85"
cause = "None."
"""


def _begun(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FEW, *arguments],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def small_ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    home = tmp_path_factory.mktemp("ledger")
    with _begun(home, *COMMANDS["audit"]) as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return (home / "out" / LEDGER).read_bytes()


@pytest.fixture
def home(tmp_path: Path, small_ledger: bytes) -> Path:
    (tmp_path / LEDGER).write_bytes(small_ledger)
    return tmp_path


def _read_only(folder: Path) -> None:
    remount(folder, "ro")


FAULTS = {
    "read-only folder": (_read_only, "Read-only file system"),
    "full disk": (fill, "No space left on device"),
}

_SLOW = [
    pytest.param(name, marks=() if name == "report" else pytest.mark.slow) for name in COMMANDS
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", _SLOW)
def test_a_folder_that_cannot_be_written_is_told_in_one_line(
    name: str, fault: str, home: Path, tried: Tried
) -> None:
    harm, words = FAULTS[fault]
    out = home / "out"
    with small_disk(out, "64k"):
        (out / "numpy.toml").write_text(BUGS)
        harm(out)
        with _begun(home, *COMMANDS[name]) as process:
            _, err = process.communicate(timeout=300)
    _require_one_line(process.returncode, err, words)
    assert not [path for path in home.rglob("*") if path.name not in ("out", LEDGER, "reports")]
    tried(fault, note="by every command that writes")


def _require_one_line(code: int, err: str, words: str) -> None:
    assert code == 2, err
    assert err.startswith("lse-verify: cannot write 'out"), err
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_is_deleted_is_made_again_or_told_in_one_line(
    name: str, home: Path, tried: Tried
) -> None:
    out = home / "out"
    deleted = 0
    for _ in range(6):
        out.mkdir(exist_ok=True)
        (out / "numpy.toml").write_text(BUGS)
        with _begun(home, *COMMANDS[name]) as process:
            begun = time.monotonic()
            while process.poll() is None:
                time.sleep(0.1)
                if time.monotonic() - begun > 1.0 + deleted and out.exists():
                    shutil.rmtree(out, ignore_errors=True)
                    deleted += 1
                    break
            _, err = process.communicate(timeout=300)
        if process.returncode == 0:
            assert out.exists()
        else:
            assert process.returncode == 2, err
            assert err.count("\n") == 1, err
        shutil.rmtree(out, ignore_errors=True)
    assert deleted
    tried("folder deleted", deleted, note="during every command that writes")


@pytest.mark.parametrize("harm", [shutil.rmtree, pytest.param(Path.unlink, marks=pytest.mark.slow)])
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
