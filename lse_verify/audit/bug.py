"""Bugs of releases as people write them up: files of TOML, one a library, read and checked.

What such a file has is only what nobody can compute: the line that reproduces a bug with the
library alone, what it printed, and why. The truth is the oracle's, each time it is shown.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

import msgspec

from lse_verify.audit.finding import FailureKind
from lse_verify.audit.point import read_point
from lse_verify.errors import BadInput, UsageError
from lse_verify.execution.lines import UNREADABLE
from lse_verify.family import function_named
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format, format_named
from lse_verify.implementations.foreign.interpreter import DEVICES
from lse_verify.inputs.regular import read_regular

Language = Literal["Python", "R", "JavaScript", "C", "C++"]

Fault = Literal["digits", "bound", "nan", "infinity", "special"] | FailureKind
"""What makes a grade ``wrong`` or ``unstable``; `FAULTS` says it in words."""

FAULTS: dict[str, str] = {
    "nan": "NaN where the truth is a number",
    "infinity": "an infinity where the truth is a number that fits",
    "digits": "digits lost that the input did not cost",
    "bound": "a bound of mathematics broken",
    "special": "a wrong special value",
    "exception": "an exception",
    "shape": "another shape than asked for",
    "dtype": "another format than asked for",
    "overwritten": "the input overwritten",
    "crash": "the process ended",
    "hang": "no end",
    "environment": "the process changed for everybody else in it",
}
"""The faults in words, the gravest first."""

Kind = Literal[
    "overflow",
    "absorption",
    "add-back",
    "accumulator",
    "threshold",
    "inf-inf",
    "branch",
    "compiled",
    "gradient",
    "flush",
    "format",
    "approximation",
    "memory",
    "policy",
]
KINDS: dict[Kind, tuple[str, str]] = {
    "overflow": (
        "overflow of an intermediate",
        "a number on the way is too large for the format, though the answer is not",
    ),
    "absorption": (
        "absorption",
        "a small term is added to a large one and rounded away before it would have counted",
    ),
    "add-back": (
        "shift-then-add-back",
        "what was subtracted first is added or subtracted last, and rounds away the rest",
    ),
    "accumulator": (
        "accumulator",
        "a sum in one narrow number: each term adds its rounding",
    ),
    "threshold": (
        "threshold",
        "beyond a switch point another formula is used, which is not yet right there",
    ),
    "inf-inf": ("inf − inf", "two infinities are subtracted or divided; the limit exists"),
    "branch": (
        "sign or branch",
        "a comparison sends NaN, an infinity or a sign the wrong way",
    ),
    "compiled": ("compiled mode", "what is compiled answers otherwise than what it is made from"),
    "gradient": (
        "gradient rule",
        "the derivative is computed by a formula that loses digits the function kept",
    ),
    "flush": ("flush to zero", "numbers below the normal ones are taken or returned as 0"),
    "format": ("wrong format inside", "a part is computed in a narrower format than asked for"),
    "approximation": (
        "approximation",
        "the formula in the place of the function is not accurate there",
    ),
    "memory": ("foreign memory", "it reads what was not handed to it"),
    "policy": ("policy", "meant so, or documented: the answer is still not the function's"),
}
"""The classes of bugs: their names in words, and what they mean."""

assert set(KINDS) == set(get_args(Kind))


class Bug(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One bug, with one input that shows it.

    Attributes
    ----------
    name : str
        Its own within the library.
    kind : str
        The class, in TOML ``class``: one of `KINDS`.
    implementations : list of str
        As ledgers name them, or patterns: the one that is reproduced, and others with the same
        cause.
    function : str
        What they compute.
    formats : list of str
        The one that is reproduced, and others in which it is the same.
    faults : list of str
        What it makes of grades: names of `FAULTS`.
    input : list of str
        The arguments, as ``lse-verify truth`` takes them.
    output : int
        Which entry of the answer, from 0.
    code : str
        What a user pastes: it needs the library alone and prints one number.
    prints : str
        What that printed. Empty if it ends before.
    ends : str
        How it ended, if not well: ``"SIGABRT"``, ``"exit code 1"``.
    varies : bool
        Whether it prints another wrong number each time.
    cause : str
        Why, in a sentence or two.
    issues : list of str
        Where it is known: ``"jax#40384"``.
    """

    name: str
    kind: Kind = msgspec.field(name="class")
    implementations: list[str]
    function: str
    formats: list[str]
    faults: list[Fault]
    input: list[str]
    output: int = 0
    code: str
    prints: str = ""
    ends: str = ""
    varies: bool = False
    cause: str
    issues: list[str] = []

    @property
    def subject(self) -> tuple[Function, Format]:
        """The function and format of the reproduction."""
        return function_named(self.function), format_named(self.formats[0])

    @property
    def point(self) -> Point:
        """The input of the reproduction."""
        function, fmt = self.subject
        return read_point(function, fmt, self.input)

    def explains(self, implementation: str, function: str, fmt: str, fault: str) -> bool:
        """Tell whether it accounts for a fault of a grade."""
        return fault in self.faults and _is_of(self, implementation, function, fmt)


