"""The report of bugs: what is written up, what running it showed, and what ledgers have beyond."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lse_verify.audit.bug import KINDS, Bug, Excuse, Release
from lse_verify.audit.bug_measure import measured, state
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.sightings import Key, Sighting
from lse_verify.execution.files import make_folder, write_whole
from lse_verify.oracle.ladder import Ladder
from lse_verify.report import bugs_tables as tables
from lse_verify.report.bugs_blocks import Case, summary_of
from lse_verify.report.bugs_grades import Grade, grades
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import REPORT, environment
from lse_verify.report.words import code, counted, plain


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """All that the report says.

    Attributes
    ----------
    releases : list of Release
        What is written up, by library.
    cases : list of Case
        Each bug with what is known of it now.
    grades : list of Grade
        What the ledgers call wrong or unstable.
    left : list of (Grade, dict)
        Those with faults that nobody has written up, and these.
    commands : list of str
        That made the ledgers.
    """

    releases: list[Release]
    cases: list[Case]
    grades: list[Grade]
    left: tables.Left
    commands: list[str]


def dossier(
    releases: Sequence[Release], sightings: Mapping[Key, Sighting], ledgers: Sequence[Ledger]
) -> Dossier:
    """Put together what is written up, what was seen and what was graded.

    Parameters
    ----------
    releases : sequence of Release
        As `lse_verify.audit.bug.read_releases` gives them.
    sightings : mapping of Sighting
        Of the bugs as they are written now, by library and name.
    ledgers : sequence of Ledger
        As `lse_verify.audit.together.read_all` gives them; there may be none.
    """
    ladder = Ladder()
    cases = [
        _case(release, number, bug, sightings.get((release.library, bug.name)), ladder)
        for release in releases
        for number, bug in enumerate(release.bugs, 1)
    ]
    found = grades(ledgers)
    left = [(grade, faults) for grade in found if (faults := grade.left(releases))]
    commands = list(dict.fromkeys(ledger.header.command for ledger in ledgers))
    return Dossier(list(releases), cases, found, left, commands)


def _case(release: Release, number: int, bug: Bug, seen: Sighting | None, ladder: Ladder) -> Case:
    told = measured(bug, bug.prints, ladder)
    return Case(release, number, bug, told, seen, state(bug, seen, ladder))


def write_bugs(found: Dossier, folder: Path, command: str) -> Path:
    """Write the report: the same bugs, sightings and ledgers give the same bytes.

    Parameters
    ----------
    found : Dossier
        What it says.
    folder : Path
        Where ``report.md`` goes; it is made.
    command : str
        The command line that makes it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    make_folder(folder)
    path = folder / REPORT
    write_whole(path, render(found, command).encode())
    return path


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One library.

    Attributes
    ----------
    release : Release
        What is said of it.
    cases : list of Case
        Its bugs.
    listing, index : Grid
        A row a bug; a row an implementation and function that is graded wrong or unstable.
    excuses : list of (str, str)
        Implementation and function that are no bug, and why.
    """

    release: Release
    cases: list[Case]
    listing: Grid
    index: Grid
    excuses: list[tuple[str, str]]


def _section(release: Release, found: Dossier) -> Section:
    cases = [case for case in found.cases if case.release is release]
    own = [grade for grade in found.grades if _is_of(grade, release)]
    return Section(
        release=release,
        cases=cases,
        listing=tables.listing(cases),
        index=tables.index(own, cases, release.excuses),
        excuses=[_told(excuse) for excuse in release.excuses],
    )


def _is_of(grade: Grade, release: Release) -> bool:
    """Tell whether a grade is of a library, or of one whose bugs are written up with it."""
    is_its_own = grade.row.library.partition("@")[0] == release.library
    return is_its_own or any(grade.explained_by(bug) for bug in release.bugs)


def _told(excuse: Excuse) -> tuple[str, str]:
    names = ", ".join(code(name) for name in excuse.implementations)
    return f"{names}, {excuse.function}", plain(excuse.why)


def render(found: Dossier, command: str) -> str:
    """Return the report as markdown."""
    text = (
        environment()
        .get_template("bugs.md.j2")
        .render(
            subject=subject(found),
            headlines=headlines(found),
            glance=tables.glance(found.cases),
            kinds={name: meaning for kind, (name, meaning) in KINDS.items() if _has(found, kind)},
            changed=[case for case in found.cases if case.state in ("gone", "otherwise", "failed")],
            sections=[_section(release, found) for release in found.releases],
            missing=tables.missing(found.left) if found.left else None,
            has_ledgers=bool(found.commands),
            machines=_machines(found),
            commands=found.commands,
            command=command,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _has(found: Dossier, kind: str) -> bool:
    return any(case.bug.kind == kind for case in found.cases)


def subject(found: Dossier) -> str:
    """Say how much there is."""
    bugs = counted(len(found.cases), "bug")
    # Some files have excuses alone.
    count = sum(bool(release.bugs) for release in found.releases)
    libraries = "1 library" if count == 1 else f"{count} libraries"
    return f"{bugs} of {libraries}, each with the line that shows it."


def headlines(found: Dossier) -> list[str]:
    """Say what was run, and whether all that ledgers have is here."""
    lines = [summary_of(found.cases)]
    if found.commands:
        n_left = len(found.left)
        rest = f"{n_left} of them with faults not yet written up" if n_left else "all written up"
        graded = f"{counted(len(found.grades), 'grade')} of libraries"
        lines.append(f"The ledgers call {graded} wrong or unstable: {rest}.")
    return lines


def _machines(found: Dossier) -> list[str]:
    """Return the machines on which lines were run, each with what the libraries were there."""
    told: dict[str, dict[str, str]] = {}
    for case in found.cases:
        if case.seen is not None:
            machine = case.seen.machine
            facts = ", ".join(filter(None, map(machine.get, ("processor", "libc", "system"))))
            told.setdefault(plain(facts), {})[case.release.title] = case.seen.version
    return [
        f"{machine}: {', '.join(plain(f'{name} {version}') for name, version in of.items())}"
        for machine, of in told.items()
    ]
