"""The library "awkward": ``softmax`` over the innermost lists; it has no logsumexp.

Rows are passed as lists, the type that the library is for. Its reducers take no binary16.
"""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library


def _softmax() -> Call:
    import awkward

    @np.errstate(all="ignore")
    def call(rows: FloatArray) -> FloatArray:
        lists = awkward.from_regular(awkward.Array(rows))
        shares: FloatArray = awkward.to_numpy(awkward.softmax(lists, axis=-1))
        return shares

    return call


LIBRARY = Library(
    name="awkward",
    module="awkward",
    distribution="awkward",
    install="pip install awkward",
    implementations=(
        Implementation(
            "awkward",
            "softmax",
            ("binary32", "binary64"),
            _softmax,
            "awkward.softmax(x, axis=-1), x a list of lists",
        ),
    ),
)
