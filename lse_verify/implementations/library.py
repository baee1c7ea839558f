"""What an implementation is, and a library as the place where implementations come from.

Nothing here imports a graded library: an adapter states as data what the library offers
and imports it inside `Implementation.load`, in the worker that runs the cell.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from lse_verify.formats import FloatArray

Call = Callable[..., FloatArray]
"""``f(x: (m, n)) -> (m,)``, ``(m, n)`` for softmax and its kin; the README has it all."""


FOREIGN = "foreign:"
"""How the name of an implementation begins that is a command, which speaks the protocol."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """One float implementation of one function.

    Attributes
    ----------
    name : str
        ``library`` or ``library.variant``: ``"torch"``, ``"textbook.naive"``, ``"jax.grad"``.
    function : str
        The function of the family that it claims to compute.
    formats : tuple of str
        The formats that it takes and returns.
    load : callable
        Imports what is needed and returns the callable that is graded.
    calls : str
        What is called, as a user would write it.
    composed : bool
        Whether the adapter composed it from the library's parts: then it is not the
        library's own function.
    algorithm : str or None
        The algorithm of Blanchard, Higham & Higham that it is, if it is known to be one.
    n_terms : tuple of int or None
        The row lengths that it takes; None for any.
    scheme : str or None
        The scheme of `lse_verify.family.rounding` that it computes, if it is known to be one
        with NumPy's exp, log and log1p.
    twin : str or None
        The name of the implementation whose bits it should give: of what is compiled the one
        that it was compiled from, of a call along another axis the plain call.
    within : bool
        Whether the call stands within a larger expression, as a compiler sees it that fuses
        the two. A row that the rest of the expression cannot give is answered by the call
        alone, so that nothing is told by comparing the answers to two rows.
    """

    name: str
    function: str
    formats: tuple[str, ...]
    load: Callable[[], Call] = field(compare=False)
    calls: str
    composed: bool = False
    algorithm: str | None = None
    n_terms: tuple[int, ...] | None = None
    scheme: str | None = None
    twin: str | None = None
    within: bool = False

    @property
    def library(self) -> str:
        """The part of the name before the first dot, and where it runs if that is elsewhere.

        A user's own is its own library.

        Examples
        --------
        >>> Implementation("torch.grad@old/bin/python", "softmax", (), print, "").library
        'torch@old/bin/python'
        """
        if ":" in self.name:
            return self.name
        name, at, place = self.name.partition("@")
        return name.split(".", 1)[0] + at + place

    @property
    def origin(self) -> str:
        """What is imported for it: the library, or the user's file, module or command."""
        if self.name.startswith(FOREIGN):
            return self.name
        return self.name.rpartition(":")[0] or self.library


@dataclass(frozen=True, slots=True)
class Library:
    """A source of implementations.

    Attributes
    ----------
    name : str
        The name that ``--implementation`` takes.
    implementations : tuple of Implementation
        All it offers.
    module : str or None
        The import name whose presence says that it is installed; None if always there.
    distribution : str or None
        The name under which its version is recorded.
    install : str
        The command that installs it.
    kind : {"textbook", "library", "user"}
        What it is to a report.
    error : str
        Why its entry point could not be loaded; empty if it could.
    language : str
        What its functions are called from: ``"Python"``, ``"C"``, ``"R"`` and so on.
    presence : callable or None
        Of what is no Python package: returns its version, empty where there is none to tell,
        or None if it is not here. It starts no process and compiles nothing.
    """

    name: str
    implementations: tuple[Implementation, ...]
    module: str | None = None
    distribution: str | None = None
    install: str = ""
    kind: Literal["textbook", "library", "user"] = "library"
    error: str = ""
    language: str = "Python"
    presence: Callable[[], str | None] | None = field(default=None, compare=False)

    @property
    def installed(self) -> bool:
        """Whether the library is here and not broken, found without importing it."""
        if self.error:
            return False
        if self.presence is not None:
            return self.presence() is not None
        return self.module is None or importlib.util.find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """The installed version, empty where there is none to tell."""
        if self.presence is not None:
            return self.presence() or ""
        if self.distribution is None or not self.installed:
            return ""
        return importlib.metadata.version(self.distribution)

    def describe(self) -> dict[str, Any]:
        """Return what ``lse-verify list --json`` shows of it."""
        return {
            "name": self.name,
            "installed": self.installed,
            "version": self.version,
            "language": self.language,
            "install": self.install,
            "error": self.error,
            "implementations": [
                {
                    "name": i.name,
                    "function": i.function,
                    "formats": list(i.formats),
                    "calls": i.calls,
                    "composed": i.composed,
                }
                for i in self.implementations
            ],
        }
