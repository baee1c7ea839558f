"""A report as a page: what its markdown says, and the table of all grades of a ledger."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path

from lse_verify.audit.ledger import Ledger
from lse_verify.execution.files import unwritable, write_whole
from lse_verify.report.page.content import Writer
from lse_verify.report.page.environment import environment
from lse_verify.report.page.figures import Figures
from lse_verify.report.page.grades import grades

PAGE = "report.html"


def write_page(report: Path, ledger: Ledger | None = None) -> Path:
    """Write the page of a report beside it: the same report gives the same bytes.

    Parameters
    ----------
    report : Path
        The markdown, with its figures in ``figures/``.
    ledger : Ledger or None
        Of an audit, whose grades are then one table.

    Returns
    -------
    Path
        The page. It fetches nothing: figures, styles and the script are in it, and its own
        policy refuses all others.

    Raises
    ------
    OutputError
        If it cannot be written; it is there whole or not at all.
    """
    path = report.with_name(PAGE)
    writer = Writer(Figures(report.parent))
    try:
        content = writer.content(report.read_text(encoding="utf-8"))
    except OSError as error:
        # Its folder was there a moment ago.
        raise unwritable(path, error) from error
    style, script = (_part(name) for name in ("page.css", "page.js"))
    text = (
        environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            grades=None if ledger is None else grades(ledger, writer),
            style=style,
            script=script,
            hash=_hash,
        )
    )
    write_whole(path, text.encode())
    return path


def _part(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return what a policy knows a style or a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
