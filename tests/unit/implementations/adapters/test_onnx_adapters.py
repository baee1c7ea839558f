"""ONNX and its runtimes: graphs are valid, opsets are told apart, OpenVINO is what it is.

Expected values are mpmath's, or those of the issues named beside them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.implementations.adapters import onnx_graph, onnxruntime_adapter, openvino_adapter
from lse_verify.implementations.adapters.presence import version_of


def test_a_version_is_that_of_the_first_distribution_that_is_here() -> None:
    assert version_of(("no-such-distribution", "numpy"), ("numpy",)) == np.__version__
    assert version_of(("no-such-distribution",), ("numpy",)) == ""
    assert version_of(("numpy",), ("numpy", "no_such_module")) is None


@pytest.mark.parametrize("opset", [1, 11, 13, 18, 22])
@pytest.mark.parametrize(
    "operator", ["ReduceLogSumExp", "Softmax", "LogSoftmax", "Softplus", "Sigmoid"]
)
def test_a_graph_of_one_operator_is_valid_onnx(operator: str, opset: int) -> None:
    onnx = pytest.importorskip("onnx")
    if (operator, opset) == ("Sigmoid", 1):
        pytest.skip("Sigmoid-1 has another form")
    onnx.checker.check_model(onnx_graph.one_operator(operator, opset, "float32"), full_check=True)


def test_onnxruntime_softplus_of_opset_18_has_no_shift_in_binary64() -> None:
    # known_bugs, row 11: 4.248e−18 and 800 are right.
    softplus = found("onnxruntime.opset18", "softplus").load()
    assert softplus(np.array([-40.0, 800.0])).tolist() == [0.0, math.inf]


def test_onnxruntime_has_softplus_of_binary64_in_opset_18_only() -> None:
    pytest.importorskip("onnxruntime")
    call = onnxruntime_adapter._load("Softplus", onnxruntime_adapter._OPSET)
    with pytest.raises(Exception, match="NOT_IMPLEMENTED"):
        call(np.zeros(3))


def test_onnxruntime_logsumexp_of_opset_18_overflows_in_binary64() -> None:
    # e^710 is more than the largest float of binary64: infinite, where 710.5 is the truth.
    rows = np.array([[710.5, 0.0]], dtype=np.float16)
    assert found("onnxruntime.opset18", "logsumexp").load()(rows).tolist() == [math.inf]
    assert found("onnxruntime", "logsumexp").load()(rows).tolist() == [710.5]


@pytest.mark.parametrize(
    ("function", "operator", "fmt", "opset"),
    [
        ("logsumexp", "ReduceLogSumExp", "binary32", 18),
        ("logsumexp", "ReduceLogSumExp", "binary64", 13),
        ("softmax", "Softmax", "binary32", 12),
        ("log_softmax", "LogSoftmax", "binary64", 12),
        ("softplus", "Softplus", "binary32", 18),
        ("logistic", "Sigmoid", "binary16", 18),
    ],
)
def test_onnxruntime_gives_the_bits_of_an_opset_that_is_no_row_of_its_own(
    function: str, operator: str, fmt: str, opset: int
) -> None:
    here = found("onnxruntime", function)
    rows = FORMATS[fmt].cast(np.random.default_rng(1).normal(0, 20, (500, 10)))
    if FUNCTIONS[function].arguments == ("value",):
        rows = rows.ravel()
    there = onnxruntime_adapter._load(operator, opset)
    assert there(rows).tobytes() == here.load()(rows).tobytes()


def test_openvino_computes_binary64_in_binary32() -> None:
    # 1 + 2**-30 is a float of binary64 and rounds to 1 in binary32.
    rows = np.array([[1 + 2.0**-30]])
    assert found("openvino", "logsumexp").load()(rows).tolist() == [1.0]


@pytest.mark.parametrize(
    ("function", "operator"),
    [
        ("softmax", "Softmax"),
        ("log_softmax", "LogSoftmax"),
    ],
)
def test_openvino_imports_from_onnx_what_it_has_itself(function: str, operator: str) -> None:
    native = found("openvino", function).load()
    rows = np.random.default_rng(1).normal(0, 20, (500, 10)).astype(np.float32)
    imported = openvino_adapter._load(operator, 22)
    assert imported(rows).tobytes() == native(rows).tobytes()
