"""Runs the reproductions of bugs, each as its user would, in a process of its own.

What is run is what a report shows: a line to an interpreter, or a file to a compiler and what
that makes of it. Nothing of this package is in that process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from lse_verify.audit import environment
from lse_verify.audit.bug import Bug, Language, Release
from lse_verify.audit.sightings import Sighting, digest
from lse_verify.execution.progress import Observe
from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.registry import library_of

SECONDS = 600.0
"""For one reproduction, with what compiles it; a header of templates takes some tens of them."""

_SUFFIXES: dict[Language, str] = {"C": ".c", "C++": ".cpp"}

_VARIABLES = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "LANGUAGE": "en"}
"""Bugs are of the CPU; these are taken where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where reproductions are run.

    Attributes
    ----------
    python : str
        The interpreter of those in Python, as the user typed it; empty for this one.
    base : Path
        The folder that its path starts from.
    seconds : float
        What one may take.
    """

    python: str = ""
    base: Path = Path()
    seconds: float = SECONDS

    @property
    def interpreter(self) -> str:
        """The path of the interpreter."""
        # Not resolved: a virtual environment is known by the link in it.
        return str(self.base.absolute() / Path(self.python).expanduser())


def version_here(release: Release, place: Place) -> str | None:
    """Return the version of a library, or None if its reproductions cannot be run here.

    Raises
    ------
    ImplementationLoadError
        If the interpreter named cannot be run.
    """
    if release.language == "JavaScript":
        return NodePackages("", tuple(release.packages)).version()
    if place.python and release.language != "Python":
        return None
    name = f"{release.library}@{place.python}" if place.python else release.library
    library = library_of(name, place.base)
    if library is None or not library.installed:
        return None
    return library.version


def reproduce(
    wanted: Sequence[tuple[Release, Bug]], place: Place, jobs: int, observe: Observe
) -> Iterator[Sighting]:
    """Run the reproductions whose library is here, and yield what each showed, as it ends.

    Parameters
    ----------
    wanted : sequence of (Release, Bug)
        Which.
    place : Place
        Where.
    jobs : int
        How many at a time.
    observe : callable
        Told which has ended.
    """
    versions = {r.library: version_here(r, place) for r, _ in wanted}
    here = [(r, b) for r, b in wanted if versions[r.library] is not None]
    observe("starting", 0, len(here))
    machine = environment.machine()
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        running = {pool.submit(_run, r, b, place): (r, b) for r, b in here}
        try:
            for count, future in enumerate(as_completed(running), 1):
                release, bug = running[future]
                printed, ended = future.result()
                yield Sighting(
                    library=release.library,
                    bug=bug.name,
                    code=digest(release, bug),
                    version=versions[release.library] or "",
                    machine=machine,
                    printed=printed,
                    ended=ended,
                )
                observe(f"{release.library} {bug.name}", count, len(here))
        finally:
            # Of whoever stops here, those that have not begun are not begun.
            pool.shutdown(wait=False, cancel_futures=True)


def _run(release: Release, bug: Bug, place: Place) -> tuple[str, str]:
    """Return the last line that it printed, and how it ended, empty if well."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if release.language in _SUFFIXES:
            (folder / f"bug{_SUFFIXES[release.language]}").write_text(bug.code)
            built = _called(["sh", "-c", release.build], folder, place)
            if built.ended:
                return "", f"not built: {built.words or built.ended}"
            done = _called([str(folder / "bug")], folder, place)
        else:
            done = _called(*_command(release, bug.code, place, folder), place)
    return done.printed, f"{done.ended}: {done.words}" if done.is_error else done.ended


def _command(release: Release, code: str, place: Place, folder: Path) -> tuple[list[str], Path]:
    """Return the words of a command line, and the folder that it starts in."""
    match release.language:
        case "R":
            return ["Rscript", "--vanilla", "-e", code], folder
        case "JavaScript":
            packages = NodePackages("", tuple(release.packages)).folder()
            return ["node", "--input-type=module", "-e", code], packages or folder
        case _:
            return [place.interpreter if place.python else sys.executable, "-c", code], folder


@dataclass(frozen=True, slots=True)
class _Done:
    """What a process printed, and how it ended.

    Attributes
    ----------
    printed : str
        The last line of its output.
    ended : str
        Empty if well; ``"SIGABRT"``, ``"exit code 1"``, ``"no end in 600 s"``.
    words : str
        The last line of what it printed as errors.
    """

    printed: str
    ended: str
    words: str

    @property
    def is_error(self) -> bool:
        """Whether it failed with words that tell why, as an interpreter does."""
        return self.ended.startswith("exit code") and bool(self.words)


def _called(command: Sequence[str], folder: Path, place: Place) -> _Done:
    beside = str(Path(place.interpreter if place.python else sys.executable).parent)
    variables = _VARIABLES | os.environ
    variables["PATH"] = f"{beside}{os.pathsep}{variables.get('PATH', os.defpath)}"
    program = shutil.which(command[0], path=variables["PATH"]) or command[0]
    try:
        done = subprocess.run(
            [program, *command[1:]],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=place.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Done("", f"no end in {place.seconds:.0f} s", "")
    except OSError as error:
        return _Done("", f"not started: {error.strerror}", "")
    return _Done(_last_line(done.stdout), _ended(done.returncode), _last_line(done.stderr))


def _last_line(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _ended(code: int) -> str:
    """Say how a process ended.

    Examples
    --------
    >>> _ended(0), _ended(-6), _ended(3)
    ('', 'SIGABRT', 'exit code 3')
    """
    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}" if code else ""
