"""Libraries of R: where their packages are looked for, and the Rscript that serves them."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lse_verify.errors import ImplementationLoadError
from lse_verify.implementations.foreign.child import Program
from lse_verify.implementations.library import Call

_PROGRAMS = Path(__file__).with_name("programs")
_SITES = (Path("/usr/local/lib/R/site-library"), Path("/usr/lib/R/site-library"))


@dataclass(frozen=True, slots=True)
class RPackage:
    """A package of R, and the file that calls it.

    Attributes
    ----------
    file : str
        A file of ``programs``, which ``serve.R`` serves.
    package : str
        The package.
    install : str
        The command that installs it.
    """

    file: str
    package: str
    install: str

    def version(self) -> str | None:
        """Return the version, or None unless Rscript and the package are here."""
        folder = self._folder()
        return None if folder is None else _version(folder / self.package)

    def load(self, function: str, variant: str = "") -> Call:
        """Return the callable that asks Rscript for one function.

        Raises
        ------
        ImplementationLoadError
            If Rscript or the package is not here.
        """
        # Not at the top: an adapter is read by interpreters too that do not have all that
        # the functions of the family are stated with.
        from lse_verify.implementations.foreign.command import caller

        rscript, folder = shutil.which("Rscript"), self._folder()
        if rscript is None or folder is None:
            missing = "Rscript" if rscript is None else f"R package {self.package}"
            raise ImplementationLoadError(f"there is no {missing} here; {self.install}")
        served = str(_PROGRAMS / "serve.R"), str(_PROGRAMS / self.file), str(folder)
        # Errors are told in one language, whatever the user's is.
        program = Program((rscript, "--vanilla", *served), variables=(("LANGUAGE", "en"),))
        return caller(program, function, variant)

    def _folder(self) -> Path | None:
        """Return the first folder of packages that has it, in R's order."""
        for folder in _folders():
            if _version(folder / self.package) is not None:
                return folder
        return None


def _folders() -> Iterator[Path]:
    """Yield the folders in which R looks for packages, the user's first; none without R."""
    home = _home()
    if home is None:
        return
    for variable in ("R_LIBS", "R_LIBS_USER"):
        yield from _listed(variable)
    # A user's folder is of one release of R: a package that another built does not load.
    release = ".".join((_version(home / "library" / "base") or "").split(".")[:2])
    with contextlib.suppress(RuntimeError):
        yield from Path("~/R").expanduser().glob(f"*-library/{release}")
        yield from Path("~/Library/R").expanduser().glob(f"*/{release}/library")
    yield from _listed("R_LIBS_SITE")
    yield from (*_SITES, home / "site-library", home / "library")


def _listed(variable: str) -> Iterator[Path]:
    return (Path(part).expanduser() for part in os.environ.get(variable, "").split(":") if part)


def _home() -> Path | None:
    """Return R's own folder, found from where Rscript is."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    for above in Path(rscript).resolve().parents:
        for home in (above, above / "lib" / "R", above / "lib64" / "R"):
            if (home / "library" / "base" / "DESCRIPTION").is_file():
                return home
    return None


def _version(package: Path) -> str | None:
    """Return the version in the description of an installed package; None if there is none."""
    try:
        lines = (package / "DESCRIPTION").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((line.split()[1] for line in lines if line.startswith("Version: ")), None)
