"""The library "jax", called eagerly, and the gradients that ``jax.grad`` makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus.
The 64-bit flag is set, without which binary64 would silently be binary32, and the CPU is
chosen where nothing else has been (``JAX_PLATFORMS``). The CPU gets one thread: XLA cuts long
sums by the number of its threads, and the bits are not to depend on the number of cores.
Under ``jax.jit`` XLA fuses the same operations into other bits, so compiled calls are other
implementations.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FORMATS, FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

Operation = Callable[..., Any]
"""``operation(jax, *arrays) -> array``, of jax arrays."""


def _load(operation: Operation) -> Call:
    import jax

    jax.config.update("jax_enable_x64", True)
    if not jax.config.jax_platforms:
        jax.config.update("jax_platforms", "cpu")
    _start_with_one_thread(jax)
    return partial(_call, jax, operation)


def _start_with_one_thread(jax: Any) -> None:
    """Start the backend, if it has not started, with a thread pool of one."""
    before = os.environ.get("NPROC")
    # The only setting that XLA's CPU client has for this; it is read once, at the start.
    os.environ["NPROC"] = "1"
    try:
        jax.devices()
    finally:
        if before is None:
            del os.environ["NPROC"]
        else:
            os.environ["NPROC"] = before


def _call(jax: Any, operation: Operation, *arrays: FloatArray) -> FloatArray:
    return np.asarray(operation(jax, *(jax.numpy.asarray(a) for a in arrays)))


def _logsumexp(jax: Any, x: Any) -> Any:
    return jax.nn.logsumexp(x, axis=-1)


def _softmax(jax: Any, x: Any) -> Any:
    return jax.nn.softmax(x, axis=-1)


def _log_softmax(jax: Any, x: Any) -> Any:
    return jax.nn.log_softmax(x, axis=-1)


def _softplus(jax: Any, x: Any) -> Any:
    return jax.nn.softplus(x)


def _sigmoid(jax: Any, x: Any) -> Any:
    return jax.nn.sigmoid(x)


def _logaddexp(jax: Any, a: Any, b: Any) -> Any:
    return jax.numpy.logaddexp(a, b)


def _gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda rows: jax.nn.logsumexp(rows, axis=-1).sum())(x)


def _logaddexp_gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda rows: jax.numpy.logaddexp(rows[:, 0], rows[:, 1]).sum())(x)


def _softplus_gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda values: jax.nn.softplus(values).sum())(x)


def _native(function: str, operation: Operation, calls: str) -> Implementation:
    return Implementation("jax", function, tuple(FORMATS), partial(_load, operation), calls)


LIBRARY = Library(
    name="jax",
    module="jax",
    distribution="jax",
    install="pip install 'lse_verify[jax]'",
    implementations=(
        _native("logsumexp", _logsumexp, "jax.nn.logsumexp(x, axis=-1)"),
        _native("softmax", _softmax, "jax.nn.softmax(x, axis=-1)"),
        _native("log_softmax", _log_softmax, "jax.nn.log_softmax(x, axis=-1)"),
        _native("softplus", _softplus, "jax.nn.softplus(x)"),
        _native("logistic", _sigmoid, "jax.nn.sigmoid(x)"),
        _native("logaddexp", _logaddexp, "jax.numpy.logaddexp(a, b)"),
        Implementation(
            name="jax.grad",
            function="softmax",
            formats=tuple(FORMATS),
            load=partial(_load, _gradient),
            calls="jax.grad(lambda x: jax.nn.logsumexp(x, axis=-1).sum())(x)",
        ),
        Implementation(
            name="jax.logaddexp_grad",
            function="softmax",
            formats=tuple(FORMATS),
            load=partial(_load, _logaddexp_gradient),
            calls="jax.grad(lambda x: jax.numpy.logaddexp(x[:, 0], x[:, 1]).sum())(x)",
            n_terms=(2,),
        ),
        Implementation(
            name="jax.softplus_grad",
            function="logistic",
            formats=tuple(FORMATS),
            load=partial(_load, _softplus_gradient),
            calls="jax.grad(lambda x: jax.nn.softplus(x).sum())(x)",
        ),
    ),
)
