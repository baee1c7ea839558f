"""The user's own implementation, named ``path/to/file.py:attr`` or ``package.module:attr``.

What is printed is what the user typed; what is loaded is found from the absolute folder in
which it was typed, so that a worker with another working directory loads the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from lse_verify.errors import ImplementationLoadError, UnknownName, UsageError
from lse_verify.implementations.library import FOREIGN, Call, Implementation

DEFAULT_FORMATS = ("binary32", "binary64")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a user's callable is.

    Attributes
    ----------
    spec : str
        What the user typed.
    source : str
        A dotted module name or a path of a Python file.
    attribute : str
        The name in it, dots allowed.
    base : Path
        The absolute folder that `source` is relative to.
    """

    spec: str
    source: str
    attribute: str
    base: Path

    @property
    def file(self) -> Path | None:
        """The absolute path of the file; None where a module is named."""
        if self.source.endswith(".py") or "/" in self.source or "\\" in self.source:
            return self.base / Path(self.source).expanduser()
        return None

    @property
    def folder(self) -> Path:
        """The folder whose modules the user's code may import."""
        return self.file.parent if self.file else self.base


def is_spec(text: str) -> bool:
    """Tell whether `text` names a user's own and not a registered implementation.

    Examples
    --------
    >>> is_spec("mine.py:f"), is_spec("mine.py"), is_spec("torch.grad")
    (True, True, False)
    """
    return not text.startswith(FOREIGN) and (":" in text or text.endswith(".py"))


def parse(spec: str, base: Path) -> Target:
    """Take a spec apart.

    Parameters
    ----------
    spec : str
        ``path/to/file.py:attr`` or ``package.module:attr``.
    base : Path
        The folder that a relative path starts from, and where modules are looked for last.

    Raises
    ------
    UsageError
        If one of the two parts is missing.
    ImplementationLoadError
        If the file does not exist.

    Examples
    --------
    >>> parse("my.module:f", Path("/")).attribute
    'f'
    """
    source, _, attribute = spec.rpartition(":")
    if not source or not all(part.isidentifier() for part in attribute.split(".")):
        raise UsageError(
            f"'{spec}' does not name a callable; write path/to/file.py:attr or package.module:attr"
        )
    target = Target(spec, source, attribute, base.absolute())
    if target.file is not None and not target.file.is_file():
        raise ImplementationLoadError(f"cannot load '{spec}': there is no file '{source}'")
    return target


def implementation(
    spec: str, function: str, base: Path, formats: Sequence[str] = DEFAULT_FORMATS
) -> Implementation:
    """Describe the user's callable as an implementation of `function`.

    Parameters
    ----------
    spec : str
        ``path/to/file.py:attr`` or ``package.module:attr``; becomes the name.
    function : str
        The function that it computes.
    base : Path
        The folder that a relative path starts from.
    formats : sequence of str, optional
        The formats that it is graded in.

    Raises
    ------
    UsageError, ImplementationLoadError
        As `parse` does; nothing is imported before ``load`` is called.
    """
    return Implementation(
        name=spec,
        function=function,
        formats=tuple(formats),
        load=partial(load, parse(spec, base)),
        calls=spec,
    )


def function_of(spec: str, said: Sequence[str], known: Collection[str]) -> str:
    """Return the function that a spec computes: the one said, or the one that it is named after.

    Parameters
    ----------
    spec : str
        ``path/to/file.py:attr`` or ``package.module:attr``.
    said : sequence of str
        The functions named with ``--function``.
    known : collection of str
        The functions of the family.

    Raises
    ------
    UsageError
        If one function is not said, nor a name of one.

    Examples
    --------
    >>> function_of("mine.py:softplus", (), {"softplus", "softmax"})
    'softplus'
    """
    if len(said) == 1:
        return said[0]
    attribute = spec.rpartition(":")[2].rpartition(".")[2]
    if attribute in known:
        return attribute
    raise UsageError(
        f"which function does '{spec}' compute? say one, for example --function logsumexp"
    )


def load(target: Target) -> Call:
    """Import the user's module and return the callable in it.

    Whatever the module prints while it is imported goes to standard error.

    Raises
    ------
    ImplementationLoadError
        If the module cannot be imported, with the import error's own words, or if what
        is named is not a callable.
    UnknownName
        If the module has no such attribute; the message names the nearest.
    """
    found: Any = _imported(target)
    for part in target.attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise UnknownName("attribute", part, dir(found)) from None
    if not callable(found):
        raise ImplementationLoadError(
            f"cannot load '{target.spec}': it is of type {type(found).__name__}, not a callable"
        )
    call: Call = found
    return call


def declared_scheme(call: Call) -> str | None:
    """Return the rounding scheme that a callable declares as its attribute ``rounding_scheme``.

    Examples
    --------
    >>> def mine(x): ...
    >>> declared_scheme(mine) is None
    True
    >>> mine.rounding_scheme = "shifted"
    >>> declared_scheme(mine)
    'shifted'
    """
    declared = getattr(call, "rounding_scheme", None)
    return declared if isinstance(declared, str) else None


def one_line(error: BaseException) -> str:
    r"""Return type and words of an error in one line.

    Examples
    --------
    >>> one_line(ValueError("two\nlines"))
    'ValueError: two lines'
    """
    return " ".join(f"{type(error).__name__}: {error}".split())


def _imported(target: Target) -> ModuleType:
    """Import the module of a target, with its folder last on the path for what it imports."""
    folder = str(target.folder)
    if folder not in sys.path:
        # Last, so that a file of the user's hides no installed module.
        sys.path.append(folder)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            if target.file is None:
                return importlib.import_module(target.source)
            return _import_file(target.file)
    except (Exception, SystemExit) as error:
        raise ImplementationLoadError(f"cannot load '{target.spec}': {one_line(error)}") from error


def _import_file(path: Path) -> ModuleType:
    """Import a file, once a process, under a name that no other module has."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"_lse_verify_user_{digest}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"'{path.name}' is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Registered before it runs, as the import system does: dataclasses look it up.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
