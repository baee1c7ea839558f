"""The library "ml_dtypes": the loops of ``numpy.logaddexp`` and ``logaddexp2`` for its own dtypes.

They are not NumPy's: each computes in binary32, by formulas of its own, and rounds that.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("float8_e4m3fn", "float8_e5m2", "bfloat16")


def _quiet(function: np.ufunc) -> Call:
    return np.errstate(all="ignore")(function)


LIBRARY = Library(
    name="ml_dtypes",
    module="ml_dtypes",
    distribution="ml_dtypes",
    install="pip install ml_dtypes",
    implementations=(
        Implementation(
            "ml_dtypes",
            "logaddexp",
            _FORMATS,
            partial(_quiet, np.logaddexp),
            "numpy.logaddexp(a, b)",
        ),
        Implementation(
            "ml_dtypes",
            "logaddexp2",
            _FORMATS,
            partial(_quiet, np.logaddexp2),
            "numpy.logaddexp2(a, b)",
        ),
    ),
)
