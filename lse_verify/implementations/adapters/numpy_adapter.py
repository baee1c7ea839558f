"""The library "numpy": ``logaddexp``, for two arguments and folded over rows, and ``logaddexp2``.

NumPy has no bfloat16 and no float8; the loops that ``ml_dtypes`` adds for them are its own and
another library here.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "binary32", "binary64")


def _quiet(function: np.ufunc) -> Call:
    return np.errstate(all="ignore")(function)


def _reduce() -> Call:
    return partial(np.errstate(all="ignore")(np.logaddexp.reduce), axis=-1)


LIBRARY = Library(
    name="numpy",
    module="numpy",
    distribution="numpy",
    install="pip install numpy",
    implementations=(
        Implementation(
            "numpy", "logaddexp", _FORMATS, partial(_quiet, np.logaddexp), "numpy.logaddexp(a, b)"
        ),
        Implementation(
            "numpy",
            "logaddexp2",
            _FORMATS,
            partial(_quiet, np.logaddexp2),
            "numpy.logaddexp2(a, b)",
        ),
        Implementation(
            "numpy.reduce", "logsumexp", _FORMATS, _reduce, "numpy.logaddexp.reduce(x, axis=-1)"
        ),
    ),
)
