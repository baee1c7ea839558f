"""What tests ask of the adapters, whichever library they are of, and mpmath's answers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.formats import FloatArray, Format
from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.registry import libraries

LIBRARIES: list[Library] = [li for li in libraries().values() if li.kind == "library"]
ALL = [i for library in LIBRARIES for i in library.implementations]


def found(name: str, function: str) -> Implementation:
    """Return an implementation; the test is skipped where its library is not installed."""
    implementation = next((i for i in ALL if (i.name, i.function) == (name, function)), None)
    if implementation is None:
        pytest.skip(f"{name} of {function} is not offered here")
    require(implementation.library)
    return implementation


def require(name: str) -> None:
    """Skip the test where a library is not installed."""
    if not next(library for library in LIBRARIES if library.name == name).installed:
        pytest.skip(f"{name} is not installed")


def arguments(implementation: Implementation, fmt: Format, rows: int = 3) -> list[FloatArray]:
    """Draw arguments; they include numbers that all formats of 16 bits hold exactly."""
    shape = (rows, implementation.n_terms[0] if implementation.n_terms else 4)
    rng = np.random.default_rng(5)
    drawn = []
    for kind in FUNCTIONS[implementation.function].arguments:
        values = rng.integers(1, 64, shape if kind == "row" else shape[:1]) / 16
        drawn.append(fmt.cast(values / 8 if implementation.function == "negentropy" else values))
    return drawn


def exactly(function: str, point: list[list[float]]) -> list[float]:
    """Return the values at a point, whose entries are the arguments."""
    with mpmath.workprec(200):
        x = [mpmath.mpf(v) for argument in point for v in argument]
        total = mpmath.fsum(mpmath.exp(v) for v in x)
        lse = mpmath.log(total)
        shares = [mpmath.exp(v - lse) for v in x]
        values = {
            "logsumexp": [lse],
            "weighted_logsumexp": [_weighted(*point)],
            "logaddexp": [lse],
            "logaddexp2": [mpmath.log(sum(mpmath.mpf(2) ** v for v in x), 2)],
            "logsumexp0": [mpmath.log1p(total)],
            "softmax": shares,
            "log_softmax": [v - lse for v in x],
            "log_softmax_gradient": [1 - shares[0], *(-share for share in shares[1:])],
            "softplus": [mpmath.log1p(total)],
            "logistic": [1 / (1 + mpmath.exp(-x[0]))],
            "negentropy": [mpmath.fsum(v * mpmath.log(v) for v in x)],
        }
        return [float(v) for v in values[function]]


def _weighted(x: list[float], weights: list[float] | None = None) -> mpmath.mpf:
    weights = weights or [1.0] * len(x)
    return mpmath.log(mpmath.fsum(w * mpmath.exp(v) for v, w in zip(x, weights, strict=True)))
