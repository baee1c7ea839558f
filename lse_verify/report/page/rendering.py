"""How what was parsed is written as HTML, where it is not as markdown-it writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import escape

from lse_verify.report.page.environment import environment
from lse_verify.wording import visible, visible_lines


def _text(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    return f"{escape(visible(tokens[place].content))}"


def _code(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    return f"<code>{escape(visible(tokens[place].content))}</code>"


def _fence(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    text = visible_lines(tokens[place].content).rstrip("\n")
    return f'<pre tabindex="0">{escape(text)}</pre>\n'


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any
) -> str:
    token = tokens[place]
    alternative = renderer.renderInlineAsText(token.children, options, env)
    shown = env["figures"].shown(str(token.attrs["src"]), visible(alternative))
    return f'<span class="figure" role="group" tabindex="0">{shown}</span>'


def _grid(_: RendererHTML, tokens: Sequence[Token], place: int, *__: Any) -> str:
    return _part("table", tokens[place].meta["table"])


def _maps(_: RendererHTML, tokens: Sequence[Token], place: int, __: Any, env: Any) -> str:
    maps = [
        (env["figures"].shown(source, alternative), visible(name), visible(caption))
        for source, alternative, name, caption in tokens[place].meta["maps"]
    ]
    return _part("maps", maps)


def _part(name: str, argument: object) -> str:
    # No Markup: markdown-it adds it to text of its own, which that would escape.
    return str(getattr(environment().get_template("parts.html.j2").module, name)(argument))


RULES: dict[str, Callable[..., str]] = {
    "text": _text,
    "code_inline": _code,
    "fence": _fence,
    "image": _image,
    "grid": _grid,
    "maps": _maps,
}
"""By the kind of token; ``grid`` is a whole table."""
