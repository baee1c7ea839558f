"""Where packages of R and JavaScript are found, and what is particular to some of them.

Expected values are mpmath's.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.errors import ImplementationLoadError
from lse_verify.formats import BINARY32, BINARY64
from lse_verify.implementations.adapters import stdlib_js_adapter
from lse_verify.implementations.foreign import node, rscript
from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.foreign.rscript import RPackage

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def package(folder: Path, name: str, version: str) -> None:
    described = folder / "node_modules" / name / "package.json"
    described.parent.mkdir(parents=True)
    described.write_text(json.dumps({"name": name, "version": version}))


@needs_node
def test_packages_are_looked_for_above_the_working_directory_and_then_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, deep = tmp_path / "home", tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(deep)
    wanted = NodePackages("stdlib_js.mjs", ("@one/first", "second"))
    assert wanted.version() is None
    ours = home / node.FOLDER.removeprefix("~/")
    package(ours, "@one/first", "1.0.0")
    assert wanted.version() is None
    package(ours, "second", "2.0.0")
    assert wanted.version() == "1.0.0"
    # Half of what is needed is not taken from one folder and half from another.
    package(tmp_path / "project", "@one/first", "1.5.0")
    assert wanted.version() == "1.0.0"
    package(tmp_path / "project", "second", "2.5.0")
    assert wanted.version() == "1.5.0"


@needs_node
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "first"}', "{"])
def test_a_package_whose_description_is_broken_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    package(tmp_path, "first", "1.0.0")
    (tmp_path / "node_modules" / "first" / "package.json").write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert NodePackages("stdlib_js.mjs", ("first",)).version() is None


def test_the_version_of_a_library_is_that_of_its_package() -> None:
    implementation = found("stdlib_js", "softplus")
    assert implementation.load()(np.array([0.0]))[0] == pytest.approx(math.log(2), rel=1e-15)
    assert stdlib_js_adapter.LIBRARY.version.count(".") == 2


def test_without_node_its_packages_are_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "@one/first", "1.0.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = NodePackages("stdlib_js.mjs", ("@one/first",))
    assert wanted.version() is None
    words = f"there is no node here; npm install --prefix {node.FOLDER} @one/first"
    with pytest.raises(ImplementationLoadError, match=words):
        wanted.load("softplus")


def an_r(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out an R that has nothing but descriptions; return its folder of packages."""
    program = folder / "usr" / "bin" / "Rscript"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    described(folder / "usr" / "lib" / "R" / "library", "base", "4.9.1")
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("HOME", str(folder / "home"))
    for variable in ("R_LIBS", "R_LIBS_USER", "R_LIBS_SITE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(rscript, "_SITES", ())
    return folder / "usr" / "lib" / "R" / "library"


def described(folder: Path, name: str, version: str) -> None:
    (folder / name).mkdir(parents=True)
    words = f"Package: {name}\nVersion: {version}\nTitle: No Version: here\n"
    (folder / name / "DESCRIPTION").write_text(words)


def test_packages_of_r_are_looked_for_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = an_r(tmp_path, monkeypatch)
    wanted = RPackage("gtools.R", "thing", "apt-get install r-cran-thing")
    assert wanted.version() is None
    described(library, "thing", "1.0")
    assert wanted.version() == "1.0"
    described(tmp_path / "home" / "R" / "x86_64-pc-linux-gnu-library" / "4.8", "thing", "1.1")
    assert wanted.version() == "1.0"
    described(tmp_path / "home" / "R" / "x86_64-pc-linux-gnu-library" / "4.9", "thing", "1.2")
    assert wanted.version() == "1.2"
    described(tmp_path / "mine", "thing", "1.3-1")
    monkeypatch.setenv("R_LIBS", f"{tmp_path / 'nowhere'}:{tmp_path / 'mine'}")
    assert wanted.version() == "1.3-1"


def test_without_r_its_packages_are_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = RPackage("gtools.R", "thing", "apt-get install r-cran-thing")
    assert wanted.version() is None
    with pytest.raises(ImplementationLoadError, match="no Rscript here; apt-get install"):
        wanted.load("logistic")


@needs_r
def test_a_package_of_r_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = RPackage("gtools.R", "noSuchPackage", "apt-get install r-cran-none")
    with pytest.raises(ImplementationLoadError, match="no R package noSuchPackage here"):
        wanted.load("logistic")


def test_the_sparse_one_counts_zeros_that_it_does_not_see() -> None:
    # log(e + 2), the two zeros being absent from the sparse row.
    got = found("sparsematrixstats", "logsumexp").load()(np.array([[0.0, 1.0, -0.0]]))
    assert got[0] == pytest.approx(1.551444713932051, rel=1e-15)


def test_the_backends_of_tfjs_are_two() -> None:
    x = BINARY32.cast(np.random.default_rng(0).normal(size=(500, 7)))
    bits = {
        backend: found(f"tfjs.{backend}", "softmax").load()(x).tobytes()
        for backend in ("cpu", "wasm")
    }
    assert bits["cpu"] != bits["wasm"]


def test_the_devices_of_jax_js_are_two() -> None:
    x = BINARY64.cast(np.random.default_rng(0).normal(size=(500, 7)))
    bits = {name: found(name, "softmax").load()(x).tobytes() for name in ("jax_js", "jax_js.cpu")}
    assert bits["jax_js"] != bits["jax_js.cpu"]


def test_jax_js_computes_in_binary64() -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert found("jax_js.cpu", "logsumexp").load()(x)[0] == 1 + 2.0**-40
