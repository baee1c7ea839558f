"""The library "torch" on the CPU and on CUDA, and the gradients that its autograd makes.

Softmax is the gradient of logsumexp, and the logistic function that of softplus; of log_softmax
the gradient of the first entry is taken.

Arrays are shared with torch and not copied, so that an operation that overwrites its input
is seen to do so; only what torch cannot share is copied. NumPy's bfloat16 is unknown to
torch and crosses as the 16-bit integers that store it. Of the formats of 8 bits torch has the
dtypes and none of these functions: on the CPU each raises NotImplementedError. One thread
computes, so that the bits do not depend on the number of cores. TF32, with which CUDA devices
may multiply, is in none of these functions.

Along dimension 0 torch has loops of their own, which should give the bits of the plain call; with
``keepdim`` and over a tuple of dimensions it takes the same path. ``logcumsumexp`` is cumulative,
another algorithm, and its last entry is logsumexp.
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


def _load(operation: Operation, device: str) -> Call:
    import torch

    torch.set_num_threads(1)
    return partial(_call, torch, operation, device)


def _call(torch: Any, operation: Operation, device: str, *arrays: FloatArray) -> FloatArray:
    tensors = (tensor_of(torch, a).to(device) for a in arrays)
    return array_of(torch, operation(torch, *tensors).cpu())


def tensor_of(torch: Any, array: FloatArray) -> Any:
    """Return a tensor over the memory of `array`, or over a copy where it cannot be shared."""
    # torch warns about read-only memory and refuses negative strides.
    if not array.flags.writeable or min(array.strides) < 0:
        array = array.copy()
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def array_of(torch: Any, tensor: Any) -> FloatArray:
    """Return the array over the memory of `tensor`, of whatever dtype that has."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)  # type: ignore[no-any-return]
    return tensor.numpy()  # type: ignore[no-any-return]


def _logsumexp(torch: Any, x: Any) -> Any:
    return torch.logsumexp(x, dim=-1)


def _cumulative(torch: Any, x: Any) -> Any:
    return torch.logcumsumexp(x, dim=-1)[:, -1].contiguous()


def _along_columns(name: str, torch: Any, x: Any) -> Any:
    found = getattr(torch, name)(x.T.contiguous(), dim=0)
    return found.movedim(0, -1).contiguous()


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


def _logaddexp2(torch: Any, a: Any, b: Any) -> Any:
    return torch.logaddexp2(a, b)


def _gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    # A sum of the rows is not formed: in binary16 it could overflow.
    value = torch.logsumexp(leaf, dim=-1)
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _logaddexp_gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    value = torch.logaddexp(leaf[:, 0], leaf[:, 1])
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _log_softmax_gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    value = torch.log_softmax(leaf, dim=-1)[:, 0]
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


def _softplus_gradient(torch: Any, x: Any) -> Any:
    leaf = x.requires_grad_()
    value = torch.nn.functional.softplus(leaf)
    return torch.autograd.grad(value, leaf, torch.ones_like(value))[0]


_CALLS: tuple[tuple[str, str, Operation, str], ...] = (
    ("torch", "logsumexp", _logsumexp, "torch.logsumexp(x, dim=-1)"),
    ("torch", "softmax", _softmax, "torch.softmax(x, dim=-1)"),
    ("torch", "log_softmax", _log_softmax, "torch.log_softmax(x, dim=-1)"),
    ("torch", "softplus", _softplus, "torch.nn.functional.softplus(x)"),
    ("torch", "logistic", _sigmoid, "torch.sigmoid(x)"),
    ("torch", "logaddexp", _logaddexp, "torch.logaddexp(a, b)"),
    ("torch", "logaddexp2", _logaddexp2, "torch.logaddexp2(a, b)"),
    (
        "torch.logcumsumexp",
        "logsumexp",
        _cumulative,
        "torch.logcumsumexp(x, dim=-1)[:, -1]",
    ),
    (
        "torch.grad",
        "softmax",
        _gradient,
        "torch.autograd.grad(torch.logsumexp(x, dim=-1), x, torch.ones(m))[0]",
    ),
    (
        "torch.logaddexp_grad",
        "softmax",
        _logaddexp_gradient,
        "torch.autograd.grad(torch.logaddexp(x[:, 0], x[:, 1]), x, torch.ones(m))[0]",
    ),
    (
        "torch.log_softmax_grad",
        "log_softmax_gradient",
        _log_softmax_gradient,
        "torch.autograd.grad(torch.log_softmax(x, dim=-1)[:, 0], x, torch.ones(m))[0]",
    ),
    (
        "torch.softplus_grad",
        "logistic",
        _softplus_gradient,
        "torch.autograd.grad(torch.nn.functional.softplus(x), x, torch.ones(m))[0]",
    ),
)


_ALONG_DIMENSION_0 = ("logsumexp", "softmax", "log_softmax")


def _along_dimension_0(device: str, name: str) -> Implementation:
    return Implementation(
        name="torch.dim0",
        function=name,
        formats=_FORMATS,
        load=partial(_load, partial(_along_columns, name), device),
        calls=f"torch.{name}(x.T, dim=0).T",
        twin="torch",
    )


def _implementation(
    device: str, name: str, function: str, operation: Operation, calls: str
) -> Implementation:
    return Implementation(
        name=name,
        function=function,
        formats=_FORMATS,
        load=partial(_load, operation, device),
        calls=calls,
        n_terms=(2,) if name.endswith("logaddexp_grad") else None,
    )


def _on(device: str, presence: Callable[[], str | None] | None = None) -> Library:
    return Library(
        name="torch",
        module="torch",
        distribution="torch",
        install="pip install 'lse_verify[torch]'",
        implementations=(
            *(_implementation(device, *described) for described in _CALLS),
            *(_along_dimension_0(device, name) for name in _ALONG_DIMENSION_0),
        ),
        presence=presence,
    )


def _cuda() -> str | None:
    """Return version and device, or None where there is none; it imports torch."""
    import torch

    if not torch.cuda.is_available():
        return None
    return f"{torch.__version__}, {torch.cuda.get_device_name()}"


LIBRARY = _on("cpu")
CUDA = _on("cuda", _cuda)
