"""Texts of others, as they may stand wherever something is shown: all seen, and not endless."""

from __future__ import annotations

MOST_CHARACTERS = 2_000
"""Of a name or a message; what is longer is cut."""

MOST_IN_A_LINE = 20_000
"""Of a line of code or of a report: commands may be long, and who copies one needs all of it."""

_NO_BREAK = "\u00a0"


def visible(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Write characters that cannot be seen as Python does, and cut a text that is too long.

    Ends of lines are among them, so that what comes back is one line: no name or message of an
    implementation can colour a terminal, turn the direction of writing or begin a new paragraph.

    Parameters
    ----------
    text : str
        Whatever somebody else wrote.
    most : int
        How many of its characters are kept.

    Examples
    --------
    >>> print(visible("red\x1b[31m, turned \u202e, two\nlines"))
    red\x1b[31m, turned \u202e, two\nlines
    >>> visible("a" * 1_000_000, most=4)
    'aaa…'
    """
    kept = text if len(text) <= most else f"{text[: most - 1]}…"
    if kept.isprintable():
        return kept
    return "".join(c if c.isprintable() or c == _NO_BREAK else ascii(c)[1:-1] for c in kept)


def flat(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Write a text in one line: what is between words is a space, and all else is `visible`.

    Examples
    --------
    >>> print(flat("two\n   lines \x07"))
    two lines \x07
    """
    # Cut before it is split as well: of a long text only the beginning is looked at.
    return visible(" ".join(text[: 10 * most].split()), most)


def visible_lines(text: str) -> str:
    r"""Return a text of several lines, each of them `visible`, and long before it is cut.

    Examples
    --------
    >>> print(visible_lines("two\nlines\x07"))
    two
    lines\x07
    """
    return "\n".join(visible(line, MOST_IN_A_LINE) for line in text.split("\n"))
