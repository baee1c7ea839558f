"""The leaderboard: ledgers of any number in, one report of who is best at what out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.verdict import MEANING
from lse_verify.execution.files import write_whole
from lse_verify.report import leaderboard_tables as tables
from lse_verify.report.grid import Grid
from lse_verify.report.leaderboard_classes import by_space, classes, shared_bits
from lse_verify.report.leaderboard_headline import headlines, subject
from lse_verify.report.leaderboard_origin import origin
from lse_verify.report.leaderboard_rows import Row, Source, rows_of
from lse_verify.report.leaderboard_speed import nanoseconds
from lse_verify.report.leaderboard_witnesses import witnesses
from lse_verify.report.markdown import FIGURES, REPORT, environment, write_figures
from lse_verify.report.words import listed

if TYPE_CHECKING:
    from lse_verify.report.figures import Drawing

_OURS = ("speed-*.svg",)


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """All that the leaderboard says.

    Attributes
    ----------
    sources : list of Source
        The ledgers.
    spaces : dict of list of SameBits
        By function and format: classes of the same bits, best first.
    times : dict of float
        Nanoseconds a row, of those rows of the board that compare.
    """

    sources: list[Source]
    spaces: tables.Spaces
    times: dict[Row, float]

    @property
    def n_machines(self) -> int:
        """How many machines the ledgers are of."""
        return len({source.machine for source in self.sources})

    @property
    def rows(self) -> list[Row]:
        """All rows, best first within a function and format."""
        return [row for group in self.spaces.values() for same in group for row in same.rows]


@dataclass(frozen=True, slots=True)
class Part:
    """One function in one format.

    Attributes
    ----------
    function, format : str
        Names.
    is_first : bool
        Whether it begins a function.
    is_open : bool
        Whether its table is seen without being unfolded.
    ranking, witnesses : Grid
        Best first, and the inputs of the largest figures.
    """

    function: str
    format: str
    is_first: bool
    is_open: bool
    ranking: Grid
    witnesses: Grid


def board(ledgers: Sequence[Ledger]) -> Board:
    """Put ledgers together.

    Parameters
    ----------
    ledgers : sequence of Ledger
        As `lse_verify.audit.together.read_all` gives them.
    """
    sources, rows = rows_of(ledgers)
    spaces = {space: classes(group) for space, group in by_space(rows).items()}
    return Board(sources, spaces, nanoseconds(rows))


def write_leaderboard(found: Board, folder: Path, command: str) -> Path:
    """Write the leaderboard: the same ledgers, in any order, give the same bytes.

    Parameters
    ----------
    found : Board
        What it says.
    folder : Path
        Where ``report.md`` and ``figures/`` go; it is made. Figures of an earlier leaderboard
        there that this one does not have are removed.
    command : str
        The command line that makes it.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    """
    # Matplotlib takes a second to import, which no other command should wait for.
    from lse_verify.report.leaderboard_figures import drawings

    drawn = drawings(found.spaces, found.times)
    write_figures(drawn, folder / FIGURES, _OURS)
    path = folder / REPORT
    write_whole(path, _render(found, drawn, command).encode())
    return path


def _render(found: Board, drawn: list[Drawing], command: str) -> str:
    text = (
        environment()
        .get_template("leaderboard.md.j2")
        .render(
            subject=subject(found.rows, found.sources),
            headlines=headlines(found.rows, found.spaces, found.sources),
            glance=tables.glance(found.spaces),
            alone=listed(tables.alone(found.spaces)),
            drawings=drawn,
            n_machines=found.n_machines,
            libraries=tables.libraries(found.rows, found.sources),
            shared=list(tables.shared(shared_bits(found.spaces.values()))),
            verdicts={verdict.word: meaning for verdict, meaning in MEANING.items()},
            parts=list(_parts(found)),
            origin=origin(found.sources),
            command=command,
            figures=FIGURES,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _parts(found: Board) -> list[Part]:
    seen: set[str] = set()
    parts = []
    for (function, fmt), group in found.spaces.items():
        parts.append(
            Part(
                function=function,
                format=fmt,
                is_first=function not in seen,
                is_open=fmt in tables.GLANCED,
                ranking=tables.ranking(group, found.times, found.n_machines),
                witnesses=witnesses(group),
            )
        )
        seen.add(function)
    return parts
