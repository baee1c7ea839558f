"""A hunt of twelve islands. As a script: FOLDER JOBS SCHEDULER resume|anew."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from small_runs import Kind, goes_on, told

from lse_verify.execution.journal import kept_lines
from lse_verify.search.hunt.request import JOURNAL, Request, resumed
from lse_verify.search.hunt.run import run
from lse_verify.search.witnesses import keep

MINE = """
    import time
    import numpy as np

    def softplus(x):
        time.sleep(0.02)
        return np.logaddexp(x, x.dtype.type(0)) * x.dtype.type(1.001)
"""

ISLANDS = 12

HUNT = Kind("hunt", "islands", MINE, "", "8k", JOURNAL)


def begun(jobs: int, scheduler: str | None, folder: Path) -> Request:
    return Request(
        implementation="mine.py:softplus",
        function="softplus",
        format="binary32",
        budget=600 * ISLANDS,
        seed=3,
        islands=ISLANDS,
        jobs=jobs,
        scheduler=scheduler,
        folder=folder,
        command="lse-verify hunt -i mine.py:softplus",
    )


if __name__ == "__main__":
    place, jobs, scheduler, resume = sys.argv[1:]
    folder = Path(place)
    with told():
        is_begun = goes_on(folder / JOURNAL, resume)
        request = (
            resumed(folder, int(jobs), scheduler or None)
            if is_begun
            else begun(int(jobs), scheduler or None, folder)
        )
        kept = [kept_lines(folder / JOURNAL) if is_begun else 0]
        store = Path("reports", "witnesses.jsonl")

        def observe(*_: object) -> None:
            """Tell how many islands were kept, once they are gone on with."""
            while kept:
                print(kept.pop(), ISLANDS, flush=True)

        found = run(request, observe, lambda hunt: keep(store, hunt.finds.values()))
        print(msgspec.json.encode(found).decode())
