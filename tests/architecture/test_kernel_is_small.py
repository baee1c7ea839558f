"""What is trusted is one folder: small, sealed, and without anything that simplifies or solves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
KERNEL = CHECKOUT / "lse_verify" / "theory" / "kernel"
CODE = [p for folder in ("lse_verify", "proofs") for p in sorted((CHECKOUT / folder).rglob("*.py"))]
MODULES = sorted(KERNEL.glob("*.py"))

MOST_LINES = 2_500
MAKER, CONTENTS = "make", "_contents"
UNTRUSTED = {
    "simplify", "nsimplify", "trigsimp", "powsimp", "powdenest", "logcombine", "radsimp", "ratsimp",
    "cancel", "together", "apart", "factor", "expand", "expand_log", "collect", "rewrite", "refine",
    "solve", "solveset", "nsolve", "dsolve", "roots", "integrate", "diff", "doit",
    "subs", "xreplace", "replace", "evalf", "n", "N", "lambdify", "series", "limit", "summation",
    "product", "is_convex", "minimum", "maximum", "equals", "ask", "as_leading_term", "eval",
    "getattr", "setattr", "exec", "__import__", "globals", "vars",
}  # fmt: skip
"""Names of SymPy and of Python that the kernel must not call, unless it defines them itself."""
OWN = {
    "limit": "limits.py",
    "summation": "canonical.py",
    "maximum": "relations.py",
}
"""Functions of the kernel that share a name with one of SymPy's, and where they are defined."""
ASSUMPTIONS = {"getattr": {"signs.py", "theorem.py"}}
"""Where an assumption is asked for by its name."""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _uses(tree: ast.AST, name: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.alias) and node.name.rpartition(".")[2] == name)
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in ast.walk(tree)
    )


def _calls(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names called, and whether as an attribute of something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, False
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, True


def test_the_kernel_is_found() -> None:
    assert {"theorem.py", "canonical.py", "logic.py", "limits.py"} <= {p.name for p in MODULES}
    assert len(CODE) > 50


def test_the_kernel_fits_into_an_afternoon() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)
    assert lines <= MOST_LINES, f"{lines} lines; what is trusted must stay readable"


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(CHECKOUT)))
def test_theorems_are_made_in_the_kernel_alone(path: Path) -> None:
    if path.parent == KERNEL:
        return
    imported = {
        alias.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and "theory.kernel" in (node.module or "")
        for alias in node.names
    }
    assert not imported & {MAKER, CONTENTS, "_Content", "theorem", "*"}
    assert not _uses(_tree(path), CONTENTS)
    assert "kernel.theorem.make" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_contents_are_touched_where_theorems_are_sealed_alone(path: Path) -> None:
    assert _uses(_tree(path), CONTENTS) is (path.name == "theorem.py")


def test_contents_are_written_in_one_place() -> None:
    written = [
        node
        for node in ast.walk(_tree(KERNEL / "theorem.py"))
        if isinstance(node, ast.Assign)
        and any(CONTENTS in ast.unparse(target) for target in node.targets)
    ]
    assert len(written) == 1


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_the_kernel_calls_nothing_that_simplifies_or_solves(path: Path) -> None:
    called = {name for name, _ in _calls(_tree(path))} & UNTRUSTED
    allowed = {name for name, places in ASSUMPTIONS.items() if path.name in places}
    assert called - allowed - set(OWN) == set()
    as_methods = {name for name, is_method in _calls(_tree(path)) if is_method}
    assert not as_methods & set(OWN)


@pytest.mark.parametrize(("name", "file"), OWN.items())
def test_what_shares_a_name_with_sympys_is_the_kernels_own(name: str, file: str) -> None:
    defined = {node.name for node in _tree(KERNEL / file).body if isinstance(node, ast.FunctionDef)}
    assert name in defined


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_the_kernel_imports_little(path: Path) -> None:
    modules = {
        node.module or "" for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom)
    } | {
        alias.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    standard = {
        "__future__", "collections.abc", "dataclasses", "fractions", "functools", "itertools",
        "typing", "weakref", "sympy",
    }  # fmt: skip
    others = {m for m in modules if m not in standard}
    assert all(
        m == "lse_verify.theory.statements" or m.startswith("lse_verify.theory.kernel.")
        for m in others
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_every_function_and_rule_of_the_kernel_is_annotated(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef):
            assert node.returns is not None, f"{path.name}: {node.name}"


def test_the_scan_sees_calls_of_methods_and_of_names() -> None:
    calls = set(_calls(ast.parse("e.subs(a, b)\nsp.simplify(e)\nsolve(e)\nsubs")))
    assert calls == {("subs", True), ("simplify", True), ("solve", False)}


def test_the_scan_sees_contents_however_they_are_reached() -> None:
    for source in (
        "theorem._contents",
        "from m import _contents",
        "_contents[t] = 1",
        "getattr(m, '_contents')",
    ):
        assert _uses(ast.parse(source), CONTENTS)
