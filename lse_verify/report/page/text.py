"""Text of a page: nothing that cannot be seen, and nothing without end."""

from __future__ import annotations

import re

MOST_CHARACTERS = 2_000
"""Of a name or a message; what is longer is cut."""

MOST_IN_A_LINE = 20_000
"""Of the markdown of a report; what is longer is not read."""

# Controls but the end of a line, what turns the direction of writing, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def safe(text: str) -> str:
    r"""Write characters that cannot be seen as Python names them, and cut endless lines.

    Examples
    --------
    >>> print(safe("red\x1b[31m, turned \u202e"))
    red\x1b[31m, turned \u202e
    """
    lines = (line[:MOST_IN_A_LINE] for line in text.split("\n"))
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], "\n".join(lines))


def cut(text: str) -> str:
    """Cut a text that is too long to be read.

    Examples
    --------
    >>> len(cut("a" * 1_000_000)), cut("a" * 1_000_000)[-5:]
    (2000, 'aaaa…')
    """
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
