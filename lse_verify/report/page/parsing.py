"""How the markdown of reports is read: tables, and none of the HTML that stands in it.

All HTML is text, but for what reports themselves write: a line break within a cell, a part
that folds, and maps side by side. These are read by rules of their own and never passed on,
so that whatever a name says, the page is whole and nothing in it is the name's.
"""

from __future__ import annotations

import re
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_BREAK = "<br>"
_FOLD, _END_OF_FOLD = re.compile(r"<details><summary>(.*)</summary>"), "</details>"
_MAPS, _ROW, _END_OF_MAPS = "<table>", ("<tr>", "</tr>"), "</table>"
_MAP = re.compile(
    r'<td align="center"><a href="[^"]*"><img src="([^"]*)" width="\d+" alt="([^"]*)"></a>'
    r"<br><code>([^<]*)</code><br>([^<]*)</td>"
)


def reader() -> MarkdownIt:
    """Return what parses reports; maps side by side become one token ``maps``.

    Examples
    --------
    >>> print(reader().render("a<br>b <script>alert(1)</script>").strip())
    <p>a<br>
    b &lt;script&gt;alert(1)&lt;/script&gt;</p>
    """
    rules = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    rules.inline.ruler.before("autolink", "break", _break)
    rules.block.ruler.before("paragraph", "fold", _fold, {"alt": ["paragraph"]})
    rules.block.ruler.before("paragraph", "maps", _maps, {"alt": ["paragraph"]})
    return rules


def _break(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(_BREAK, state.pos):
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += len(_BREAK)
    return True


def _fold(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    opening = _FOLD.fullmatch(_line(state, start))
    if opening is None or (last := _end_of_fold(state, start, end)) is None:
        return False
    if silent:
        return True
    state.push("details_open", "details", 1)
    state.push("summary_open", "summary", 1)
    title = state.push("inline", "", 0)
    title.content, title.map, title.children = opening[1], [start, start + 1], []
    state.push("summary_close", "summary", -1)
    outer, state.lineMax = state.lineMax, last
    state.md.block.tokenize(state, start + 1, last)
    state.lineMax = outer
    state.push("details_close", "details", -1)
    state.line = last + 1
    return True


def _end_of_fold(state: StateBlock, start: int, end: int) -> int | None:
    depth = 0
    for place in range(start, end):
        line = _line(state, place)
        depth += bool(_FOLD.fullmatch(line)) - (line == _END_OF_FOLD)
        if depth == 0:
            return place
    return None


def _maps(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if _line(state, start) != _MAPS:
        return False
    lines = []
    for last in range(start + 1, end):
        line = _line(state, last)
        if line == _END_OF_MAPS:
            break
        lines.append(line)
    else:
        return False
    found = [_MAP.fullmatch(line) for line in lines if line not in _ROW]
    if not all(found):
        return False
    if not silent:
        token = state.push("maps", "", 0)
        token.meta["maps"] = [tuple(map(unescape, m.groups())) for m in found if m]
        state.line = last + 1
    return True


def _line(state: StateBlock, place: int) -> str:
    return state.src[state.bMarks[place] + state.tShift[place] : state.eMarks[place]]
