"""Files changed a little: bytes, and what they mean where they are JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from furniture import with_check
from hypothesis import strategies as st

_ODD_BYTES = (
    *(b"", b"\0", b"\xff", b"\n", b"\r", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"[" * 3000, b'"', b","),
    *(b"-", b"9" * 400, b"nan", b"inf", b"1e999", b"0x", b"0x1p99999", b"'", b"(", b"\x1b[31m"),
    *(b"*999999999", b"*0", b"*-1", b"None", b"True", b"|O", b">f8", b"<f2", b"2147483648"),
)
_ODD_JSON = (
    *("null", "true", "0", "-1", "-0.0", "1e999", "1e308", "5e-324", "0.5", "18446744073709551616"),
    *("-9223372036854775809", "2147483648", '""', '"\\u0000"', '"\\ud800"', '"../../x"', '"\\n"'),
    *('"nan"', '"inf"', '"-inf"', '"0x1p99999"', '"0x1p-3*999999999"', '"1,2,3"', '"<b>|`*"'),
    *("[]", "{}", "[[]]", "[null]", '{"a":1}', '["0x1p0"]', "[" * 2000 + "]" * 2000, '"x"'),
)
Thing = TypeVar("Thing")

_MARK = "a value in its place"
_PLACES = 1 << 16


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes
    ----------
    kind : str
        Which, a name of `EDITS`.
    place, other : int
        Where, and how far or which: parts of `_PLACES`.
    """

    kind: str
    place: int
    other: int

    def __call__(self, content: bytes) -> bytes:
        """Return a file with the change."""
        return EDITS[self.kind](content, self.place / _PLACES, self.other / _PLACES)


def _pick(things: Sequence[Thing], where: float) -> Thing:
    return things[int(where * len(things))]


def _flip(content: bytes, place: float, other: float) -> bytes:
    at = int(place * len(content))
    if at == len(content):
        return content
    return content[:at] + bytes([content[at] ^ 1 << int(8 * other)]) + content[at + 1 :]


def _cut(content: bytes, place: float, other: float) -> bytes:
    return content[: int(place * len(content))]


def _drop(content: bytes, place: float, other: float) -> bytes:
    at = int(place * len(content))
    return content[:at] + content[at + 1 + int(64 * other) :]


def _repeat(content: bytes, place: float, other: float) -> bytes:
    at = int(place * len(content))
    piece = content[at : at + 1 + int(64 * other)]
    return content[:at] + piece * 3 + content[at:]


def _insert(content: bytes, place: float, other: float) -> bytes:
    at = int(place * len(content))
    return content[:at] + _pick(_ODD_BYTES, other) + content[at:]


def _number(content: bytes, place: float, other: float) -> bytes:
    found = list(re.finditer(rb"-?\d[\w.+-]*", content))
    if not found:
        return content
    span = _pick(found, place).span()
    return content[: span[0]] + _pick(_ODD_BYTES, other) + content[span[1] :]


def _line(content: bytes, place: float, other: float) -> bytes:
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    lines.insert(int(other * (len(lines) + 1)), _pick(lines, place))
    return b"".join(lines)


def _value(content: bytes, place: float, other: float) -> bytes:
    """Put an odd value in the place of one of a document, or of a line that is one."""
    lines = content.splitlines(keepends=True)
    for number in range(len(lines) + 1):
        start = b"".join(lines[:number])
        try:
            document = json.loads(content[len(start) :])
        except (ValueError, RecursionError):
            continue
        return start + _with_value(document, place, other)
    # Not one document up to the end: lines that are one each.
    at = int(place * len(lines))
    within = place * len(lines) - at
    try:
        lines[at] = _with_value(json.loads(lines[at]), within, other) + b"\n"
    except (ValueError, RecursionError, IndexError):
        return content
    return b"".join(lines)


def _with_value(document: Any, place: float, other: float) -> bytes:
    places = list(_places(document)) if isinstance(document, (dict, list)) else []
    if not places:
        return json.dumps(document).encode()
    holder, key = _pick(places, place)
    if other < 0.1:
        del holder[key]
    else:
        holder[key] = _MARK
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return text.replace(f'"{_MARK}"', _pick(_ODD_JSON, other)).encode(errors="replace")


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    keys = range(len(document)) if isinstance(document, list) else list(document)
    for key in keys:
        yield document, key
        if isinstance(document[key], (dict, list)):
            yield from _places(document[key])


EDITS: dict[str, Callable[[bytes, float, float], bytes]] = {
    "flip": _flip,
    "cut": _cut,
    "drop": _drop,
    "repeat": _repeat,
    "insert": _insert,
    "number": _number,
    "line": _line,
    "value": _value,
}


def edits() -> st.SearchStrategy[list[Edit]]:
    """Return a strategy for one change or a few."""
    numbers = st.integers(0, _PLACES - 1)
    one = st.builds(Edit, st.sampled_from([*EDITS, "value", "value"]), numbers, numbers)
    return st.lists(one, min_size=1, max_size=3)


def mutated(content: bytes, changes: list[Edit], *, mend: bool) -> bytes:
    """Return a changed file, with the checks that its lines should have if they are mended."""
    for change in changes:
        content = change(content)
    return mended(content) if mend else content


def mended(content: bytes) -> bytes:
    """Give each line the check that it should have."""
    return b"".join(map(with_check, content.splitlines(keepends=True)))
