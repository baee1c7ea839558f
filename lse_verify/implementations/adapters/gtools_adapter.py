"""The library "gtools": the inverse logit of R's gtools, e^x/(1 + e^x) with its NaN mended."""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.rscript import RPackage
from lse_verify.implementations.library import Implementation, Library

_PACKAGE = RPackage("gtools.R", "gtools", "apt-get install r-cran-gtools")

LIBRARY = Library(
    name="gtools",
    install=_PACKAGE.install,
    language="R",
    presence=_PACKAGE.version,
    implementations=(
        Implementation(
            name="gtools",
            function="logistic",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logistic"),
            calls="gtools::inv.logit(x)",
        ),
    ),
)
