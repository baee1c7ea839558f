"""Each item once with its outcome, whatever processes do: crash, hang, print, or are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from lse_verify.errors import BadInput, WorkersLost
from lse_verify.execution.executors import Executor, InlineExecutor, Lost
from lse_verify.execution.grouped import GroupedExecutor
from lse_verify.execution.pool import PoolExecutor


@pytest.fixture
def pool() -> Iterator[Executor]:
    with PoolExecutor(2) as two:
        yield two


def _ended(pid: int, within_s: float = 5.0) -> bool:
    """Tell whether a process ends in time; one that is a zombie has."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _workers() -> list[psutil.Process]:
    """Return the workers of this process, and nothing that other tests have started."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # a zombie, above all
            if "execution.serve" in " ".join(child.cmdline()):
                found.append(child)
    return found


def _notes(folder: Path, number: int) -> list[int]:
    path = folder / str(number)
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def _when(condition: Callable[[], object], act: Callable[[], object]) -> threading.Thread:
    """Do something beside as soon as something is so."""

    def watch() -> None:
        while not condition():
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "executor",
    [
        InlineExecutor(),
        PoolExecutor(1),
        PoolExecutor(3),
        GroupedExecutor(lambda: PoolExecutor(2), lambda n: f"{n // 20}"),
    ],
)
def test_every_item_is_yielded_once_with_its_outcome(executor: Executor, tasks: ModuleType) -> None:
    with executor as chosen:
        found = list(chosen.run(tasks.square, range(50)))
        again = list(chosen.run(tasks.square, range(50, 53)))
    assert sorted(found) == [(n, n * n) for n in range(50)]
    assert sorted(again) == [(50, 2500), (51, 2601), (52, 2704)]


def test_no_items_start_no_process(tasks: ModuleType) -> None:
    with PoolExecutor(2) as pool:
        assert list(pool.run(tasks.square, [])) == []
        assert _workers() == []


def test_groups_share_no_process_and_one_group_keeps_its_own(tasks: ModuleType) -> None:
    with GroupedExecutor(lambda: PoolExecutor(1), lambda n: f"{n // 20}") as grouped:
        processes = [
            {pid for _, pid in grouped.run(tasks.process, items)}
            for items in (range(20), range(10, 20), range(20, 40), range(20))
        ]
        running = {worker.pid for worker in _workers()}
    first, same, second, first_again = processes
    assert same == first
    assert len(first | second | first_again) == 3
    assert running == first_again


def test_a_run_of_groups_that_is_left_leaves_no_process(tasks: ModuleType) -> None:
    with GroupedExecutor(lambda: PoolExecutor(2), str) as grouped:
        run = grouped.run(tasks.process, range(10))
        pids = [pid for _, pid in islice(run, 3) if isinstance(pid, int)]
    assert _workers() == []
    assert all(_ended(pid) for pid in pids)


def test_items_are_taken_as_they_can_be_run(pool: Executor, tasks: ModuleType) -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in range(10**9):
            taken.append(number)
            yield number

    run = pool.run(tasks.square, source())
    for _ in range(20):
        next(run)
    assert len(taken) <= 20 + 6


def test_a_crash_is_tried_three_times_a_hang_once_and_others_go_on(
    pool: Executor, tasks: ModuleType, tmp_path: Path
) -> None:
    task = partial(tasks.fails_as_told, str(tmp_path))
    found = dict(pool.run(task, range(8), seconds=2.0))
    assert found.pop(1) == Lost("crash", "the process ended with exit code 3")
    assert found.pop(2) == Lost("crash", "the process ended with exit code -9")
    assert found.pop(3) == Lost("hang", "no answer within 2 s")
    assert found == {n: n * n for n in (0, 4, 5, 6, 7)}
    assert [len(_notes(tmp_path, n)) for n in range(8)] == [1, 3, 3, 1, 1, 1, 1, 1]
    assert _ended(_notes(tmp_path, 3)[0])


def test_an_item_whose_process_is_killed_from_outside_is_tried_again(
    pool: Executor, tasks: ModuleType, tmp_path: Path
) -> None:
    def kill() -> None:
        os.kill(_notes(tmp_path, 5)[0], signal.SIGKILL)

    killer = _when(lambda: _notes(tmp_path, 5), kill)
    found = list(pool.run(partial(tasks.waits_once, str(tmp_path)), [5]))
    killer.join()
    assert found == [(5, 25)]
    assert len(_notes(tmp_path, 5)) == 2


def test_twenty_kills_at_random_moments_lose_and_repeat_nothing(
    pool: Executor, tasks: ModuleType
) -> None:
    """Outcomes fill the pipe many times over, so that processes are killed amid messages."""
    rng, kills = random.Random(20), 0
    kill_at, found, under_way = time.monotonic(), [], 0
    for item, outcome in pool.run(tasks.sends_three_megabytes, iter(range(100_000))):
        found.append(item)
        assert outcome == bytes([item % 256]) * 3_000_000
        # What dies in a fresh process too is lost, and rightly: what was killed comes back first.
        is_back = set(range(under_way)) <= set(found)
        due = time.monotonic() > kill_at and kills < 20 and is_back
        workers = _workers() if due else []
        if workers:
            os.kill(rng.choice(workers).pid, signal.SIGKILL)
            kills, under_way = kills + 1, max(found) + 5
            kill_at = time.monotonic() + rng.random() * 0.2
        if kills == 20 and item > 100:
            break
    assert kills == 20
    assert len(set(found)) == len(found)
    # What is missing was under way: one of a process that was killed waits for a fresh one.
    assert len(set(range(max(found))) - set(found)) <= 4


def test_a_hang_takes_what_it_started_with_it(
    pool: Executor, tasks: ModuleType, tmp_path: Path
) -> None:
    ((_, lost),) = pool.run(partial(tasks.starts_another, str(tmp_path)), [0], seconds=1.0)
    assert isinstance(lost, Lost)
    assert _ended(int((tmp_path / "other").read_text()))


def test_an_error_of_this_package_is_raised_as_it_is(pool: Executor, tasks: ModuleType) -> None:
    with pytest.raises(BadInput, match=r"^4 is bad$"):
        list(pool.run(tasks.bad_input, [4]))
    assert list(pool.run(tasks.square, [3])) == [(3, 9)]


def test_any_other_error_is_raised_with_where_it_came_from(
    pool: Executor, tasks: ModuleType
) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        list(pool.run(tasks.divides, [0]))
    assert "in divides" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="stubborn words"):
        list(pool.run(tasks.raises_what_cannot_travel, [0]))
    with pytest.raises(Exception, match=r"pickle|local object"):
        list(pool.run(tasks.returns_what_cannot_travel, [0]))


def test_inline_raises_too(tasks: ModuleType) -> None:
    with pytest.raises(BadInput, match=r"^4 is bad$"):
        list(InlineExecutor().run(tasks.bad_input, [4]))


def test_what_workers_print_goes_nowhere(
    pool: Executor, tasks: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    assert list(pool.run(tasks.prints, [1])) == [(1, 1)]
    assert capfd.readouterr() == ("", "")


def test_the_initializer_runs_first_in_each_process(tasks: ModuleType) -> None:
    with PoolExecutor(2, tasks.initialize, ("value",)) as pool:
        assert {outcome for _, outcome in pool.run(tasks.given, range(20))} == {"value"}


def test_processes_that_die_before_they_are_ready_are_told_in_one_line(tasks: ModuleType) -> None:
    with PoolExecutor(2, tasks.end_at_once) as pool, pytest.raises(WorkersLost) as caught:
        list(pool.run(tasks.square, range(5)))
    assert "20 worker processes in a row ended with exit code 7" in str(caught.value)


def test_a_process_without_work_ends_after_a_while_and_is_replaced(tasks: ModuleType) -> None:
    with PoolExecutor(1, idle_s=0.2) as pool:
        assert list(pool.run(tasks.square, [2])) == [(2, 4)]
        (idle,) = _workers()
        assert _ended(idle.pid)
        assert list(pool.run(tasks.square, [3])) == [(3, 9)]


def test_workers_end_with_the_process_that_started_them(tasks: ModuleType, tmp_path: Path) -> None:
    source = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from functools import partial\n"
        "from lse_verify.execution.pool import PoolExecutor\n"
        "import tasks_of_tests\n"
        "list(PoolExecutor(1).run(partial(tasks_of_tests.waits_once, sys.argv[2]), [1]))\n"
    )
    folder = str(Path(str(tasks.__file__)).parent)
    with subprocess.Popen([sys.executable, "-c", source, folder, str(tmp_path)]) as process:
        while not _notes(tmp_path, 1):
            time.sleep(0.02)
        process.kill()
    assert _ended(_notes(tmp_path, 1)[0])


def _alone_and_after(pool: Executor, task: Callable[[int], object]) -> list[object]:
    """Run a task four times in one process, or in as many as that takes."""
    return [outcome for _, outcome in pool.run(task, range(4), seconds=2.0)]


@pytest.mark.parametrize("how", ["raises", "dies", "hangs"])
def test_what_an_item_does_where_others_have_run_is_not_held_against_it(
    how: str, tasks: ModuleType
) -> None:
    with PoolExecutor(1) as pool:
        assert _alone_and_after(pool, partial(tasks.fails_unless_first, how)) == [0, 1, 2, 3]


def test_an_item_that_retires_its_process_is_run_where_nothing_else_was(tasks: ModuleType) -> None:
    with PoolExecutor(1) as pool:
        assert list(pool.run(tasks.first_ones, range(2))) == [(0, True), (1, False)]
        found: list[Any] = [outcome for _, outcome in pool.run(tasks.retires, range(3))]
        assert [first for _, first in found] == [True, True, True]
        assert len({pid for pid, _ in found}) == 3
        assert list(pool.run(tasks.first_ones, [0])) == [(0, True)]


def test_a_thread_that_takes_the_process_down_later_costs_nobody_an_outcome(
    tasks: ModuleType,
) -> None:
    with PoolExecutor(1) as pool:
        assert list(pool.run(tasks.leaves_a_bomb, range(10))) == [(n, n) for n in range(10)]


def test_a_task_that_lacks_memory_is_a_crash_that_says_so(tasks: ModuleType) -> None:
    with PoolExecutor(1) as pool:
        found = list(pool.run(tasks.has_no_memory, [0]))
    assert found == [(0, Lost("crash", "the process ended with no memory left"))]


@pytest.mark.parametrize(("name", "code"), [("raises_an_interrupt", 1), ("exits", 1)])
def test_what_is_no_ordinary_exception_ends_the_process_and_not_the_run(
    pool: Executor, tasks: ModuleType, name: str, code: int
) -> None:
    found = list(pool.run(getattr(tasks, name), [0]))
    assert found == [(0, Lost("crash", f"the process ended with exit code {code}"))]


def test_a_copy_of_the_process_does_not_answer(tasks: ModuleType) -> None:
    with PoolExecutor(1) as pool:
        assert len({outcome for _, outcome in pool.run(tasks.forks, range(20))}) == 1


def test_an_answer_that_comes_late_is_not_taken_for_that_to_the_next_item(
    tasks: ModuleType,
) -> None:
    with PoolExecutor(1) as pool:
        assert list(pool.run(tasks.answers_twice, range(3))) == [(n, n) for n in range(3)]


def test_ctrl_c_passes_by_the_processes(pool: Executor, tasks: ModuleType, tmp_path: Path) -> None:
    def interrupt() -> None:
        os.kill(_notes(tmp_path, 3)[0], signal.SIGINT)

    interrupter = _when(lambda: _notes(tmp_path, 3), interrupt)
    found = list(pool.run(partial(tasks.waits_once, str(tmp_path)), [3], seconds=1.5))
    interrupter.join()
    assert found == [(3, Lost("hang", "no answer within 1.5 s"))]


@pytest.mark.parametrize("name", ["closes_its_pipe", "takes_its_pipe"])
def test_a_process_that_loses_its_pipe_is_a_crash_that_says_so(
    pool: Executor, tasks: ModuleType, name: str
) -> None:
    found = list(pool.run(getattr(tasks, name), [1], seconds=5.0))
    assert found == [(1, Lost("crash", "the process ended with its pipe closed"))]


@pytest.mark.parametrize("noise", [b"\0", b"\xff\xff\xff\x7f", b"noise " * 1000], ids=len)
@pytest.mark.parametrize("seconds", [0.0, 0.5], ids=["answers", "answers later"])
def test_what_is_written_into_the_pipe_is_no_answer_and_holds_nothing_up(
    pool: Executor, tasks: ModuleType, noise: bytes, seconds: float
) -> None:
    found = list(pool.run(partial(tasks.writes_into_its_pipe, noise), [seconds]))
    assert found == [(seconds, Lost("crash", "the process ended with noise in its pipe"))]


def test_a_process_that_loses_standard_error_runs_nothing_else(tasks: ModuleType) -> None:
    with PoolExecutor(1) as pool:
        found = [outcome for _, outcome in pool.run(tasks.closes_standard_error, range(3))]
    assert len({*found}) == 3


def test_half_an_answer_holds_nothing_up(tasks: ModuleType) -> None:
    source = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from lse_verify.execution.pool import PoolExecutor\n"
        "import tasks_of_tests\n"
        "with PoolExecutor(1) as pool:\n"
        "    print(*pool.run(tasks_of_tests.stops_amid_its_answer, [1], seconds=2.0))\n"
    )
    folder = str(Path(str(tasks.__file__)).parent)
    told = subprocess.run(
        [sys.executable, "-c", source, folder], capture_output=True, text=True, timeout=60
    )
    assert told.stdout == "(1, Lost(kind='hang', words='no answer within 2 s'))\n", told.stderr
