"""The libraries "stan" and "stanheaders": Stan Math of today and of 2019, from their headers.

The first are those in the Python package ``httpstan``, the second those that Debian has for R, of
Stan 2.21 and with the Boost of the system. Both are compiled with the same source: the functions of
doubles and of ``Eigen::VectorXd``, and the gradients that its reverse mode makes. Softmax is the
gradient of log_sum_exp, and the logistic function that of log1p_exp. Some values have a second
algorithm: those of log_softmax of variables (``.var``), and in the old one log_sum_exp of a
``std::vector``. The old one's log_sum_exp of no numbers ends the process, by an assertion of Eigen.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import places, shim
from lse_verify.implementations.native.compilation import COMMAND, Source, has_compiler, source

_VERSION_FILE = "stan/math/version.hpp"
_VERSION = ("STAN_MATH_MAJOR", "STAN_MATH_MINOR", "STAN_MATH_PATCH")
_FLAGS = ("-D_REENTRANT",)
_R_LIBRARIES = (Path("/usr/local/lib/R/site-library"), Path("/usr/lib/R/site-library"))

Find = Callable[[], tuple[Path, ...]]
"""Returns the folders of its headers, Stan's own first; none if one is not there."""


def _folders() -> tuple[Path, ...]:
    spec = importlib.util.find_spec("httpstan")
    found = [] if spec is None else spec.submodule_search_locations or []
    folders = tuple(Path(folder) / "include" for folder in found)
    return folders if folders and (folders[0] / _VERSION_FILE).is_file() else ()


def _r_folders() -> tuple[Path, ...]:
    wanted = ("StanHeaders", "RcppEigen", "RcppParallel")
    boost = places.header("boost/version.hpp")
    for library in _R_LIBRARIES:
        folders = tuple(library / name / "include" for name in wanted)
        if boost is not None and all(folder.is_dir() for folder in folders):
            return (*folders, *(() if boost in places.SEARCHED else (boost,)))
    return ()


def _presence(find: Find) -> str | None:
    folders = find()
    if not folders or not has_compiler():
        return None
    return places.macros(folders[0] / _VERSION_FILE, *_VERSION)


def _source(find: Find) -> Source:
    folders = find()
    # Its reverse mode begins with the threads of TBB, which the Python package brings along.
    threads = [folder.with_name("lib") / "libtbb.so.2" for folder in folders[:1]]
    return Source(
        source("stan"),
        version=_presence(find) or "",
        flags=_FLAGS,
        folders=folders,
        objects=tuple(found for found in threads if found.is_file()),
    )


def _implementation(
    library: str,
    find: Find,
    function: str,
    symbol: str,
    calls: str,
    variant: str = "",
    n_terms: tuple[int, ...] | None = None,
) -> Implementation:
    returns_row = function.startswith(("softmax", "log_softmax"))
    return Implementation(
        name=f"{library}.{variant}" if variant else library,
        function=function,
        formats=("binary64",),
        load=partial(shim.load, partial(_source, find), symbol, returns_row),
        calls=f"{calls}; {COMMAND} {' '.join(_FLAGS)}",
        n_terms=n_terms,
    )


def _implementations(library: str, find: Find) -> tuple[Implementation, ...]:
    offered = partial(_implementation, library, find)
    gradient = "stan::math::grad of {}, v of stan::math::var".format
    return (
        offered("logaddexp", "logaddexp", "stan::math::log_sum_exp(a, b)"),
        offered("logsumexp", "logsumexp", "stan::math::log_sum_exp(x)"),
        offered("softplus", "softplus", "stan::math::log1p_exp(x)"),
        offered("logistic", "logistic", "stan::math::inv_logit(x)"),
        offered("softmax", "softmax", "stan::math::softmax(x)"),
        offered("log_softmax", "log_softmax", "stan::math::log_softmax(x)"),
        offered("log_softmax", "log_softmax_var", "stan::math::log_softmax(v).val()", "var"),
        offered("softmax", "logsumexp_grad", gradient("log_sum_exp(v)"), "grad"),
        offered(
            "softmax",
            "logaddexp_grad",
            gradient("log_sum_exp(v[0], v[1])"),
            "logaddexp_grad",
            n_terms=(2,),
        ),
        offered("logistic", "softplus_grad", gradient("log1p_exp(v)"), "softplus_grad"),
        offered(
            "log_softmax_gradient",
            "log_softmax_grad",
            gradient("log_softmax(v)[0]"),
            "log_softmax_grad",
        ),
    )


LIBRARY = Library(
    name="stan",
    install="apt-get install g++ && pip install httpstan",
    language="C++",
    presence=partial(_presence, _folders),
    implementations=_implementations("stan", _folders),
)

STANHEADERS = Library(
    name="stanheaders",
    install="apt-get install g++ r-cran-stanheaders libboost1.81-dev",
    language="C++",
    presence=partial(_presence, _r_folders),
    implementations=(
        *_implementations("stanheaders", _r_folders),
        _implementation(
            "stanheaders",
            _r_folders,
            "logsumexp",
            "logsumexp_std",
            "stan::math::log_sum_exp(std::vector<double>)",
            "std_vector",
        ),
    ),
)
