"""Files changed a little are read, or refused in one line: no traceback, no hang."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fuzzing import few_and_many
from hypothesis import given, settings
from hypothesis import strategies as st
from machine import within
from mutations import Edit, edits, mutated
from parsers import Parser, parsers
from trials import Tried

from lse_verify.errors import LseVerifyError

SECONDS = 10.0


def _try(parser: Parser, content: bytes, folder: Path) -> str:
    """Read, require what must hold of it, and return what is said against it."""
    begun = time.monotonic()
    try:
        parser.read(content, folder)
        told = ""
    except LseVerifyError as error:
        told = str(error)
        assert told
    assert time.monotonic() - begun < within(SECONDS)
    return told


@pytest.mark.parametrize("name", parsers())
def test_what_is_right_is_read(tmp_path: Path, name: str) -> None:
    for sample in parsers()[name].samples:
        assert _try(parsers()[name], sample, tmp_path) == ""


def test_the_longest_row_is_read_in_time(tmp_path: Path) -> None:
    assert _try(parsers()["point"], b"logsumexp\n0x1.5p-3*9999999", tmp_path) == ""


@pytest.mark.parametrize("name", parsers())
@few_and_many(40, 1000)
def test_what_is_changed_is_read_or_refused(
    tmp_path: Path, tried: Tried, name: str, tries: settings
) -> None:
    parser = parsers()[name]
    n_tried = 0

    @tries
    @given(st.integers(0, len(parser.samples) - 1), edits(), st.booleans())
    def holds(sample: int, changes: list[Edit], mend: bool) -> None:
        nonlocal n_tried
        n_tried += 1
        _try(
            parser,
            mutated(parser.samples[sample], changes, mend=mend and parser.has_checks),
            tmp_path,
        )

    holds()
    tried("data files", n_tried)
