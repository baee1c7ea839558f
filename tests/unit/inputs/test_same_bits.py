"""exp, log and the entry that is solved for have mpmath's bits, whoever computes them."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath.libmp import from_float, mpf_exp, mpf_log, round_nearest, to_float

from lse_verify.inputs.cancellation import _last_term, _solve
from lse_verify.inputs.values import exp, log


def test_exp_has_the_bits_of_mpmath() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate([-np.abs(s * draw.standard_normal(2000)) for s in (1e-9, 1, 30, 700)])
    values = np.concatenate([values, [0.0, -0.0, -745.2, -745.1, -708.5, -1e-300, -np.inf]])
    expected = [to_float(mpf_exp(from_float(max(v, -746.0)), 53, round_nearest)) for v in values]
    assert exp(values).tolist() == expected


def test_log_has_the_bits_of_mpmath() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate(
        [np.exp(s * draw.standard_normal(2000)) for s in (1e-12, 1e-3, 1, 200)]
        + [[1.0, 2.0, 0.5, 5e-324, 2.0**-1022, np.finfo(np.float64).max]]
    )
    expected = [to_float(mpf_log(from_float(v), 53, round_nearest)) for v in values]
    assert log(values).tolist() == expected


@pytest.mark.parametrize("n_terms", [1, 2, 10])
def test_the_entry_that_is_solved_for_has_the_bits_of_mpmath(n_terms: int) -> None:
    draw = np.random.default_rng(n_terms)
    scores = draw.standard_normal((500, n_terms))
    rows = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    rows[::7] += 1.0  # There is no such entry in most of these.
    targets = np.where(draw.random(500) < 0.5, 0.0, 10.0 ** draw.uniform(-16, -1, 500))
    places = draw.integers(0, n_terms, 500)
    solved = _solve(rows, targets, places)
    for row, target, place, found in zip(rows, targets, places, solved, strict=True):
        others = np.delete(row, place)
        assert found[place] == _last_term(others, float(target), row[place])
        assert np.delete(found, place).tolist() == others.tolist()
