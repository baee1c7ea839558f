"""The library "nltk": ``add_logs``, which adds two probabilities given as logarithms to the base 2.

It takes and returns Python floats. ``sum_logs`` of a list folds it from the left.
"""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library


def _add_logs() -> Call:
    from nltk.probability import add_logs

    def call(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.array([add_logs(*pair) for pair in zip(a.tolist(), b.tolist(), strict=True)])

    return call


LIBRARY = Library(
    name="nltk",
    module="nltk",
    distribution="nltk",
    install="pip install nltk",
    implementations=(
        Implementation(
            "nltk", "logaddexp2", ("binary64",), _add_logs, "nltk.probability.add_logs(a, b)"
        ),
    ),
)
