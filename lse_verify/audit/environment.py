"""What a report has to say of where it was made: versions, processor, libc, commit."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psutil

from lse_verify.implementations.library import Library

_PACKAGES = ("lse_verify", "numpy", "mpmath", "sympy", "gmpy2", "python-flint", "ml_dtypes")

_TELLING_FEATURES = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx512f",
    "avx512_fp16",
    "amx_tile",
    "asimd",
    "sve",
)
"""Instruction sets that are known to change the bits of elementary functions."""

_SWITCHES = (
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "GLIBC_TUNABLES",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "TF_ENABLE_ONEDNN_OPTS",
)
"""Variables by which libraries are told to use other instruction sets than they would."""


def versions(libraries: Iterable[Library]) -> dict[str, str]:
    """Return the versions of Python, of what the verdicts rest on, and of what is graded."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        found[name] = importlib.metadata.version(name)
    for library in libraries:
        if library.version:
            found[library.name] = library.version
    return found


def machine() -> dict[str, str]:
    """Return processor, features, cores, libc and system; no name of the machine.

    And what libraries are told to use of the features, if they are told anything.
    """
    model, features = _processor()
    told = " ".join(f"{name}={os.environ[name]}" for name in _SWITCHES if os.environ.get(name))
    found = {
        "processor": model,
        "features": " ".join(name for name in _TELLING_FEATURES if name in features),
        "cores": str(psutil.cpu_count() or 1),
        "libc": " ".join(platform.libc_ver()).strip(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    return found | {"switches": told} if told else found


def described() -> dict[str, dict[str, str]]:
    """Return commit, machine and versions together, by kind and name."""
    return {"checkout": {"commit": commit()}, "machine": machine(), "versions": versions(())}


def processor_key() -> str:
    """Return a short name that differs between processors of different instruction sets."""
    model, features = _processor()
    told = " ".join([model, *sorted(features)])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _processor() -> tuple[str, set[str]]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine(), set()
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    listed = fields.get("flags", fields.get("Features", "")).split()
    return fields.get("model name", platform.machine()), set(listed)


def commit() -> str:
    """Return the commit of the checkout that the package runs from, or an empty string."""
    folder = Path(__file__).parent
    if not (folder.parent.parent / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
