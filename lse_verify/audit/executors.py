"""Who grades the cells: this process, local ones that may crash and hang, or a Dask cluster's.

A cell that takes its process down, or does not end, ends as a finding of its implementation
and touches nothing else.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
from platformdirs import user_cache_path

from lse_verify.audit import environment
from lse_verify.audit.cell import Cell
from lse_verify.audit.grade import Graded, Grader, Workplace
from lse_verify.audit.header import Place, place
from lse_verify.errors import UsageError, WorkersLost
from lse_verify.execution.differences import differences
from lse_verify.execution.executors import Executor, InlineExecutor, Lost
from lse_verify.execution.pool import PoolExecutor

SECONDS_A_CELL = 180.0

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def executor(jobs: int, scheduler: str | None, workplace: Workplace) -> Executor:
    """Return who runs what needs a grader.

    Parameters
    ----------
    jobs : int
        How many local processes; 0 for this one.
    scheduler : str or None
        The address of a Dask cluster, which comes before `jobs`.
    workplace : Workplace
        What the graders share.

    Raises
    ------
    UsageError
        If there is no such cluster.
    """
    if scheduler is not None:
        from lse_verify.execution.dask_executor import DaskExecutor

        return DaskExecutor(scheduler, start_worker, (workplace,))
    if jobs == 0:
        return InlineExecutor()
    return PoolExecutor(jobs, start_worker, (workplace,))


@functools.lru_cache(maxsize=1)
def grader_at(workplace: Workplace) -> Grader:
    """Return the grader of this process, which keeps what the cell before needed too."""
    return workplace.grader()


def start_worker(workplace: Workplace) -> None:
    """Prepare a process that grades."""
    # How many threads a library uses can change the order of its sums, and so its bits.
    for name, value in (_ONE_THREAD | _compilations()).items():
        os.environ.setdefault(name, value)
    grader_at(workplace)


def _compilations() -> dict[str, str]:
    """Keep XLA's compilations from audit to audit: they take most of the time of jax.

    The folder is the processor's own, because compiled code uses its instruction set.
    """
    folder = user_cache_path("lse_verify") / f"xla-{environment.processor_key()}"
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def prepare_cell(workplace: Workplace, cell: Cell) -> None:
    """Leave the references of a cell's batch in the folder of the workplace."""
    grader_at(workplace).prepare(cell)


@dataclass(frozen=True, slots=True)
class GradeCell:
    """The task of grading a cell.

    Attributes
    ----------
    workplace : Workplace
        Where.
    expected : Place or None
        What the ledger says that it is graded with, where processes of other machines might
        have something else; None where there are no others.
    """

    workplace: Workplace
    expected: Place | None = None

    def __call__(self, cell: Cell) -> Graded:
        """Grade one.

        Raises
        ------
        UsageError
            If this process is not what is expected.
        """
        require_place(self.expected, self.workplace.base)
        return grader_at(self.workplace).grade(cell)


def place_of(workers: Executor, names: tuple[str, ...], base: Path, scheduler: str | None) -> Place:
    """Return where libraries are graded: here, or where a worker of the cluster is.

    Raises
    ------
    WorkersLost
        If no worker of the cluster stays to tell.
    """
    if scheduler is None:
        return place(names, base)
    ((_, found),) = workers.run(partial(place, base=base), [names])
    if isinstance(found, Lost):
        raise WorkersLost(f"no worker of the cluster at '{scheduler}' stays: {found.words}")
    return found


def require_place(expected: Place | None, base: Path) -> None:
    """Refuse to grade if this process is not what the ledger says; None says nothing.

    Raises
    ------
    UsageError
        If it has other versions, or is on another machine.
    """
    if expected is not None:
        _require(msgspec.json.encode(expected), base)


@functools.lru_cache(maxsize=1)
def _require(encoded: bytes, base: Path) -> None:
    expected = msgspec.json.decode(encoded, type=Place)
    told = differences(_comparable(place(expected.libraries, base)), _comparable(expected))
    if told:
        raise UsageError(
            f"the workers of the cluster differ ({told}); a ledger is of one place: "
            "give them the same versions and machines"
        )


def _comparable(found: Place) -> Place:
    # The number of cores changes no bit of a finding.
    return msgspec.structs.replace(found, machine=found.machine | {"cores": ""})
