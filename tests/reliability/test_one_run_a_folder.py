"""Of two runs in one folder exactly one goes on, also where both begin at the same instant."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_runs import Run, await_lines
from trials import Tried

from lse_verify.search.witnesses import read_witnesses

PAIRS = [3, pytest.param(20, marks=pytest.mark.slow)]


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


@pytest.mark.slow
def test_of_two_that_begin_at_once_one_goes_on_to_the_same_ledger(
    small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    for _ in range(20):
        both = [small_run.start(jobs=0, resume=False) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda process: process.communicate(timeout=300)[0], both))
        codes = [process.returncode for process in both]
        assert sorted(codes) == [0, 2], told
        refused = told[codes.index(2)]
        # Who it is is not yet told at the first instant.
        assert re.search("is in use by (process [0-9]+|another process); wait for it", refused)
        assert refused.count("\n") == 1
        assert small_run.findings == undisturbed.findings
        assert not small_run.part.exists()
        small_run.file.unlink()
    tried("second run", 20)


RACING = """
import os, sys, time
from pathlib import Path
from lse_verify.errors import FolderInUse
from lse_verify.execution.lock import folder_lock

folder, instant = Path(sys.argv[1]), float(sys.argv[2])
while time.time() < instant:
    pass
try:
    with folder_lock(folder):
        print("held", flush=True)
        sys.stdin.read()
except FolderInUse:
    print("refused", flush=True)
"""


@pytest.mark.parametrize("pairs", PAIRS)
def test_of_two_processes_at_the_same_instant_one_has_the_folder(
    tmp_path: Path, tried: Tried, pairs: int
) -> None:
    for number in range(pairs):
        # Some take it from nothing, some from what a killed one has left.
        folder = tmp_path / f"{number // 2}"
        command = [sys.executable, "-c", RACING, str(folder), str(time.time() + 0.5)]
        both = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = [process.stdout.readline() for process in both if process.stdout]
        for process in both:
            process.kill()
            process.communicate()
        assert sorted(told) == ["held\n", "refused\n"]
    tried("second run", pairs)


KEEPING = """
import sys, time
from pathlib import Path
import msgspec
from lse_verify.audit.hunted import Find
from lse_verify.search.witnesses import keep

path, instant, number = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
find = Find(kind="error", size=1.0, verdict="weak", implementation=f"mine{number}",
            function="softplus", format="binary32", arguments=["0x1p+0"], n_terms=1, output=0,
            got="0x1p+0", truth="1.3")
while time.time() < instant:
    pass
keep(path, [find])
"""


def test_hunts_that_keep_their_finds_in_one_file_at_once_lose_none(
    tmp_path: Path, tried: Tried
) -> None:
    path, hunts = tmp_path / "witnesses.jsonl", 8
    command = [sys.executable, "-c", KEEPING, str(path), str(time.time() + 1.5)]
    processes = [subprocess.Popen([*command, str(number)]) for number in range(hunts)]
    assert [process.wait() for process in processes] == [0] * hunts
    names = {find.implementation for find in read_witnesses(path)}
    assert names == {f"mine{number}" for number in range(hunts)}
    assert list(tmp_path.iterdir()) == [path]
    tried("second run", hunts // 2, note="hunts with one file of witnesses wait for one another")
