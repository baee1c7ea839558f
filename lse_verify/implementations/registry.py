"""Which libraries there are, and which implementations a name means.

Libraries register in the entry-point group ``lse_verify.implementations``, this package's
own included: each entry point names a `Library` that has the entry point's name. Nothing
graded is imported here.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from lse_verify.errors import ImplementationLoadError, UnknownName, UsageError
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.implementations import user
from lse_verify.implementations.foreign import command as foreign
from lse_verify.implementations.foreign import interpreter
from lse_verify.implementations.library import Implementation, Library

GROUP = "lse_verify.implementations"


def libraries() -> dict[str, Library]:
    """Return all registered libraries by name, sorted.

    One whose entry point cannot be loaded is there too, without implementations and with
    the reason in its `error`.
    """
    return dict(_registered())


def select(
    specs: Sequence[str], functions: Sequence[str] = (), formats: Sequence[str] = ()
) -> list[Implementation]:
    """Return the implementations that the user named, each once, in the order named.

    Parameters
    ----------
    specs : sequence of str
        Each a library (``"torch"``: all its implementations), an implementation
        (``"textbook.naive"``: for all its functions), a pattern of implementations
        (``"*.grad"``), either of them elsewhere (``"scipy@old/bin/python"``), or the user's
        own (``"mine.py:softplus"``, ``"foreign:julia mine.jl"``). None at all means every
        registered implementation, installed or not.
    functions : sequence of str, optional
        What ``--function`` said; it tells what the user's own compute and selects nothing.
    formats : sequence of str, optional
        What ``--format`` said; the formats of the user's own, binary32 and binary64 if none.

    Raises
    ------
    UnknownName
        If nothing has that name; the message names the nearest.
    ImplementationLoadError
        If a library named is not installed or broken, an interpreter named cannot be run, or
        the user's own cannot be loaded.
    UsageError
        If it is not said which function the user's own computes.
    """
    if not specs:
        return list(_all())
    picked: list[Implementation] = []
    for spec in specs:
        if foreign.is_spec(spec):
            picked += _foreign(spec, functions, formats)
        elif user.is_spec(spec):
            picked.append(_own(spec, functions, formats))
        elif "@" in spec:
            picked += _elsewhere(spec, Path.cwd())
        else:
            picked += _named(spec)
    return list(dict.fromkeys(picked))


def find(name: str, function: str, base: Path | None = None) -> Implementation:
    """Return the implementation of `function` that has exactly this name.

    Parameters
    ----------
    name : str
        The name of an implementation, or the spec of a user's own, which is then taken to
        compute `function` in any format.
    function : str
        A function of the family.
    base : Path, optional
        The folder that a user's relative path starts from; the working directory if None.

    Raises
    ------
    UnknownName
        If there is no such implementation; the message names the nearest.
    UsageError
        If it does not compute `function`.
    ImplementationLoadError
        If the user's file does not exist.
    """
    base = base or Path.cwd()
    if foreign.is_spec(name):
        return foreign.implementation(name, function, base, tuple(FORMATS))
    if user.is_spec(name):
        return user.implementation(name, function, base, tuple(FORMATS))
    known = _elsewhere(name, base) if "@" in name else _all()
    named = {i.function: i for i in known if i.name == name}
    if not named:
        raise UnknownName("implementation", name, _names())
    if function not in named:
        raise UsageError(f"'{name}' does not compute {function}; it has {', '.join(named)}")
    return named[function]


def library_of(name: str, base: Path) -> Library | None:
    """Return the library that implementations belong to; a user's own belong to none.

    Parameters
    ----------
    name : str
        What `Implementation.library` says.
    base : Path
        The folder that the path of an interpreter starts from.
    """
    if ":" in name or "@" not in name:
        return _registered().get(name)
    return _library_elsewhere(name, base)


def from_entry_points(entry_points: Iterable[importlib.metadata.EntryPoint]) -> dict[str, Library]:
    """Load the libraries behind entry points; a broken one becomes a row that says why.

    Parameters
    ----------
    entry_points : iterable of importlib.metadata.EntryPoint
        Those of the group. Of two with one name the first to sort stays, this package's
        own before any other, and the second is a broken row under its value.

    Returns
    -------
    dict of str to Library
        Sorted by name.
    """
    found: dict[str, Library] = {}
    for entry_point in sorted(entry_points, key=_precedence):
        if entry_point.name in found:
            taken = f"the name '{entry_point.name}' is taken"
            found[entry_point.value] = Library(entry_point.value, (), error=taken)
        else:
            found[entry_point.name] = _loaded(entry_point)
    return dict(sorted(found.items()))


@functools.cache
def _registered() -> dict[str, Library]:
    """Load all libraries, once a process: reading the metadata of all packages is slow."""
    return from_entry_points(importlib.metadata.entry_points(group=GROUP))


@functools.cache
def _entries() -> dict[str, str]:
    """Return what each library's entry point names: ``module:attribute``."""
    found = sorted(importlib.metadata.entry_points(group=GROUP), key=_precedence, reverse=True)
    return {entry_point.name: entry_point.value for entry_point in found}


