"""A Dask cluster on loopback finds the same, also when one of its workers is killed midway."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from small_audit import AUDIT
from small_runs import Run, await_lines, end
from trials import Tried

from lse_verify.errors import UsageError
from lse_verify.execution.dask_executor import DaskExecutor

pytest.importorskip("distributed")

_LOCAL = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers, each the leader of a group of processes."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def _start(stack: ExitStack, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments, *_LOCAL],
            cwd=log.parent,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack.callback(_kill, process)
    return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    place = tmp_path / "scheduler.json"
    known = ("--scheduler-file", str(place))
    with ExitStack() as stack:
        log = tmp_path / "cluster.log"
        _start(stack, log, "scheduler", "--port", "0", *known)
        folder = ("--local-directory", str(tmp_path))
        workers = [
            _start(stack, log, "worker", "--nthreads", "1", *known, *folder) for _ in range(3)
        ]
        while not place.exists() or not place.read_text():
            time.sleep(0.05)
        yield Cluster(json.loads(place.read_text())["address"], workers)


def test_a_cluster_that_loses_a_worker_midway_gives_the_same_ledger(
    cluster: Cluster, small_run: Run, undisturbed: Run, tried: Tried
) -> None:
    with small_run.start(scheduler=cluster.address) as process:
        await_lines(small_run, process, 5)
        beside = psutil.Process(cluster.workers[1].pid).children(recursive=True)
        _kill(cluster.workers[1])
        end(process)
    assert small_run.findings == undisturbed.findings
    _, alive = psutil.wait_procs(beside, timeout=5)
    assert alive == []
    tried("cluster")


@pytest.mark.parametrize("kind", [AUDIT], indirect=True, ids=["audit"])
def test_a_run_begun_here_goes_on_with_a_cluster(
    cluster: Cluster, small_run: Run, undisturbed: Run
) -> None:
    with small_run.start(jobs=0) as process:
        await_lines(small_run, process, 5)
        process.kill()
    end(small_run.start(scheduler=cluster.address))
    assert small_run.findings == undisturbed.findings


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "127.0.0.1:x"])
def test_an_address_without_a_scheduler_is_told_in_one_line(address: str, tried: Tried) -> None:
    begun = time.monotonic()
    with pytest.raises(UsageError) as caught:
        DaskExecutor(address)
    assert time.monotonic() - begun < 10
    message = str(caught.value)
    assert message.startswith(f"no Dask scheduler at '{address}': ")
    assert "\n" not in message
    tried("cluster")


def test_without_dask_the_remedy_is_told_and_nothing_else_needs_it() -> None:
    source = (
        "import sys; sys.modules['distributed'] = None\n"
        "import lse_verify.audit.run\n"
        "from lse_verify.execution.dask_executor import DaskExecutor\n"
        "try: DaskExecutor('tcp://127.0.0.1:8786')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "UsageError --scheduler needs Dask, which is not installed; "
        "pip install 'lse-verify[dask]'\n"
    )
