"""Failures as annotations of GitHub, at the line where the function is defined.

References
----------
GitHub, "Workflow commands for GitHub Actions", on ``::error``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lse_verify.check.outcome import Checked
from lse_verify.implementations import user
from lse_verify.wording import visible


def wanted(variables: Mapping[str, str]) -> bool:
    """Tell whether this runs as a workflow of GitHub."""
    return variables.get("GITHUB_ACTIONS") == "true"


def commands(found: Checked, base: Path) -> Iterator[str]:
    """Yield a line for each requirement that is not met.

    Parameters
    ----------
    found : Checked
        What was checked.
    base : Path
        The folder that paths in names of implementations start from.
    """
    for line in found.lines:
        if not line.passed:
            title = f"{line.implementation}: {line.function} in {line.format}"
            message = f"required {line.required}; {line.measured}"
            where = "".join(
                f"{name}={_property(value)},"
                for name, value in _place(line.implementation, base).items()
            )
            yield f"::error {where}title={_property(title)}::{_data(message)}"


def _place(implementation: str, base: Path) -> dict[str, str]:
    """Return file and line of a user's function, as far as they are known."""
    if not user.is_spec(implementation):
        return {}
    target = user.parse(implementation, base)
    if target.file is None:
        return {}
    return {"file": target.source, "line": str(_line(target.file, target.attribute.split(".")))}


def _line(file: Path, names: Sequence[str]) -> int:
    """Return where something is defined; 1 where that cannot be read from the source."""
    try:
        body: Sequence[ast.stmt] = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return 1
    number = 1
    for name in names:
        found = next((node for node in body if name in _defined(node)), None)
        if found is None:
            return number
        number, body = found.lineno, getattr(found, "body", [])
    return number


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
