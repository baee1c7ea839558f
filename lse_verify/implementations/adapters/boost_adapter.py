"""The library "boost": Boost.Math, compiled from its headers.

``boost.cdf`` is the distribution function of the standard logistic distribution, with the policies
that return an answer where by default there is an exception; later releases have the logistic
function under its own name too. ``logsumexp`` of an empty range reads what is not there: the
adapter does not, and says so instead.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import places, shim
from lse_verify.implementations.native.compilation import COMMAND, Source, has_compiler, source

_FORMATS = ("binary32", "binary64")
_FUNCTIONS = "boost/math/special_functions"


def _presence() -> str | None:
    folder = places.header(f"{_FUNCTIONS}/logsumexp.hpp")
    if folder is None or not has_compiler():
        return None
    version = places.macros(folder / "boost/version.hpp", "BOOST_LIB_VERSION")
    return version.replace("_", ".")


def _source(name: str) -> Source:
    folder = places.header(f"{_FUNCTIONS}/logsumexp.hpp")
    folders = () if folder is None or folder in places.SEARCHED else (folder,)
    return Source(source(name), version=_presence() or "", folders=folders)


def _offers_sigmoid() -> bool:
    """Tell whether it is there; where there is no Boost, all that it offers is shown."""
    return _presence() is None or places.header(f"{_FUNCTIONS}/logistic_sigmoid.hpp") is not None


def _native(
    name: str, function: str, symbol: str, calls: str, file: str = "boost"
) -> Implementation:
    load = partial(shim.load, partial(_source, file), symbol, False)
    return Implementation(name, function, _FORMATS, load, f"boost::math::{calls}; {COMMAND}")


_SIGMOID = _native("boost", "logistic", "logistic", "logistic_sigmoid(x)", "boost_sigmoid")

LIBRARY = Library(
    name="boost",
    install="apt-get install g++ libboost1.81-dev",
    language="C++",
    presence=_presence,
    implementations=(
        _native("boost", "logaddexp", "logaddexp", "logaddexp(a, b)"),
        _native("boost", "logsumexp", "logsumexp", "logsumexp(x, x + n)"),
        *((_SIGMOID,) if _offers_sigmoid() else ()),
        _native("boost.cdf", "logistic", "logistic_cdf", "cdf(logistic_distribution(0, 1), x)"),
    ),
)
