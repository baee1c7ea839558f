"""Tables of a page: cells that are HTML, with what orders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from lse_verify.report.page.order import ranks, verdict_of

_CHOICES = frozenset(("library", "function", "format", "verdict", "regime", "kind"))
"""Columns of few words, of which a reader may choose one."""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes
    ----------
    html : Markup
        What is shown.
    text : str
        What is read.
    """

    html: Markup
    text: str

    @property
    def verdict(self) -> str:
        """The verdict that it begins with, empty if with none."""
        return verdict_of(self.text)


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    label : str
        What it is about.
    headers : sequence of Cell
        One a column.
    numbers : sequence of bool
        Whether a column is one of numbers.
    rows : sequence of sequence of Cell
        As many cells each as there are headers.
    folded : sequence of sequence of str
        What is shown below a row when that is asked for; empty if there is nothing.
    """

    label: str
    headers: Sequence[Cell]
    numbers: Sequence[bool]
    rows: Sequence[Sequence[Cell]]
    folded: Sequence[Sequence[str]] = ()

    @cached_property
    def places(self) -> list[list[int | None]]:
        """The place of each cell among those of its column, by row."""
        columns = zip(*self.rows, strict=True)
        ranked = (
            ranks([cell.text for cell in column], are_numbers)
            for column, are_numbers in zip(columns, self.numbers, strict=True)
        )
        return [list(row) for row in zip(*ranked, strict=True)]

    @property
    def choices(self) -> list[bool]:
        """Whether a reader may choose among the words of a column."""
        return [header.text in _CHOICES for header in self.headers]
