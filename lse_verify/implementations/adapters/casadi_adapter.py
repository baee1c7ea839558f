"""The library "casadi": ``logsumexp`` of a vector, and the gradients of it.

Matrix expressions (MX) have a node for it, whose bits are those of its numeric matrices (DM).
Scalar expressions (SX) are expanded to another formula, and derivatives are taken of that. A
function of one column is made for each number of terms and called with the rows as columns.
There is no softplus: to write ``log1p(exp(x))`` is the user's choice and not the library's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary64",)

Build = Callable[[Any, Any], Any]
"""``build(casadi, x) -> expression``, of a symbolic column."""


def _logsumexp(casadi: Any, x: Any) -> Any:
    return casadi.logsumexp(x)


def _gradient(casadi: Any, x: Any) -> Any:
    return casadi.gradient(casadi.logsumexp(x), x)


def _load(kind: str, build: Build, *, of_rows: bool) -> Call:
    import casadi

    @functools.cache
    def compiled(n_terms: int) -> Any:
        x = getattr(casadi, kind).sym("x", n_terms)
        return casadi.Function("f", [x], [build(casadi, x)])

    def call(rows: FloatArray) -> FloatArray:
        columns: FloatArray = compiled(rows.shape[1])(casadi.DM(rows.T)).full()
        return np.ascontiguousarray(columns.T) if of_rows else columns[0]

    return call


LIBRARY = Library(
    name="casadi",
    module="casadi",
    distribution="casadi",
    install="pip install casadi",
    implementations=(
        Implementation(
            "casadi",
            "logsumexp",
            _FORMATS,
            partial(_load, "MX", _logsumexp, of_rows=False),
            "casadi.logsumexp(x), x an MX column",
        ),
        Implementation(
            "casadi.sx",
            "logsumexp",
            _FORMATS,
            partial(_load, "SX", _logsumexp, of_rows=False),
            "casadi.logsumexp(x), x an SX column",
        ),
        Implementation(
            "casadi.grad",
            "softmax",
            _FORMATS,
            partial(_load, "MX", _gradient, of_rows=True),
            "casadi.gradient(casadi.logsumexp(x), x), x an MX column",
        ),
        Implementation(
            "casadi.sx_grad",
            "softmax",
            _FORMATS,
            partial(_load, "SX", _gradient, of_rows=True),
            "casadi.gradient(casadi.logsumexp(x), x), x an SX column",
        ),
    ),
)
