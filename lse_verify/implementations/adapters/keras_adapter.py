"""The libraries "keras_numpy", "keras_torch" and so on: Keras over its backends.

A process has one backend, chosen before Keras is imported. So each backend is a library of its
own and computes in a child process, in this interpreter, whatever else is loaded here.

Most of ``keras.ops`` hands its arguments on to functions that other adapters grade, and returns
their bits: over jax all of it does, over TensorFlow all but logaddexp2. Here is what has code of
its own in Keras.
Over NumPy that is all but logsumexp and logaddexp; the binary cross-entropy of logits is softplus
where the label is 0. Over torch it is what is given in binary16 and computed in binary32. Over
OpenVINO, which has none of them, it is logsumexp, logaddexp and logaddexp2; there Keras makes
constants of its arguments, and OpenVINO then leaves out the absolute value in the latter two
(openvinotoolkit/openvino#38166). What Keras returns in another format is left out: it makes
binary32 of the binary64 arrays that most functions are given.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.openvino_adapter import import_openvino
from lse_verify.implementations.adapters.presence import version_of
from lse_verify.implementations.foreign import serve_python
from lse_verify.implementations.foreign.child import Program, child_of
from lse_verify.implementations.foreign.protocol import request
from lse_verify.implementations.library import Call, Implementation, Library

_BACKEND = "KERAS_BACKEND"
"""The variable of the environment that names it."""

_ARGUMENTS = {
    "logsumexp": ["row"],
    "softmax": ["row"],
    "log_softmax": ["row"],
    "softplus": ["value"],
    "logistic": ["value"],
    "logaddexp": ["value", "value"],
    "logaddexp2": ["value", "value"],
}
_RETURN_A_ROW = ("softmax", "log_softmax")

Operation = Callable[..., Any]
"""``operation(keras.ops, *arrays) -> tensor``."""


def _load_here(operation: Operation) -> Call:
    """Load Keras into this process, over the backend that the environment names."""
    if os.environ[_BACKEND] == "openvino":
        import_openvino()
    import keras

    if os.environ[_BACKEND] == "torch":
        import torch

        torch.set_num_threads(1)

    def call(*arrays: FloatArray) -> FloatArray:
        got: FloatArray = keras.ops.convert_to_numpy(operation(keras.ops, *arrays))
        return got

    return call


def _load_in_child(backend: str, function: str, variant: str) -> Call:
    program = Program(
        (
            sys.executable,
            str(Path(serve_python.__file__)),
            f"{__name__}:{backend.upper()}_HERE",
            json.dumps(_ARGUMENTS),
        ),
        # Keras would make a folder in the user's home, and take its settings from there.
        variables=((_BACKEND, backend), ("KERAS_HOME", os.devnull)),
    )
    return partial(_ask, program, function, variant)


def _ask(program: Program, function: str, variant: str, *arrays: FloatArray) -> FloatArray:
    returns_row = function in _RETURN_A_ROW
    answer = child_of(program).ask(request(function, returns_row, variant, arrays))
    return answer.reshape(arrays[0].shape) if returns_row else answer


def _logsumexp(ops: Any, x: FloatArray) -> Any:
    return ops.logsumexp(x, axis=-1)


def _softmax(ops: Any, x: FloatArray) -> Any:
    return ops.softmax(x, axis=-1)


def _log_softmax(ops: Any, x: FloatArray) -> Any:
    return ops.log_softmax(x, axis=-1)


def _softplus(ops: Any, x: FloatArray) -> Any:
    return ops.softplus(x)


def _cross_entropy(ops: Any, x: FloatArray) -> Any:
    return ops.binary_crossentropy(np.zeros_like(x), x, from_logits=True)


def _sigmoid(ops: Any, x: FloatArray) -> Any:
    return ops.sigmoid(x)


def _logaddexp(ops: Any, a: FloatArray, b: FloatArray) -> Any:
    return ops.logaddexp(a, b)


def _logaddexp2(ops: Any, a: FloatArray, b: FloatArray) -> Any:
    return ops.logaddexp2(a, b)


def _implementation(
    name: str, function: str, operation: Operation, calls: str, formats: str
) -> Implementation:
    return Implementation(
        name, function, tuple(formats.split()), partial(_load_here, operation), calls
    )


def _library(backend: str, install: str, *implementations: Implementation) -> Library:
    return Library(
        name=f"keras_{backend}",
        presence=partial(version_of, ("keras", "keras-nightly"), ("keras", backend)),
        install=install,
        implementations=implementations,
    )


def _in_child(library: Library) -> Library:
    """Return a library whose calls are answered by a child process that has its backend."""
    backend = library.name.removeprefix("keras_")
    return replace(
        library,
        implementations=tuple(
            replace(i, load=partial(_load_in_child, backend, i.function, i.name.partition(".")[2]))
            for i in library.implementations
        ),
    )


NUMPY_HERE = _library(
    "numpy",
    "pip install keras",
    _implementation(
        "keras_numpy",
        "softmax",
        _softmax,
        "keras.ops.softmax(x, axis=-1)",
        "binary16 bfloat16 binary32 binary64",
    ),
    _implementation(
        "keras_numpy",
        "log_softmax",
        _log_softmax,
        "keras.ops.log_softmax(x, axis=-1)",
        "binary16 bfloat16 binary32 binary64",
    ),
    _implementation(
        "keras_numpy",
        "softplus",
        _softplus,
        "keras.ops.softplus(x)",
        "binary16 bfloat16 binary32",
    ),
    _implementation(
        "keras_numpy", "logistic", _sigmoid, "keras.ops.sigmoid(x)", "binary16 bfloat16 binary32"
    ),
    _implementation(
        "keras_numpy.cross_entropy",
        "softplus",
        _cross_entropy,
        "keras.ops.binary_crossentropy(numpy.zeros_like(x), x, from_logits=True)",
        "binary16 binary32 binary64",
    ),
)

TORCH_HERE = _library(
    "torch",
    "pip install keras torch",
    _implementation(
        "keras_torch", "softmax", _softmax, "keras.ops.softmax(x, axis=-1)", "binary16"
    ),
    _implementation(
        "keras_torch", "log_softmax", _log_softmax, "keras.ops.log_softmax(x, axis=-1)", "binary16"
    ),
)

OPENVINO_HERE = _library(
    "openvino",
    "pip install keras openvino",
    _implementation(
        "keras_openvino",
        "logsumexp",
        _logsumexp,
        "keras.ops.logsumexp(x, axis=-1)",
        "binary16 bfloat16 binary32 binary64",
    ),
    _implementation(
        "keras_openvino",
        "logaddexp",
        _logaddexp,
        "keras.ops.logaddexp(a, b)",
        "binary16 bfloat16 binary32",
    ),
    _implementation(
        "keras_openvino",
        "logaddexp2",
        _logaddexp2,
        "keras.ops.logaddexp2(a, b)",
        "binary16 bfloat16 binary32",
    ),
)

TENSORFLOW_HERE = _library(
    "tensorflow",
    "pip install keras tensorflow",
    _implementation(
        "keras_tensorflow",
        "logaddexp2",
        _logaddexp2,
        "keras.ops.logaddexp2(a, b)",
        "binary16 bfloat16 binary32 binary64",
    ),
)

NUMPY = _in_child(NUMPY_HERE)
TORCH = _in_child(TORCH_HERE)
OPENVINO = _in_child(OPENVINO_HERE)
TENSORFLOW = _in_child(TENSORFLOW_HERE)
