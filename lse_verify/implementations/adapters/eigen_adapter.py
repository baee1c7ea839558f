"""The library "eigen": the logistic function of Eigen's arrays, compiled from its headers.

It is an algorithm of its own: of binary32 a rational function, of the other formats
1/(1 + e^−x) with an exponential of packets of numbers. TensorFlow computes its sigmoid with later
states of it. What is left of an array behind the last whole packet is computed number by number,
so that the bits depend on the place in the array. Built with ``-mavx2 -mfma`` the packets are
longer and other bits come out; what is graded is the build without.
"""

from __future__ import annotations

from functools import partial

from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import places, shim
from lse_verify.implementations.native.compilation import COMMAND, Source, has_compiler, source

_MACROS = "Eigen/src/Core/util/Macros.h"
_VERSION = ("EIGEN_WORLD_VERSION", "EIGEN_MAJOR_VERSION", "EIGEN_MINOR_VERSION")


def _presence() -> str | None:
    folder = places.header(_MACROS, "eigen3")
    if folder is None or not has_compiler():
        return None
    # Where Eigen 5 says it, and before that.
    told = (folder / "Eigen/Version", folder / _MACROS)
    version = places.macros(next(file for file in told if file.is_file()), *_VERSION)
    # Before 3.4 it had the function for its tensors alone.
    numbers = [int(number) for number in version.split(".") if number.isdecimal()]
    return version if numbers >= [3, 4] else None


def _source() -> Source:
    folder = places.header(_MACROS, "eigen3")
    folders = () if folder is None or folder in places.SEARCHED else (folder,)
    return Source(source("eigen"), version=_presence() or "", folders=folders)


LIBRARY = Library(
    name="eigen",
    install="apt-get install g++ libeigen3-dev",
    language="C++",
    presence=_presence,
    implementations=(
        Implementation(
            name="eigen",
            function="logistic",
            formats=("binary16", "bfloat16", "binary32", "binary64"),
            load=partial(shim.load, _source, "logistic", False),
            calls=f"Eigen::ArrayXd::logistic() and its like; {COMMAND}",
        ),
    ),
)
