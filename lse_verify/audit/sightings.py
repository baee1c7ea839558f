"""What the reproductions of bugs showed, kept beside the bugs so that a report runs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from lse_verify.audit.bug import Bug, Release
from lse_verify.errors import BadInput
from lse_verify.execution.files import write_whole
from lse_verify.execution.lines import UNREADABLE, read_whole

SIGHTINGS = "sightings.json"
"""The file in the folder of the bugs."""

Key = tuple[str, str]
"""The library and the name of a bug."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one reproduction showed.

    Attributes
    ----------
    library, bug : str
        Which.
    code : str
        A digest of what was run.
    version : str
        Of the library.
    machine : dict
        Processor, its features, libc and system.
    printed : str
        The last line that it printed.
    ended : str
        How it ended; empty if well.
    """

    library: str
    bug: str
    code: str
    version: str
    machine: dict[str, str]
    printed: str
    ended: str = ""


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A `Sighting` in the file, where machines are told once each."""

    library: str
    bug: str
    code: str
    version: str
    machine: int
    printed: str
    ended: str = ""


class _File(msgspec.Struct, frozen=True):
    machines: list[dict[str, str]]
    sightings: list[_Seen]


def digest(release: Release, bug: Bug) -> str:
    """Return what tells whether a sighting is of a reproduction as it is written now."""
    told = "\0".join([release.language, release.build, bug.code])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def read_sightings(folder: Path) -> dict[Key, Sighting]:
    """Return the sightings of a folder, none where nothing has been run.

    Raises
    ------
    BadInput
        If the file cannot be read.
    """
    path = folder / SIGHTINGS
    if not path.exists():
        return {}
    try:
        found = msgspec.json.decode(read_whole(path), type=_File)
        told = [
            Sighting(**msgspec.structs.asdict(seen) | {"machine": found.machines[seen.machine]})
            for seen in found.sightings
        ]
    except (OSError, *UNREADABLE, IndexError) as error:
        raise BadInput(
            f"cannot read '{path}': {error}; remove it, and run the bugs again"
        ) from error
    return {(s.library, s.bug): s for s in told}


def current(sightings: Mapping[Key, Sighting], releases: Iterable[Release]) -> dict[Key, Sighting]:
    """Return the sightings of bugs as they are written now, in the order of the bugs."""
    return {
        (release.library, bug.name): found
        for release in releases
        for bug in release.bugs
        if (found := sightings.get((release.library, bug.name))) is not None
        and found.code == digest(release, bug)
    }


def write_sightings(sightings: Iterable[Sighting], folder: Path) -> None:
    """Write the file: the same sightings give the same bytes.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    ordered = sorted(sightings, key=lambda s: (s.library, s.bug))
    machines: list[dict[str, str]] = []
    for sighting in ordered:
        if sighting.machine not in machines:
            machines.append(sighting.machine)
    seen = [
        _Seen(**msgspec.structs.asdict(s) | {"machine": machines.index(s.machine)}) for s in ordered
    ]
    text = msgspec.json.format(msgspec.json.encode(_File(machines, seen)), indent=1)
    write_whole(folder / SIGHTINGS, text + b"\n")
