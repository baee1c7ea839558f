"""The library "gensim": ``matutils.logsumexp``, compiled, of one matrix at a time.

It takes binary16 too, but returns the binary32 that it computes, as a Python float. It does not
take an empty matrix, and says that it does not support NaN.
"""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library


def _logsumexp() -> Call:
    from gensim.matutils import logsumexp

    @np.errstate(all="ignore")
    def call(rows: FloatArray) -> FloatArray:
        # It refuses memory that it may not write, and writes none.
        rows = rows if rows.flags.writeable else rows.copy()
        # The float that it returns is one of the dtype of the row: nothing is rounded here.
        values: FloatArray = np.array([logsumexp(row[np.newaxis]) for row in rows], rows.dtype)
        return values

    return call


LIBRARY = Library(
    name="gensim",
    module="gensim",
    distribution="gensim",
    install="pip install gensim",
    implementations=(
        Implementation(
            "gensim",
            "logsumexp",
            ("binary32", "binary64"),
            _logsumexp,
            "gensim.matutils.logsumexp(x), x of shape (1, n)",
        ),
    ),
)
