"""How the kernels are compiled: strict IEEE semantics, cached on disk, fma or not.

`fastmath` is never passed, so LLVM may neither reassociate nor contract, and an fma is only
where the source says so. Kernels for rows are small functions that are inlined by LLVM
(`inlined`) into loops over arrays (`compiled_loop`); the loops are what is kept on disk.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm
from numba import config, njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_ALWAYS_FUSED = ("aarch64", "arm64", "ppc64le", "riscv64", "s390x")
"""Machines whose base instruction set for floats has an fma."""


def has_fma(machine: str, features: str) -> bool:
    """Tell from LLVM's report whether the processor multiplies and adds with one rounding.

    Parameters
    ----------
    machine : str
        The name of the architecture, as `platform.machine` gives it.
    features : str
        LLVM's list, ``"+avx2,+fma,-avx512f,..."``.

    Examples
    --------
    >>> has_fma("x86_64", "+avx,+fma,+avx2"), has_fma("x86_64", "+avx,-fma,+fma4")
    (True, False)
    >>> has_fma("aarch64", "")
    True
    """
    return machine.lower() in _ALWAYS_FUSED or "+fma" in features.split(",")


def _target_features() -> str:
    """Return the features code is compiled for: the host's, or what NUMBA_CPU_FEATURES says."""
    if config.CPU_FEATURES is not None:
        return str(config.CPU_FEATURES)
    return str(llvm.get_host_cpu_features().flatten())


HAS_FMA = has_fma(platform.machine(), _target_features())
"""Chosen once, at import. numba keys its cache by these features, so that a change of
processor compiles anew. Without an fma the kernels split exactly (Veltkamp, Dekker)."""


def inlined(function: Kernel) -> Kernel:
    """Compile a kernel so that LLVM inlines it wherever it is called."""
    return cast(Kernel, njit(forceinline=True, error_model="numpy")(function))


def compiled_loop(function: Kernel) -> Kernel:
    """Compile a loop over arrays and keep its machine code on disk.

    numba knows code on disk by the date of the file that holds the loop, but the kernels it
    inlines are in other files. So it is known by the contents of all of them: a
    change of any source here, or in the loop's own folder, compiles that loop anew.
    """
    try:
        dispatcher = njit(cache=True, error_model="numpy")(function)
    except RuntimeError:
        # No folder can be written to: every process compiles for itself.
        return cast(Kernel, njit(error_model="numpy")(function))
    index = dispatcher._cache._cache_file
    beside = _known_stamp(Path(function.__code__.co_filename).parent)
    index._source_stamp = (index._source_stamp, SOURCE_STAMP, beside)
    return cast(Kernel, dispatcher)


def source_stamp(folder: Path) -> str:
    """Return a digest of every Python source of a folder and of those in it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


_known_stamp = cache(source_stamp)

SOURCE_STAMP = source_stamp(Path(__file__).parent)
