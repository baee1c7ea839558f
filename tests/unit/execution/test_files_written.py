"""Files that are written whole never take the place of what is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lse_verify.errors import OutputError
from lse_verify.execution.files import write_whole


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OutputError, match="It is a pipe or a device; "):
        write_whole(path, b"content")
    assert path.is_fifo()
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_to_a_device_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "null"
    path.symlink_to(os.devnull)
    with pytest.raises(OutputError, match="It is a pipe or a device; "):
        write_whole(path, b"content")
    assert path.is_symlink()


def test_a_link_to_nothing_becomes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "link"
    path.symlink_to("nothing")
    write_whole(path, b"content")
    assert path.read_bytes() == b"content"
    assert not path.is_symlink()
