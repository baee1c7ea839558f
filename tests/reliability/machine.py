"""What a limit of seconds means where others are at work on the same cores."""

from __future__ import annotations

import os


def within(seconds: float) -> float:
    """Return a limit, as many times as long as processes wait for a core.

    A program that ends in a second does not on a machine where each process has a third of a
    core, as in a run of all tests side by side.
    """
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
