"""Where shared objects and headers of the system are, and what version they say they are.

All is told from files: nothing is run, loaded or compiled, so that libraries can be listed.
"""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

_PREFIX = Path(sys.prefix)

_OBJECTS = (
    _PREFIX / "lib",
    Path("/usr/local/lib"),
    Path(f"/usr/lib/{platform.machine()}-linux-gnu"),
    Path("/usr/lib64"),
    Path("/usr/lib"),
)

SEARCHED = (Path("/usr/local/include"), Path("/usr/include"))
"""The folders that every compiler searches, in its order."""

_HEADERS = (_PREFIX / "include", *SEARCHED)


def shared_object(*names: str) -> Path | None:
    """Return where a shared object is, or None.

    Parameters
    ----------
    *names : str
        ``"libRmath.so.1"``; of several the first that is anywhere.

    Examples
    --------
    >>> shared_object("libnowhere.so.9") is None
    True
    """
    found = (folder / name for name in names for folder in _OBJECTS)
    return next((path for path in found if path.is_file()), None)


def header(name: str, *folders: str) -> Path | None:
    """Return the folder to be searched for the header `name`, or None.

    Parameters
    ----------
    name : str
        As it is included: ``"boost/version.hpp"``.
    *folders : str
        Folders inside those that are searched, where the library has one of its own.
    """
    found = (top / inside for top in _HEADERS for inside in ("", *folders))
    return next((folder for folder in found if (folder / name).is_file()), None)


def macros(file: Path, *names: str) -> str:
    """Return what a header defines each of the macros to be, with dots between.

    Parameters
    ----------
    file : Path
        The header.
    *names : str
        Of the macros; one that is not there has no part in it.
    """
    text = file.read_text("utf-8", "replace")
    found = (re.search(rf'^\s*#\s*define\s+{name}\s+"?([^"\s]+)', text, re.M) for name in names)
    return ".".join(match[1] for match in found if match)


def packaged_version(shared: Path, package: str) -> str:
    """Return the version of the release that a shared object is of.

    Parameters
    ----------
    shared : Path
        The shared object.
    package : str
        Its name to pkg-config, whose file is there if the headers are; without them there is
        only the number of the object's interface, ``"so 8.2.1"``.
    """
    file = shared.parent / "pkgconfig" / f"{package}.pc"
    if file.is_file():
        match = re.search(r"^Version:\s*(\S+)", file.read_text("utf-8", "replace"), re.M)
        if match:
            return match[1]
    return f"so {shared.resolve().name.partition('.so.')[2]}".strip()
