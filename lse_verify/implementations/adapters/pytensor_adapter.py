"""The library "pytensor": graphs, what its rewrites make of them, and their gradients.

``logsumexp`` and ``logaddexp`` are written as log(Σ exp(x)), and it is a rewrite of the compiled
graph that takes the maximum out: so the mode is the algorithm. The mode NUMBA is what the library
chooses by itself since its version 3, and goes by the library's own name. ``pytensor.c`` is the
mode CVM, where its bits are others or the format is binary16, which Numba has not; of logsumexp in
binary16 it has no C, and its loop in Python takes minutes for the rows of 10⁷ terms.
``pytensor.fast_compile`` is the mode FAST_COMPILE, which leaves out most rewrites, where that
changes bits. Softmax is the gradient of logsumexp, and the logistic function that of softplus;
of log_softmax the gradient of the first entry is taken.

Compiling takes seconds a graph; what it makes the library keeps in its own folder
(``PYTENSOR_FLAGS=base_compiledir=…`` moves it).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_WIDE = ("binary32", "binary64")
_FORMATS = ("binary16", *_WIDE)

Build = Callable[..., Any]
"""``build(pytensor, *variables) -> variable``."""


def _load(build: Build, mode: str) -> Call:
    import pytensor  # noqa: F401

    @np.errstate(all="ignore")
    def call(*arrays: FloatArray) -> FloatArray:
        compiled = _compiled(build, mode, arrays[0].dtype.name, tuple(a.ndim for a in arrays))
        # Numba compiles anew, for seconds, for memory in another order or that is read-only.
        return np.asarray(compiled(*(np.array(a, order="C") for a in arrays)))

    return call


@functools.cache
def _compiled(build: Build, mode: str, dtype: str, dimensions: tuple[int, ...]) -> Any:
    """Compile a graph of variables of as many dimensions, once a process."""
    import pytensor
    import pytensor.tensor

    variables = [pytensor.tensor.tensor(dtype=dtype, shape=(None,) * d) for d in dimensions]
    with warnings.catch_warnings():
        # It says which operations have no C code in binary16: NumPy computes those.
        warnings.simplefilter("ignore")
        return pytensor.function(variables, build(pytensor, *variables), mode=mode)


def _logsumexp(pytensor: Any, x: Any) -> Any:
    return pytensor.tensor.logsumexp(x, axis=-1)


def _logaddexp(pytensor: Any, a: Any, b: Any) -> Any:
    return pytensor.tensor.logaddexp(a, b)


def _softplus(pytensor: Any, x: Any) -> Any:
    return pytensor.tensor.softplus(x)


def _sigmoid(pytensor: Any, x: Any) -> Any:
    return pytensor.tensor.sigmoid(x)


def _softmax(pytensor: Any, x: Any) -> Any:
    return pytensor.tensor.special.softmax(x, axis=-1)


def _log_softmax(pytensor: Any, x: Any) -> Any:
    return pytensor.tensor.special.log_softmax(x, axis=-1)


def _gradient(pytensor: Any, x: Any) -> Any:
    return pytensor.grad(pytensor.tensor.logsumexp(x, axis=-1).sum(), x)


def _logaddexp_gradient(pytensor: Any, x: Any) -> Any:
    return pytensor.grad(pytensor.tensor.logaddexp(x[:, 0], x[:, 1]).sum(), x)


def _log_softmax_gradient(pytensor: Any, x: Any) -> Any:
    return pytensor.grad(_log_softmax(pytensor, x)[:, 0].sum(), x)


def _softplus_gradient(pytensor: Any, x: Any) -> Any:
    return pytensor.grad(pytensor.tensor.softplus(x).sum(), x)


_CALLS: dict[str, tuple[str, Build, str]] = {
    "logsumexp": ("logsumexp", _logsumexp, "pt.logsumexp(x, axis=-1)"),
    "logaddexp": ("logaddexp", _logaddexp, "pt.logaddexp(a, b)"),
    "softplus": ("softplus", _softplus, "pt.softplus(x)"),
    "sigmoid": ("logistic", _sigmoid, "pt.sigmoid(x)"),
    "softmax": ("softmax", _softmax, "pt.special.softmax(x, axis=-1)"),
    "log_softmax": ("log_softmax", _log_softmax, "pt.special.log_softmax(x, axis=-1)"),
    "grad": ("softmax", _gradient, "pytensor.grad(pt.logsumexp(x, axis=-1).sum(), x)"),
    "logaddexp_grad": (
        "softmax",
        _logaddexp_gradient,
        "pytensor.grad(pt.logaddexp(x[:, 0], x[:, 1]).sum(), x)",
    ),
    "log_softmax_grad": (
        "log_softmax_gradient",
        _log_softmax_gradient,
        "pytensor.grad(pt.special.log_softmax(x, axis=-1)[:, 0].sum(), x)",
    ),
    "softplus_grad": (
        "logistic",
        _softplus_gradient,
        "pytensor.grad(pt.softplus(x).sum(), x)",
    ),
}
"""By the last word of a name: the function, its graph, and how a user writes that."""


def _implementation(
    call: str, mode: str, name: str, formats: tuple[str, ...] = _WIDE
) -> Implementation:
    function, build, calls = _CALLS[call]
    return Implementation(
        name=name,
        function=function,
        formats=formats,
        load=partial(_load, build, mode),
        calls=f"pytensor.function([…], {calls}, mode='{mode}')",
        n_terms=(2,) if call == "logaddexp_grad" else None,
    )


LIBRARY = Library(
    name="pytensor",
    module="pytensor",
    distribution="pytensor",
    install="pip install pytensor",
    implementations=(
        *(
            _implementation(call, "NUMBA", f"pytensor.{call}" if "grad" in call else "pytensor")
            for call in _CALLS
        ),
        _implementation("logsumexp", "CVM", "pytensor.c", ("binary64",)),
        _implementation("logaddexp", "CVM", "pytensor.c", ("binary16",)),
        _implementation("softplus", "CVM", "pytensor.c", ("binary16",)),
        _implementation("sigmoid", "CVM", "pytensor.c", ("binary16", "binary32")),
        _implementation("logaddexp_grad", "CVM", "pytensor.c_logaddexp_grad", _FORMATS),
        _implementation("logsumexp", "FAST_COMPILE", "pytensor.fast_compile", _FORMATS),
        _implementation("logaddexp", "FAST_COMPILE", "pytensor.fast_compile", _FORMATS),
        _implementation("softplus", "FAST_COMPILE", "pytensor.fast_compile", ("binary32",)),
        _implementation("grad", "FAST_COMPILE", "pytensor.fast_compile_grad", _FORMATS),
        _implementation(
            "logaddexp_grad", "FAST_COMPILE", "pytensor.fast_compile_logaddexp_grad", _FORMATS
        ),
    ),
)
