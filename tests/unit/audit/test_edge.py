"""Where rounding the input decides if there is a value, no answer but a large one is graded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lse_verify.audit.edge import explained_at_edge
from lse_verify.audit.finding import Finding
from lse_verify.audit.measure import measure
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.enclosure import Floats
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import BFLOAT16, BINARY32, BINARY64, Format
from lse_verify.oracle.ladder import Ladder

WEIGHTED = FUNCTIONS["weighted_logsumexp"]

# e against 2.71828: 1.8e-6 is left of it, which is 30 times its rounding in binary32.
NEARLY = ([1.0, 0.0], [1.0, -2.71828])
WELL_APART = ([1.0, 0.0], [1.0, -2.0])
BELOW_ZERO = ([1.0, 0.0], [1.0, -2.71829])


def graded(row: list[float], weights: list[float], got: float, fmt: Format = BINARY64) -> Finding:
    block = Block((fmt.cast(np.array([row])), fmt.cast(np.array([weights]))))
    ladder = Ladder()
    known = reference(ladder, WEIGHTED, block, fmt)
    site = Site(ladder, WEIGHTED, fmt, block, known, seed=0, first_row=0)
    return measure(site, fmt.cast(np.array([got])), None)


@pytest.mark.parametrize("got", [math.nan, -math.inf])
def test_what_rounding_does_not_reach_is_graded(got: float) -> None:
    assert verdict(graded(*NEARLY, got)) is Verdict.WRONG
    assert verdict(graded(*WELL_APART, got, BINARY32)) is Verdict.WRONG
    assert verdict(graded(*BELOW_ZERO, -13.0)) is Verdict.WRONG
    assert verdict(graded(*BELOW_ZERO, math.nan)) is Verdict.CORRECTLY_ROUNDED


@pytest.mark.parametrize("got", [math.nan, -math.inf, -30.0, -13.0, -5.0])
@pytest.mark.parametrize("point", [NEARLY, BELOW_ZERO])
def test_what_rounding_explains_is_neither_right_nor_wrong(
    point: tuple[list[float], list[float]], got: float
) -> None:
    finding = graded(*point, got, BFLOAT16)
    assert verdict(finding) in (Verdict.UNTESTED, Verdict.CORRECTLY_ROUNDED)
    assert finding.outputs == 0
    assert finding.spurious_nan.count == finding.spurious_infinity.count == 0


@pytest.mark.parametrize("point", [NEARLY, BELOW_ZERO])
def test_an_answer_beyond_what_rounding_reaches_is_graded_there_too(
    point: tuple[list[float], list[float]],
) -> None:
    assert verdict(graded(*point, 3.0, BFLOAT16)) in (Verdict.UNSTABLE, Verdict.WRONG)
    assert verdict(graded(*point, math.inf, BFLOAT16)) is Verdict.WRONG


def test_zero_by_cancellation_is_right_and_what_is_next_to_it_explained() -> None:
    terms = ([1.0, 1.0], [2.0, -2.0])
    assert verdict(graded(*terms, -math.inf)) is Verdict.CORRECTLY_ROUNDED
    assert verdict(graded(*terms, math.nan)) is Verdict.CORRECTLY_ROUNDED
    assert verdict(graded(*terms, 1.0)) is Verdict.WRONG
    # Nothing is rounded of weights of 0.
    assert verdict(graded([1.0, 1.0], [0.0, 0.0], math.nan)) is Verdict.WRONG


def test_a_function_that_always_has_a_value_has_all_answers_graded() -> None:
    wide: Floats = np.array([math.nan, 1.0])
    block = Block((np.zeros((2, 3)),))
    assert not explained_at_edge(FUNCTIONS["logsumexp"], block, BINARY64, wide).any()