def _precedence(entry_point: importlib.metadata.EntryPoint) -> tuple[str, bool, str]:
    own = entry_point.value.startswith("lse_verify.")
    return entry_point.name, not own, entry_point.value


def _loaded(entry_point: importlib.metadata.EntryPoint) -> Library:
    """Load one library; whatever is wrong with it becomes its `error`."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            library = entry_point.load()
            _check(library, entry_point)
    except (Exception, SystemExit) as error:
        return Library(entry_point.name, (), error=user.one_line(error))
    checked: Library = library
    return checked


def _check(library: object, entry_point: importlib.metadata.EntryPoint) -> None:
    """Raise unless the object is a library of that name that can describe itself."""
    if not isinstance(library, Library):
        raise TypeError(f"{entry_point.value} is not a Library")
    if library.name != entry_point.name:
        raise ValueError(f"library '{library.name}' is registered as '{entry_point.name}'")
    for implementation in library.implementations:
        if implementation.library != library.name:
            raise ValueError(f"'{implementation.name}' does not begin with '{library.name}'")
    library.describe()


def _all() -> Iterator[Implementation]:
    return (i for library in _registered().values() for i in library.implementations)


def _names() -> list[str]:
    """Return every name that can be asked for."""
    return [*_registered(), *dict.fromkeys(i.name for i in _all())]


def _named(spec: str) -> list[Implementation]:
    """Return what the name of a library or implementation, or a pattern, stands for."""
    if spec in _registered():
        return _installed(_registered()[spec])
    matching = [i for i in _all() if fnmatchcase(i.name, spec)]
    if not matching:
        raise UnknownName("implementation", spec, _names())
    if matching[0].name == spec:
        _installed(_registered()[matching[0].library])
    return matching


def _library_elsewhere(name: str, base: Path) -> Library:
    """Return a library as another interpreter has it.

    Raises
    ------
    UnknownName, ImplementationLoadError
        If there is no such library, or it is not there.
    """
    here, _, python = name.partition("@")
    if here not in _registered():
        raise UnknownName("library", here, _registered())
    return interpreter.library(_registered()[here], _entries()[here], python, base)


def _elsewhere(spec: str, base: Path) -> list[Implementation]:
    """Return what a name of a library or implementation, or a pattern, stands for elsewhere."""
    name, _, python = spec.partition("@")
    library = _library_elsewhere(f"{name.partition('.')[0]}@{python}", base)
    if name == library.name.partition("@")[0]:
        return list(library.implementations)
    matching = [i for i in library.implementations if fnmatchcase(i.name, spec)]
    if not matching:
        names = [i.name for i in library.implementations]
        raise UnknownName("implementation", spec, names)
    return matching


def _foreign(spec: str, functions: Sequence[str], formats: Sequence[str]) -> list[Implementation]:
    """Return a command as the implementations that it is said to be."""
    if not functions:
        raise UsageError(
            f"which functions does '{spec}' compute? say them, for example --function logsumexp"
        )
    chosen = tuple(formats) or user.DEFAULT_FORMATS
    return [foreign.implementation(spec, function, Path.cwd(), chosen) for function in functions]


def _installed(library: Library) -> list[Implementation]:
    """Return all implementations of a library that was asked for by name.

    Raises
    ------
    ImplementationLoadError
        If it is broken or not installed.
    """
    if library.error:
        raise ImplementationLoadError(f"'{library.name}' cannot be loaded: {library.error}")
    if not library.installed:
        raise ImplementationLoadError(
            f"'{library.name}' is not installed; install it with: {library.install}"
        )
    return list(library.implementations)


def _own(spec: str, functions: Sequence[str], formats: Sequence[str]) -> Implementation:
    """Return the user's own, after a trial load that ends the call here if it fails."""
    function = user.function_of(spec, functions, FUNCTIONS)
    own = user.implementation(spec, function, Path.cwd(), tuple(formats) or user.DEFAULT_FORMATS)
    own.load()
    return own
