"""The markdown of a report as the parts of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token
from markupsafe import Markup

from lse_verify.report.page.figures import Figures
from lse_verify.report.page.parsing import reader
from lse_verify.report.page.rendering import RULES
from lse_verify.report.page.tables import Cell, Table
from lse_verify.wording import visible, visible_lines

_SIGNS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Content:
    """A report in HTML.

    Attributes
    ----------
    title : str
        Its first heading.
    sections : dict of str
        The headings of the second level, by what they are linked by.
    lead, body : Markup
        What is above the first of these, and the rest.
    """

    title: str
    sections: dict[str, str]
    lead: Markup
    body: Markup


class Writer:
    """What makes HTML of the markdown of a report.

    Parameters
    ----------
    figures : Figures
        Those that the report may show.
    """

    def __init__(self, figures: Figures) -> None:
        self._markdown = reader()
        self._env = {"figures": figures}
        for name, rule in RULES.items():
            self._markdown.add_render_rule(name, rule)

    def content(self, markdown: str) -> Content:
        """Return a whole report."""
        tokens = self._markdown.parse(visible_lines(markdown), self._env)
        headings = _named(tokens)
        tokens = list(self._with_tables(tokens))
        starts = (place for place, token in enumerate(tokens) if _is_section(token))
        first = next(starts, len(tokens))
        return Content(
            title=next((title for level, title in headings.values() if level == "h1"), ""),
            sections={name: title for name, (level, title) in headings.items() if level == "h2"},
            lead=self._written(tokens[:first]),
            body=self._written(tokens[first:]),
        )

    def cell(self, markdown: str) -> Cell:
        """Return what is one line of markdown, as a cell of a table."""
        (inline,) = self._markdown.parseInline(visible_lines(markdown), self._env)
        return self._cell(inline)

    def _written(self, tokens: Sequence[Token]) -> Markup:
        return Markup(self._markdown.renderer.render(tokens, self._markdown.options, self._env))

    def _cell(self, inline: Token) -> Cell:
        return Cell(self._written([inline]), _text(inline))

    def _with_tables(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """Yield the tokens with every table as one."""
        label, held = "", list[Token]()
        for before, token in pairwise([Token("", "", 0), *tokens]):
            if before.type in ("heading_open", "summary_open"):
                label = _text(token)
            if held or token.type == "table_open":
                held.append(token)
            else:
                yield token
            if token.type == "table_close":
                yield Token("grid", "", 0, meta={"table": self._table(label, held)})
                held = []

    def _table(self, label: str, tokens: Sequence[Token]) -> Table:
        rows = list[list[Cell]]()
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._cell(token))
        numbers = ["right" in str(t.attrGet("style")) for t in tokens if t.type == "th_open"]
        return Table(label, rows[0], numbers, rows[1:])


def _is_section(token: Token) -> bool:
    return token.type == "heading_open" and token.tag == "h2"


def _named(tokens: Sequence[Token]) -> dict[str, tuple[str, str]]:
    """Give headings the names that GitHub gives them; return level and title by name."""
    found = dict[str, tuple[str, str]]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = visible(_text(tokens[place + 1]))
            name = plain = _SIGNS.sub("", title.lower()).replace(" ", "-")
            repeats = 0
            while name in found:
                repeats += 1
                name = f"{plain}-{repeats}"
            token.attrSet("id", name)
            found[name] = token.tag, title
    return found


def _text(inline: Token) -> str:
    return "".join(
        " " if child.type.endswith("break") else child.content for child in inline.children or ()
    )
