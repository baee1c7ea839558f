"""Can I trust this LogSumExp? Float implementations graded against certified truth.

The public names are imported when they are first asked for, so that ``import lse_verify``,
and with it ``lse-verify --help``, costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lse_verify import correct
    from lse_verify.check.audit import Audit, RequirementNotMet
    from lse_verify.check.grading import grade
    from lse_verify.enclosure import Enclosure, EnclosureArray
    from lse_verify.family import FUNCTIONS
    from lse_verify.formats import FORMATS, Format
    from lse_verify.oracle.certify import Certified, certify
    from lse_verify.oracle.enclosing import truth
    from lse_verify.ulp import Spurious, enclosed_error, error_ulps, error_ulps_array

_HOMES = {
    "Audit": "check.audit",
    "Certified": "oracle.certify",
    "Enclosure": "enclosure",
    "EnclosureArray": "enclosure",
    "FORMATS": "formats",
    "FUNCTIONS": "family",
    "Format": "formats",
    "RequirementNotMet": "check.audit",
    "Spurious": "ulp",
    "certify": "oracle.certify",
    "enclosed_error": "ulp",
    "error_ulps": "ulp",
    "error_ulps_array": "ulp",
    "grade": "check.grading",
    "truth": "oracle.enclosing",
}

__all__ = [
    "FORMATS",
    "FUNCTIONS",
    "Audit",
    "Certified",
    "Enclosure",
    "EnclosureArray",
    "Format",
    "RequirementNotMet",
    "Spurious",
    "certify",
    "correct",
    "enclosed_error",
    "error_ulps",
    "error_ulps_array",
    "grade",
    "truth",
]


def __getattr__(name: str) -> Any:
    if name == "correct":
        return import_module("lse_verify.correct")
    if name not in _HOMES:
        raise AttributeError(f"module 'lse_verify' has no attribute '{name}'")
    return getattr(import_module(f"lse_verify.{_HOMES[name]}"), name)
