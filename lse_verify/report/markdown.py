"""A ledger as markdown: data to the templates, and what they make onto the disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import jinja2

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.standing import Standing, standings
from lse_verify.audit.verdict import MEANING
from lse_verify.execution.files import make_folder, unwritable, write_whole
from lse_verify.report import properties
from lse_verify.report.experiment import experiment
from lse_verify.report.headline import headlines, subject
from lse_verify.report.rounding import rounding
from lse_verify.report.sections import sections
from lse_verify.report.speed import speed
from lse_verify.report.summary import overview, summary
from lse_verify.report.words import code, counted, fenced, number, plain
from lse_verify.wording import visible

if TYPE_CHECKING:
    from lse_verify.report.figures import Drawing

REPORT, FIGURES = "report.md", "figures"
_OURS = ("errors-*.svg", "conditioning-*.svg", "gap-*.svg")


def write_report(ledger: Ledger, folder: Path) -> Path:
    """Write the report of a ledger: the same ledger gives the same bytes.

    Parameters
    ----------
    ledger : Ledger
        What the report says; nothing is run again.
    folder : Path
        Where ``report.md`` and ``figures/`` go; it is made. Figures of an earlier report
        there that this one does not have are removed.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    """
    # Matplotlib takes a second to import, which no other command should wait for.
    from lse_verify.report.figures import READING, drawings

    found = standings(ledger)
    drawn = drawings(found)
    write_figures(drawn, folder / FIGURES, _OURS)
    path = folder / REPORT
    write_whole(path, render(ledger, found, drawn, READING).encode())
    return path


def render(
    ledger: Ledger, found: list[Standing], drawn: list[Drawing], reading: dict[str, str]
) -> str:
    """Return the report as markdown; it shows the drawings from the folder `FIGURES`."""
    text = (
        environment()
        .get_template("report.md.j2")
        .render(
            reading=reading,
            header=ledger.header,
            digest=ledger.digest,
            subject=subject(found),
            headlines=headlines(found),
            overview=overview(found, ledger.header),
            summary=summary(found),
            verdicts={verdict.word: meaning for verdict, meaning in MEANING.items()},
            properties=properties.properties_table(found),
            property_meanings=properties.MEANING,
            experiment=experiment(ledger),
            rounding=rounding(ledger),
            sections=sections(ledger, found),
            speed=speed(ledger),
            drawings=_by_function(drawn),
            figures=FIGURES,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _by_function(drawn: list[Drawing]) -> dict[str, list[Drawing]]:
    grouped: dict[str, list[Drawing]] = {}
    for drawing in drawn:
        grouped.setdefault(drawing.function, []).append(drawing)
    return grouped


def environment() -> jinja2.Environment:
    """Return what renders the templates of this package."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lse_verify.report"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "code": code,
        "plain": plain,
        "fenced": fenced,
        "visible": visible,
        "counted": counted,
        "number": number,
    }
    return environment


class File(Protocol):
    """A figure: the name of its file, and its bytes."""

    @property
    def name(self) -> str:
        """Of the file, without a folder."""

    @property
    def content(self) -> bytes:
        """What is in it."""


def write_figures(drawn: Sequence[File], folder: Path, ours: Iterable[str]) -> None:
    """Write figures into a folder, which is made, and remove those of an earlier report.

    Parameters
    ----------
    drawn : sequence of File
        The figures.
    folder : Path
        Where they go.
    ours : iterable of str
        Patterns of names that only such reports have.
    """
    make_folder(folder)
    try:
        for pattern in ours:
            for stale in {*folder.glob(pattern)} - {folder / drawing.name for drawing in drawn}:
                stale.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error
    for drawing in drawn:
        write_whole(folder / drawing.name, drawing.content)
