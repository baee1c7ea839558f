"""A run that is killed, stopped or starved goes on, and ends in the same findings and report."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from small_runs import LEDGER, Run, Thing, await_lines, end, plan_of
from trials import Tried

from lse_verify.audit.request import resumed
from lse_verify.errors import LedgerError

WHOLE_RUN_KILLS, WORKER_KILLS = 8, 12


def test_eight_kills_of_the_whole_run_at_random_moments_change_nothing(
    small_run: Run, undisturbed: Run
) -> None:
    rng, kept = random.Random(8), 0
    for number in range(WHOLE_RUN_KILLS):
        with small_run.start(jobs=rng.choice([0, 1])) as process:
            # By turns while it starts and amid its work.
            if number % 2:
                await_lines(small_run, process, kept + 2)
            time.sleep((0.3 if number % 2 else 2.0) * rng.random())
            process.kill()
            process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert small_run.lines >= kept
        kept = small_run.lines
    end(small_run.resume())
    assert small_run.findings == undisturbed.findings
    assert small_run.files == undisturbed.files


def test_twelve_kills_of_workers_at_random_moments_change_nothing(
    small_run: Run, undisturbed: Run
) -> None:
    rng, plan, kills = random.Random(12), plan_of(undisturbed.ledger), 0
    # One run may end before it is killed so often: while a process starts, the others go on.
    while kills < WORKER_KILLS:
        killed = _kill_workers(small_run, rng, plan, WORKER_KILLS - kills)
        assert killed
        assert small_run.findings == undisturbed.findings
        kills += killed


def _kill_workers(small_run: Run, rng: random.Random, plan: list[Thing], most: int) -> int:
    """Run it anew, kill workers of it, and return how often."""
    # What the two workers may have been amid at each kill: things are begun in their order.
    begun: list[list[Thing]] = []
    with small_run.start(jobs=2, resume=False) as process:
        run = psutil.Process(process.pid)
        while process.poll() is None and len(begun) < most:
            time.sleep(0.02 + 0.1 * rng.random())
            workers = run.children() if small_run.lines else []
            # Nothing is killed three times: it would be a finding.
            if workers and small_run.ended.issuperset(begun[-2] if len(begun) > 1 else ()):
                with suppress(ProcessLookupError):
                    os.kill(rng.choice(workers).pid, signal.SIGKILL)
                    ended = small_run.ended
                    begun.append([thing for thing in plan if thing not in ended][:2])
        end(process)
    return len(begun)


def test_a_signal_is_told_in_one_line_and_what_had_ended_is_counted_later(
    small_run: Run, undisturbed: Run
) -> None:
    kept, things = 0, undisturbed.ledger.header.cells
    for number in (signal.SIGINT, signal.SIGTERM):
        with small_run.start(jobs=1) as process:
            await_lines(small_run, process, kept + 4)
            process.send_signal(number)
            sent = time.monotonic()
            out, _ = process.communicate(timeout=30)
            assert time.monotonic() - sent < 2
        assert process.returncode == 130
        first, *_, last = out.splitlines()
        assert first.split()[0] == str(kept)
        kept = small_run.lines - 1
        assert last == (
            f"stopped: {kept} of {things} {small_run.kind.things} are kept; "
            f"go on with: lse-verify {small_run.kind.command} --resume {small_run.out}"
        )
    first, *_ = end(small_run.start(jobs=0)).splitlines()
    assert first.split()[0] == str(kept)
    assert small_run.findings == undisturbed.findings


def test_the_second_run_on_a_folder_is_refused_with_the_number_of_the_first(
    small_run: Run, tried: Tried
) -> None:
    with small_run.start(jobs=1) as first:
        await_lines(small_run, first, 1)
        with small_run.start(jobs=1, resume=False) as second:
            out, _ = second.communicate(timeout=60)
        assert first.poll() is None
        first.kill()
    assert second.returncode == 2
    assert f"'{small_run.out}' is in use by process {first.pid}; wait for it" in out
    assert small_run.lines
    tried("second run")


def test_what_has_changed_meanwhile_is_told(small_run: Run) -> None:
    with small_run.start(jobs=0) as process:
        await_lines(small_run, process, 3)
        process.kill()
    with (small_run.home / "mine.py").open("a") as mine:
        mine.write("# another one\n")
    with small_run.start(jobs=0) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "was begun differently (asked.files." in out


def test_a_run_killed_amid_its_report_goes_on_to_the_same_report(
    small_run: Run, undisturbed: Run
) -> None:
    small_run.out.mkdir()
    (small_run.out / LEDGER).write_bytes((undisturbed.out / LEDGER).read_bytes())
    end(small_run.resume())
    assert small_run.files == undisturbed.files


def test_a_run_that_has_ended_is_not_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"nothing to go on with: no '.*ledger.jsonl.part'"):
        resumed(tmp_path / LEDGER, 1)


@pytest.fixture
def small_disk(small_run: Run) -> Iterator[Path]:
    small_run.out.mkdir()
    size = f"size={small_run.kind.disk}"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(small_run.out)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield small_run.out
    finally:
        subprocess.run(["umount", "--lazy", str(small_run.out)], check=True)


def test_a_full_disk_is_told_in_one_line_and_the_run_goes_on_when_there_is_room(
    small_disk: Path, small_run: Run, undisturbed: Run
) -> None:
    with small_run.start(jobs=1) as process:
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    told = out.splitlines()[-1]
    assert "No space left on device; what is there is kept: go on with --resume" in told
    kept = small_run.lines
    assert kept > 1
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    first, *_ = end(small_run.start(jobs=0)).splitlines()
    assert first.split()[0] == str(kept - 1)
    assert small_run.findings == undisturbed.findings


def test_a_read_only_folder_is_told_in_one_line(small_disk: Path, small_run: Run) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with small_run.start(jobs=0) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == (
        f"cannot write '{small_disk}': Read-only file system; "
        "choose another folder with --out DIR\n"
    )
