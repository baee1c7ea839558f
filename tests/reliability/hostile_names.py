"""Every text that somebody else has a hand in, made hostile; what a reader makes of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, TypeVar

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import inspect

PAYLOADS = {
    "markdown": (
        "|x|\n\n# mine\n\n- a\n\n```\n~~~\n---\n**b** _i_ `c` [l](http://127.0.0.1:9/) ~~s~~ $m$ "
        "![p](http://127.0.0.1:9/x.png) <http://127.0.0.1:9/> \\"
    ),
    "HTML": (
        "</code></pre></td></details><script>alert(1)</script><img src=x onerror=alert(1)>"
        "<!-- &copy; \"' ]]> onload="
    ),
    "ANSI": "\x1b[2J\x1b]0;mine\x07\x1b[31m\x9b31m\r\x08\x1b(0",
    "unseen": "\x00\x01\x7f\u0085\u00ad\u200b\u202e\u2066\u2028\u2029\ufeff\U000e0041",
    "wide": "語🙂e\u0301" * 20,
}
"""What is added to each text."""

TAME = " and more"

Whole = TypeVar("Whole")


def rewritten(whole: Whole, change: Callable[[str], str]) -> Whole:
    """Return a structure with every string changed that may be any string, by its own types.

    Keys of mappings are strings too. What has a pattern, or is one of a few words, stays.
    """
    kind = type(whole)
    found = _rewritten(msgspec.to_builtins(whole), inspect.type_info(kind), change)
    return msgspec.json.decode(msgspec.json.encode(found), type=kind)


def _rewritten(value: Any, kind: inspect.Type, change: Callable[[str], str]) -> Any:
    match kind:
        case inspect.StrType(pattern=None):
            return change(value) if value else value
        case inspect.ListType(item_type=item):
            return [_rewritten(one, item, change) for one in value]
        case inspect.TupleType(item_types=items):
            return [_rewritten(one, of, change) for one, of in zip(value, items, strict=True)]
        case inspect.DictType(key_type=key, value_type=of):
            return {
                _rewritten(name, key, change): _rewritten(one, of, change)
                for name, one in value.items()
            }
        case inspect.StructType(fields=fields):
            kinds = {field.encode_name: field.type for field in fields}
            return {name: _rewritten(one, kinds[name], change) for name, one in value.items()}
        case inspect.UnionType(types=types):
            fitting = (of for of in types if _fits(value, of))
            return _rewritten(value, next(fitting), change)
        case _:
            return value


def _fits(value: Any, kind: inspect.Type) -> bool:
    by_kind: dict[type, type | tuple[type, ...]] = {
        inspect.NoneType: type(None),
        inspect.StructType: dict,
        inspect.ListType: list,
        inspect.StrType: str,
        inspect.FloatType: float,
        inspect.IntType: int,
    }
    return isinstance(value, by_kind.get(type(kind), ()))


def unseen(text: str) -> set[str]:
    """Return what is in a text that cannot be seen, but for ends of lines."""
    return {c for c in text if not c.isprintable()} - {"\n", "\u00a0"}


def structure(markdown: str) -> list[tuple[str, str, int]]:
    """Return what a reader sees that is no text: blocks, and what is inline in them."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [(token.type, token.tag, token.level) for token in _all(tokens)]


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from (child for child in token.children or () if child.type not in _TEXT)


# How a text is cut into these depends on its signs.
_TEXT = ("text", "text_special")


# How tables sort and filter depends on the texts in them.
_ORDER = ("data-place", "data-choice")


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes; of figures nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self._in_figure = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self._in_figure += tag == "svg"
        if not self._in_figure:
            self.found.append((tag, *(name for name, _ in attrs if name not in _ORDER)))

    def handle_endtag(self, tag: str) -> None:
        """Leave a figure."""
        self._in_figure -= tag == "svg"
