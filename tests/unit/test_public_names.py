"""The names that users import."""

from __future__ import annotations

import lse_verify


def test_the_public_names_are_these_and_each_can_be_imported() -> None:
    assert lse_verify.__all__ == [
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
        "ulp",
    ]
    assert all(getattr(lse_verify, name) is not None for name in lse_verify.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(lse_verify, "nothing_of_the_kind")
