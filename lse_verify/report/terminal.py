"""What is printed for people: nothing that others wrote moves the cursor or has no end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import msgspec
from rich import table
from rich.console import Console, ConsoleRenderable, RenderableType, RenderHook
from rich.style import StyleType
from rich.text import Text

from lse_verify.wording import visible, visible_lines

_MOST_IN_A_CELL = 400
"""Characters of a string: five lines of 80 columns."""

_NARROW = 60
"""Columns of a terminal: with fewer, cells of a row stand one under the other."""


class Table(table.Table):
    """A table whose strings are one line each, visible, and no markup."""

    def add_row(
        self,
        *renderables: RenderableType | None,
        style: StyleType | None = None,
        end_section: bool = False,
    ) -> None:
        """Add a row of cells, as Rich does."""
        super().add_row(*map(_cell, renderables), style=style, end_section=end_section)

    def stacked(self) -> Text:
        """Return the cells one under the other, each with the header of its column."""
        title = [Text(str(self.title))] if self.title else []
        caption = [Text(str(self.caption))] if self.caption else []
        lines = Text("\n", overflow="fold").join([*title, *self._lines(), *caption])
        lines.overflow = "fold"
        return lines

    def _lines(self) -> Iterator[Text]:
        for row in zip(*(column.cells for column in self.columns), strict=True):
            first, *others = (cell if isinstance(cell, Text) else Text(str(cell)) for cell in row)
            yield first
            for column, cell in zip(self.columns[1:], others, strict=True):
                if cell.plain:
                    label = f"{column.header}: " if self.show_header and column.header else ""
                    yield Text("\n    ").join(Text(f"  {label}").append_text(cell).split("\n"))


def _cell(one: RenderableType | None) -> RenderableType | None:
    if isinstance(one, str):
        return Text(visible(one, _MOST_IN_A_CELL))
    return _seen(one) if isinstance(one, Text) else one


def _seen(text: Text) -> Text:
    seen = visible_lines(text.plain)
    return text if seen == text.plain else text.blank_copy(seen)


class _Hook(RenderHook):
    """What all that is printed passes."""

    def __init__(self, terminal: Console) -> None:
        self._terminal = terminal

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [self._shown(one) for one in renderables]

    def _shown(self, one: ConsoleRenderable) -> ConsoleRenderable:
        if isinstance(one, Table):
            return one.stacked() if self._terminal.width < _NARROW else one
        return _seen(one) if isinstance(one, Text) else one


def print_json(value: object) -> None:
    """Print what msgspec can write as JSON in ASCII, whatever strings hold."""
    plain = msgspec.json.decode(msgspec.json.encode(value))
    sys.stdout.write(json.dumps(plain, indent=2, allow_nan=False) + "\n")


def console(to_error: bool = False) -> Console:
    """Return what prints text as it stands: brackets are no markup, numbers have no colours.

    Parameters
    ----------
    to_error : bool
        Whether to print to standard error.
    """
    made = Console(highlight=False, emoji=False, markup=False, stderr=to_error)
    made.push_render_hook(_Hook(made))
    return made
