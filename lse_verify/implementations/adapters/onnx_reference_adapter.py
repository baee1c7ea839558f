"""The library "onnx_reference": the evaluator that ONNX gives as what its operators mean.

``onnx.reference`` computes with NumPy in the format of the arrays; of bfloat16 that is what
ml_dtypes makes of NumPy's functions. All operator sets have the same code.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.onnx_graph import one_operator
from lse_verify.implementations.library import Call, Implementation, Library

_OPSET = 22
_FORMATS = ("binary16", "bfloat16", "binary32", "binary64")


def _load(operator: str) -> Call:
    import onnx.reference

    del onnx
    return np.errstate(all="ignore")(partial(_call, operator))


def _call(operator: str, x: FloatArray) -> FloatArray:
    got: FloatArray = _evaluator(operator, x.dtype.name).run(None, {"x": x})[0]
    return got


@functools.cache
def _evaluator(operator: str, dtype: str) -> Any:
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(one_operator(operator, _OPSET, dtype))


def _operator(function: str, operator: str) -> Implementation:
    return Implementation(
        name="onnx_reference",
        function=function,
        formats=_FORMATS,
        load=partial(_load, operator),
        calls=f"onnx.reference.ReferenceEvaluator({operator} of opset {_OPSET}).run(None, {{x}})",
    )


LIBRARY = Library(
    name="onnx_reference",
    module="onnx",
    distribution="onnx",
    install="pip install onnx",
    implementations=(
        _operator("logsumexp", "ReduceLogSumExp"),
        _operator("softmax", "Softmax"),
        _operator("log_softmax", "LogSoftmax"),
        _operator("softplus", "Softplus"),
        _operator("logistic", "Sigmoid"),
    ),
)
