"""Gradients are taken of every row apart, and those of two arguments take two terms.

In binary16 the values of these rows sum to more than 65504, its largest float: the gradient of a
sum over all rows would be lost.
"""

from __future__ import annotations

import numpy as np
import pytest
from adapter_contract import ALL, found

from lse_verify.formats import FORMATS, FloatArray
from lse_verify.implementations.library import Implementation

every_library = pytest.mark.parametrize("library", ["torch", "jax", "mlx", "paddle", "pytensor"])


def cast(implementation: Implementation, values: FloatArray) -> FloatArray:
    formats = implementation.formats
    return FORMATS["binary16" if "binary16" in formats else formats[0]].cast(values)


@every_library
def test_the_gradient_of_softplus_is_taken_of_every_number_apart(library: str) -> None:
    implementation = found(f"{library}.softplus_grad", "logistic")
    x = np.full(40, 4000.0)
    x[::2] = -1.5
    got = implementation.load()(cast(implementation, x))
    assert got[1::2].tolist() == [1.0] * 20
    assert np.unique(got[::2]).size == 1
    # 1/(1 + e^1.5) = 0.18242552…
    assert float(got[0]) == pytest.approx(0.18242552, rel=2e-3)


@every_library
def test_the_gradient_of_logsumexp_is_taken_of_every_row_apart(library: str) -> None:
    implementation = found(f"{library}.grad", "softmax")
    got = implementation.load()(cast(implementation, np.full((40, 2), 2.0)))
    assert got.astype(np.float64) == pytest.approx(np.full((40, 2), 0.5), rel=4e-3)


@every_library
def test_the_gradient_of_log_softmax_is_that_of_the_first_entry_of_every_row(library: str) -> None:
    implementation = found(f"{library}.log_softmax_grad", "log_softmax_gradient")
    x = np.full((40, 3), -4000.0)
    x[:, 0], x[::2, 1] = 4000, 4000
    got = implementation.load()(cast(implementation, x))
    assert got[::2].tolist() == [[0.5, -0.5, 0.0]] * 20
    assert got[1::2].tolist() == [[0.0, 0.0, 0.0]] * 20


def test_the_gradient_of_logaddexp_takes_two_terms_only() -> None:
    of_two = [i for i in ALL if i.name.endswith("logaddexp_grad")]
    libraries = {"torch", "jax", "mlx", "paddle", "pytensor", "tensorflow", "stan", "stanheaders"}
    assert {i.library for i in of_two} >= libraries
    assert {i.n_terms for i in of_two} == {(2,)}
