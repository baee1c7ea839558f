"""The library "jax", called eagerly, and the gradients that ``jax.grad`` makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus; of log_softmax
the gradient of the first entry is taken.
The 64-bit flag is set, without which binary64 would silently be binary32, and the CPU is
chosen where nothing else has been (``JAX_PLATFORMS``). The CPU gets one thread: XLA cuts long
sums by the number of its threads, and the bits are not to depend on the number of cores.
Under ``jax.jit`` XLA fuses the same operations into other bits, so compiled calls are other
implementations: those of which the bits were seen to differ from the eager ones. What XLA
makes of a call may depend on what stands around it, and on the shape: ``jax.jit_quotient`` is
softmax of a quotient, one row at a time.

Along axis 0, over two axes, with ``keepdims`` and with ``where`` other reductions are compiled,
which should give the bits of the plain call, and so should weights of 1; ``return_sign`` takes the
same path. ``cumlogsumexp`` is cumulative, another algorithm, and its last entry is logsumexp.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FORMATS, FloatArray
from lse_verify.implementations.adapters.quotients import (
    DIVISIBLE,
    DIVISOR,
    MOST_ALONE,
    dividends_of,
)
from lse_verify.implementations.library import Call, Implementation, Library

Operation = Callable[..., Any]
"""``operation(jax, *arrays) -> array``, of jax arrays."""


def _load(operation: Operation, device: str) -> Call:
    return partial(_call, _started(device), operation)


def _load_compiled(operation: Operation, device: str) -> Call:
    jax = _started(device)
    compiled = jax.jit(partial(operation, jax))

    def call(x: FloatArray) -> FloatArray:
        return np.asarray(compiled(x))

    return call


def _load_divided(operation: Operation, device: str) -> Call:
    jax = _started(device)
    compiled = jax.jit(lambda x: operation(jax, x / DIVISOR))

    def call(rows: FloatArray) -> FloatArray:
        dividends, reached = dividends_of(rows)
        answers = np.array(_call(jax, operation, rows))
        for row in np.flatnonzero(reached)[:MOST_ALONE]:
            # What is no array has a type that NumPy may not know.
            answers[row] = np.asarray(compiled(dividends[row]))
        return answers

    return call


def _started(device: str) -> Any:
    """Import jax and start its backend on a device."""
    import jax

    jax.config.update("jax_enable_x64", True)
    if device != "cpu":
        jax.config.update("jax_default_device", jax.devices(device)[0])
        return jax
    if not jax.config.jax_platforms:
        jax.config.update("jax_platforms", "cpu")
    _start_with_one_thread(jax)
    return jax


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


def _weighted(jax: Any, x: Any, b: Any) -> Any:
    return jax.nn.logsumexp(x, b=b, axis=-1)


def _with_weights_of_one(jax: Any, x: Any) -> Any:
    return jax.nn.logsumexp(x, b=jax.numpy.ones_like(x), axis=-1)


def _with_dimensions_kept(jax: Any, x: Any) -> Any:
    return jax.nn.logsumexp(x, axis=-1, keepdims=True)[:, 0]


def _over_two_axes(jax: Any, x: Any) -> Any:
    m, n = x.shape
    pairs = x.reshape(m, n // 2, 2) if n % 2 == 0 else x.reshape(m, n, 1)
    return jax.nn.logsumexp(pairs, axis=(1, 2))


def _cumulative(jax: Any, x: Any) -> Any:
    return jax.lax.cumlogsumexp(x, axis=1)[:, -1]


def _along_columns(name: str, jax: Any, x: Any) -> Any:
    return getattr(jax.nn, name)(x.T, axis=0).T


def _among_masked(name: str, jax: Any, x: Any) -> Any:
    """Answer rows that stand among NaN which a mask leaves out."""
    around = ((0, 0), (1, 2))
    padded = jax.numpy.pad(x, around, constant_values=jax.numpy.nan)
    kept = jax.numpy.pad(jax.numpy.ones(x.shape, dtype=bool), around)
    found = getattr(jax.nn, name)(padded, axis=-1, where=kept)
    return found if found.ndim == 1 else found[:, 1:-2]


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


def _logaddexp2(jax: Any, a: Any, b: Any) -> Any:
    return jax.numpy.logaddexp2(a, b)


def _gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda rows: jax.nn.logsumexp(rows, axis=-1).sum())(x)


def _logaddexp_gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda rows: jax.numpy.logaddexp(rows[:, 0], rows[:, 1]).sum())(x)


def _log_softmax_gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda rows: jax.nn.log_softmax(rows, axis=-1)[:, 0].sum())(x)


def _softplus_gradient(jax: Any, x: Any) -> Any:
    return jax.grad(lambda values: jax.nn.softplus(values).sum())(x)


_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    ("jax", "logsumexp", _logsumexp, "jax.nn.logsumexp(x, axis=-1)"),
    ("jax", "weighted_logsumexp", _weighted, "jax.nn.logsumexp(x, b=b, axis=-1)"),
    ("jax", "softmax", _softmax, "jax.nn.softmax(x, axis=-1)"),
    ("jax", "log_softmax", _log_softmax, "jax.nn.log_softmax(x, axis=-1)"),
    ("jax", "softplus", _softplus, "jax.nn.softplus(x)"),
    ("jax", "logistic", _sigmoid, "jax.nn.sigmoid(x)"),
    ("jax", "logaddexp", _logaddexp, "jax.numpy.logaddexp(a, b)"),
    ("jax", "logaddexp2", _logaddexp2, "jax.numpy.logaddexp2(a, b)"),
    ("jax.cumlogsumexp", "logsumexp", _cumulative, "jax.lax.cumlogsumexp(x, axis=1)[:, -1]"),
    (
        "jax.grad",
        "softmax",
        _gradient,
        "jax.grad(lambda x: jax.nn.logsumexp(x, axis=-1).sum())(x)",
    ),
    (
        "jax.logaddexp_grad",
        "softmax",
        _logaddexp_gradient,
        "jax.grad(lambda x: jax.numpy.logaddexp(x[:, 0], x[:, 1]).sum())(x)",
    ),
    (
        "jax.log_softmax_grad",
        "log_softmax_gradient",
        _log_softmax_gradient,
        "jax.grad(lambda x: jax.nn.log_softmax(x, axis=-1)[:, 0].sum())(x)",
    ),
    (
        "jax.softplus_grad",
        "logistic",
        _softplus_gradient,
        "jax.grad(lambda x: jax.nn.softplus(x).sum())(x)",
    ),
)


def _implementation(
    device: str, name: str, function: str, operation: Operation, calls: str
) -> Implementation:
    return Implementation(
        name=name,
        function=function,
        formats=tuple(FORMATS),
        load=partial(_load, operation, device),
        calls=calls,
        n_terms=(2,) if name.endswith("logaddexp_grad") else None,
    )


_OTHER_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    (
        "jax.weights",
        "logsumexp",
        _with_weights_of_one,
        "jax.nn.logsumexp(x, b=jax.numpy.ones_like(x), axis=-1)",
    ),
    (
        "jax.keepdims",
        "logsumexp",
        _with_dimensions_kept,
        "jax.nn.logsumexp(x, axis=-1, keepdims=True)[:, 0]",
    ),
    (
        "jax.axes",
        "logsumexp",
        _over_two_axes,
        "jax.nn.logsumexp(x.reshape(m, n // 2, 2), axis=(1, 2)); of odd n, x.reshape(m, n, 1)",
    ),
    *(
        ("jax.axis0", name, partial(_along_columns, name), f"jax.nn.{name}(x.T, axis=0).T")
        for name in ("logsumexp", "softmax", "log_softmax")
    ),
    *(
        (
            "jax.where",
            name,
            partial(_among_masked, name),
            f"jax.nn.{name}(x among NaN, axis=-1, where=all but these)",
        )
        for name in ("logsumexp", "softmax", "log_softmax")
    ),
)
"""Other ways to ask for what ``jax`` gives, in the same numbers."""


def _otherwise(
    device: str, name: str, function: str, operation: Operation, calls: str
) -> Implementation:
    plain = _implementation(device, name, function, operation, calls)
    return replace(plain, twin="jax")


_COMPILED: tuple[tuple[str, str, Operation, str, str], ...] = (
    (
        "jax.jit",
        "logsumexp",
        _logsumexp,
        "jax.jit(lambda x: jax.nn.logsumexp(x, axis=-1))(x)",
        "jax",
    ),
    (
        "jax.jit",
        "softmax",
        _softmax,
        "jax.jit(lambda x: jax.nn.softmax(x, axis=-1))(x)",
        "jax",
    ),
    (
        "jax.jit_grad",
        "softmax",
        _gradient,
        "jax.jit(jax.grad(lambda x: jax.nn.logsumexp(x, axis=-1).sum()))(x)",
        "jax.grad",
    ),
)


def _compiled(
    device: str, name: str, function: str, operation: Operation, calls: str, twin: str
) -> Implementation:
    return Implementation(
        name=name,
        function=function,
        formats=tuple(FORMATS),
        load=partial(_load_compiled, operation, device),
        calls=calls,
        twin=twin,
    )


def _divided(device: str, function: str, operation: Operation) -> Implementation:
    return Implementation(
        name="jax.jit_quotient",
        function=function,
        formats=DIVISIBLE,
        load=partial(_load_divided, operation, device),
        calls=f"jax.jit(lambda x: jax.nn.{function}(x / {DIVISOR}))(DIVISOR * x), row by row",
        twin="jax",
        within=True,
    )


def _on(device: str, presence: Callable[[], str | None] | None = None) -> Library:
    return Library(
        name="jax",
        module="jax",
        distribution="jax",
        install="pip install 'lse_verify[jax]'",
        implementations=(
            *(_implementation(device, *described) for described in _CALLS),
            *(_otherwise(device, *described) for described in _OTHER_CALLS),
            *(_compiled(device, *described) for described in _COMPILED),
            _divided(device, "logsumexp", _logsumexp),
            _divided(device, "softmax", _softmax),
            _divided(device, "log_softmax", _log_softmax),
        ),
        presence=presence,
    )


def _cuda() -> str | None:
    """Return version and device, or None where there is none; it imports jax."""
    import jax

    try:
        device = jax.devices("cuda")[0]
    except RuntimeError:
        return None
    return f"{jax.__version__}, {device.device_kind}"


LIBRARY = _on("cpu")
CUDA = _on("cuda", _cuda)
