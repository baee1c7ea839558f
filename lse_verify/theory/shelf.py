"""Where the proofs are: the project's own, from a checkout or an installed wheel, and a user's."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from lse_verify.errors import ClaimFileError, UnknownName
from lse_verify.theory.claim import Claim

_PACKAGE = "lse_verify.proofs"
READING_ORDER = (
    "tangent",
    "domain",
    "bounds",
    "scaled",
    "increasing",
    "gradient",
    "hessian",
    "convexity",
    "fenchel_young",
    "conjugate",
    "logdomain",
    "trick",
    "strictly_convex",
    "divergence",
    "strict_conjugate",
    "cumulants",
    "semiring",
    "tropical",
    "mixture",
    "terminates",
)
"""The files of the proofs, each after those it builds on."""


def folder() -> Path:
    """Return the folder of the proofs: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "proofs"
    return inside if inside.is_dir() else package.parent / "proofs"


@cache
def proof_file(name: str) -> ModuleType:
    """Return one of the project's own files of proofs, by its name without the ending."""
    _proofs()
    return importlib.import_module(f"{_PACKAGE}.{name}")


@cache
def claims() -> dict[str, Claim]:
    """Return the project's own claims by id, in reading order."""
    found = {}
    for name in READING_ORDER:
        for claim in getattr(proof_file(name), "CLAIMS", ()):
            found[claim.id] = claim
    return found


def claim_named(name: str) -> Claim:
    """Return one of the project's own claims.

    Raises
    ------
    UnknownName
        If there is none of that id.
    """
    if name not in claims():
        raise UnknownName("claim", name, claims())
    return claims()[name]


def claims_in(path: Path) -> tuple[Claim, ...]:
    """Return the claims of a user's file: its ``CLAIMS``.

    Raises
    ------
    ClaimFileError
        If it cannot be imported, or has no claims.
    """
    if not path.is_file():
        raise ClaimFileError(f"no file '{path}'; name a claim or a .py file with CLAIMS")
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ClaimFileError(f"'{path}' is no Python file; name a .py file with CLAIMS")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as why:
        told = f"{type(why).__name__}: {why}"
        raise ClaimFileError(f"'{path}' cannot be imported: {told}") from why
    found = getattr(module, "CLAIMS", None)
    if not isinstance(found, (tuple, list)) or not all(isinstance(c, Claim) for c in found):
        raise ClaimFileError(f"'{path}' has no CLAIMS; it must be a tuple of lse_verify Claims")
    return tuple(found)


def _proofs() -> ModuleType:
    """Import the package of the proofs; in a checkout it stands beside the code, not in it."""
    if _PACKAGE in sys.modules:
        return sys.modules[_PACKAGE]
    try:
        return importlib.import_module(_PACKAGE)
    except ModuleNotFoundError:
        place = folder()
        spec = spec_from_file_location(
            _PACKAGE, place / "__init__.py", submodule_search_locations=[str(place)]
        )
        if spec is None or spec.loader is None:
            raise
        module = module_from_spec(spec)
        sys.modules[_PACKAGE] = module
        spec.loader.exec_module(module)
        return module
