"""The library "openvino", on its device CPU, with one thread.

Its operators are softmax, log_softmax, softplus and sigmoid; it has no logsumexp, but makes one
of a ReduceLogSumExp of ONNX when it imports a model, of ReduceMax, Subtract, Exp, ReduceSum, Log
and Add. Of operator sets 13 to 17 the importer does not read the attribute ``axes`` and reduces
over all axes (openvinotoolkit/openvino#38238): another implementation, for as long as it does.
Of the other four the importer makes the operators named first, with the same bits.

Whatever the format of the arrays, all is computed in binary32: a graph of binary64 is accepted,
and converted before and after. Where the processor has instructions for bfloat16, OpenVINO
would of its own accord compute in bfloat16 even what is given in binary32; the hint for the
precision forbids that. Of the formats of 8 bits softmax alone is offered: the others are
compiled, and then raise an exception, return an array of no rows or end in a segmentation fault.

It is imported without the package ``openvino_telemetry``, which would tell Intel of it.
"""

from __future__ import annotations

import functools
import sys
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.onnx_graph import one_operator
from lse_verify.implementations.adapters.presence import version_of
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "bfloat16", "binary32", "binary64")
_OF_8_BITS = ("float8_e4m3fn", "float8_e5m2")

_ELEMENTS = {
    "float8_e4m3fn": "f8e4m3",
    "float8_e5m2": "f8e5m2",
    "float16": "f16",
    "bfloat16": "bf16",
    "float32": "f32",
    "float64": "f64",
}
"""What OpenVINO calls the dtypes."""

_CARRIERS = {"float8_e4m3fn": np.uint8, "float8_e5m2": np.uint8, "bfloat16": np.int16}
"""What the dtypes of ml_dtypes cross as, which OpenVINO's Python does not know."""


def import_openvino() -> Any:
    """Import and return OpenVINO; one that nobody had imported sends no messages."""
    telemetry = "openvino_telemetry"
    if {"openvino", telemetry} & set(sys.modules):
        import openvino

        return openvino
    # It has no setting for this, but does without a package that cannot be imported.
    sys.modules[telemetry] = None  # type: ignore[assignment]  # what the import system understands
    try:
        import openvino
    finally:
        del sys.modules[telemetry]
    return openvino


def _load(operator: str, opset: int | None) -> Call:
    return partial(_call, import_openvino(), operator, opset)


def _call(openvino: Any, operator: str, opset: int | None, x: FloatArray) -> FloatArray:
    request = _request(operator, opset, x.dtype.name)
    rows = np.ascontiguousarray(x)
    # It refuses to share read-only memory.
    rows = rows if rows.flags.writeable else rows.copy()
    carried = rows.view(_CARRIERS.get(rows.dtype.name, rows.dtype))
    element = getattr(openvino.Type, _ELEMENTS[rows.dtype.name])
    request.set_input_tensor(openvino.Tensor(carried, rows.shape, element))
    request.infer()
    got: FloatArray = request.get_output_tensor().data.copy()
    return got.view(rows.dtype) if rows.dtype.name in _CARRIERS else got


@functools.cache
def _request(operator: str, opset: int | None, dtype: str) -> Any:
    """Return the request that infers an operator on arrays of one dtype."""
    openvino = import_openvino()
    model = _native(operator, dtype) if opset is None else _imported(operator, opset, dtype)
    settings = {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": openvino.Type.f32,
    }
    compiled = _core().compile_model(model, "CPU", settings)
    if (returned := compiled.output(0).element_type.get_type_name()) != _ELEMENTS[dtype]:
        raise TypeError(f"returns {returned}")
    return compiled.create_infer_request()


@functools.cache
def _core() -> Any:
    return import_openvino().Core()


def _native(operator: str, dtype: str) -> Any:
    openvino = import_openvino()
    from openvino import opset15

    element = getattr(openvino.Type, _ELEMENTS[dtype])
    if operator in ("softmax", "log_softmax"):
        x = opset15.parameter([-1, -1], element)
        return openvino.Model([getattr(opset15, operator)(x, axis=-1)], [x], operator)
    x = opset15.parameter([-1], element)
    return openvino.Model([getattr(opset15, operator)(x)], [x], operator)


def _imported(operator: str, opset: int, dtype: str) -> Any:
    return _core().read_model(one_operator(operator, opset, dtype).SerializeToString())


def _native_operator(
    function: str, operator: str, axis: str, formats: tuple[str, ...] = _FORMATS
) -> Implementation:
    return Implementation(
        name="openvino",
        function=function,
        formats=formats,
        load=partial(_load, operator, None),
        calls=f"openvino.opset15.{operator}(x{axis}), compiled for CPU in f32",
    )


def _import_of_onnx(name: str, opset: int) -> Implementation:
    return Implementation(
        name=name,
        function="logsumexp",
        formats=_FORMATS,
        load=partial(_load, "ReduceLogSumExp", opset),
        calls=f"openvino.Core().read_model(ReduceLogSumExp of ONNX opset {opset}, axis -1), "
        "compiled for CPU in f32",
    )


LIBRARY = Library(
    name="openvino",
    presence=partial(version_of, ("openvino",), ("openvino", "onnx")),
    install="pip install openvino onnx",
    implementations=(
        _import_of_onnx("openvino", 22),
        _native_operator("softmax", "softmax", ", axis=-1", (*_OF_8_BITS, *_FORMATS)),
        _native_operator("log_softmax", "log_softmax", ", axis=-1"),
        _native_operator("softplus", "softplus", ""),
        _native_operator("logistic", "sigmoid", ""),
        _import_of_onnx("openvino.opset13", 13),
    ),
)
