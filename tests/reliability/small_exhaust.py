"""Every input of many small spaces. As a script: FOLDER JOBS SCHEDULER resume|anew."""

from __future__ import annotations

from pathlib import Path

from small_runs import Kind, drive

from lse_verify.implementations.registry import select
from lse_verify.search.exhaust.run import Request, exhaust, resumed

MINE = """
    import time
    import numpy as np

    class Scaled:
        def __init__(self, factor):
            self._factor = factor

        def softplus(self, x):
            return self._rounded(np.logaddexp(np.float64(x), 0), x.dtype)

        def logistic(self, x):
            return self._rounded(np.exp(-np.logaddexp(-np.float64(x), 0)), x.dtype)

        def logaddexp(self, a, b):
            return self._rounded(np.logaddexp(np.float64(a), np.float64(b)), a.dtype)

        def _rounded(self, y, dtype):
            time.sleep(0.04)
            with np.errstate(over="ignore"):
                return (self._factor * y).astype(dtype)

    a, b, c, d, e, f, g, h, i = (Scaled(1 + part / 512) for part in range(9))
"""

TIMES = r"<summary>What it took.*?</details>|\| processor time \|[^\n]*"

EXHAUST = Kind("exhaust", "shards", MINE, TIMES, "128k")

# Not in the order of their names, and each in formats of its own, as libraries have them.
_LINES = [f"mine.py:{factor}.{name}" for name in ("softplus", "logistic") for factor in "ihgfedcb"]


def begun(jobs: int, scheduler: str | None) -> Request:
    return Request(
        command="lse-verify exhaust -i mine.py",
        implementations=[
            *select(["mine.py:a.softplus"], formats=["binary16"]),
            *select(_LINES, formats=["float8_e5m2", "float8_e4m3fn"]),
            *select(["mine.py:a.logaddexp"], formats=["float8_e5m2"]),
        ],
        formats=[],
        jobs=jobs,
        base=Path.cwd(),
        scheduler=scheduler,
    )


if __name__ == "__main__":
    drive(begun, resumed, exhaust)
