"""The library "paddle", called eagerly on the CPU, and the gradients that its autograd makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus; of log_softmax
the gradient of the first entry is taken. ``logcumsumexp`` is cumulative, and its last entry is
logsumexp; softplus(x) is minus log_sigmoid(−x), without a rounding. Along the first axis other
kernels compute softmax and log_softmax. In the formats of 16 bits the CPU has no kernels;
``paddle.jit.to_static`` changed no bit in all that was tried.
"""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary32", "binary64")

Operation = Callable[..., Any]
"""``operation(paddle, *tensors) -> tensor``."""


def _load(operation: Operation) -> Call:
    return partial(_call, _started(), operation)


def _started() -> Any:
    """Import paddle, and undo what that does to the process."""
    before, drawn = dict(os.environ), random.getstate()
    with warnings.catch_warnings():
        # It misses ccache, with which nothing here is compiled.
        warnings.simplefilter("ignore")
        import paddle
    for name in set(os.environ) - set(before):
        del os.environ[name]
    random.setstate(drawn)
    # Its own handlers would answer the signals that end a worker.
    paddle.disable_signal_handler()
    paddle.set_device("cpu")
    return paddle


def _call(paddle: Any, operation: Operation, *arrays: FloatArray) -> FloatArray:
    array: FloatArray = operation(paddle, *(paddle.to_tensor(a) for a in arrays)).numpy()
    return array


def _logsumexp(paddle: Any, x: Any) -> Any:
    return paddle.logsumexp(x, axis=-1)


def _cumulative(paddle: Any, x: Any) -> Any:
    return paddle.logcumsumexp(x, axis=-1)[:, -1]


def _logaddexp(paddle: Any, a: Any, b: Any) -> Any:
    return paddle.logaddexp(a, b)


def _softplus(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.softplus(x)


def _log_sigmoid(paddle: Any, x: Any) -> Any:
    return -paddle.nn.functional.log_sigmoid(-x)


def _sigmoid(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.sigmoid(x)


def _softmax(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.softmax(x, axis=-1)


def _softmax_of_columns(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.softmax(x.t(), axis=0).t()


def _log_softmax(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.log_softmax(x, axis=-1)


def _log_softmax_of_columns(paddle: Any, x: Any) -> Any:
    return paddle.nn.functional.log_softmax(x.t(), axis=0).t()


def _first_of_log_softmax(paddle: Any, x: Any) -> Any:
    return _log_softmax(paddle, x)[:, 0]


def _logaddexp_of_rows(paddle: Any, x: Any) -> Any:
    return paddle.logaddexp(x[:, 0], x[:, 1])


def _gradient(operation: Operation, paddle: Any, x: Any) -> Any:
    x.stop_gradient = False
    value = operation(paddle, x)
    return paddle.grad(value, x, paddle.ones_like(value))[0]


_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    ("paddle", "logsumexp", _logsumexp, "paddle.logsumexp(x, axis=-1)"),
    ("paddle", "logaddexp", _logaddexp, "paddle.logaddexp(a, b)"),
    ("paddle", "softplus", _softplus, "paddle.nn.functional.softplus(x)"),
    ("paddle", "logistic", _sigmoid, "paddle.nn.functional.sigmoid(x)"),
    ("paddle", "softmax", _softmax, "paddle.nn.functional.softmax(x, axis=-1)"),
    ("paddle", "log_softmax", _log_softmax, "paddle.nn.functional.log_softmax(x, axis=-1)"),
    ("paddle.cumulative", "logsumexp", _cumulative, "paddle.logcumsumexp(x, axis=-1)[:, -1]"),
    ("paddle.log_sigmoid", "softplus", _log_sigmoid, "-paddle.nn.functional.log_sigmoid(-x)"),
    (
        "paddle.grad",
        "softmax",
        partial(_gradient, _logsumexp),
        "paddle.grad(paddle.logsumexp(x, axis=-1), x, paddle.ones([m]))[0]",
    ),
    (
        "paddle.cumulative_grad",
        "softmax",
        partial(_gradient, _cumulative),
        "paddle.grad(paddle.logcumsumexp(x, axis=-1)[:, -1], x, paddle.ones([m]))[0]",
    ),
    (
        "paddle.logaddexp_grad",
        "softmax",
        partial(_gradient, _logaddexp_of_rows),
        "paddle.grad(paddle.logaddexp(x[:, 0], x[:, 1]), x, paddle.ones([m]))[0]",
    ),
    (
        "paddle.log_softmax_grad",
        "log_softmax_gradient",
        partial(_gradient, _first_of_log_softmax),
        "paddle.grad(paddle.nn.functional.log_softmax(x, axis=-1)[:, 0], x, paddle.ones([m]))[0]",
    ),
    (
        "paddle.softplus_grad",
        "logistic",
        partial(_gradient, _softplus),
        "paddle.grad(paddle.nn.functional.softplus(x), x, paddle.ones([m]))[0]",
    ),
)


def _implementation(
    name: str, function: str, operation: Operation, calls: str, twin: str | None = None
) -> Implementation:
    return Implementation(
        name=name,
        function=function,
        formats=_FORMATS,
        load=partial(_load, operation),
        calls=calls,
        n_terms=(2,) if name.endswith("logaddexp_grad") else None,
        twin=twin,
    )


LIBRARY = Library(
    name="paddle",
    module="paddle",
    distribution="paddlepaddle",
    install="pip install paddlepaddle",
    implementations=(
        *(_implementation(*described) for described in _CALLS),
        _implementation(
            "paddle.axis0",
            "softmax",
            _softmax_of_columns,
            "paddle.nn.functional.softmax(x.t(), axis=0).t()",
            twin="paddle",
        ),
        _implementation(
            "paddle.axis0",
            "log_softmax",
            _log_softmax_of_columns,
            "paddle.nn.functional.log_softmax(x.t(), axis=0).t()",
            twin="paddle",
        ),
    ),
)
