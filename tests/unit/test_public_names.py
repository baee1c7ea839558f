"""The names that users import."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

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
    ]
    assert all(getattr(lse_verify, name) is not None for name in lse_verify.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(lse_verify, "nothing_of_the_kind")


def test_a_name_is_the_same_whatever_has_been_imported() -> None:
    # A submodule of the same name would take its place once it is imported.
    before = [getattr(lse_verify, name) for name in lse_verify.__all__]
    for module in pkgutil.iter_modules(lse_verify.__path__, "lse_verify."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert all(
        getattr(lse_verify, name) is one
        for name, one in zip(lse_verify.__all__, before, strict=True)
    )


@pytest.mark.parametrize(
    "name", [n for n in lse_verify.__all__ if n not in ("FORMATS", "FUNCTIONS")]
)
def test_every_public_name_is_documented_with_an_example(name: str) -> None:
    documented = inspect.getdoc(getattr(lse_verify, name)) or ""
    assert ">>>" in documented or name == "correct"
