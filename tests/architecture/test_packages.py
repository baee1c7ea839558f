"""What pyproject.toml lists by name is what there is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lse_verify.theory import shelf

ROOT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]


def test_every_package_is_listed_and_no_other() -> None:
    found = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for init in (ROOT / "lse_verify").rglob("__init__.py")
    }
    assert set(SETUPTOOLS["packages"]) == found | {"lse_verify.proofs"}


def test_the_proofs_are_installed_from_the_folder_beside_the_package() -> None:
    assert SETUPTOOLS["package-dir"] == {"lse_verify.proofs": "proofs"}
    assert (ROOT / "proofs" / "__init__.py").is_file()


def test_every_file_of_proofs_has_its_place_in_the_reading_order() -> None:
    files = {path.stem for path in (ROOT / "proofs").glob("*.py")} - {"__init__"}
    assert set(shelf.READING_ORDER) == files
    listed = (ROOT / "proofs" / "README.md").read_text("utf-8")
    places = [listed.index(f"[{name}.py]") for name in shelf.READING_ORDER]
    assert places == sorted(places)


def test_every_claim_of_the_specification_is_there() -> None:
    assert set(shelf.claims()) == {
        "domain",
        "bounds.lower",
        "bounds.lower.strict",
        "bounds.upper",
        "bounds.upper.strict",
        "scaled.bounds",
        "scaled.limit",
        "min.bounds",
        "increasing",
        "convex",
        "convex.not_strict",
        "gradient.softmax",
        "hessian.psd",
        "conjugate.negentropy",
        "conjugate.fenchel_young",
        "conjugate.biconjugate",
        "logdomain.product",
        "logdomain.sum",
        "trick",
        "lse0.strictly_convex",
        "lse0.bregman_is_kl",
        "lse0.conjugate",
        "lse0.binomial",
        "lse0.multinomial",
        "semiring",
        "tropical.limit",
        "mixture.kl",
        "oracle.terminates",
    }
