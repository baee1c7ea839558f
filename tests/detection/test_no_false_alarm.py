"""A correctly rounded implementation is called so in every regime, and no column of it counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.inputs.regimes import REGIMES

HERE = Path(__file__).parent
SAMPLES = 11


@pytest.fixture(scope="module")
def grader() -> Grader:
    return Workplace(None, HERE).grader()


def _cells() -> Iterator[Cell]:
    for function in FUNCTIONS:
        for fmt in FORMATS:
            for regime in REGIMES.values():
                if function in regime.functions:
                    name = f"nearest.py:{function}"
                    # Of a few opposed rows all are on the edge of the domain, and none is graded.
                    samples = 4 * SAMPLES if regime.name == "opposed" else SAMPLES
                    yield Cell(name, function, fmt, regime.name, 1, samples)


@pytest.mark.parametrize(
    "cell", list(_cells()), ids=lambda c: f"{c.function}-{c.format}-{c.regime}"
)
def test_a_correctly_rounded_implementation_raises_no_alarm(cell: Cell, grader: Grader) -> None:
    finding = grader.grade(cell).finding
    assert verdict(finding) is Verdict.CORRECTLY_ROUNDED
    assert {name: t.count for name, t in finding.violations.items() if t.count} == {}
    assert {name: t.count for name, t in finding.properties.items() if t.count} == {}
    assert finding.undecided.count == 0
