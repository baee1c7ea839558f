"""The library "matrixstats": R's matrixStats, for one vector and for all rows of a matrix.

The two are functions of their own in its C code; on 126,000 random rows, with ties and
infinities among them, they gave the same bits. ``colLogSumExps`` is the first of them again.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.rscript import RPackage
from lse_verify.implementations.library import Implementation, Library

_PACKAGE = RPackage("matrixstats.R", "matrixStats", "apt-get install r-cran-matrixstats")

LIBRARY = Library(
    name="matrixstats",
    install=_PACKAGE.install,
    language="R",
    presence=_PACKAGE.version,
    implementations=(
        Implementation(
            name="matrixstats",
            function="logsumexp",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logsumexp"),
            calls="matrixStats::logSumExp(x)",
        ),
        Implementation(
            name="matrixstats.rows",
            function="logsumexp",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logsumexp", "rows"),
            calls="matrixStats::rowLogSumExps(x)",
            twin="matrixstats",
        ),
    ),
)
