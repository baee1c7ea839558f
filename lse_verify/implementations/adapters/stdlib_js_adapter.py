"""The library "stdlib_js": stdlib, the standard library of JavaScript, in binary64.

Each function is a package. The distribution function of the logistic distribution is
``expit`` again.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.library import Implementation, Library

_PACKAGES = NodePackages(
    "stdlib_js.mjs",
    (
        "@stdlib/math-base-special-logaddexp",
        "@stdlib/math-base-special-log1pexp",
        "@stdlib/math-base-special-expit",
    ),
)


def _native(function: str, calls: str) -> Implementation:
    load = partial(_PACKAGES.load, function)
    return Implementation("stdlib_js", function, ("binary64",), load, calls)


LIBRARY = Library(
    name="stdlib_js",
    install=_PACKAGES.install,
    language="JavaScript",
    presence=_PACKAGES.version,
    implementations=(
        _native("logaddexp", "logaddexp(a, b)"),
        _native("softplus", "log1pexp(x)"),
        _native("logistic", "expit(x)"),
    ),
)
