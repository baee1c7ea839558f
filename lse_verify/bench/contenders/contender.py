"""What a contender is: a way to compute LogSumExp of rows that can be timed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lse_verify.formats import FloatArray

TRUTH, CORRECT = "truth", "correct"
MPMATH, FLINT, GMPY2 = "mpmath", "python-flint", "gmpy2"
SCIPY, NUMPY, TORCH = "scipy", "numpy", "torch"

NARROW = (CORRECT, SCIPY)
"""Timed in binary32 too."""

FEW = (TRUTH, CORRECT, SCIPY)
"""Timed in two processes, and without keeping memory."""

PRECISION_BITS = 128
"""Of the loops in arbitrary precision: what truth needs about as many bits for."""

Work = Callable[[], Any]
"""One call, with its input already made."""

Ready = Callable[[FloatArray], Work]
"""Makes the call on rows; what this does is not timed."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to compute LogSumExp.

    Attributes
    ----------
    name : str
        One of the names above.
    calls : str
        What is timed, as a user would write it.
    gives : str
        What the answer is worth: ``"binary64"``, ``"certified, 128 bits"``.
    load : callable
        Imports what is needed and returns what makes the call for rows.
    version : callable
        Says what was imported; called after `load`.
    module : str or None
        The import name whose presence says that it is installed; None if always there.
    loops : bool
        Whether it is a Python loop over rows, which may be timed on fewer of them; otherwise
        all rows are answered in one call.
    compiles : tuple of str
        The formats whose first call compiles.
    """

    name: str
    calls: str
    gives: str
    load: Callable[[], Ready] = field(compare=False)
    version: Callable[[], str] = field(compare=False)
    module: str | None = None
    loops: bool = False
    compiles: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether it is here, found without importing it."""
        return self.module is None or importlib.util.find_spec(self.module) is not None


def row_by_row(of_row: Callable[[list[float]], Any]) -> Ready:
    """Return what makes a loop over rows of Python floats, themselves made beforehand."""

    def ready(x: FloatArray) -> Work:
        rows = [[float(value) for value in row] for row in x]
        return lambda: [of_row(row) for row in rows]

    return ready
