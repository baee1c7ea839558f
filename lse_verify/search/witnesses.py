"""The finds of all hunts in one file, whose inputs every later audit tries first.

JSON Lines, sorted, each input of each implementation once for each kind of find: files of two
machines merge to the same bytes whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from lse_verify.audit.hunted import Find
from lse_verify.errors import LedgerError
from lse_verify.execution.files import make_folder, one_at_a_time, write_whole
from lse_verify.execution.lines import UNREADABLE, read_lines

DEFAULT_PATH = Path("reports/witnesses.jsonl")

_ELSEWHERE = "choose another file with --witnesses FILE"


def merged(*stores: Iterable[Find]) -> list[Find]:
    """Return the finds of several stores, sorted, without those that say the same again."""
    kept: dict[tuple[str, ...], Find] = {}
    for find in sorted((find for store in stores for find in store), key=_order):
        kept.setdefault(_place(find), find)
    return [kept[place] for place in sorted(kept)]


def read_witnesses(path: Path) -> list[Find]:
    """Read the stored finds; of a file that is not there, none.

    Raises
    ------
    LedgerError
        If it cannot be read or a line is damaged.
    """
    try:
        lines = list(read_lines(path)) if path.exists() else []
    except OSError as error:
        raise LedgerError(
            f"cannot read the witnesses '{path}': {error.strerror}; check the path"
        ) from error
    return [_find(path, number, line) for number, line in enumerate(lines, 1)]


def require_usable(path: Path) -> None:
    """Find out that finds can be kept in a file before anybody looks for them.

    Raises
    ------
    LedgerError, OutputError
        As `keep` does.
    """
    make_folder(path.parent)
    with one_at_a_time(path, _ELSEWHERE):
        read_witnesses(path)


def keep(path: Path, finds: Iterable[Find]) -> list[Find]:
    """Add finds to the file and return all that it holds.

    Raises
    ------
    LedgerError
        If what is there cannot be read.
    OutputError
        If it cannot be written; what was there before is untouched.
    """
    make_folder(path.parent)
    with one_at_a_time(path, _ELSEWHERE):
        everything = merged(read_witnesses(path), finds)
        content = b"".join(msgspec.json.encode(find) + b"\n" for find in everything)
        write_whole(path, content, _ELSEWHERE)
    return everything


def _place(find: Find) -> tuple[str, ...]:
    return (find.function, find.format, find.kind, find.implementation, *find.arguments)


def _order(find: Find) -> tuple[object, ...]:
    return (-find.found_size, msgspec.json.encode(find))


def _find(path: Path, number: int, line: bytes) -> Find:
    try:
        return msgspec.json.decode(line, type=Find)
    except UNREADABLE as error:
        raise LedgerError(
            f"line {number} of '{path}' is damaged: {error}; remove it, or hunt again"
        ) from error
