"""Imports point down, and what is graded is imported by its adapter alone, when it runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lse_verify

PACKAGE = Path(lse_verify.__file__).parent
CHECKOUT = Path(__file__).parents[2]

GRADED = {
    *("awkward", "casadi", "gensim", "jax", "jaxlib", "keras", "mlx", "nltk", "onnx"),
    *("onnxruntime", "openvino", "paddle", "pytensor", "scipy", "sklearn", "tensorflow"),
    *("tensorflow_probability", "torch", "dask", "distributed"),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_imports_point_down_and_every_module_has_its_layer() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--config", CHECKOUT / "pyproject.toml", "--no-cache"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def _imported_at_once(node: ast.AST) -> Iterator[str]:
    """Yield what is imported when the module itself is: all but what functions import."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.module or ""
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not (
            isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        ):
            yield from _imported_at_once(child)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_graded_library_is_imported_with_a_module(path: Path) -> None:
    names = {name.partition(".")[0] for name in _imported_at_once(ast.parse(path.read_text()))}
    assert names & GRADED == set()


def test_the_scan_sees_imports_in_classes_and_conditions_and_not_in_functions() -> None:
    source = (
        "if x:\n    import torch.nn\nclass A:\n    from jax import b\ndef f():\n    import scipy"
    )
    assert list(_imported_at_once(ast.parse(source))) == ["torch.nn", "jax"]


def test_graded_libraries_are_imported_in_their_adapters_alone() -> None:
    importing = {
        path.parent.name if path.parent != PACKAGE else path.stem
        for path in MODULES
        if path != PACKAGE / "inputs" / "digits.py"  # fits the scores of a regime, once
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (_module(node))
        if name.partition(".")[0] in GRADED - {"dask", "distributed"}
    }
    assert importing == {"adapters"}


def _module(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if node.level == 0 else []
