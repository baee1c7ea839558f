"""The library "torch_compile": what ``torch.compile`` makes of torch's functions on the CPU.

Inductor writes C++ of its own for them and calls the C++ compiler of the machine, once for each
format and number of dimensions; what it compiled it keeps in its cache. Only functions are here
of which the bits were seen to differ from the eager ones. ``torch_compile.quotient`` is the
function of a quotient, with which it is fused, one row at a time.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.adapters.quotients import (
    DIVISIBLE,
    DIVISOR,
    MOST_ALONE,
    dividends_of,
)
from lse_verify.implementations.adapters.torch_adapter import array_of, tensor_of
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "bfloat16", "binary32", "binary64")

_FUNCTIONS = ("logsumexp", "softmax", "log_softmax")


def _compiler() -> str | None:
    """Return the C++ compiler that Inductor would take: the variable CXX, or g++."""
    return shutil.which(os.environ.get("CXX", "g++"))


def _presence() -> str | None:
    if importlib.util.find_spec("torch") is None or _compiler() is None:
        return None
    return importlib.metadata.version("torch")


def _function(torch: Any, function: str) -> Callable[[Any], Any]:
    return partial(getattr(torch, function), dim=-1)


def _compiled(function: str) -> Call:
    import torch

    torch.set_num_threads(1)
    compiled = torch.compile(_function(torch, function), dynamic=True)

    def call(x: FloatArray) -> FloatArray:
        return array_of(torch, compiled(tensor_of(torch, x)))

    return call


def _quotient(function: str) -> Call:
    import torch

    torch.set_num_threads(1)
    alone = _function(torch, function)
    compiled = torch.compile(lambda x: alone(x / DIVISOR), dynamic=True)

    def call(rows: FloatArray) -> FloatArray:
        dividends, reached = dividends_of(rows)
        answers = np.array(array_of(torch, alone(tensor_of(torch, rows))))
        for row in np.flatnonzero(reached)[:MOST_ALONE]:
            answers[row] = array_of(torch, compiled(tensor_of(torch, dividends[row])))
        return answers

    return call


LIBRARY = Library(
    name="torch_compile",
    install="pip install 'lse_verify[torch]' and a C++ compiler (apt-get install g++)",
    presence=_presence,
    implementations=(
        *(
            Implementation(
                name="torch_compile",
                function=function,
                formats=_FORMATS,
                load=partial(_compiled, function),
                calls=f"torch.compile(torch.{function})(x, dim=-1)",
                twin="torch",
            )
            for function in _FUNCTIONS
        ),
        *(
            Implementation(
                name="torch_compile.quotient",
                function=function,
                formats=DIVISIBLE,
                load=partial(_quotient, function),
                calls=f"torch.compile(lambda x: torch.{function}(x / {DIVISOR}, dim=-1))"
                "(DIVISOR * x), row by row",
                twin="torch",
                within=True,
            )
            for function in _FUNCTIONS
        ),
    ),
)
