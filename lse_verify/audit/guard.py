"""What an implementation has to leave as it found it in the process that loads and asks it.

Other implementations and the oracles compute in the same process. What would change their bits,
or those of whoever calls such an implementation elsewhere, is told as a failure of the one that
changed it. All is put back at once, so that nothing else in the run is other than without it.
The process is retired after the cell all the same: a module is loaded only once in a process, and
whoever loads it has to be seen to change what it changes, whichever process has which cell.
"""

from __future__ import annotations

import contextlib
import decimal
import os
import signal
import sys
from collections.abc import Iterator

import flint
import mpmath

from lse_verify.audit import floating_point
from lse_verify.audit.shared_random import (
    numpy_state,
    put_numpy_back,
    put_python_back,
    python_state,
)
from lse_verify.execution.retirement import retire

PARTS = (
    "the working directory",
    "the rounding mode",
    "the flush-to-zero mode",
    "the state of random",
    "the state of numpy.random",
)
"""What must not be changed, in the order in which it is told."""

_NO_ALARM = (0.0, 0.0)


class Guard:
    """Watches one load, or one call, of an implementation: a context manager.

    What it finds changed it puts back: the `PARTS`, and without a word the standard streams, an
    alarm that was not set before, traps of floating-point exceptions and, after a call, the
    recursion limit and the precisions of decimal, mpmath and flint. What loading sets of these
    last ones stays, because the module that set them counts on them when it is called. Random
    numbers that loading draws are put back without a word too: jax 0.10.2 draws 13 of NumPy's.

    A copy of the process, which a fork in there has made, ends when it comes out.

    Parameters
    ----------
    of_call : bool
        Whether it watches a call.

    Attributes
    ----------
    changed : tuple of str
        Those of the `PARTS` that were other than before.

    Examples
    --------
    >>> import random
    >>> with Guard(of_call=True) as guard:
    ...     random.seed(0)
    >>> guard.changed
    ('the state of random',)
    """

    __slots__ = (
        "_alarm",
        "_before",
        "_flint_bits",
        "_limits",
        "_of_call",
        "_pid",
        "_streams",
        "changed",
    )

    def __init__(self, of_call: bool) -> None:
        self._of_call = of_call
        self.changed: tuple[str, ...] = ()

    def __enter__(self) -> Guard:
        floating_point.set_default()
        self._pid = os.getpid()
        self._before = _folder(), python_state(), numpy_state()
        self._streams = sys.stdin, sys.stdout, sys.stderr
        self._alarm = signal.getitimer(signal.ITIMER_REAL)
        self._limits = _limits()
        self._flint_bits, flint.ctx.prec = flint.ctx.prec, _theirs.flint_bits
        return self

    def __exit__(self, *error: object) -> None:
        if os.getpid() != self._pid:
            os._exit(0)
        self.changed = tuple(self._put_back_parts())
        sys.stdin, sys.stdout, sys.stderr = self._streams
        if self._alarm == _NO_ALARM and signal.getitimer(signal.ITIMER_REAL) != _NO_ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        self._put_back_limits()
        if self.changed:
            retire()

    def _put_back_parts(self) -> Iterator[str]:
        """Yield which are changed."""
        nearest = floating_point.is_rounding_to_nearest()
        subnormals = floating_point.is_keeping_subnormals()
        floating_point.set_default()
        folder, python, numpy = self._before
        if _folder() != folder:
            with contextlib.suppress(OSError):
                os.chdir(folder or ".")
            yield PARTS[0]
        if not nearest:
            yield PARTS[1]
        if not subnormals:
            yield PARTS[2]
        drawn = []
        if python_state() != python:
            put_python_back(python)
            drawn.append(PARTS[3])
        if numpy_state() != numpy:
            put_numpy_back(numpy)
            drawn.append(PARTS[4])
        yield from drawn if self._of_call else ()

    def _put_back_limits(self) -> None:
        if self._of_call:
            if _limits() != self._limits:
                recursion, decimal.getcontext().prec, mpmath.mp.prec = self._limits
                sys.setrecursionlimit(recursion)
        else:
            _theirs.flint_bits = flint.ctx.prec
        flint.ctx.prec = self._flint_bits


class _Theirs:
    """What implementations have set that the oracles set, too: it belongs to the process."""

    flint_bits = 53


_theirs = _Theirs()


def _limits() -> tuple[int, int, int]:
    """Return what the system and two libraries count up to."""
    return sys.getrecursionlimit(), decimal.getcontext().prec, mpmath.mp.prec


def _folder() -> str | None:
    """Return the working directory; None if it has been removed."""
    try:
        return os.getcwd()  # noqa: PTH109  # a Path takes three times as long
    except OSError:
        return None
