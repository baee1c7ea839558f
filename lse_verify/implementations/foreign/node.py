"""Libraries of JavaScript: where their packages are looked for, and the node that serves them.

npm installs into one folder and not for a user, so there is one of ours for it to install
into, the same on every system, so that the command that installs can be written down. It
gives way to a project's own: a ``node_modules`` in the working directory or any folder above
it, as node has it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lse_verify.errors import ImplementationLoadError
from lse_verify.implementations.foreign.child import Program
from lse_verify.implementations.library import Call

FOLDER = "~/.cache/lse_verify/node"
"""The folder that ``npm install --prefix`` fills."""

_PROGRAMS = Path(__file__).with_name("programs")


@dataclass(frozen=True, slots=True)
class NodePackages:
    """A library of JavaScript, and the module that calls it.

    Attributes
    ----------
    module : str
        A file of ``programs``, which ``serve.mjs`` serves.
    packages : tuple of str
        The npm packages that it needs; the version of the first is the library's.
    """

    module: str
    packages: tuple[str, ...]

    @property
    def install(self) -> str:
        """The command that installs them."""
        return f"npm install --prefix {FOLDER} {' '.join(self.packages)}"

    def version(self) -> str | None:
        """Return the version of the first package, or None unless node and all are here."""
        folder = self.folder()
        if folder is None or shutil.which("node") is None:
            return None
        return _version(folder, self.packages[0])

    def load(self, function: str, variant: str = "") -> Call:
        """Return the callable that asks node for one function.

        Raises
        ------
        ImplementationLoadError
            If node or a package is not here.
        """
        # Not at the top: an adapter is read by interpreters too that do not have all that
        # the functions of the family are stated with.
        from lse_verify.implementations.foreign.command import caller

        node, folder = shutil.which("node"), self.folder()
        if node is None or folder is None:
            missing = "node" if node is None else " or ".join(self.packages)
            raise ImplementationLoadError(f"there is no {missing} here; {self.install}")
        served = str(_PROGRAMS / "serve.mjs"), str(_PROGRAMS / self.module), str(folder)
        return caller(Program((node, *served)), function, variant)

    def folder(self) -> Path | None:
        """Return the first folder whose ``node_modules`` has all packages, or None."""
        for folder in _folders():
            if all(_version(folder, package) is not None for package in self.packages):
                return folder
        return None


def _folders() -> Iterator[Path]:
    here = Path.cwd()
    yield from (here, *here.parents)
    # Who has no home has nothing there.
    with contextlib.suppress(RuntimeError):
        yield Path(FOLDER).expanduser()


def _version(folder: Path, package: str) -> str | None:
    """Return the version in the description of an installed package; None if there is none."""
    try:
        text = (folder / "node_modules" / package / "package.json").read_text("utf-8")
        return str(json.loads(text)["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
