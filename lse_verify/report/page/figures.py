"""Figures inside a page: SVG as elements of it, pictures as bytes in their address."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup, escape

_NAME = re.compile(r"figures/[\w.@+-]+\.(svg|png)")
_NAMESPACE = re.compile(r"\{.*\}")
_ELEMENTS = ("svg", "g", "path", "use", "defs", "clipPath", "rect")
_GEOMETRY = ("d", "transform", "x", "y", "width", "height", "viewBox")
_POINTERS = ("href", "clip-path")
_STYLE = re.compile(r"(fill|stroke|opacity)(-[a-z]+)?")
_EVERYWHERE = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What Matplotlib says in a style sheet of its own."""

_PICTURE = Markup('<a href="#{0}"><img id="{0}" src="data:image/png;base64,{1}" alt="{2}"></a>')
"""Small until its link is followed: a style sheet can tell."""


class Figures:
    """The figures of a report, each to be shown in its page.

    Parameters
    ----------
    folder : Path
        Where the report is; its figures are in ``figures/``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def shown(self, name: str, alternative: str) -> Markup:
        """Return a figure as HTML; what is no figure of the report is its alternative text."""
        kind, path = _NAME.fullmatch(name), self._folder / name
        if kind is None or not path.is_file():
            return Markup("[{}]").format(alternative)
        self._count += 1
        if kind[1] == "svg":
            return inlined(path.read_bytes(), f"f{self._count}-", alternative)
        coded = base64.b64encode(path.read_bytes()).decode()
        return _PICTURE.format(f"map-{self._count}", coded, alternative)


def inlined(content: bytes, prefix: str, alternative: str) -> Markup:
    r"""Return an SVG of Matplotlib as an element of a page.

    Its names get a prefix, as two figures may have the same ones. Its styles become
    attributes, which a strict policy lets pass. Whatever else is in it is left out.

    Examples
    --------
    >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script/><g id="a">'
    >>> svg += b'<path id="b" d="M 0 0 \nL 1 1" style="fill: none; behavior: odd"/></g></svg>'
    >>> print(inlined(svg, "f1-", "a line"))
    <svg stroke-linejoin="round" stroke-linecap="butt" role="img" aria-label="a
    line"><path id="f1-b" d="M 0 0 L 1 1" fill="none"/></svg>
    """
    root = ElementTree.fromstring(content)
    root.attrib |= _EVERYWHERE | {"role": "img", "aria-label": alternative}
    return Markup("".join(_pieces(root, prefix)))


def _pieces(element: ElementTree.Element, prefix: str) -> Iterator[str]:
    name = _NAMESPACE.sub("", element.tag)
    if name not in _ELEMENTS:
        return
    inside = [piece for child in element for piece in _pieces(child, prefix)]
    pairs = _attributes(name, element, prefix)
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    if name == "g" and not attributes:
        yield from inside
    elif inside:
        yield from (f"<{name}{attributes}>", *inside, f"</{name}>")
    else:
        yield f"<{name}{attributes}/>"


def _attributes(name: str, element: ElementTree.Element, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in element.items():
        short = _NAMESPACE.sub("", key)
        if short == "id" and name != "g":  # groups are pointed at by nothing
            yield short, prefix + value
        elif short in _POINTERS and value.startswith(("#", "url(#")):
            yield short, value.replace("#", f"#{prefix}", 1)
        elif short == "style":
            yield from _styles(value)
        elif short in _GEOMETRY:
            yield short, " ".join(value.split())
        elif short in (*_EVERYWHERE, "role", "aria-label"):
            yield short, value


def _styles(text: str) -> Iterator[tuple[str, str]]:
    for declaration in text.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if _STYLE.fullmatch(name):
            yield name, value
