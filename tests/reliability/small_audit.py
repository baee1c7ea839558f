"""An audit of two implementations. As a script: FOLDER JOBS SCHEDULER resume|anew."""

from __future__ import annotations

from small_runs import Kind, drive

from lse_verify.audit.run import Request, audit, resumed
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES

MINE = """
    import time
    import numpy as np

    def logaddexp(a, b):
        time.sleep(0.01)
        return np.logaddexp(a, b)

    def softplus(x):
        time.sleep(0.01)
        return np.logaddexp(x, x.dtype.type(0))
"""

AUDIT = Kind("audit", "cells", MINE, r"## Speed\n.*?(?=\n## )", "48k")


def begun(jobs: int, scheduler: str | None) -> Request:
    return Request(
        command="lse-verify audit -i mine.py:logaddexp -i mine.py:softplus",
        implementations=select(["mine.py:logaddexp", "mine.py:softplus"]),
        functions=[],
        formats=["binary32", "binary64"],
        regimes=[REGIMES[name] for name in ("special", "gap", "ties", "bits", "cancellation")],
        seed=5,
        samples=4,
        jobs=jobs,
        scheduler=scheduler,
    )


if __name__ == "__main__":
    drive(begun, resumed, audit)
