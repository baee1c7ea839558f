"""Graphs of ONNX that are one operator, which the adapters of its runtimes hand over.

Rows are reduced along their last axis. How an operator is told which axis that is, and what
it means, depends on the version of the operator set.
"""

from __future__ import annotations

from typing import Any

# The newest version of the file's own layout that runtimes of these years read.
_IR_VERSION = 10

_ELEMENTS = {
    "float16": "FLOAT16",
    "bfloat16": "BFLOAT16",
    "float32": "FLOAT",
    "float64": "DOUBLE",
}
"""What ONNX calls the dtypes."""

# An axis may be counted from the end since then; before, rows are cut at the one that is given.
_AXIS_FROM_THE_END = 11
_AXES_AS_INPUT = 18


def element_type(dtype: str) -> int:
    """Return the number that ONNX has for the dtype of this name."""
    from onnx import TensorProto

    number: int = getattr(TensorProto, _ELEMENTS[dtype])
    return number


def one_operator(operator: str, opset: int, dtype: str) -> Any:
    """Return a model that applies one operator to an input ``x`` and gives ``y``.

    Parameters
    ----------
    operator : str
        ``ReduceLogSumExp``, ``Softmax`` and ``LogSoftmax`` take rows, any other one values.
    opset : int
        The version of the operator set.
    dtype : str
        The name of the NumPy dtype of input and output.

    Returns
    -------
    onnx.ModelProto
    """
    from onnx import TensorProto, helper

    axis = -1 if opset >= _AXIS_FROM_THE_END else 1
    attributes: dict[str, Any] = {}
    constants: list[Any] = []
    taken = given = ["rows", "terms"]
    if operator == "ReduceLogSumExp":
        attributes["keepdims"] = 0
        given = ["rows"]
        if opset >= _AXES_AS_INPUT:
            constants.append(helper.make_tensor("axes", TensorProto.INT64, [1], [axis]))
        else:
            attributes["axes"] = [axis]
    elif operator in ("Softmax", "LogSoftmax"):
        attributes["axis"] = axis
    else:
        taken = given = ["values"]
    element = element_type(dtype)
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", *(c.name for c in constants)], ["y"], **attributes)],
        operator,
        [helper.make_tensor_value_info("x", element, taken)],
        [helper.make_tensor_value_info("y", element, given)],
        constants,
    )
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=_IR_VERSION)
