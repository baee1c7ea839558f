"""Environments of old releases, made on demand by pip and kept in the user's cache folder.

Each has exactly the packages that are pinned, all of them from wheels, beside the standard
library: that is enough for ``LIBRARY@path/to/python``. The name of its folder says the Python and
the pins, so that another pin is another environment, and one that is there is never changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from platformdirs import user_cache_path

# What is installed is small; a registry that does not answer is given up by pip itself.
_PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Environment:
    """Packages that live in one environment.

    Attributes
    ----------
    pins : tuple of str
        Requirements, all of them ``name==version`` and all that are needed: what they depend on
        is not looked for.
    """

    pins: tuple[str, ...]

    def __str__(self) -> str:
        return f"an environment of {self.pins[0]}"

    @property
    def name(self) -> str:
        """The first pin and the Python, for people, and what tells them all apart."""
        about = (*self.pins, sys.implementation.cache_tag, sys.platform, os.uname().machine)
        digest = hashlib.sha256("\n".join(about).encode()).hexdigest()[:12]
        return f"{self.pins[0].replace('==', '-')}-{sys.implementation.cache_tag}-{digest}"

    def python(self, folder: Path | None = None) -> Path:
        """Return the interpreter, of an environment that is made if it is not there.

        Parameters
        ----------
        folder : Path, optional
            Where environments are kept; the user's cache folder if None.

        Raises
        ------
        pytest.skip.Exception
            If it cannot be made, with pip's own words.
        """
        kept = folder or user_cache_path("lse_verify") / "old_versions"
        place = kept / self.name
        with _locked(kept / f"{self.name}.lock"):
            # A link to a Python that has gone does not exist.
            if not _python(place).exists():
                self._make(place)
        return _python(place)

    def _make(self, place: Path) -> None:
        # Under another name until it is whole. Its own python finds it wherever it is; only the
        # scripts beside that, which nobody runs, name the folder in which they were made.
        part = place.with_name(f"{place.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            _run(self, sys.executable, "-m", "venv", str(part))
            pip = (str(_python(part)), "-m", "pip", "--disable-pip-version-check", "--no-input")
            wheels = ("--quiet", "--no-deps", "--only-binary", ":all:")
            _run(self, *pip, "install", *wheels, *self.pins)
            shutil.rmtree(place, ignore_errors=True)
            part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _python(place: Path) -> Path:
    return place / "bin" / "python"


def _run(environment: Environment, *command: str) -> None:
    """Run a step of making an environment, or skip the test that needs it."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{environment} is not made within {_PATIENCE_S:.0f} s")
    if done.returncode:
        version = ".".join(map(str, sys.version_info[:2]))
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        words = said[-1].removeprefix("ERROR: ") if said else done.stderr.strip()[-200:]
        pytest.skip(f"{environment} cannot be made for Python {version}: {words}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for whoever makes the same environment at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
