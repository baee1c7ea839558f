"""The library "onnxruntime": graphs of one operator, on the execution provider of the CPU.

An operator of ONNX is a kernel here or, where there is none for the format and ONNX defines
the operator by others, what is left when that definition is put in its place. So the same
operator of another operator set is another algorithm:

* From set 13 on, Softmax and LogSoftmax of binary16 are composed of ReduceMax, Sub, Exp,
  ReduceSum and Div or Log; up to set 12 they are the kernels of binary32 with a cast before and
  after. Both compute in binary32: the casts between the parts are taken out.
* In set 18, and in no other, ReduceLogSumExp of binary16 and bfloat16 and Softplus of binary16
  and binary64 are the definitions that ONNX gives, log Σ exp(x) and log(exp(x) + 1) without a
  shift, in binary64 or, for Softplus of binary16, in binary32. ONNX gives them for set 18 only;
  with any other number there is no ReduceLogSumExp of bfloat16 and no Softplus of binary64.

All other sets give the same bits, with the optimizations of graphs and without. There are no
kernels of bfloat16 on the CPU. One thread computes.
"""

from __future__ import annotations

import ctypes
import functools
import math
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.onnx_graph import element_type, one_operator
from lse_verify.implementations.adapters.presence import version_of
from lse_verify.implementations.library import Call, Implementation, Library

_OPSET = 22
_NARROW_AND_WIDE = ("binary16", "binary32", "binary64")

# Nothing but what ends the process.
_FATAL = 4


def _load(operator: str, opset: int) -> Call:
    import onnx
    import onnxruntime

    del onnx, onnxruntime
    return partial(_call, operator, opset)


def _call(operator: str, opset: int, x: FloatArray) -> FloatArray:
    session = _session(operator, opset, x.dtype.name)
    rows = np.ascontiguousarray(x)
    if rows.dtype != ml_dtypes.bfloat16:
        got: FloatArray = session.run(None, {"x": rows})[0]
        return got
    return _call_bfloat16(session, rows)


@functools.cache
def _session(operator: str, opset: int, dtype: str) -> Any:
    """Return the session that runs an operator on arrays of one dtype."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    model = one_operator(operator, opset, dtype).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _call_bfloat16(session: Any, rows: FloatArray) -> FloatArray:
    """Run on the bits of bfloat16, which NumPy does not have and ONNX Runtime does not return."""
    from onnxruntime import OrtValue

    given = OrtValue.ortvalue_from_numpy_with_onnx_type(
        rows.view(np.uint16), element_type(rows.dtype.name)
    )
    (got,) = session.run_with_ort_values(None, {"x": given})
    if got.data_type() != "tensor(bfloat16)":
        raise TypeError(f"returned {got.data_type()}")
    shape = got.shape()
    bits = ctypes.string_at(got.data_ptr(), 2 * math.prod(shape))
    return np.frombuffer(bytearray(bits), dtype=rows.dtype).reshape(shape)


def _operator(
    function: str,
    operator: str,
    formats: tuple[str, ...] = _NARROW_AND_WIDE,
    opset: int = _OPSET,
) -> Implementation:
    # The calls have the axis as it is written since opset 13.
    axis = "" if operator in ("Softplus", "Sigmoid") else ", axis -1"
    return Implementation(
        name="onnxruntime" if opset == _OPSET else f"onnxruntime.opset{opset}",
        function=function,
        formats=formats,
        load=partial(_load, operator, opset),
        calls=f"onnxruntime.InferenceSession({operator} of opset {opset}{axis}).run(None, {{x}})",
    )


LIBRARY = Library(
    name="onnxruntime",
    presence=partial(
        version_of,
        ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino"),
        ("onnxruntime", "onnx"),
    ),
    install="pip install onnxruntime onnx",
    implementations=(
        _operator("logsumexp", "ReduceLogSumExp"),
        _operator("softmax", "Softmax"),
        _operator("log_softmax", "LogSoftmax"),
        _operator("softplus", "Softplus", ("binary16", "binary32")),
        _operator("logistic", "Sigmoid"),
        _operator("softmax", "Softmax", ("binary16",), opset=12),
        _operator("log_softmax", "LogSoftmax", ("binary16",), opset=12),
        _operator("logsumexp", "ReduceLogSumExp", ("binary16", "bfloat16"), opset=18),
        _operator("softplus", "Softplus", ("binary16", "binary64"), opset=18),
    ),
)
