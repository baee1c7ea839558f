"""Numbers and names as a report prints them."""

from __future__ import annotations

import hashlib
import math
import re

from lse_verify.wording import flat, visible_lines

LARGEST = 1e308
"""From here on a number says only that it is huge."""

_SPECIAL = re.compile(r"([\\`*_~$\[\]])")

# What begins a heading, a list or a line under a title where it is first in its line.
_BLOCK = re.compile(r"\A(\d{1,9}(?=[.)](?: |\Z))|(?=(?:#{1,6}|[-+])(?: |\Z)|[-=]+\Z))")


def tidy(text: str) -> str:
    """Write a number that is already text without a long exponent, where it has one.

    Examples
    --------
    >>> tidy("1.74e+03"), tidy("1e+600"), tidy("2.70e-07"), tidy("0.5"), tidy("spurious NaN")
    ('1,740', '1e600', '2.7e-7', '0.5', 'spurious NaN')
    """
    mantissa, separator, exponent = text.partition("e")
    try:
        power = int(exponent)
    except ValueError:
        return text
    if not separator or not 0 <= power < 6:
        short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{short}e{power}"
    return f"{float(text):,.0f}"


def number(value: float) -> str:
    """Write a number with three digits.

    Examples
    --------
    >>> number(0.49999), number(1740.2), number(2.0**60), number(0), number(1.79e308)
    ('0.5', '1,740', '1.15e18', '0', 'over 1e308')
    """
    if math.isnan(value):
        return "none"
    return "over 1e308" if value >= LARGEST else tidy(f"{value:.3g}")


def file_name(text: str) -> str:
    """Return a name as a part of that of a file: whatever it holds, it leads to no other folder.

    Examples
    --------
    >>> file_name("log_softmax"), file_name("../mine.py:f")
    ('log_softmax', '..-mine.py-f-92707b6b')
    """
    safe = re.sub(r"[^\w.-]+", "-", text)[:80]
    if safe == text:
        return text
    # Two names may not become the same.
    return f"{safe}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}"


def percent(part: int, whole: int) -> str:
    """Write a share of a whole; what is not all is never printed as 100 %.

    Examples
    --------
    >>> percent(1, 3), percent(99999, 100000), percent(1, 100000), percent(4, 4), percent(0, 0)
    ('33.3 %', '99.9 %', '0.1 %', '100 %', '–')
    """
    if whole == 0:
        return "–"
    if part in (0, whole):
        return "100 %" if part else "0 %"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f} %"


def unbroken(text: str) -> str:
    """Write a text so that no line ends within it."""
    return text.replace(" ", "\u00a0")


def counted(count: int, noun: str) -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2500, "row")
    ('1 row', '2,500 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(items: list[str]) -> str:
    """Write a list as in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([*([", ".join(items[:-1])] if items[1:] else []), *items[-1:]])


def plain(text: str) -> str:
    r"""Escape a text so that markdown, in a table or not, shows it as it is, in one line.

    Examples
    --------
    >>> plain("a|b *c* <d>"), plain("# a title"), plain("1. a list")
    ('a&#124;b \\*c\\* &lt;d&gt;', '\\# a title', '1\\. a list')
    """
    safe = flat(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _SPECIAL.sub(r"\\\1", safe).replace("|", "&#124;")
    return _BLOCK.sub(r"\1\\", escaped)


def code(text: str) -> str:
    r"""Write a text as code that is safe in a table, in one line, whatever it contains.

    Examples
    --------
    >>> code("log(sum(exp(x)))"), code("a|b"), code("tick ` tick")
    ('`log(sum(exp(x)))`', '`a\\|b`', '`` tick ` tick ``')
    """
    shown = flat(text) or " "
    pad = " " if "`" in shown else ""
    fence = _longer_than_any("`", shown)
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def fenced(text: str, language: str = "text") -> str:
    r"""Write lines as a block of code that ends where they end.

    Examples
    --------
    >>> print(fenced("```\nmine\x1b", "sh"))
    ````sh
    ```
    mine\x1b
    ````
    """
    lines = visible_lines(text)
    fence = max("```", _longer_than_any("`", lines))
    return "\n".join([f"{fence}{language}", lines, fence])


def _longer_than_any(sign: str, text: str) -> str:
    return sign * (max((len(run) for run in re.findall(f"{sign}+", text)), default=0) + 1)
