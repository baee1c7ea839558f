"""`lse_verify.correct`, graded like any library: correctly rounded, in every cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.audit.cell import Cell, plan
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.formats import FORMATS
from lse_verify.implementations import registry
from lse_verify.implementations.adapters.correct_adapter import LIBRARY
from lse_verify.inputs.regimes import REGIMES

SAMPLES = 5


@pytest.fixture(scope="module")
def grader() -> Grader:
    return Workplace(None, Path(__file__).parent).grader()


def _cells() -> Iterator[Cell]:
    for regime in REGIMES.values():
        yield from plan(LIBRARY.implementations, (), list(FORMATS), [regime], 7, SAMPLES)


def test_it_is_graded_together_with_all_other_libraries() -> None:
    assert set(LIBRARY.implementations) <= set(registry.select([]))
    functions = {cell.function for cell in _cells()}
    of_values = {"logaddexp", "softplus", "logistic"}
    assert functions == {"logsumexp", "softmax", "log_softmax"} | of_values
    assert {cell.format for cell in _cells()} == set(FORMATS)


@pytest.mark.parametrize(
    "cell", list(_cells()), ids=lambda c: f"{c.function}-{c.format}-{c.regime}"
)
def test_every_grade_is_correctly_rounded_and_no_column_counts(cell: Cell, grader: Grader) -> None:
    finding = grader.grade(cell).finding
    assert verdict(finding) is Verdict.CORRECTLY_ROUNDED
    assert finding.correctly_rounded == finding.outputs
    assert {name: t.count for name, t in finding.violations.items() if t.count} == {}
    assert {name: t.count for name, t in finding.properties.items() if t.count} == {}
    assert finding.special.count == 0
    for policy in finding.policies:
        assert set(policy.split(" gives ")[1].split(", ")) == {"nan"}
    assert finding.undecided.count == 0
