"""Cells of a user's own file, whatever that file does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from lse_verify.audit.cell import Cell, batches, plan
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Workplace
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES

Grade = Callable[..., Finding]

SOURCE = """
    import sys
    import numpy as np

    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    class Stop(BaseException):
        pass

    def logsumexp(x):
        return (softmax.offset + np.logaddexp.reduce(x, axis=1)).astype(x.dtype)

    def softmax(x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    softmax.offset = 0.25
    not_callable = 3

    def none(x): return None
    def wide(x): return x.astype(np.float64).max(axis=1)
    def column(x): return x[:, :1]
    def swapped(x): return x.max(axis=1).astype(x.dtype.newbyteorder(">"))
    def listed(x): return x.max(axis=1).tolist()
    def fills(x):
        y = x.max(axis=1)
        x[:] = 0
        return y
    def raises(x): raise ValueError("two\\nlines [/bold]")
    def exits(x): sys.exit(7)
    def stops(x): raise Stop("enough")
    def odd(x): raise Odd
    def no_empty(x):
        if x.shape[1] == 0:
            raise ValueError("no terms")
        return np.logaddexp.reduce(x, axis=1)
"""


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    (tmp_path / "mine.py").write_text(textwrap.dedent(SOURCE))
    grader = Workplace(None, tmp_path).grader()

    def make(attribute: str, function: str = "logsumexp", regime: str = "ties") -> Finding:
        cell = Cell(f"mine.py:{attribute}", function, "binary32", regime, 0, 3)
        return grader.grade(cell).finding

    return make


@pytest.mark.parametrize(
    ("attribute", "kind", "words"),
    [
        ("none", "shape", "returned NoneType of shape None"),
        ("listed", "shape", "returned list of shape None"),
        ("column", "shape", "returned ndarray of shape"),
        ("wide", "dtype", "returned float64, not float32"),
        ("swapped", "dtype", "returned >f4, not float32"),
        ("fills", "overwritten", "it wrote into the array it was given"),
        ("raises", "exception", "ValueError: two lines [/bold]"),
        ("exits", "exception", "SystemExit: 7"),
        ("stops", "exception", "Stop: enough"),
        ("odd", "exception", "Odd: its own message cannot be made"),
        ("not_callable", "exception", "of type int, not a callable"),
        ("missing", "exception", "no attribute named 'missing'"),
    ],
)
def test_what_is_no_answer_is_a_finding_in_its_own_words(
    grade: Grade, attribute: str, kind: str, words: str
) -> None:
    found = grade(attribute)
    assert found.failure is not None
    assert found.failure.kind == kind
    assert words in found.failure.words
    assert verdict(found) is Verdict.WRONG


def test_an_exception_on_no_terms_is_a_policy_and_no_failure(grade: Grade) -> None:
    found = grade("no_empty", regime="special")
    assert found.failure is None
    assert "logsumexp of no terms raises ValueError: no terms" in found.policies


def test_a_softmax_that_does_not_fit_the_logsumexp_beside_it_is_found(grade: Grade) -> None:
    # F + negentropy − ⟨p, x⟩ is the offset of 0.25 that is planted in the logsumexp.
    found = grade("softmax", function="softmax", regime="gaussian").violations["Fenchel–Young"]
    assert found.count == found.tested > 0
    assert found.witness is not None
    assert found.witness.note.startswith("LSE + negentropy − ⟨p, x⟩ is 0.25, allowed is ±")


def test_witnesses_are_completed_by_the_judge(grade: Grade) -> None:
    found = grade("logsumexp", regime="gap").worst_error
    assert found is not None
    assert found.arguments is not None
    assert found.truth
    assert f"{found.size:.3g}" == found.error_ulps


def test_a_plan_has_each_cell_once_and_those_of_a_batch_together() -> None:
    chosen = [*select(["textbook", "numpy"]), *select(["numpy"])]
    regimes = [REGIMES["special"], REGIMES["gap"]]
    cells = plan(chosen, [], ["binary64"], regimes, seed=1, samples=2)
    assert len(set(cells)) == len(cells)
    runs = [key for key, following in zip(_keys(cells), [*_keys(cells)[1:], ""], strict=True)
            if key != following]  # fmt: skip
    assert len(set(runs)) == len(runs) == len(list(batches(cells)))
    assert {cell.format for cell in cells} == {"binary64"}


def test_a_plan_has_the_formats_of_8_bits_where_they_are_named() -> None:
    cells = plan(select(["textbook"]), [], ["float8_e5m2"], [REGIMES["gap"]], seed=1, samples=2)
    assert {cell.format for cell in cells} == {"float8_e5m2"}


def _keys(cells: list[Cell]) -> list[str]:
    return [cell.batch_key for cell in cells]


def test_a_plan_without_names_keeps_all_functions_and_the_formats_of_16_bits_and_more() -> None:
    cells = plan(select(["textbook"]), [], [], [REGIMES["gap"]], seed=1, samples=2)
    assert {cell.format for cell in cells} == {"binary16", "bfloat16", "binary32", "binary64"}
    assert {cell.function for cell in cells} == {i.function for i in select(["textbook"])}
