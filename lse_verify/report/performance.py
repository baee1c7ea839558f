"""Measurements as markdown, figures and a file for programs."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from lse_verify.bench.contenders.contender import PRECISION_BITS
from lse_verify.bench.measurements import Measurements, encode, read_measurements
from lse_verify.execution.files import make_folder, unwritable, write_whole
from lse_verify.report import performance_sections as sections
from lse_verify.report.markdown import FIGURES, REPORT, environment
from lse_verify.report.performance_headlines import headlines
from lse_verify.report.performance_targets import judged
from lse_verify.report.performance_words import duration

if TYPE_CHECKING:
    from lse_verify.report.figures import Drawing

MEASUREMENTS = "measurements.json"


def write_performance(found: Measurements, folder: Path) -> Path:
    """Write what was measured, and the report of it.

    Parameters
    ----------
    found : Measurements
        What a run measured.
    folder : Path
        Where ``measurements.json``, ``report.md`` and ``figures/`` go; it is made.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    """
    require_folder(folder)
    write_whole(folder / MEASUREMENTS, encode(found))
    return rewrite_performance(folder / MEASUREMENTS, folder)


def rewrite_performance(measurements: Path, folder: Path) -> Path:
    """Write the report of a file of measurements, without measuring anything.

    Raises
    ------
    LedgerError
        If the file cannot be read.
    OutputError
        If something cannot be written.
    """
    # Matplotlib takes a second to import, which no other command should wait for.
    from lse_verify.report.performance_figures import drawings

    found = read_measurements(measurements)
    drawn = drawings(found)
    require_folder(folder)
    for drawing in drawn:
        write_whole(folder / FIGURES / drawing.name, drawing.content)
    path = folder / REPORT
    write_whole(path, render(found, drawn).encode())
    return path


def render(found: Measurements, drawn: list[Drawing]) -> str:
    """Return the report as markdown; it shows the drawings from the folder `FIGURES`."""
    template = environment()
    template.filters["duration"] = duration
    text = template.get_template("performance.md.j2").render(
        found=found,
        headlines=headlines(found),
        targets=sections.targets_table(judged(found)),
        contenders=sections.contenders_table(found),
        lengths=sections.lengths_table(found),
        narrow=sections.narrow_table(found),
        rows=sections.rows_table(found),
        allocation=sections.allocation_table(found),
        doublings=sections.doublings_table(found),
        first_calls=sections.first_calls_table(found),
        every=sections.every_timing(found),
        drawings={drawing.function: drawing for drawing in drawn},
        figures=FIGURES,
        measurements=MEASUREMENTS,
        prec_bits=PRECISION_BITS,
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def require_folder(folder: Path) -> None:
    """Make the folder of a report: asked before minutes are spent on what is to go there.

    Raises
    ------
    OutputError
        If it cannot be made or written to.
    """
    make_folder(folder)
    make_folder(folder / FIGURES)
    if not os.access(folder, os.W_OK):
        raise unwritable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
