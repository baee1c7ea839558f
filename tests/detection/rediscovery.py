"""Audits of single implementations, and which of their witnesses count against a bug."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import numpy as np
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.confirm import confirmed
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Grader
from lse_verify.audit.measure import measure
from lse_verify.audit.reference import reference
from lse_verify.audit.run import DEFAULT_SAMPLES
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import weak_limit
from lse_verify.audit.witness import Witness
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS
from lse_verify.implementations.registry import find, libraries
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder


def require(name: str) -> None:
    """Skip the test unless the library of an implementation is installed."""
    library = libraries()[name.split(".")[0]]
    if not library.installed:
        pytest.skip(f"{library.name} is not installed: {library.install or library.error}")


def audited(grader: Grader, name: str, function: str, fmt: str, *regimes: str) -> Finding:
    """Return what an ordinary audit finds in some of its regimes."""
    return reduce(Finding.merge, audits(grader, name, function, fmt, *regimes))


def audits(grader: Grader, name: str, function: str, fmt: str, *regimes: str) -> list[Finding]:
    """Return what an ordinary audit finds in each of its regimes, or in those named."""
    if "@" not in name and ":" not in name:
        require(name)
    chosen = regimes or [r.name for r in REGIMES.values() if function in r.functions]
    cells = (Cell(name, function, fmt, regime, 0, DEFAULT_SAMPLES) for regime in chosen)
    return [grader.grade(cell).finding for cell in cells]


def asked(name: str, function: str, fmt: str, *arguments: object, base: Path) -> Finding:
    """Return what grading a single input finds.

    Parameters
    ----------
    name : str
        An implementation, or a user's own in `base`.
    function, fmt : str
        Names.
    arguments : row or number
        Of the function; rounded to the format.
    """
    form = FORMATS[fmt]
    rounded = (form.cast(np.array(argument, dtype=np.float64)) for argument in arguments)
    kinds = FUNCTIONS[function].arguments
    block = Block(
        tuple(
            float(number) if kind == "parameter" else number[None]
            for kind, number in zip(kinds, rounded, strict=True)
        )
    )
    ladder = Ladder()
    known = reference(ladder, FUNCTIONS[function], block, form)
    site = Site(ladder, FUNCTIONS[function], form, block, known, seed=0, first_row=0)
    got = find(name, function, base).load()(*block.arguments)
    return confirmed(measure(site, got.ravel(), None), [site])


def lost(findings: list[Finding]) -> list[Witness]:
    """Return the witnesses of digits lost that the input did not cost."""
    kept = (
        witness
        for f in findings
        for witness in (f.worst_error, f.worst_conditioned, f.worst_stability, f.not_weak.witness)
    )
    return [
        w
        for w in kept
        if w is not None and w.stability and float(w.stability) > weak_limit(w.n_terms)
    ]
