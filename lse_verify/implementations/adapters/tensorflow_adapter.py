"""The library "tensorflow" on the CPU, its gradients, and both compiled by XLA.

Called eagerly and inside a plain ``tf.function`` it gives the same bits. A function that is
compiled, by ``jit_compile=True``, is another algorithm, and so is the last of the cumulative
logsumexps. Softmax is the gradient of logsumexp, and the logistic function that of softplus,
which is ``tf.sigmoid`` bit for bit and no row of its own. The sigmoid cross-entropy of the
label 0 is softplus, by a formula of its own with a gradient of its own.

TensorFlow flushes subnormal numbers to zero. One thread computes, unless somebody has started
TensorFlow before with more of them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.presence import version_of
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "bfloat16", "binary32", "binary64")
# Of bfloat16 tf.experimental.numpy raises an AttributeError.
_OF_ITS_NUMPY = ("binary16", "binary32", "binary64")

Operation = Callable[..., Any]
"""``operation(tf, *tensors) -> tensor``."""


def _load(operation: Operation) -> Call:
    tf = _tensorflow()
    return partial(_call, tf, partial(operation, tf))


def _load_compiled(operation: Operation) -> Call:
    tf = _tensorflow()
    # Retracing is reduced because each new shape would be warned of.
    compiled = tf.function(
        partial(operation, tf), jit_compile=True, autograph=False, reduce_retracing=True
    )
    return partial(_call, tf, compiled)


def _call(tf: Any, operation: Callable[..., Any], *arrays: FloatArray) -> FloatArray:
    got: FloatArray = operation(*(tf.constant(a) for a in arrays)).numpy()
    return got


def _tensorflow() -> Any:
    with _without_messages():
        import tensorflow as tf

        # Refused if TensorFlow has started otherwise.
        with contextlib.suppress(RuntimeError):
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
            tf.config.set_visible_devices([], "GPU")
        tf.config.list_logical_devices()
    return tf


@contextlib.contextmanager
def _without_messages() -> Iterator[None]:
    """Let TensorFlow start without its messages, unless the user has set their level."""
    # Read once, at the start; there is no other setting.
    level = "TF_CPP_MIN_LOG_LEVEL"
    if level in os.environ:
        yield
        return
    os.environ[level] = "3"
    try:
        yield
    finally:
        del os.environ[level]


def _logsumexp(tf: Any, x: Any) -> Any:
    return tf.reduce_logsumexp(x, axis=-1)


def _cumulative(tf: Any, x: Any) -> Any:
    return tf.math.cumulative_logsumexp(x, axis=-1)[:, -1]


def _softmax(tf: Any, x: Any) -> Any:
    return tf.nn.softmax(x, axis=-1)


def _log_softmax(tf: Any, x: Any) -> Any:
    return tf.nn.log_softmax(x, axis=-1)


def _softplus(tf: Any, x: Any) -> Any:
    return tf.math.softplus(x)


def _cross_entropy(tf: Any, x: Any) -> Any:
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros_like(x), logits=x)


def _sigmoid(tf: Any, x: Any) -> Any:
    return tf.math.sigmoid(x)


def _logaddexp(tf: Any, a: Any, b: Any) -> Any:
    return tf.experimental.numpy.logaddexp(a, b)


def _logaddexp2(tf: Any, a: Any, b: Any) -> Any:
    return tf.experimental.numpy.logaddexp2(a, b)


def _logaddexp_of_columns(tf: Any, x: Any) -> Any:
    return _logaddexp(tf, x[:, 0], x[:, 1])


def _first_log_softmax(tf: Any, x: Any) -> Any:
    return _log_softmax(tf, x)[:, 0]


def _gradient(operation: Operation, tf: Any, x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = operation(tf, x)
    return tape.gradient(value, x)


_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    ("", "logsumexp", _logsumexp, "tf.reduce_logsumexp(x, axis=-1)"),
    ("", "softmax", _softmax, "tf.nn.softmax(x, axis=-1)"),
    ("", "log_softmax", _log_softmax, "tf.nn.log_softmax(x, axis=-1)"),
    ("", "softplus", _softplus, "tf.math.softplus(x)"),
    ("", "logistic", _sigmoid, "tf.math.sigmoid(x)"),
    ("", "logaddexp", _logaddexp, "tf.experimental.numpy.logaddexp(a, b)"),
    ("", "logaddexp2", _logaddexp2, "tf.experimental.numpy.logaddexp2(a, b)"),
    (
        "cumulative",
        "logsumexp",
        _cumulative,
        "tf.math.cumulative_logsumexp(x, axis=-1)[:, -1]",
    ),
    (
        "cross_entropy",
        "softplus",
        _cross_entropy,
        "tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.zeros_like(x), logits=x)",
    ),
    (
        "grad",
        "softmax",
        partial(_gradient, _logsumexp),
        "tape.gradient(tf.reduce_logsumexp(x, axis=-1), x)",
    ),
    (
        "cumulative_grad",
        "softmax",
        partial(_gradient, _cumulative),
        "tape.gradient(tf.math.cumulative_logsumexp(x, axis=-1)[:, -1], x)",
    ),
    (
        "logaddexp_grad",
        "softmax",
        partial(_gradient, _logaddexp_of_columns),
        "tape.gradient(tf.experimental.numpy.logaddexp(x[:, 0], x[:, 1]), x)",
    ),
    (
        "log_softmax_grad",
        "log_softmax_gradient",
        partial(_gradient, _first_log_softmax),
        "tape.gradient(tf.nn.log_softmax(x, axis=-1)[:, 0], x)",
    ),
    (
        "cross_entropy_grad",
        "logistic",
        partial(_gradient, _cross_entropy),
        "tape.gradient(tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(x), x), x)",
    ),
)
"""Variant, function, operation and how a user writes it, ``tape`` being a ``tf.GradientTape``."""


def _implementation(
    variant: str, function: str, operation: Operation, calls: str, *, jit: bool
) -> Implementation:
    eager = ".".join(filter(None, ("tensorflow", variant)))
    return Implementation(
        name=f"tensorflow.{'_'.join(filter(None, ('jit', variant)))}" if jit else eager,
        function=function,
        formats=_OF_ITS_NUMPY if "experimental.numpy" in calls else _FORMATS,
        load=partial(_load_compiled if jit else _load, operation),
        calls=f"tf.function(lambda: {calls}, jit_compile=True)()" if jit else calls,
        n_terms=(2,) if variant == "logaddexp_grad" else None,
        twin=eager if jit else None,
    )


LIBRARY = Library(
    name="tensorflow",
    presence=partial(
        version_of,
        ("tensorflow", "tensorflow-cpu", "tf-nightly", "tf-nightly-cpu"),
        ("tensorflow",),
    ),
    install="pip install tensorflow-cpu",
    implementations=tuple(
        _implementation(*described, jit=jit) for jit in (False, True) for described in _CALLS
    ),
)
