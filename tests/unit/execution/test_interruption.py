"""Ctrl-C and SIGTERM: in order, in one line, within two seconds."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from lse_verify.errors import Interrupted
from lse_verify.execution.interruption import interruptible

SOURCE = """
import sys; sys.path.insert(0, sys.argv[1])
from functools import partial
from lse_verify.errors import LseVerifyError
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.pool import PoolExecutor
import tasks_of_tests

try:
    with interruptible(lambda: "stopped: 0 of 2"), PoolExecutor(2) as pool:
        list(pool.run(partial(tasks_of_tests.waits_once, sys.argv[2]), [1, 2]))
except LseVerifyError as error:
    print(error)
    raise SystemExit(error.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_workers_and_is_told_within_two_seconds(
    number: signal.Signals, tasks: ModuleType, tmp_path: Path
) -> None:
    folder = str(Path(str(tasks.__file__)).parent)
    command = [sys.executable, "-c", SOURCE, folder, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.02)
        workers = psutil.Process(process.pid).children()
        sent = time.monotonic()
        process.send_signal(number)
        assert process.communicate(timeout=10)[0] == "stopped: 0 of 2\n"
        assert time.monotonic() - sent < 2
    assert process.returncode == 130
    assert len(workers) == 2
    assert not any(worker.is_running() for worker in workers)


def test_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(Interrupted, match="words"), interruptible(lambda: "words"):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
