"""A table as data; templates lay it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """Headers and rows of cells that are already markdown.

    Attributes
    ----------
    headers : sequence of str
        One a column; those that begin with ``#`` stand over numbers and align to the right.
    rows : sequence of sequence of str
        As many cells each as there are headers.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def titles(self) -> list[str]:
        """The headers as printed."""
        return [header.removeprefix("#") for header in self.headers]

    @property
    def rules(self) -> list[str]:
        """What stands under the headers: the alignment of each column."""
        return ["---:" if header.startswith("#") else "---" for header in self.headers]

    @property
    def markdown(self) -> str:
        """The table as markdown."""
        lines = (self.titles, self.rules, *self.rows)
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def without_empty_columns(self, empty: str = "–") -> Grid:
        """Return the table without the columns whose every cell is `empty`."""
        kept = [
            place
            for place in range(len(self.headers))
            if not self.rows or any(row[place] != empty for row in self.rows)
        ]
        return Grid(
            tuple(self.headers[place] for place in kept),
            tuple(tuple(row[place] for place in kept) for row in self.rows),
        )
