"""What is verified: one file a function, collected in `FUNCTIONS`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from lse_verify.errors import UnknownName
from lse_verify.family.function import Function

_FIRST = (
    "logsumexp",
    "weighted_logsumexp",
    "logaddexp",
    "logaddexp2",
    "softplus",
    "logistic",
    "logsumexp0",
    "smoothmax",
    "smoothmin",
    "softmax",
    "log_softmax",
    "log_softmax_gradient",
    "negentropy",
    "bregman",
    "binomial_cumulant",
    "multinomial_cumulant",
)
"""The order of reports; others come behind."""


def _functions() -> Iterator[Function]:
    """Yield what the files of this folder define."""
    for module in iter_modules(__path__, f"{__name__}."):
        found = vars(import_module(module.name)).values()
        yield from (one for one in found if isinstance(one, Function))


def _place(function: Function) -> tuple[int, str]:
    known = function.name in _FIRST
    return _FIRST.index(function.name) if known else len(_FIRST), function.name


FUNCTIONS: dict[str, Function] = {f.name: f for f in sorted({*_functions()}, key=_place)}


def function_named(name: str) -> Function:
    """Return the function of that name.

    Raises
    ------
    UnknownName
        If there is none; the message names the nearest.
    """
    try:
        return FUNCTIONS[name]
    except KeyError:
        raise UnknownName("function", name, FUNCTIONS) from None
