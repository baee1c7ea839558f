"""A run that is killed or stopped goes on, and ends in the same findings and the same report."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from machine import within
from small_runs import LEDGER, Run, Thing, await_lines, end
from trials import Tried

from lse_verify.audit.request import resumed
from lse_verify.errors import LedgerError

KILLS = [8, pytest.param(30, marks=pytest.mark.slow)]
WORKER_KILLS = [12, pytest.param(30, marks=pytest.mark.slow)]


@pytest.mark.parametrize("kills", KILLS)
def test_kills_of_the_whole_run_at_random_moments_change_nothing(
    small_run: Run, undisturbed: Run, tried: Tried, kills: int
) -> None:
    rng, things = random.Random(kills), len(undisturbed.plan)
    for number in range(kills):
        kept = small_run.lines
        with small_run.start(jobs=rng.choice([0, 1])) as process:
            # By turns while it starts and amid its work.
            if number % 2:
                await_lines(small_run, process, kept + 2)
            time.sleep((0.3 if number % 2 else 2.0) * rng.random())
            process.kill()
            process.communicate()
        if small_run.file.exists() or small_run.lines > things - 3:
            # So many take more than one run.
            _end_as_undisturbed(small_run, undisturbed)
            shutil.rmtree(small_run.out)
        else:
            assert small_run.lines >= kept
    _end_as_undisturbed(small_run, undisturbed)
    tried("main killed", kills)


def _end_as_undisturbed(small_run: Run, undisturbed: Run) -> None:
    if not small_run.out.exists():
        end(small_run.start())
    end(small_run.resume())
    assert small_run.findings == undisturbed.findings
    assert small_run.files == undisturbed.files


@pytest.mark.parametrize("kills", WORKER_KILLS)
def test_kills_of_workers_at_random_moments_change_nothing(
    small_run: Run, undisturbed: Run, tried: Tried, kills: int
) -> None:
    rng, plan, done = random.Random(kills), undisturbed.plan, 0
    # One run may end before it is killed so often: while a process starts, the others go on.
    while done < kills:
        killed = _kill_workers(small_run, rng, plan, kills - done)
        assert killed
        assert small_run.findings == undisturbed.findings
        done += killed
    tried("worker killed", done)


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


@pytest.mark.slow
def test_thirty_kills_amid_the_report_leave_what_writes_it(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    rng, kills = random.Random(9), 30
    small_run.put(undisturbed)
    begun = time.monotonic()
    end(small_run.resume())
    taken = time.monotonic() - begun
    for _ in range(kills):
        for made in (small_run.out / "report.md", *small_run.out.glob("figures/*")):
            made.unlink(missing_ok=True)
        with small_run.resume() as process:
            # Half of it is over before the first figure is drawn.
            time.sleep(taken * (0.4 + 0.6 * rng.random()))
            process.kill()
            process.communicate()
        assert small_run.findings == undisturbed.findings
    _end_as_undisturbed(small_run, undisturbed)
    tried("main killed", kills, note="also between ledger and report, and amid the report")


def test_a_run_killed_amid_its_report_goes_on_to_the_same_report(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    if not small_run.kind.times:
        pytest.skip("it has no report")
    small_run.put(undisturbed)
    (small_run.out / ".report.md.tmp").write_text("half of a report that is much longer\n" * 10_000)
    end(small_run.resume())
    assert small_run.files == undisturbed.files
    tried("main killed")


def test_a_signal_is_told_in_one_line_and_what_had_ended_is_counted_later(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    kept, things, longest = 0, len(undisturbed.plan), 0.0
    for number in (signal.SIGINT, signal.SIGTERM):
        with small_run.start(jobs=1) as process:
            await_lines(small_run, process, kept + 4)
            process.send_signal(number)
            sent = time.monotonic()
            out, _ = process.communicate(timeout=30)
            longest = max(longest, time.monotonic() - sent)
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
    assert longest < within(2.0)
    tried("interrupted", 2, seconds=longest)


def test_what_has_changed_meanwhile_is_told(small_run: Run) -> None:
    with small_run.start(jobs=0) as process:
        await_lines(small_run, process, 3)
        process.kill()
    with (small_run.home / "mine.py").open("a") as mine:
        mine.write("# another one\n")
    with small_run.start(jobs=0) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "files." in out
    assert "was begun differently (" in out


def test_a_run_that_has_ended_is_not_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"nothing to go on with: no '.*ledger.jsonl.part'"):
        resumed(tmp_path / LEDGER, 1)