class Excuse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grades that are ``wrong`` or ``unstable`` and no bug of the library.

    Attributes
    ----------
    implementations, function, formats, faults
        As those of `Bug`.
    why : str
        In a sentence.
    """

    implementations: list[str]
    function: str
    formats: list[str]
    faults: list[Fault]
    why: str

    def explains(self, implementation: str, function: str, fmt: str, fault: str) -> bool:
        """Tell whether it accounts for a fault of a grade."""
        return fault in self.faults and _is_of(self, implementation, function, fmt)


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A library in one version, and its bugs.

    Attributes
    ----------
    library : str
        As ``lse-verify list`` names it.
    title : str
        As its users do.
    version : str
        Of which the bugs are.
    language : str
        Of the reproductions.
    build : str
        Of C and C++, the command that makes ``bug`` of ``bug.c`` or ``bug.cpp``.
    packages : list of str
        Of JavaScript, those that have to be installed.
    repository : str
        Where issues are: ``"jax-ml/jax"``; empty where that is not known.
    today : str
        Of what is not the newest release: whether the newest is the same.
    bugs : list of Bug
        In TOML ``bug``.
    excuses : list of Excuse
        In TOML ``no_bug``.
    """

    library: str
    title: str
    version: str
    language: Language
    build: str = ""
    packages: list[str] = []
    repository: str = ""
    today: str = ""
    bugs: list[Bug] = msgspec.field(name="bug", default=[])
    excuses: list[Excuse] = msgspec.field(name="no_bug", default=[])


def identity(release: Release, bug: Bug) -> str:
    """Return the name of a bug among those of all libraries."""
    return f"{release.library}/{bug.name}"


def read_releases(folder: Path) -> list[Release]:
    """Read all files of a folder, sorted by title.

    Raises
    ------
    BadInput
        If the folder cannot be read, there is none, or one cannot be used; one line with the bug
        and the remedy.
    """
    try:
        paths = sorted(folder.glob("*.toml"))
    except OSError as error:
        raise BadInput(f"cannot read '{folder}': {error.strerror}; check the path") from error
    if not paths:
        raise BadInput(f"no bugs in '{folder}'; there is to be a file LIBRARY.toml for each")
    return sorted(map(read_release, paths), key=lambda r: (r.title.casefold(), r.library))


def read_release(path: Path) -> Release:
    """Read one file.

    Raises
    ------
    BadInput
        If it cannot be read, has something else than `Release`, names what is not known, or an
        input that its function does not take.
    """
    try:
        release = msgspec.convert(tomllib.loads(read_regular(path).decode()), Release)
    except OSError as error:
        raise BadInput(f"cannot read '{path}': {error.strerror}; check the path") from error
    except (*UNREADABLE, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"'{path.name}' has no bugs that can be read: {error}") from error
    names = [bug.name for bug in release.bugs]
    for bug in release.bugs:
        try:
            _check(bug)
        except UsageError as error:
            raise BadInput(f"'{path.name}', bug '{bug.name}': {error}") from error
        if names.count(bug.name) > 1:
            raise BadInput(f"'{path.name}' has two bugs named '{bug.name}'; rename one")
    return release


def _check(bug: Bug) -> None:
    outcomes = bug.subject[0].settle(bug.point).outcomes
    if not 0 <= bug.output < len(outcomes):
        raise BadInput(f"there is no output {bug.output}; there are {len(outcomes)}, from 0")
    if not bug.prints and not bug.ends:
        raise BadInput("it is not said what the code prints, nor how it ends; run it and write it")
    for fmt in bug.formats:
        format_named(fmt)


def _is_of(written: Bug | Excuse, implementation: str, function: str, fmt: str) -> bool:
    """Tell whether it is about a grade; the same release in another interpreter is the same."""
    name, _, place = implementation.partition("@")
    known = implementation if place in DEVICES else name
    return (
        fnmatchcase(function, written.function)
        and any(fnmatchcase(fmt, pattern) for pattern in written.formats)
        and any(fnmatchcase(known, pattern) for pattern in written.implementations)
    )
