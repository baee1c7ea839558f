"""Compiles C++ sources of this package, once, and keeps the shared objects in the user's cache.

Only what runs a cell compiles; whether a compiler is there is told from the search path.

Flags: ``-O2`` and nothing that changes arithmetic, as Debian builds its packages and most users
their programs, so that what is graded is what a user of the headers gets. There is no
``-ffast-math``. Contraction is left to the compiler: of x86-64 the base instruction set has no
fused multiply-add that there could be contracted to, and elsewhere the users of that compiler have
it too. A variant that is built with more says so in its name and in its ``calls``.

A shared object is known by a digest of the compiler's version, the flags, the sources and the
version of the library whose headers it includes. It is written under another name and renamed:
whoever finds it finds it whole. Of several processes that need it at once one compiles, and the
others wait. Where the cache cannot be written to, every process compiles for itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lse_verify.errors import ImplementationLoadError

COMMAND = "c++ -std=c++17 -O2"
"""How sources are compiled, as ``lse-verify list`` shows it."""

_COMPILERS = ("c++", "g++", "clang++")
_FLAGS = (*COMMAND.split()[1:], "-w", "-fPIC", "-shared", "-fvisibility=hidden")
_SOURCES = Path(__file__).with_name("sources")
_INCLUDED = _SOURCES / "shim.hpp"


@dataclass(frozen=True, slots=True)
class Source:
    """A source file and what it is compiled with.

    Attributes
    ----------
    file : Path
        A file of C++.
    version : str
        Of the library whose headers it includes.
    flags : tuple of str
        Besides `COMMAND`.
    folders : tuple of Path
        Where headers are, besides where the compiler looks.
    objects : tuple of Path
        Shared objects that it needs.
    """

    file: Path
    version: str = ""
    flags: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    objects: tuple[Path, ...] = ()

    @property
    def options(self) -> list[str]:
        """What the compiler is told besides the file."""
        return [*_FLAGS, *self.flags, *(f"-I{folder}" for folder in self.folders)]

    @property
    def links(self) -> list[str]:
        """What the linker is told."""
        found = (f"-Wl,-rpath,{shared.parent}" for shared in self.objects)
        return [*map(str, self.objects), *found]


def source(name: str) -> Path:
    """Return the file of a source of this package.

    Examples
    --------
    >>> source("boost").name
    'boost.cpp'
    """
    return _SOURCES / f"{name}.cpp"


def has_compiler() -> bool:
    """Tell whether there is a C++ compiler on the search path; it is not run."""
    return _compiler() is not None


@cache
def loaded(wanted: Source, folder: Path | None = None) -> ctypes.CDLL:
    """Return the shared object of a source, compiled if it has not been.

    Parameters
    ----------
    wanted : Source
        What is to be compiled.
    folder : Path, optional
        Where it is kept; in the user's cache if None.

    Raises
    ------
    ImplementationLoadError
        If there is no compiler, or it cannot compile the source: with its own first words.
    """
    compiler = _compiler()
    if compiler is None:
        raise ImplementationLoadError(
            f"{wanted.file.name} is to be compiled, and there is no compiler "
            f"({', '.join(_COMPILERS)}); install one with: apt-get install g++"
        )
    name = f"{wanted.file.stem}-{_digest(wanted, compiler)}.so"
    kept = (folder or _cache_folder()) / name
    found = _opened(kept)
    if found is None and _can_keep(kept.parent):
        with _alone(wanted.file):
            found = _opened(kept) or _made(wanted, compiler, kept)
    if found is None:
        with tempfile.TemporaryDirectory() as scratch:
            # Removed when it is loaded, which the system does not mind.
            return _made(wanted, compiler, Path(scratch) / name)
    return found


def _compiler() -> str | None:
    return next((found for name in _COMPILERS if (found := shutil.which(name))), None)


def _cache_folder() -> Path:
    try:
        from platformdirs import user_cache_path
    except ImportError:
        # In another interpreter, which has NumPy and the library only.
        return Path.home() / ".cache" / "lse_verify" / "native"
    return user_cache_path("lse_verify") / "native"


def _digest(wanted: Source, compiler: str) -> str:
    told = subprocess.run(
        [compiler, "--version"], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    digest = hashlib.sha256(told.stdout)
    for part in (platform.machine(), wanted.version, *wanted.options, *wanted.links):
        digest.update(part.encode() + b"\0")
    for file in (wanted.file, _INCLUDED):
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _can_keep(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until no other process has a file; the kernel lets go of it for one that dies."""
    with file.open("rb") as held:
        # A file system that cannot: then several compile, and the last one's is kept.
        with contextlib.suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _opened(kept: Path) -> ctypes.CDLL | None:
    """Load what is kept; None if there is none, or it cannot be loaded any more."""
    try:
        return ctypes.CDLL(str(kept))
    except OSError:
        return None


def _made(wanted: Source, compiler: str, path: Path) -> ctypes.CDLL:
    part = path.with_name(f".{path.stem}.{os.getpid()}.so")
    try:
        _compile(wanted, compiler, part)
        part.replace(path)
        return ctypes.CDLL(str(path))
    except OSError as error:
        words = " ".join(str(error).split())
        raise ImplementationLoadError(f"{wanted.file.name} cannot be loaded: {words}") from error
    finally:
        part.unlink(missing_ok=True)


def _compile(wanted: Source, compiler: str, path: Path) -> None:
    done = subprocess.run(
        [compiler, *wanted.options, str(wanted.file), *wanted.links, "-o", str(path)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C"},
    )
    if done.returncode:
        raise ImplementationLoadError(
            f"{wanted.file.name} cannot be compiled by {Path(compiler).name}: "
            f"{first_words(done.stderr) or f'exit code {done.returncode}'}"
        )


def first_words(printed: str) -> str:
    r"""Return the line in which a compiler says first what is wrong, without the place.

    Parameters
    ----------
    printed : str
        What it printed.

    Examples
    --------
    >>> first_words("In file included from a.cpp:\nb.hpp:3:9: fatal error: c.hpp: No such file\n")
    'c.hpp: No such file'
    >>> first_words("/bin/ld: cannot find -lx: No such file\ncollect2: error: ld returned 1")
    '/bin/ld: cannot find -lx: No such file'
    """
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    for mark in ("error: ", "ld: "):
        told = [li for li in lines if mark in li and not li.startswith("collect2:")]
        if told:
            return told[0].partition("error: ")[2] or told[0]
    return lines[-1] if lines else ""
