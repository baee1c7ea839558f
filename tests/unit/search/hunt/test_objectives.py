"""Sizes of batches, against the audit's own grading of each input."""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.audit.hunted import OBJECTIVES
from lse_verify.errors import UnknownName, UsageError
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import BINARY32, FORMATS
from lse_verify.implementations.registry import find
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.hunt.archive import Archive
from lse_verify.search.hunt.examine import Examiner
from lse_verify.search.hunt.families import families
from lse_verify.search.hunt.models import MODELS
from lse_verify.search.hunt.objective import Objective
from lse_verify.search.hunt.space import Space

CASES = [
    ("textbook.naive", "logaddexp", "binary16", "error"),
    ("textbook.shifted", "logsumexp", "binary64", "error"),
    ("textbook.shifted", "softmax", "binary32", "error"),
    ("textbook.shifted", "logsumexp", "binary32", "stability"),
    ("textbook.shifted", "bregman", "binary64", "stability"),
    ("textbook.shifted", "logsumexp", "binary32", "bound"),
    ("textbook.naive", "softmax", "binary32", "bound"),
    ("textbook.shifted", "smoothmax", "binary16", "violation"),
    ("textbook.subtracted", "log_softmax_gradient", "binary32", "error"),
    ("textbook.subtracted", "log_softmax_gradient", "binary16", "violation"),
]


@pytest.mark.parametrize(("name", "function", "fmt", "kind"), CASES)
def test_sizes_of_a_batch_are_what_the_audit_says_of_each_input(
    name: str, function: str, fmt: str, kind: str
) -> None:
    implementation, ladder = find(name, function), Ladder()
    objective = Objective.of(kind, implementation, FORMATS[fmt], ladder)
    space = Space.of(FUNCTIONS[function], FORMATS[fmt], None)
    examiner = Examiner(implementation, objective.asker, ladder)
    rng = np.random.default_rng(5)
    compared = 0
    for family in families(space)[:6]:
        probe = family.propose(rng, Archive(space.fmt))
        assert probe is not None
        block = space.block(probe).between(0, 12)
        scores = objective.scores(block, 0.0)
        for row in range(block.n_rows):
            audited = examiner.examine(block.point(row), kind).size
            if scores.sizes[row] >= 0 and not np.isnan(audited):
                compared += 1
                # The audit rounds errors to 2**-24 of themselves, and up from 2**-20.
                assert scores.sizes[row] == pytest.approx(audited, rel=1e-6, abs=2e-6)
    assert compared > 30


def test_a_spurious_answer_is_no_number_and_is_told_apart() -> None:
    objective = Objective.of("error", find("textbook.naive", "logaddexp"), BINARY32, Ladder())
    block = Block((np.array([100.0, 1.0], np.float32), np.array([1.0, 1.0], np.float32)))
    scores = objective.scores(block, 0.0)
    assert scores.spurious_infinity.tolist() == [True, False]
    assert not scores.spurious_nan.any()
    assert scores.sizes[0] < 0 <= scores.sizes[1]


def test_unknown_objectives_and_bounds_that_are_not_there_are_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'stability'"):
        Objective.of("stabilty", find("numpy", "logaddexp"), BINARY32, Ladder())
    with pytest.raises(UsageError, match="has no error bound"):
        Objective.of("bound", find("numpy", "logaddexp"), BINARY32, Ladder())
    assert OBJECTIVES[0] == "error"


def test_models_enclose_code_of_their_own_form() -> None:
    rng = np.random.default_rng(0)
    entries = np.stack([np.zeros(5000), rng.uniform(-20, 20, 5000)], axis=1)
    entries = entries.astype(np.float32).astype(np.float64)
    x = entries[:, 1].astype(np.float32)
    # Rounded correctly, by way of binary64.
    exp = np.exp(-np.abs(x.astype(np.float64))).astype(np.float32)
    got = np.maximum(x, np.float32(0)) + np.log1p(exp.astype(np.float64)).astype(np.float32)
    shares = [model.explains(BINARY32, entries, got.astype(np.float64)) for model in MODELS]
    assert shares[0] == 1.0
    assert shares[MODELS.index(next(m for m in MODELS if m.form == "naive"))] < 0.5
