"""The elementary draws: exp and log against mpmath, floats that stay in range."""

from __future__ import annotations

import mpmath
import numpy as np

from lse_verify.formats import BINARY16, FLOAT8_E4M3FN, FLOAT8_E5M2
from lse_verify.inputs.arrange import TRIALS, parameters
from lse_verify.inputs.probabilities import on_simplex, softmax
from lse_verify.inputs.values import exp, finite, log, mix, nearby


def test_exp_and_log_are_the_nearest_floats() -> None:
    context = mpmath.mp.clone()
    context.prec = 200
    points = np.random.default_rng(0).uniform(-700, 0, 200)
    assert exp(points).tolist() == [float(context.exp(v)) for v in points.tolist()]
    assert log(-points).tolist() == [float(context.log(v)) for v in (-points).tolist()]


def test_exp_underflows_to_zero() -> None:
    assert exp(np.array([-1e308, -np.inf])).tolist() == [0.0, 0.0]


def test_what_overflows_is_put_at_the_largest_float() -> None:
    assert finite(BINARY16, np.array([1e9, -np.inf])).tolist() == [65504.0, -65504.0]


def test_neighbours_of_the_largest_float_are_finite() -> None:
    largest = BINARY16.cast(np.full(100, 65504.0))
    assert nearby(BINARY16, np.random.default_rng(0), largest, 5).max() == 65504.0


def test_mixing_takes_rows_in_equal_parts() -> None:
    parts = [np.full((9, 2), float(k)) for k in range(3)]
    mixed = mix(np.random.default_rng(0), *parts)
    assert [(mixed[:, 0] == k).sum() for k in range(3)] == [3, 3, 3]


def test_softmax_survives_the_widest_rows() -> None:
    top = np.finfo(np.float64).max
    assert softmax(np.array([[top, -top]])).tolist() == [[1.0, 0.0]]


def test_shares_of_nothing_become_a_corner_of_the_simplex() -> None:
    corner = on_simplex(BINARY16, np.random.default_rng(0), np.zeros((1, 3)))
    assert corner.tolist() == [[1.0, 0.0, 0.0]]


def test_parameters_are_floats_of_the_format_and_none_is_lost_to_overflow() -> None:
    assert parameters(BINARY16, TRIALS) == (1.0, 7.0, 1000.0)
    assert parameters(FLOAT8_E5M2, TRIALS) == (1.0, 7.0, 1024.0)
    assert parameters(FLOAT8_E4M3FN, TRIALS) == (1.0, 7.0, 448.0)
