"""Two ledgers held against each other as markdown, to be pasted into a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lse_verify.audit.compared import Compared
from lse_verify.audit.comparison import Comparison
from lse_verify.report.compared import differences, headline, inputs, only_one_has, title
from lse_verify.report.compared_lines import Line, lines
from lse_verify.report.compared_witnesses import contrasts
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import environment
from lse_verify.report.summary import NONE
from lse_verify.report.words import code, plain, unbroken

_MOST_WITNESSES = 20
"""A comment in a pull request holds 65,536 characters."""


def page(c: Comparison, command: str) -> str:
    """Return the comparison as markdown.

    Parameters
    ----------
    c : Comparison
        What is told.
    command : str
        The command line that made it.
    """
    found = contrasts(c)
    text = (
        environment()
        .get_template("compare.md.j2")
        .render(
            headline=headline(c),
            inputs=inputs(c),
            first=_from_here(c.first.path),
            second=_from_here(c.second.path),
            differences=Grid(
                ("", "A", "B"),
                tuple(tuple(plain(cell) or NONE for cell in row) for row in differences(c)),
            ),
            turns=_turns(c),
            witnesses=found[:_MOST_WITNESSES],
            left_out=len(found[_MOST_WITNESSES:]),
            even=_table([g for g in c.grades if g.turn == "even" and g.differs]),
            only={
                "A": only_one_has(c.first, c.only_first, c.second),
                "B": only_one_has(c.second, c.only_second, c.first),
            },
            command=command,
            commands=[side.ledger.header.command for side in (c.first, c.second)],
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _from_here(path: str) -> str:
    """Return a path without the folders of this machine: of an absolute one the last two parts."""
    return "/".join(Path(path).parts[-2:]) if Path(path).is_absolute() else path


def _turns(c: Comparison) -> dict[str, Grid]:
    named = {"Got worse": "worse", "Got better": "better"}
    tables = {
        heading: _table([grade for grade in c.grades if grade.turn == turn])
        for heading, turn in named.items()
    }
    return {heading: table for heading, table in tables.items() if table.rows}


def _table(grades: Sequence[Compared]) -> Grid:
    rows = tuple(
        (code(title(grade)), grade.function, grade.format, _verdict(grade), _told(grade))
        for grade in grades
    )
    return Grid(("implementation", "function", "format", "verdict", "A → B"), rows)


def _verdict(grade: Compared) -> str:
    words = dict.fromkeys(outcome.verdict.word for outcome in (grade.before, grade.after))
    return " → ".join(words)


def _told(grade: Compared) -> str:
    told = [_words(line) for line in lines(grade) if line.figure != "verdict"]
    return "<br>".join(told) or ("bits alone" if grade.bits == "other" else NONE)


def _words(line: Line) -> str:
    factor = f" ({line.factor})" if line.factor else ""
    mark = "**" if line.is_worse and line.tells else ""
    return f"{plain(line.figure)} {mark}{unbroken(f'{line.before} → {line.after}')}{mark}{factor}"
