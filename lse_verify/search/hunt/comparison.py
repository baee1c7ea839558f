"""The hunt held against uniform sampling and bisection, at the same number of evaluations.

An evaluation is an input given to the implementation: the models' own arithmetic is none. What
has ended is kept in a journal, and the same command goes on from there. The report takes the true
maxima from ledgers of `lse-verify exhaust`::

    python -m lse_verify.search.hunt.comparison --out reports/hunt
    lse-verify report reports/hunt/comparison.json reports/exhaustive/*/ledger.jsonl
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lse_verify.audit.contest import Case, Comparison
from lse_verify.audit.executors import executor
from lse_verify.audit.grade import Workplace
from lse_verify.audit.header import place
from lse_verify.errors import LseVerifyError, WorkersLost
from lse_verify.execution.executors import Executor, Lost
from lse_verify.execution.files import make_folder
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.journal import Journal
from lse_verify.execution.lock import folder_lock
from lse_verify.implementations.registry import select
from lse_verify.oracle.double_double.rows.enclose import load_kernels
from lse_verify.search.hunt.contests import Item, Line, one
from lse_verify.search.hunt.mix import METHODS
from lse_verify.wording import flat

RESULT = "comparison.json"

_NAMED = ("textbook", "numpy", "scipy", "torch", "jax")
_OF_ROWS = ("textbook.shifted", "numpy.reduce", "scipy", "torch", "jax")
_LENGTHS = (2, 10, 100)

Observe = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is compared.

    Attributes
    ----------
    folder : Path
        Where the journal and the result go.
    budget, seeds : int
        Evaluations of each search, and how many seeds.
    jobs : int
        Processes; 0 runs in this one.
    cases : sequence of Case
        Where.
    """

    folder: Path
    budget: int = 10**6
    seeds: int = 10
    jobs: int = 2
    cases: Sequence[Case] = ()


class Head(msgspec.Struct, frozen=True):
    """What makes the lines of the journal what they are."""

    budget: int
    versions: dict[str, str]
    machine: dict[str, str]


def every_case() -> list[Case]:
    """Return the cases of the bars, of the libraries that are installed."""
    small = [("softplus", "binary32"), ("logaddexp", "binary16"), ("logaddexp", "bfloat16")]
    listed = select([])
    cases = [
        Case(function, fmt, i.name)
        for function, fmt in small
        for i in listed
        if i.function == function and fmt in i.formats and i.library in _NAMED
    ]
    cases += [
        Case("logsumexp", "binary64", i.name, n)
        for n in _LENGTHS
        for i in listed
        if i.function == "logsumexp" and i.name in _OF_ROWS
    ]
    here = {i.name for i in select(list(_installed()))}
    return [case for case in cases if case.implementation in here]


def compare(request: Request, observe: Observe) -> Comparison:
    """Run what has not been run, and leave the result.

    Raises
    ------
    OutputError
        If the journal cannot be written.
    Interrupted
        If it was stopped; the same call goes on.
    """
    items = list(_items(request))
    made = place(tuple(_installed()), Path.cwd())
    head = Head(request.budget, made.versions, made.machine)
    load_kernels()
    make_folder(request.folder)
    path = request.folder / RESULT
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: "stopped; the same command goes on"))
        lock = stack.enter_context(folder_lock(request.folder))
        workers = stack.enter_context(executor(request.jobs, None, Workplace(None, Path.cwd())))
        journal = stack.enter_context(Journal(path, head, Line, lock, resume=True))
        lines = {line.item: line for line in journal.lines}
        observe("searching", len(lines), len(items))
        for line in _ended(workers, [item for item in items if item not in lines]):
            journal.append(line)
            lines[line.item] = line
            observe(f"{line.item.method} {line.item.case}", len(lines), len(items))
        found = _found(request, head, [lines[item] for item in items])
        journal.finish(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return found


def _ended(workers: Executor, items: list[Item]) -> Iterator[Line]:
    for item, line in workers.run(one, items):
        if isinstance(line, Lost):
            raise WorkersLost(f"{item.case} was lost: {line.words}")
        yield line


def _items(request: Request) -> Iterator[Item]:
    for case in request.cases or every_case():
        for method in METHODS:
            yield from (Item(case, method, seed, request.budget) for seed in range(request.seeds))


def _found(request: Request, head: Head, lines: list[Line]) -> Comparison:
    return Comparison(
        command="python -m lse_verify.search.hunt.comparison",
        budget=request.budget,
        seeds=request.seeds,
        contests=[line.contest for line in lines],
        versions=head.versions,
        machine=head.machine,
    )


def _installed() -> dict[str, None]:
    from lse_verify.implementations.registry import libraries

    return {name: None for name in _NAMED if name in libraries() and libraries()[name].installed}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison from the command line."""
    parser = argparse.ArgumentParser(prog="python -m lse_verify.search.hunt.comparison")
    parser.add_argument("--out", type=Path, default=Path("reports/hunt"))
    parser.add_argument("--budget", type=int, default=10**6)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    said = parser.parse_args(arguments)
    try:
        request = Request(said.out, said.budget, said.seeds, said.jobs)
        compare(request, lambda what, done, total: print(f"{done}/{total} {what}", flush=True))
    except LseVerifyError as error:
        print(f"lse-verify: {flat(str(error))}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
