"""Ctrl-C and SIGTERM at any moment of any command: one line within two seconds, no traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from machine import within
from small_commands import COMMANDS, begin, furnish
from small_runs import Run, end
from trials import Tried

WITHIN_S = 2.0

WAYS = {
    "Ctrl-C": (signal.SIGINT,),
    "Ctrl-C twice": (signal.SIGINT, signal.SIGINT),
    "SIGTERM": (signal.SIGTERM,),
    "both": (signal.SIGINT, signal.SIGTERM),
}

_TERM_CAUGHT = 1 << (signal.SIGTERM - 1)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="which signals a process hears Linux tells"
)


def _hears(process: subprocess.Popen[str]) -> bool:
    """Tell whether it is the program already, and no longer Python that starts."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) & _TERM_CAUGHT)


def _await_program(process: subprocess.Popen[str]) -> None:
    while not _hears(process):
        assert process.poll() is None
        time.sleep(0.001)


def _stopped(process: subprocess.Popen[str], numbers: Sequence[int]) -> tuple[str, float]:
    """Send signals to the whole group, as a terminal does; return what is told, and how late."""
    beside = psutil.Process(process.pid).children(recursive=True)
    sent = time.monotonic()
    for number in numbers:
        os.killpg(process.pid, number)
        time.sleep(0.02)
    _, err = process.communicate(timeout=60)
    taken = time.monotonic() - sent
    _, alive = psutil.wait_procs(beside, timeout=2)
    assert alive == []
    return err, taken


def _require_one_line(process: subprocess.Popen[str], err: str, taken: float) -> None:
    assert process.returncode == 130, err
    assert err.startswith("lse-verify: "), err
    assert err.count("\n") == 1, err
    assert taken < within(WITHIN_S), err


@pytest.mark.parametrize("way", ["Ctrl-C twice", "SIGTERM"])
def test_a_signal_as_soon_as_the_program_starts_is_one_line(
    tmp_path: Path, tried: Tried, way: str
) -> None:
    for delay in (0.0, 0.1):
        with begin(tmp_path, "audit") as process:
            _await_program(process)
            time.sleep(delay)
            err, taken = _stopped(process, WAYS[way])
        _require_one_line(process, err, taken)
    tried("interrupted", 2)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_at_any_moment_is_one_line(
    tmp_path: Path, small_ledger: bytes, tried: Tried, name: str, way: str
) -> None:
    rng, sent, longest = random.Random(f"{name} {way}"), 0, 0.0
    # In an environment where no kernel is compiled yet, which takes some commands half a minute.
    cold = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    span = 30.0 if name.startswith(("audit", "hunt", "check", "exhaust")) else 8.0
    for _ in range(4):
        furnish(tmp_path, small_ledger)
        with begin(tmp_path, name, cold) as process:
            _await_program(process)
            time.sleep(span * rng.random() ** 2)
            if process.poll() is not None:
                continue
            err, taken = _stopped(process, WAYS[way])
        if process.returncode in (0, *(-number for number in WAYS[way])) and not err:
            # It had ended, and Python was about to.
            continue
        _require_one_line(process, err, taken)
        sent, longest = sent + 1, max(longest, taken)
    assert sent
    told = "at random moments of every command, also while kernels are compiled"
    tried("interrupted", sent, note=told, seconds=longest)


@pytest.mark.slow
def test_a_signal_amid_the_report_tells_how_to_write_it(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    if not small_run.kind.times:
        pytest.skip("it has no report")
    small_run.put(undisturbed)
    with small_run.resume() as process:
        while not (small_run.out / ".lock").exists():
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    again = f"lse-verify report {small_run.file}"
    assert out == f"lse-verify: stopped: the ledger is whole; write its report with: {again}\n"
    assert small_run.findings == undisturbed.findings
    end(small_run.resume())
    assert small_run.files == undisturbed.files
    tried("interrupted")
