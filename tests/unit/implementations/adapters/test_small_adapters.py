"""What is particular to smaller libraries of Python.

Expected values are mpmath's, or those of the sources named beside them.
"""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest
from adapter_contract import found, require

from lse_verify.implementations.adapters import mlx_adapter


@pytest.mark.parametrize("name", ["sklearn.loss_gradient", "sklearn"])
def test_the_loss_of_sklearn_takes_a_column_of_a_matrix(name: str) -> None:
    rows = np.array([[1.0, 9.0], [2.0, 9.0]])
    got = found(name, "softplus").load()(rows[:, 0])
    assert got.tolist() == pytest.approx([1.3132616875182228, 2.1269280110429727], rel=1e-15)


def test_the_loss_of_sklearn_leaves_the_rows_as_they_were() -> None:
    rows = np.array([[1.0, 2.0], [3.0, 5.0]])
    for function in ("softmax", "log_softmax", "logsumexp0"):
        found("sklearn", function).load()(rows)
    assert rows.tolist() == [[1.0, 2.0], [3.0, 5.0]]


def test_the_entropy_of_tfp_is_not_normalised_off_the_simplex() -> None:
    # 3 · (1/4) · log(1/4) = −(3/2) log 2; normalised it would be −log 3.
    got = found("tfp", "negentropy").load()(np.full((1, 3), 0.25))
    assert got[0] == pytest.approx(-1.5 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", ["tfp.cumulative", "mlx.cumulative", "paddle.cumulative"])
def test_a_cumulative_logsumexp_is_asked_for_its_last_entry(name: str) -> None:
    # The first and the last entry are far apart: log(e^0 + e^10) = 10.000045398899216…
    got = found(name, "logsumexp").load()(np.array([[0.0, 10.0], [10.0, 0.0]]))
    assert got.tolist() == pytest.approx([10.000045398899218] * 2, rel=1e-7)


def test_the_float_that_gensim_returns_for_binary32_is_one_of_binary32() -> None:
    matutils = pytest.importorskip("gensim.matutils")
    rows = np.random.default_rng(0).normal(size=(100, 7)).astype(np.float32)
    values = [matutils.logsumexp(row[np.newaxis]) for row in rows]
    assert np.array(values, np.float32).astype(np.float64).tolist() == values


def test_a_function_of_casadi_is_made_anew_for_another_number_of_terms() -> None:
    logsumexp = found("casadi", "logsumexp").load()
    for n in (1, 2, 5):
        assert logsumexp(np.zeros((4, n))).tolist() == pytest.approx([math.log(n)] * 4)


@pytest.mark.parametrize("name", ["mlx", "mlx.cumulative"])
def test_mlx_computes_in_binary64(name: str) -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert found(name, "logsumexp").load()(x)[0] == 1 + 2.0**-40


def test_the_bits_of_bfloat16_cross_to_mlx_and_back() -> None:
    require("mlx")
    import mlx.core as mx

    patterns = np.arange(1 << 16, dtype=np.uint16).view(ml_dtypes.bfloat16)
    back = mlx_adapter._call(mx, None, lambda mx, nn, x: x, patterns)
    assert back.tobytes() == patterns.tobytes()


def test_the_mode_of_pytensor_is_its_algorithm() -> None:
    # The exponential of 1000 overflows where no rewrite takes the maximum out.
    rows = np.array([[1000.0, 0.0]])
    assert found("pytensor", "logsumexp").load()(rows)[0] == 1000
    assert found("pytensor.fast_compile", "logsumexp").load()(rows)[0] == math.inf


def test_numba_compiled_with_fastmath_is_told_that_there_is_no_nan() -> None:
    # docs: "fastmath": LLVM may assume that no argument and no result is NaN.
    numbers = np.array([0.0, 1.5]), np.array([1.0, -2.5])
    plain, fast = (found(name, "logaddexp").load() for name in ("numba", "numba.fastmath"))
    assert fast(*numbers).tolist() == plain(*numbers).tolist()
