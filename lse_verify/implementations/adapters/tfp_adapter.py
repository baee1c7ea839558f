"""The library "tfp": TensorFlow Probability on NumPy, ``tensorflow_probability.substrates.numpy``.

It needs no TensorFlow. What it takes from SciPy or NumPy, as ``tf2numpy.math.reduce_logsumexp``,
``sigmoid`` and ``cumulative_logsumexp``, is not offered; the same algorithms with code of its own
are. ``log_cumsum_exp`` is cumulative, and its last entry is logsumexp. The entropy of a categorical
distribution is minus the sum over its probabilities as they are given, without normalisation.

With weights ``reduce_weighted_logsumexp`` is the logarithm of the sum's magnitude and tells the
sign apart; where that is -1 the weighted logsumexp is NaN. Weights of 1, for which it has code of
its own, and axis 0, along which NumPy adds in another order, should give the bits of the plain
call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "binary32", "binary64")
# Of binary16 the bijector Sigmoid makes binary64.
_WIDE = ("binary32", "binary64")

Operation = Callable[..., Any]
"""``operation(tfp, *arrays) -> array``."""


def _load(operation: Operation) -> Call:
    from tensorflow_probability.substrates import numpy as tfp

    return partial(np.errstate(all="ignore")(_call), tfp, operation)


def _call(tfp: Any, operation: Operation, *arrays: FloatArray) -> FloatArray:
    return np.asarray(operation(tfp, *arrays))


def _logsumexp(tfp: Any, x: Any) -> Any:
    return tfp.math.reduce_weighted_logsumexp(x, axis=-1)


def _weighted(tfp: Any, x: Any, b: Any) -> Any:
    value, sign = tfp.math.reduce_weighted_logsumexp(x, w=b, axis=-1, return_sign=True)
    return np.where(sign < 0, x.dtype.type(np.nan), value)


def _with_weights_of_one(tfp: Any, x: Any) -> Any:
    return tfp.math.reduce_weighted_logsumexp(x, w=np.ones_like(x), axis=-1)


def _along_columns(tfp: Any, x: Any) -> Any:
    return tfp.math.reduce_weighted_logsumexp(np.ascontiguousarray(x.T), axis=0)


def _shares_along_columns(name: str, tfp: Any, x: Any) -> Any:
    found = getattr(tfp.tf2numpy.math, name)(np.ascontiguousarray(x.T), axis=0)
    return np.ascontiguousarray(found.T)


def _cumulative(tfp: Any, x: Any) -> Any:
    return tfp.math.log_cumsum_exp(x, axis=-1)[:, -1]


def _logaddexp(tfp: Any, a: Any, b: Any) -> Any:
    return tfp.math.log_add_exp(a, b)


def _softplus(tfp: Any, x: Any) -> Any:
    return tfp.bijectors.Softplus().forward(x)


def _logistic(tfp: Any, x: Any) -> Any:
    return tfp.bijectors.Sigmoid().forward(x)


def _softmax(tfp: Any, x: Any) -> Any:
    return tfp.tf2numpy.math.softmax(x, axis=-1)


def _log_softmax(tfp: Any, x: Any) -> Any:
    return tfp.tf2numpy.math.log_softmax(x, axis=-1)


def _negentropy(tfp: Any, p: Any) -> Any:
    return -tfp.distributions.Categorical(probs=p).entropy()


def _native(
    function: str,
    operation: Operation,
    calls: str,
    *,
    name: str = "tfp",
    formats: tuple[str, ...] = _FORMATS,
    twin: str | None = None,
) -> Implementation:
    return Implementation(name, function, formats, partial(_load, operation), calls, twin=twin)


LIBRARY = Library(
    name="tfp",
    module="tensorflow_probability",
    distribution="tensorflow-probability",
    install="pip install tensorflow-probability",
    implementations=(
        _native("logsumexp", _logsumexp, "tfp.math.reduce_weighted_logsumexp(x, axis=-1)"),
        _native(
            "logsumexp",
            _cumulative,
            "tfp.math.log_cumsum_exp(x, axis=-1)[:, -1]",
            name="tfp.cumulative",
        ),
        _native(
            "weighted_logsumexp",
            _weighted,
            "tfp.math.reduce_weighted_logsumexp(x, w=b, axis=-1, return_sign=True): "
            "NaN if the sign is -1",
        ),
        _native(
            "logsumexp",
            _with_weights_of_one,
            "tfp.math.reduce_weighted_logsumexp(x, w=numpy.ones_like(x), axis=-1)",
            name="tfp.weights",
            twin="tfp",
        ),
        _native(
            "logsumexp",
            _along_columns,
            "tfp.math.reduce_weighted_logsumexp(x.T, axis=0)",
            name="tfp.axis0",
            twin="tfp",
        ),
        *(
            _native(
                name,
                partial(_shares_along_columns, name),
                f"tfp.tf2numpy.math.{name}(x.T, axis=0).T",
                name="tfp.axis0",
                twin="tfp",
            )
            for name in ("softmax", "log_softmax")
        ),
        _native("logaddexp", _logaddexp, "tfp.math.log_add_exp(a, b)"),
        _native("softplus", _softplus, "tfp.bijectors.Softplus().forward(x)"),
        _native("logistic", _logistic, "tfp.bijectors.Sigmoid().forward(x)", formats=_WIDE),
        _native("softmax", _softmax, "tfp.tf2numpy.math.softmax(x, axis=-1)"),
        _native("log_softmax", _log_softmax, "tfp.tf2numpy.math.log_softmax(x, axis=-1)"),
        _native("negentropy", _negentropy, "-tfp.distributions.Categorical(probs=p).entropy()"),
    ),
)
