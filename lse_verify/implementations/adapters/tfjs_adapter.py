"""The library "tfjs": TensorFlow.js in node, on its two backends for the CPU, in binary32.

``tfjs.cpu`` is JavaScript, which computes each operation in binary64 and rounds it;
``tfjs.wasm`` is C++ compiled to WebAssembly. The gradient of softplus is the sigmoid by rule
and no implementation of its own.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.library import Implementation, Library

_PACKAGES = NodePackages("tfjs.mjs", ("@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"))

_CALLS = {
    "logsumexp": "tf.logSumExp(x, -1)",
    "softmax": "tf.softmax(x, -1)",
    "log_softmax": "tf.logSoftmax(x, -1)",
    "softplus": "tf.softplus(x)",
    "logistic": "tf.sigmoid(x)",
}
_GRADIENTS = {
    "grad": ("softmax", "tf.grad(x => tf.logSumExp(x, -1))(x)"),
    "log_softmax_grad": (
        "log_softmax_gradient",
        "tf.grad(x => tf.logSoftmax(x, -1).slice([0, 0], [m, 1]))(x)",
    ),
}


def _variant(variant: str, function: str, calls: str) -> Implementation:
    load = partial(_PACKAGES.load, function, variant)
    return Implementation(f"tfjs.{variant}", function, ("binary32",), load, calls)


def _on(backend: str) -> tuple[Implementation, ...]:
    on = f', backend "{backend}"'
    return (
        *(_variant(backend, function, calls + on) for function, calls in _CALLS.items()),
        *(
            _variant(f"{backend}_{name}", function, calls + on)
            for name, (function, calls) in _GRADIENTS.items()
        ),
    )


LIBRARY = Library(
    name="tfjs",
    install=_PACKAGES.install,
    language="JavaScript",
    presence=_PACKAGES.version,
    implementations=(*_on("cpu"), *_on("wasm")),
)
