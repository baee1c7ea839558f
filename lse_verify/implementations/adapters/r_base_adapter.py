"""The library "r_base": R itself, whose logistic function is there twice.

One is the distribution's, the other the inverse of the logit link, with which ``glm`` fits.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.rscript import RPackage
from lse_verify.implementations.library import Implementation, Library

_PACKAGE = RPackage("r_base.R", "stats", "apt-get install r-base-core")

LIBRARY = Library(
    name="r_base",
    install=_PACKAGE.install,
    language="R",
    presence=_PACKAGE.version,
    implementations=(
        Implementation(
            name="r_base",
            function="logistic",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logistic"),
            calls="stats::plogis(x)",
        ),
        Implementation(
            name="r_base.linkinv",
            function="logistic",
            formats=("binary64",),
            load=partial(_PACKAGE.load, "logistic", "linkinv"),
            calls='stats::make.link("logit")$linkinv(x)',
        ),
    ),
)
