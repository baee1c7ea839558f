"""The library "sparsematrixstats": R's sparseMatrixStats, of Bioconductor, on rows made sparse.

It is no wrapper of matrixStats: its C++ loop sees the numbers that are not 0 and counts those
that are. The sign of a zero is lost on the way, which LogSumExp does not see.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.rscript import RPackage
from lse_verify.implementations.library import Implementation, Library

_PACKAGE = RPackage(
    "sparsematrixstats.R", "sparseMatrixStats", "apt-get install r-bioc-sparsematrixstats"
)

LIBRARY = Library(
    name="sparsematrixstats",
    install=_PACKAGE.install,
    language="R",
    presence=_PACKAGE.version,
    implementations=(
        Implementation(
            name="sparsematrixstats",
            function="logsumexp",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logsumexp"),
            calls='sparseMatrixStats::rowLogSumExps(as(x, "dgCMatrix"))',
        ),
    ),
)
