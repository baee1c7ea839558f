"""The library "gsl", the GNU Scientific Library: two functions of the family under other names.

The complete Fermi–Dirac integral of index 0 is log(1 + e^x), as its documentation says, and the
distribution function of the logistic distribution of scale 1 is the logistic function.

By default GSL ends the process when a result underflows. Its handler of errors is turned off while
it is called, as its manual advises for programs in production, and put back after.
"""

from __future__ import annotations

import ctypes
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library
from lse_verify.implementations.native import places
from lse_verify.implementations.native.loops import Function


def _shared() -> Path | None:
    return places.shared_object("libgsl.so.28", "libgsl.so.27", "libgsl.so.25", "libgsl.so.23")


def _presence() -> str | None:
    found = _shared()
    return None if found is None else places.packaged_version(found, "gsl")


def _fermi_dirac() -> Call:
    return _quiet(Function(_shared, "gsl_sf_fermi_dirac_0", "values").load())


def _logistic() -> Call:
    return partial(_of_scale_1, _quiet(Function(_shared, "gsl_cdf_logistic_P", "pairs").load()))


def _of_scale_1(call: Call, x: FloatArray) -> FloatArray:
    return call(x, np.ones_like(x))


def _quiet(call: Call) -> Call:
    shared: Any = ctypes.CDLL(str(_shared()))
    shared.gsl_set_error_handler.argtypes = (ctypes.c_void_p,)
    shared.gsl_set_error_handler.restype = None
    shared.gsl_set_error_handler_off.restype = ctypes.c_void_p
    return partial(_called_quietly, shared, call)


def _called_quietly(shared: Any, call: Call, *arguments: FloatArray) -> FloatArray:
    before = shared.gsl_set_error_handler_off()
    try:
        return call(*arguments)
    finally:
        shared.gsl_set_error_handler(before)


LIBRARY = Library(
    name="gsl",
    install="apt-get install libgsl27",
    language="C",
    presence=_presence,
    implementations=(
        Implementation("gsl", "softplus", ("binary64",), _fermi_dirac, "gsl_sf_fermi_dirac_0(x)"),
        Implementation("gsl", "logistic", ("binary64",), _logistic, "gsl_cdf_logistic_P(x, 1)"),
    ),
)
