"""The library "torch" on the CPU, and the gradients that its autograd makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus.

Arrays are shared with torch and not copied, so that an operation that overwrites its input
is seen to do so; only what torch cannot share is copied. NumPy's bfloat16 is unknown to
torch and crosses as the 16-bit integers that store it. Of the formats of 8 bits torch has the
dtypes and none of these functions: on the CPU each raises NotImplementedError. One thread
computes, so that the bits do not depend on the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "bfloat16", "binary32", "binary64")

Operation = Callable[..., Any]
"""``operation(torch, *tensors) -> tensor``."""


def _load(operation: Operation) -> Call:
    import torch

    torch.set_num_threads(1)
    return partial(_call, torch, operation)


def _call(torch: Any, operation: Operation, *arrays: FloatArray) -> FloatArray:
    return _array(torch, operation(torch, *(_tensor(torch, a) for a in arrays)))


def _tensor(torch: Any, array: FloatArray) -> Any:
    """Return a tensor over the memory of `array`, or over a copy where it cannot be shared."""
    # torch warns about read-only memory and refuses negative strides.
    if not array.flags.writeable or min(array.strides) < 0:
        array = array.copy()
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def _array(torch: Any, tensor: Any) -> FloatArray:
    """Return the array over the memory of `tensor`, of whatever dtype that has."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)  # type: ignore[no-any-return]
    return tensor.numpy()  # type: ignore[no-any-return]


def _logsumexp(torch: Any, x: Any) -> Any:
    return torch.logsumexp(x, dim=-1)


def _softmax(torch: Any, x: Any) -> Any:
    return torch.softmax(x, dim=-1)


def _log_softmax(torch: Any, x: Any) -> Any:
    return torch.log_softmax(x, dim=-1)


def _softplus(torch: Any, x: Any) -> Any:
    return torch.nn.functional.softplus(x)


def _sigmoid(torch: Any, x: Any) -> Any:
    return torch.sigmoid(x)


def _logaddexp(torch: Any, a: Any, b: Any) -> Any:
    return torch.logaddexp(a, b)


def _gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    # A sum of the rows is not formed: in binary16 it could overflow.
    value = torch.logsumexp(leaf, dim=-1)
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _logaddexp_gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    value = torch.logaddexp(leaf[:, 0], leaf[:, 1])
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _softplus_gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    value = torch.nn.functional.softplus(leaf)
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _native(function: str, operation: Operation, calls: str) -> Implementation:
    return Implementation("torch", function, _FORMATS, partial(_load, operation), calls)


LIBRARY = Library(
    name="torch",
    module="torch",
    distribution="torch",
    install="pip install 'lse_verify[torch]'",
    implementations=(
        _native("logsumexp", _logsumexp, "torch.logsumexp(x, dim=-1)"),
        _native("softmax", _softmax, "torch.softmax(x, dim=-1)"),
        _native("log_softmax", _log_softmax, "torch.log_softmax(x, dim=-1)"),
        _native("softplus", _softplus, "torch.nn.functional.softplus(x)"),
        _native("logistic", _sigmoid, "torch.sigmoid(x)"),
        _native("logaddexp", _logaddexp, "torch.logaddexp(a, b)"),
        Implementation(
            name="torch.grad",
            function="softmax",
            formats=_FORMATS,
            load=partial(_load, _gradient),
            calls="torch.autograd.grad(torch.logsumexp(x, dim=-1), x, torch.ones(m))[0]",
        ),
        Implementation(
            name="torch.logaddexp_grad",
            function="softmax",
            formats=_FORMATS,
            load=partial(_load, _logaddexp_gradient),
            calls="torch.autograd.grad(torch.logaddexp(x[:, 0], x[:, 1]), x, torch.ones(m))[0]",
            n_terms=(2,),
        ),
        Implementation(
            name="torch.softplus_grad",
            function="logistic",
            formats=_FORMATS,
            load=partial(_load, _softplus_gradient),
            calls="torch.autograd.grad(torch.nn.functional.softplus(x), x, torch.ones(m))[0]",
        ),
    ),
)
