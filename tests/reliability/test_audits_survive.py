"""An audit that is killed, stopped or starved goes on, and ends in the same ledger."""

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
from small_audits import Audit, end

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.request import resumed
from lse_verify.errors import LedgerError

WHOLE_RUN_KILLS, WORKER_KILLS = 8, 12


def test_eight_kills_of_the_whole_run_at_random_moments_change_nothing(
    small_audit: Audit, undisturbed: Ledger
) -> None:
    rng, kept = random.Random(8), 0
    for _ in range(WHOLE_RUN_KILLS):
        with small_audit.start(jobs=rng.choice([0, 1])) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5 + 2.5 * rng.random())
            process.kill()
            process.communicate()
        assert small_audit.lines >= kept or (small_audit.out / "ledger.jsonl").exists()
        kept = small_audit.lines
    if not (small_audit.out / "ledger.jsonl").exists():
        with small_audit.start() as process:
            end(process)
    assert small_audit.ledger().digest == undisturbed.digest


def test_twelve_kills_of_workers_at_random_moments_change_nothing(
    small_audit: Audit, undisturbed: Ledger
) -> None:
    rng, kills = random.Random(12), 0
    with small_audit.start() as process:
        run = psutil.Process(process.pid)
        lines = 0
        while process.poll() is None and kills < WORKER_KILLS:
            time.sleep(0.02 + 0.1 * rng.random())
            workers = run.children() if process.poll() is None else []
            # Not twice before another cell has ended: the third time it would be a finding.
            if workers and small_audit.lines != lines:
                lines = small_audit.lines
                with suppress(ProcessLookupError):
                    os.kill(rng.choice(workers).pid, signal.SIGKILL)
                    kills += 1
        end(process)
    assert kills == WORKER_KILLS
    assert small_audit.ledger().digest == undisturbed.digest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_told_in_one_line_and_what_had_ended_is_counted_later(
    number: signal.Signals, small_audit: Audit, undisturbed: Ledger
) -> None:
    cells = undisturbed.header.cells
    with small_audit.start() as process:
        while small_audit.lines < 4:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        sent = time.monotonic()
        out, _ = process.communicate(timeout=30)
        assert time.monotonic() - sent < 2
    assert process.returncode == 130
    kept = small_audit.lines - 1
    assert out.splitlines()[-1] == (
        f"stopped: {kept} of {cells} cells are kept; "
        f"go on with: lse-verify audit --resume {small_audit.out}"
    )
    with small_audit.start(jobs=1) as process:
        first, *_, last = end(process).splitlines()
    assert first.split()[0] == str(kept)
    assert last == undisturbed.digest


def test_the_second_run_on_a_folder_is_refused_with_the_number_of_the_first(
    small_audit: Audit,
) -> None:
    with small_audit.start() as first:
        while not small_audit.lines:
            time.sleep(0.01)
        with small_audit.start(resume=False) as second:
            out, _ = second.communicate(timeout=60)
        assert second.returncode == 2
        assert f"'{small_audit.out}' is in use by process {first.pid}; wait for it" in out
        end(first)


def test_what_has_changed_meanwhile_is_told(small_audit: Audit) -> None:
    with small_audit.start() as process:
        while small_audit.lines < 3:
            time.sleep(0.01)
        process.kill()
    with (small_audit.home / "mine.py").open("a") as mine:
        mine.write("# another one\n")
    with small_audit.start() as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "was begun differently (asked.files." in out


def test_a_run_that_has_ended_is_not_gone_on_with(small_audit: Audit) -> None:
    with pytest.raises(LedgerError, match=r"nothing to go on with: no '.*ledger.jsonl.part'"):
        resumed(small_audit.out / "ledger.jsonl", 1)


@pytest.fixture
def small_disk(small_audit: Audit) -> Iterator[Path]:
    small_audit.out.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(small_audit.out)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield small_audit.out
    finally:
        subprocess.run(["umount", "--lazy", str(small_audit.out)], check=True)


def test_a_full_disk_is_told_in_one_line_and_the_run_goes_on_when_there_is_room(
    small_disk: Path, small_audit: Audit, undisturbed: Ledger
) -> None:
    with small_audit.start() as process:
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    told = out.splitlines()[-1]
    assert "No space left on device; what is there is kept: go on with --resume" in told
    assert small_audit.lines > 1
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    with small_audit.start() as process:
        assert end(process).splitlines()[-1] == undisturbed.digest


def test_a_read_only_folder_is_told_in_one_line(small_disk: Path, small_audit: Audit) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with small_audit.start() as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == (
        f"cannot write '{small_disk}': Read-only file system; "
        "choose another folder with --out DIR\n"
    )
