"""The library "mlx" on the CPU, and the gradients that ``mx.grad`` makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus; of log_softmax
the gradient of the first entry is taken. ``mx.logcumsumexp`` is cumulative, and its last entry is
logsumexp. ``mlx.nn`` compiles softplus and log_softmax itself, which takes a C++ compiler at the
first call; ``mx.compile`` of any of these functions changed no bit in all that was tried. Along the
first axis other kernels compute, and in the formats of 16 bits they round every step.

MLX would make binary32 of binary64 silently: the dtype is said. NumPy's bfloat16 leaves it as the
16-bit integers that store it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_NARROW = ("binary16", "bfloat16")
_FORMATS = (*_NARROW, "binary32", "binary64")

Operation = Callable[..., Any]
"""``operation(mx, nn, *arrays) -> array``, of MLX arrays."""


def _load(operation: Operation) -> Call:
    import mlx.core as mx
    import mlx.nn as nn

    return partial(_call, mx, nn, operation)


def _call(mx: Any, nn: Any, operation: Operation, *arrays: FloatArray) -> FloatArray:
    # Of binary64 the CPU alone has kernels, wherever the default device is.
    with mx.stream(mx.cpu):
        value = operation(mx, nn, *(_passed(mx, a) for a in arrays))
        if value.dtype != mx.bfloat16:
            return np.array(value)
        return np.array(value.view(mx.uint16)).view(ml_dtypes.bfloat16)


def _passed(mx: Any, array: FloatArray) -> Any:
    # It refuses memory that runs backwards.
    array = np.ascontiguousarray(array)
    if array.dtype == ml_dtypes.bfloat16:
        return mx.array(array.view(np.uint16)).view(mx.bfloat16)
    return mx.array(array, dtype=mx.float64) if array.dtype == np.float64 else mx.array(array)


def _logsumexp(mx: Any, nn: Any, x: Any) -> Any:
    return mx.logsumexp(x, axis=-1)


def _logsumexp_of_columns(mx: Any, nn: Any, x: Any) -> Any:
    return mx.logsumexp(x.T, axis=0)


def _cumulative(mx: Any, nn: Any, x: Any) -> Any:
    return mx.logcumsumexp(x, axis=-1)[:, -1]


def _logaddexp(mx: Any, nn: Any, a: Any, b: Any) -> Any:
    return mx.logaddexp(a, b)


def _softplus(mx: Any, nn: Any, x: Any) -> Any:
    return nn.softplus(x)


def _sigmoid(mx: Any, nn: Any, x: Any) -> Any:
    return mx.sigmoid(x)


def _softmax(mx: Any, nn: Any, x: Any) -> Any:
    return mx.softmax(x, axis=-1)


def _softmax_of_columns(mx: Any, nn: Any, x: Any) -> Any:
    return mx.softmax(x.T, axis=0).T


def _precise_softmax(mx: Any, nn: Any, x: Any) -> Any:
    return mx.softmax(x, axis=-1, precise=True)


def _log_softmax(mx: Any, nn: Any, x: Any) -> Any:
    return nn.log_softmax(x, axis=-1)


def _gradient(mx: Any, nn: Any, x: Any) -> Any:
    return mx.grad(lambda rows: mx.logsumexp(rows, axis=-1).sum())(x)


def _cumulative_gradient(mx: Any, nn: Any, x: Any) -> Any:
    return mx.grad(lambda rows: mx.logcumsumexp(rows, axis=-1)[:, -1].sum())(x)


def _logaddexp_gradient(mx: Any, nn: Any, x: Any) -> Any:
    return mx.grad(lambda rows: mx.logaddexp(rows[:, 0], rows[:, 1]).sum())(x)


def _log_softmax_gradient(mx: Any, nn: Any, x: Any) -> Any:
    return mx.grad(lambda rows: nn.log_softmax(rows, axis=-1)[:, 0].sum())(x)


def _softplus_gradient(mx: Any, nn: Any, x: Any) -> Any:
    return mx.grad(lambda values: nn.softplus(values).sum())(x)


_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    ("mlx", "logsumexp", _logsumexp, "mx.logsumexp(x, axis=-1)"),
    ("mlx", "logaddexp", _logaddexp, "mx.logaddexp(a, b)"),
    ("mlx", "softplus", _softplus, "mlx.nn.softplus(x)"),
    ("mlx", "logistic", _sigmoid, "mx.sigmoid(x)"),
    ("mlx", "softmax", _softmax, "mx.softmax(x, axis=-1)"),
    ("mlx", "log_softmax", _log_softmax, "mlx.nn.log_softmax(x, axis=-1)"),
    ("mlx.cumulative", "logsumexp", _cumulative, "mx.logcumsumexp(x, axis=-1)[:, -1]"),
    ("mlx.grad", "softmax", _gradient, "mx.grad(lambda x: mx.logsumexp(x, axis=-1).sum())(x)"),
    (
        "mlx.cumulative_grad",
        "softmax",
        _cumulative_gradient,
        "mx.grad(lambda x: mx.logcumsumexp(x, axis=-1)[:, -1].sum())(x)",
    ),
    (
        "mlx.logaddexp_grad",
        "softmax",
        _logaddexp_gradient,
        "mx.grad(lambda x: mx.logaddexp(x[:, 0], x[:, 1]).sum())(x)",
    ),
    (
        "mlx.log_softmax_grad",
        "log_softmax_gradient",
        _log_softmax_gradient,
        "mx.grad(lambda x: mlx.nn.log_softmax(x, axis=-1)[:, 0].sum())(x)",
    ),
    (
        "mlx.softplus_grad",
        "logistic",
        _softplus_gradient,
        "mx.grad(lambda x: mlx.nn.softplus(x).sum())(x)",
    ),
)


def _implementation(name: str, function: str, operation: Operation, calls: str) -> Implementation:
    return Implementation(
        name=name,
        function=function,
        formats=_FORMATS,
        load=partial(_load, operation),
        calls=calls,
        n_terms=(2,) if name.endswith("logaddexp_grad") else None,
    )


LIBRARY = Library(
    name="mlx",
    module="mlx",
    distribution="mlx",
    install="pip install 'mlx[cpu]'",
    implementations=(
        *(_implementation(*described) for described in _CALLS),
        Implementation(
            "mlx.precise",
            "softmax",
            _NARROW,
            partial(_load, _precise_softmax),
            "mx.softmax(x, axis=-1, precise=True)",
        ),
        Implementation(
            "mlx.axis0",
            "logsumexp",
            _NARROW,
            partial(_load, _logsumexp_of_columns),
            "mx.logsumexp(x.T, axis=0)",
            twin="mlx",
        ),
        Implementation(
            "mlx.axis0",
            "softmax",
            _FORMATS,
            partial(_load, _softmax_of_columns),
            "mx.softmax(x.T, axis=0).T",
            twin="mlx",
        ),
    ),
)
