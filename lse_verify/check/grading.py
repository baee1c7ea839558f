"""A function of the user's own, graded in the process that has it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import flint
import msgspec

from lse_verify.audit import floating_point
from lse_verify.audit.cell import plan
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.header import audited, header_of, place
from lse_verify.audit.ledger import Entry, Ledger, RegimeRow
from lse_verify.check.audit import Audit
from lse_verify.check.shown import Shown
from lse_verify.check.smallest import Sought, smallest
from lse_verify.errors import UsageError
from lse_verify.family import FUNCTIONS, function_named
from lse_verify.formats import format_named
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.user import DEFAULT_FORMATS
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.regimes import regimes_named

DEFAULT_SAMPLES = 1000
"""Rows a regime: a second or two for one function in one format."""


def grade(
    f: Callable[..., Any],
    function: str | None = None,
    format: str | Sequence[str] = DEFAULT_FORMATS,
    *,
    regimes: Sequence[str] = (),
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
) -> Audit:
    """Grade a callable against certified truth, here in this process.

    Parameters
    ----------
    f : callable
        Takes arrays of rows and returns an array, as the README's table has it:
        ``f(x: (m, n)) -> (m,)`` for logsumexp, in the dtype of the format.
    function : str, optional
        What it computes, of ``lse_verify.FUNCTIONS``; the name of `f` if that is one.
    format : str or sequence of str, optional
        Of ``lse_verify.FORMATS``.
    regimes : sequence of str, optional
        Families of inputs; all if none. ``lse-verify list`` tells what each is for.
    samples : int, optional
        About how many rows a regime draws. With fewer than 2,000 no row has more than 65,536
        terms.
    seed : int, optional
        Draws other inputs.

    Returns
    -------
    Audit
        The findings; whatever `f` raises, returns or changes is one of them.

    Raises
    ------
    UnknownName
        If there is no such function, format or regime.
    UsageError
        If it is not said what `f` computes, or nothing is left to grade.
    OracleDisagreement
        If the oracles exclude one another.

    Notes
    -----
    Nothing protects this process from an `f` that crashes or does not end: the command
    ``lse-verify check FILE.py:NAME`` does. The working directory, random states, precisions and
    the rounding mode are left as they were found; while `f` runs, floats are rounded to nearest
    and subnormal numbers kept.

    Examples
    --------
    >>> import lse_verify, numpy as np
    >>> def shifted(x):
    ...     peak = x.max(axis=1)
    ...     return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))
    >>> audit = lse_verify.grade(shifted, "logsumexp", "binary32", regimes=["gap"], samples=100)
    >>> audit.verdict
    'unstable'
    >>> audit.worst.arguments, audit.worst.got
    (['0x0p+0,-0x1.0a0616p+4'], '0x1.fffffcp-24')
    """
    name = getattr(f, "__name__", type(f).__name__)
    formats = (format,) if isinstance(format, str) else tuple(format)
    implementation = Implementation(
        name=name,
        function=function_named(function or _function_of(f, name)).name,
        formats=tuple(format_named(one).name for one in formats),
        load=lambda: f,
        calls=getattr(f, "__qualname__", name),
    )
    drawn = regimes_named(regimes)
    with _left_as_found():
        grader = Workplace(None, Path.cwd()).grader()
        ledger = _ledger(implementation, drawn, seed, samples, grader)
    return Audit(ledger, partial(_smallest, implementation, grader))


def _smallest(implementation: Implementation, grader: Grader, sought: Sought) -> Shown | None:
    with _left_as_found():
        return smallest(sought, implementation, grader.ladder)


@contextlib.contextmanager
def _left_as_found() -> Iterator[None]:
    """Keep what the oracles and the guard set for the whole process to the time inside."""
    bits = flint.ctx.prec
    with floating_point.kept():
        try:
            yield
        finally:
            flint.ctx.prec = bits


def _function_of(f: Callable[..., Any], name: str) -> str:
    if name in FUNCTIONS:
        return name
    raise UsageError(f"which function does {f!r} compute? say one, for example 'logsumexp'")


def _ledger(
    implementation: Implementation,
    regimes: Sequence[Regime],
    seed: int,
    samples: int,
    grader: Grader,
) -> Ledger:
    function, formats = implementation.function, implementation.formats
    cells = plan([implementation], [function], formats, regimes, seed, samples)
    if not cells:
        named = ", ".join(regime.name for regime in regimes)
        raise UsageError(f"nothing to grade: the regime {named} has no inputs for {function}")
    entries = [
        Entry(cell, graded.finding, graded.seconds, graded.rows)
        for cell in cells
        for graded in [grader.grade_as(cell, implementation, has_partner=False)]
    ]
    rows = [RegimeRow(regime.name, regime.reason) for regime in regimes]
    command = f"lse_verify.grade({implementation.calls}, {function!r}, {formats!r})"
    head = header_of(
        command, [], audited([implementation], cells), rows, len(cells), place((), grader.base)
    )
    return Ledger(msgspec.structs.replace(head, seed=seed, samples=samples), entries)
